//! An account: who it belongs to, its role and its plan.

use chrono::{DateTime, Utc};

use super::{email::Email, ids::UserId};
use crate::core::language::Language;

/// Makes an enum of words that are stored and sent as they are.
macro_rules! words {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $each:literal])+ $variant:ident = $word:tt),+ $(,)? }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, utoipa::ToSchema)]
        pub enum $name { $($(#[doc = $each])+ #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that is stored and sent.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(word: String) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word).ok_or_else(|| format!("{word} is no {}", stringify!($name)))
            }
        }
    };
}

pub(super) use words;

words! {
    /// What an account may do.
    Role {
        /// Keeps keys.
        User = "user",
        /// Reads accounts and audit, changes nothing.
        Support = "support",
        /// Manages accounts; never sees a value.
        Admin = "admin",
    }
}

words! {
    /// What an account pays for.
    Plan {
        /// Nothing.
        Free = "FREE",
        /// The PRO plan.
        Pro = "PRO",
    }
}

/// An account, without its password.
#[derive(Clone, Debug)]
pub struct User {
    /// Its identifier.
    pub id: UserId,
    /// Its address, in its one stored form.
    pub email: Email,
    /// The person's name; may be empty.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// Whether the address was proved.
    pub email_verified: bool,
    /// Its plan.
    pub plan: Plan,
    /// The language of its mails.
    pub language: Language,
    /// Since when it has a second factor.
    pub second_factor_at: Option<DateTime<Utc>>,
    /// When an administrator disabled it.
    pub disabled_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl User {
    /// Whether it may sign in and act.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.disabled_at.is_none()
    }
}
