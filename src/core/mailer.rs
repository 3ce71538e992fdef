//! The way out for mails. In development they are written to `DATA_DIR/mail/` and shown in the log.

use std::path::PathBuf;

use super::{
    error::{Error, Result},
    system,
};

/// A mail, ready to go.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The sender, as in `Vault API <no-reply@localhost>`.
    pub from: String,
    /// The one recipient: a plain address.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The text.
    pub body: String,
    /// Names the mail for the recipient's program and the file.
    pub id: String,
    /// The moment it is sent, RFC 2822.
    pub date: String,
}

/// Delivers mails. Calls may block for the length of a small file write.
pub trait Mailer: Send + Sync {
    /// Delivers one mail, or says why not.
    ///
    /// # Errors
    /// `Unavailable`: the outbox tries again later.
    fn deliver(&self, mail: &Mail) -> Result<()>;

    /// Whether there is a way out at all; without one, mails wait untouched.
    fn is_configured(&self) -> bool {
        true
    }
}

/// Writes each mail to a file of its own and shows it in the log: for development alone.
pub struct FolderMailer {
    folder: PathBuf,
}

impl FolderMailer {
    /// Mails go to `folder`, which is made when the first one comes.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

impl Mailer for FolderMailer {
    fn deliver(&self, mail: &Mail) -> Result<()> {
        let path = self.folder.join(format!("{}.eml", mail.id));
        let text = format!(
            "From: {}\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}@vault-api>\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}",
            mail.from,
            mail.to,
            mail.subject,
            mail.date,
            mail.id,
            mail.body.replace('\n', "\r\n")
        );
        system::write_private_file(&path, text.as_bytes()).map_err(|error| Error::unavailable("mail", error))?;
        tracing::info!(to = %mail.to, file = %path.display(), "development mail: {}\n\n{}", mail.subject, mail.body);
        Ok(())
    }
}

/// Where no way out is configured: every mail stays in the outbox.
pub struct NoMailer;

impl Mailer for NoMailer {
    fn deliver(&self, _: &Mail) -> Result<()> {
        Err(Error::unavailable("mail", "no mail server is configured"))
    }

    fn is_configured(&self) -> bool {
        false
    }
}
