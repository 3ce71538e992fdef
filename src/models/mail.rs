//! A mail that waits to be sent: what is needed to write it, never its text nor a token.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{email::Email, user::words};
use crate::core::client::Client;

words! {
    /// What a mail is about.
    MailKind {
        /// Somebody asked for a new password; whether the address has an account is found out when it is sent.
        Recovery = "recovery",
        /// The password was changed.
        PasswordChanged = "password_changed",
    }
}

/// Who caused a mail: what the audit trail says of it, also when it is sent later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailCause {
    /// The address; empty for the command line.
    pub ip: String,
    /// The program.
    pub user_agent: String,
    /// The request.
    pub request_id: String,
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
    /// Who caused it.
    pub cause: MailCause,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was put there.
    pub created_at: DateTime<Utc>,
}

impl From<&Client> for MailCause {
    fn from(client: &Client) -> Self {
        Self {
            ip: client.ip_text(),
            user_agent: client.user_agent.to_string(),
            request_id: client.request_id.to_string(),
        }
    }
}
