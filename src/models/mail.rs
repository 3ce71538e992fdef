//! A mail that waits to be sent: what is needed to write it, never its text nor a token.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{email::Email, user::words};
use crate::core::language::Language;

words! {
    /// What a mail is about.
    MailKind {
        /// Somebody asked for a new password; whether the address has an account is found out when it is sent.
        Recovery = "recovery",
        /// The password was changed.
        PasswordChanged = "password_changed",
    }
}

/// A mail in the outbox.
#[derive(Clone, Debug)]
pub struct QueuedMail {
    /// Its identifier.
    pub id: Uuid,
    /// What it is about.
    pub kind: MailKind,
    /// To whom.
    pub address: Email,
    /// In which language.
    pub language: Language,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was put there.
    pub created_at: DateTime<Utc>,
}
