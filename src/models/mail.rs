//! A mail that waits to be sent: what is needed to write it, never its text nor a token.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{email::Email, ids::UserId, user::words};
use crate::core::client::Client;

words! {
    /// What a mail is about.
    MailKind {
        /// Somebody asked for a new password; whether the address has an account is found out when it is sent.
        Recovery = "recovery",
        /// The address is to be proved.
        VerifyAddress = "verify_address",
        /// Somebody tried to register with an address that has an account.
        AccountExists = "account_exists",
        /// The password was changed.
        PasswordChanged = "password_changed",
        /// To a new address: it is to be confirmed before it counts.
        ConfirmAddress = "confirm_address",
        /// To the former address: it was changed, and for three days there is a way back. Detail: `address`.
        AddressChanged = "address_changed",
        /// Somebody signed in by a device that was not seen before.
        NewDevice = "new_device",
        /// A spent refresh token came again; its session has ended.
        RefreshTokenReused = "refresh_token_reused",
        /// The second factor was turned on.
        SecondFactorOn = "second_factor_on",
        /// The second factor was turned off.
        SecondFactorOff = "second_factor_off",
        /// A recovery code was used up. Details: `left` (how many there are now), `for` (`sign_in`, or `act`: what asks for a proof again).
        RecoveryCodeUsed = "recovery_code_used",
        /// An administrator gave the account another role. Detail: `role`.
        RoleChanged = "role_changed",
        /// An administrator disabled the account.
        AccountDisabled = "account_disabled",
        /// An administrator enabled the account again.
        AccountEnabled = "account_enabled",
        /// Keys are about to expire. Details: `keys` (names and moments), `count`, `within` (days); of a single one `name`, `days`.
        KeyExpiring = "key_expiring",
        /// An invoice was paid. Details: `amount` (in the currency's smallest unit), `currency`, `number`, `link` (the
        /// invoice's page at Stripe, where there is one).
        InvoicePaid = "invoice_paid",
        /// A payment failed. Details as of `InvoicePaid`.
        PaymentFailed = "payment_failed",
        /// The PRO plan has ended. Detail: `limit` (active keys on the FREE plan, where there is a limit).
        ProEnded = "pro_ended",
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
    /// Whose account it is about; `None` for a recovery that a visitor asked for, where that is found out when it is sent.
    pub account: Option<UserId>,
    /// To whom.
    pub address: Email,
    /// What the text says beside the kind; never a secret.
    pub details: BTreeMap<String, String>,
    /// Who caused it.
    pub cause: MailCause,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was put there.
    pub created_at: DateTime<Utc>,
}

/// What stands in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// How many mails wait, those under way included.
    pub waiting: i64,
    /// When the oldest of them was put there.
    pub oldest_at: Option<DateTime<Utc>>,
    /// How many could not be sent and are kept to be seen.
    pub given_up: i64,
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

impl QueuedMail {
    /// To another address than the account's.
    #[must_use]
    pub fn to(self, address: Email) -> Self {
        Self { address, ..self }
    }

    /// With something that the text says.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.details.insert(name.into(), value.into());
        self
    }

    /// What the text says under this name; empty where nothing was given.
    #[must_use]
    pub fn detail(&self, name: &str) -> &str {
        self.details.get(name).map_or("", String::as_str)
    }
}
