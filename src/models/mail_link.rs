//! A link in a mail that proves an address.
//!
//! States: *promised* (its mail is not written yet) → *live* (a mail carries its token) → spent or expired, and gone.
//! `services::mail_links::make` writes the token, `services::addresses` spends it. Invariants:
//! 1. A token serves one purpose, once, until `expires_at`.
//! 2. Of the links that verify or change an account's address, the newest alone counts.
//! 3. A change waits for its link, promised or live, where it was asked for with an address that is taken and nobody must
//!    hear of that (`ENUMERATION_PROTECTION`): such a link is never live.
//! 4. Whoever lost an address by a change can take it back with the link of that very change, and nobody else can
//!    register the address meanwhile, if it was proved.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{email::Email, ids::UserId, user::words};

words! {
    /// What a link does.
    LinkPurpose {
        /// Proves the address of an account.
        Verify = "verify",
        /// Gives an account the address that it proves.
        Change = "change",
        /// Takes a change of the address back.
        Undo = "undo",
    }
}

impl LinkPurpose {
    /// How long such a link works.
    #[must_use]
    pub fn life(self) -> TimeDelta {
        match self {
            Self::Verify | Self::Change => TimeDelta::hours(24),
            Self::Undo => TimeDelta::hours(72),
        }
    }

    /// The page that it leads to.
    #[must_use]
    pub fn page(self) -> &'static str {
        match self {
            Self::Verify => "/verify",
            Self::Change => "/confirm-address",
            Self::Undo => "/undo-address",
        }
    }
}

/// A link, without its token.
#[derive(Clone, Debug)]
pub struct MailLink {
    /// Its identifier: that of the mail.
    pub id: Uuid,
    /// Whose account it is about.
    pub account: UserId,
    /// What it does.
    pub purpose: LinkPurpose,
    /// The address that it proves: where the mail goes.
    pub address: Email,
    /// From when on it is worth nothing.
    pub expires_at: DateTime<Utc>,
}

/// An account that nobody has proved to be theirs, and that whoever has the mailbox may delete.
#[derive(Clone, Debug)]
pub struct Disowned {
    /// Which it is.
    pub account: UserId,
    /// Its address.
    pub address: Email,
    /// How many active keys would go with it.
    pub active_keys: i64,
}
