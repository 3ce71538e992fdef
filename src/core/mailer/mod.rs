//! The way out for mails: an SMTP server, SendGrid, a folder in development, or none.
//!
//! `compose` writes the message that `smtp` and `folder` carry; `sendgrid` has its own form. A mailer tries once:
//! whether and when to try again is the outbox's business (`services::mails`).

mod compose;
mod folder;
mod sendgrid;
mod smtp;

use std::{path::Path, pin::Pin, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};

pub use compose::sender;
pub use folder::{FolderMailer, KeptMail};
pub use sendgrid::SendGridMailer;
pub use smtp::SmtpMailer;

use super::configuration::{Configuration, MailWay};

/// How long a server may take to accept a connection.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// How long one mail may take as a whole; the outbox's claim to it lasts longer.
const WHOLE_TIME: Duration = Duration::from_secs(15);
const MOST_SAID: usize = 300;

/// A mail, ready to go.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The sender, as in `Vault API <no-reply@localhost>`.
    pub from: String,
    /// The one recipient: a plain address.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The plain text.
    pub body: String,
    /// The same as HTML.
    pub html: String,
    /// Names the mail for the recipient's program and the file; the same at every attempt.
    pub id: String,
    /// The moment it is sent.
    pub date: DateTime<Utc>,
}

/// Why a mail did not leave.
#[derive(Debug)]
pub struct Undelivered {
    /// Whether the same mail would be refused again, however often it is tried.
    pub is_final: bool,
    /// How long the other side asks us to wait.
    pub retry_after: Option<Duration>,
    /// What happened, for the operator: no secret, no link.
    pub sentence: String,
}

/// An attempt under way.
pub type Attempt<'a> = Pin<Box<dyn Future<Output = Result<(), Undelivered>> + Send + 'a>>;

/// Delivers mails, each within a quarter of a minute.
pub trait Mailer: Send + Sync {
    /// Delivers one mail, or says why not.
    fn deliver<'a>(&'a self, mail: &'a Mail) -> Attempt<'a>;

    /// Goes as far as it can without sending: connection, TLS, credentials.
    fn check(&self) -> Attempt<'_> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// The way, for the operator: no secret.
    fn way(&self) -> String;

    /// Whether there is a way out at all; without one, mails wait untouched.
    fn is_configured(&self) -> bool {
        true
    }

    /// Where the mails are kept that nobody gets: development alone.
    fn folder(&self) -> Option<&Path> {
        None
    }
}

/// The mailer that the configuration names.
#[must_use]
pub fn of(configuration: &Configuration) -> Arc<dyn Mailer> {
    match &configuration.mail_way {
        MailWay::Smtp(settings) => Arc::new(SmtpMailer::new(settings.clone())),
        MailWay::SendGrid(settings) => Arc::new(SendGridMailer::new(settings.clone())),
        MailWay::Folder => Arc::new(FolderMailer::new(configuration.data_dir.join("mail"))),
        MailWay::None => Arc::new(NoMailer),
    }
}

impl Undelivered {
    /// It may work later.
    #[must_use]
    pub fn for_now(sentence: impl AsRef<str>) -> Self {
        Self { is_final: false, retry_after: None, sentence: harmless(sentence.as_ref()) }
    }

    /// It will never work with this mail.
    #[must_use]
    pub fn for_good(sentence: impl AsRef<str>) -> Self {
        Self { is_final: true, ..Self::for_now(sentence) }
    }

    fn late() -> Self {
        Self::for_now(format!("no answer within {} seconds", WHOLE_TIME.as_secs()))
    }
}

impl std::fmt::Display for Undelivered {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.sentence)
    }
}

/// What a server said, fit for the log: spam filters repeat the link that they dislike, and a link may hold a token.
fn harmless(said: &str) -> String {
    let words = said.split_whitespace().map(|word| if word.contains("://") { "(a link)" } else { word });
    let text: String = words.collect::<Vec<_>>().join(" ").chars().filter(|letter| !letter.is_control()).collect();
    text.chars().take(MOST_SAID).collect()
}

/// Where no way out is configured: every mail stays in the outbox.
pub struct NoMailer;

impl Mailer for NoMailer {
    fn deliver<'a>(&'a self, _: &'a Mail) -> Attempt<'a> {
        Box::pin(std::future::ready(Err(Undelivered::for_now("no mail server is configured"))))
    }

    fn way(&self) -> String {
        "nowhere: mails wait in the outbox".into()
    }

    fn is_configured(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_kept_without_links_and_line_ends() {
        let said = "550 5.7.1 blocked:\r\n <https://vault.test/reset?token=hush>\u{7} sorry";

        assert_eq!(Undelivered::for_good(said).sentence, "550 5.7.1 blocked: (a link) sorry");
        assert_eq!(Undelivered::for_now("x".repeat(1000)).sentence.len(), MOST_SAID);
    }
}
