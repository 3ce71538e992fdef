//! The texts of the mails that the server sends, in the account's language: what each kind says (`english`,
//! `french`), how text of others is made harmless (`clean`), and how a letter becomes plain text and HTML (`letter`).

mod clean;
mod english;
mod expiring;
mod french;
mod letter;

use crate::{
    core::{language::Language, texts::money::money},
    models::mail::{MailCause, MailKind, QueuedMail},
};

pub use clean::{clean, device};
pub use letter::{Letter, MailText};

const MOST_NAME: usize = 60;

/// What a kind of mail says, before it is laid out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// The subject line; the heading too.
    pub subject: String,
    /// What happened: one paragraph each.
    pub paragraphs: Vec<String>,
    /// What the first paragraph speaks of, one line each.
    pub listed: Vec<String>,
    /// The label of the button that carries the mail's one link.
    pub button: &'static str,
    /// What is to be known about the link.
    pub about_link: Option<String>,
    /// What to do where it was not the reader.
    pub otherwise: Option<&'static str>,
}

/// What a mail of this kind needs to be written.
#[derive(Clone, Copy, Debug)]
pub struct Particulars<'a> {
    /// The mail, with its details.
    pub mail: &'a QueuedMail,
    /// The name of the account's person; may be empty.
    pub name: &'a str,
    /// Where the button leads.
    pub link: &'a str,
    /// How long the link of a recovery mail works.
    pub minutes: i64,
}

/// The mail as plain text and HTML.
#[must_use]
pub fn write(language: Language, particulars: &Particulars) -> MailText {
    let mail = particulars.mail;
    let content = match language {
        Language::English => english::content(particulars),
        Language::French => french::content(particulars),
    };
    let name = if greets_by_name(mail.kind) { clean::name(particulars.name) } else { String::new() };
    let facts = if tells_who(mail.kind) { facts(language, mail) } else { Vec::new() };
    Letter { language, name: &name, content, link: particulars.link, facts }.write()
}

/// The mail of `vault-api mail test`.
#[must_use]
pub fn test(language: Language, way: &str, link: &str) -> MailText {
    let content = match language {
        Language::English => english::test(way),
        Language::French => french::test(way),
    };
    Letter { language, name: "", content, link, facts: Vec::new() }.write()
}

/// Not where the address was never proved: the name would be a stranger's word in a mail of ours.
fn greets_by_name(kind: MailKind) -> bool {
    !matches!(kind, MailKind::VerifyAddress | MailKind::ConfirmAddress)
}

/// Whether the mail says from where it was caused. Not where an administrator or the server itself did, nor to an
/// address that may be somebody else's.
fn tells_who(kind: MailKind) -> bool {
    match kind {
        MailKind::Recovery
        | MailKind::AccountExists
        | MailKind::PasswordChanged
        | MailKind::AddressChanged
        | MailKind::NewDevice
        | MailKind::RefreshTokenReused
        | MailKind::SecondFactorOn
        | MailKind::SecondFactorOff
        | MailKind::RecoveryCodeUsed => true,
        MailKind::VerifyAddress
        | MailKind::ConfirmAddress
        | MailKind::RoleChanged
        | MailKind::AccountDisabled
        | MailKind::AccountEnabled
        | MailKind::KeyExpiring
        | MailKind::InvoicePaid
        | MailKind::PaymentFailed
        | MailKind::ProEnded => false,
    }
}

/// The amount of an invoice's mail, in the person's way of writing.
fn amount(language: Language, mail: &QueuedMail) -> String {
    let (amount, currency) = (mail.detail("amount"), mail.detail("currency"));
    let is_currency = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_alphabetic());
    match amount.parse() {
        Ok(amount) if is_currency => money(amount, currency, language),
        _ => clean(amount, 40),
    }
}

/// When, from which address, with which program; never the program's own words.
fn facts(language: Language, mail: &QueuedMail) -> Vec<(&'static str, String)> {
    let MailCause { ip, user_agent, .. } = &mail.cause;
    let (when, from, with) = match language {
        Language::English => ("When", "IP address", "Device"),
        Language::French => ("Quand", "Adresse IP", "Appareil"),
    };
    let moment = match language {
        Language::English => english::moment(mail.created_at),
        Language::French => french::moment(mail.created_at),
    };
    let mut facts = vec![(when, moment)];
    if !ip.is_empty() {
        facts.push((from, clean(ip, 45)));
        facts.push((with, device(language, user_agent)));
    }
    facts
}

/// An address of which somebody else may see a hint alone.
fn masked(address: &str) -> String {
    let address = clean(address, 254);
    match address.split_once('@') {
        Some((local, domain)) => format!("{}…@{domain}", local.chars().take(1).collect::<String>()),
        None => "…".into(),
    }
}

impl Particulars<'_> {
    /// Whether the button leads to the invoice's own page; else it leads to ours.
    fn leads_to_invoice(&self) -> bool {
        self.link == self.mail.detail("link")
    }
}

impl Content {
    fn new(subject: impl Into<String>, button: &'static str) -> Self {
        Self { subject: subject.into(), button, ..Self::default() }
    }

    fn says(mut self, paragraph: impl Into<String>) -> Self {
        self.paragraphs.push(paragraph.into());
        self
    }

    fn lists(self, listed: Vec<String>) -> Self {
        Self { listed, ..self }
    }

    fn about_link(self, sentence: impl Into<String>) -> Self {
        Self { about_link: Some(sentence.into()), ..self }
    }

    fn otherwise(self, sentence: &'static str) -> Self {
        Self { otherwise: Some(sentence), ..self }
    }
}
