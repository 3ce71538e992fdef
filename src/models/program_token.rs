//! A token for a program: what opens the vault to it.
//!
//! States: *active* → *revoked*, for good; an active one may have *expired*. `services::program_tokens` makes one
//! (`create`), ends it (`revoke`, `revoke_all`) and admits the program that shows it (`authenticate`). Invariants:
//! 1. The token itself is shown in the answer that made it and kept as a keyed hash alone. A form that is sent twice makes one
//!    token: it follows from the form's name, and nothing is kept for that. The name tells when the form was written, and an
//!    old one makes nothing: what was made once is never made again after its row is gone.
//! 2. It never allows more than its scopes, nor more than the account may do itself.
//! 3. A revoked, expired or deleted account's token opens nothing, from the next request on.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    address_ranges::AddressRanges,
    ids::{ProgramTokenId, UserId},
    permission::Permission,
    user::{User, words},
};
use crate::core::{error::Result, random, secret::SecretText};

words! {
    /// What a program may do with the keys of the account.
    TokenScope {
        /// See them, masked.
        Read = "keys:read",
        /// See their values, and export them.
        Reveal = "keys:reveal",
        /// Store, generate, change, import and revoke them.
        Write = "keys:write",
        /// Check values that customers show.
        Verify = "keys:verify",
    }
}

/// What stands before the random part.
pub const PREFIX: &str = "vkt_";
/// The most active tokens of an account.
pub const MOST_TOKENS: i64 = 100;
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(5);
const RANDOM: usize = 36;
const CHECKSUM: usize = 6;

/// A token, as it is shown: without itself.
#[derive(Clone, Debug)]
pub struct ProgramToken {
    /// Its identifier.
    pub id: ProgramTokenId,
    /// Whose it is.
    pub user_id: UserId,
    /// What its owner calls it.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<TokenScope>,
    /// From where it may be used.
    pub allowed_ips: AddressRanges,
    /// What stands before its random part.
    pub prefix: String,
    /// Its last four characters.
    pub last4: String,
    /// From when on it is worth nothing.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to half a minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// From which address it was last used; empty where unknown.
    pub last_used_ip: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// What a new token is made of.
pub struct NewToken {
    /// What its owner calls it.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<TokenScope>,
    /// From when on it is worth nothing.
    pub expires_at: Option<DateTime<Utc>>,
    /// From where it may be used.
    pub allowed_ips: AddressRanges,
}

/// What a form that asks for a token is called. It holds the moment at which the form was written (UUID version 7): who
/// writes another one into it has another name, and so another token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormName(pub Uuid);

impl FormName {
    /// The name that a form says it has; what is none of ours is like one from long ago.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(Uuid::try_parse(text).unwrap_or_default())
    }

    /// Whether a form of this name was written within `life` before `now`, but for the little by which the clocks of servers
    /// differ.
    #[must_use]
    pub fn is_fresh(self, now: DateTime<Utc>, life: TimeDelta) -> bool {
        let seconds = self.0.get_timestamp().and_then(|written| i64::try_from(written.to_unix().0).ok());
        let written = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        written.is_some_and(|written| written > now - life && written < now + CLOCKS_DIFFER)
    }
}

/// A token that was just made: the only time it is shown.
pub struct CreatedToken {
    /// What is kept of it.
    pub token: ProgramToken,
    /// The token.
    pub value: SecretText,
}

/// A program that showed a good token.
#[derive(Clone, Debug)]
pub struct Program {
    /// The account for which it acts, as it was when last read.
    pub user: Arc<User>,
    /// Its token.
    pub token: Arc<ProgramToken>,
}

impl Program {
    /// Whether its token allows it; what is not named here is for people alone.
    #[must_use]
    pub fn permits(&self, permission: Permission) -> bool {
        let needed = match permission {
            // whoever holds a token may learn whose it is
            Permission::ReadOwnAccount => return true,
            Permission::ReadKeys => TokenScope::Read,
            Permission::RevealKeys => TokenScope::Reveal,
            Permission::WriteKeys | Permission::RevokeKeys => TokenScope::Write,
            Permission::VerifyKeys => TokenScope::Verify,
            Permission::SignOut
            | Permission::ProveOwnAddress
            | Permission::SecureOwnAccount
            | Permission::ManageOwnAccount
            | Permission::ReadBilling
            | Permission::ManageBilling
            | Permission::ManageTokens
            | Permission::ReadOwnAudit
            | Permission::ReadAccounts
            | Permission::AdministerAccounts => return false,
        };
        self.token.scopes.contains(&needed) && self.user.role.permits(permission)
    }
}

/// A new token: `vkt_`, 36 random characters, and six of checksum.
///
/// # Errors
/// `Internal` where there is no randomness.
pub fn generate() -> Result<SecretText> {
    Ok(written(&random::base62(RANDOM)?))
}

/// The token that these secret bytes stand for.
#[must_use]
pub fn of_bytes(bytes: &[u8; 32]) -> SecretText {
    written(&random::bytes_to_base62(bytes, RANDOM))
}

fn written(characters: &str) -> SecretText {
    let body = format!("{PREFIX}{characters}");
    let checksum = checksum(&body);
    SecretText::new(body + &checksum)
}

/// Whether a text is meant as a token for programs, and not as a person's access token.
#[must_use]
pub fn is_meant(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// Whether a text has the form of a token, its checksum included: a typing mistake is told without a look-up.
#[must_use]
pub fn is_well_formed(text: &str) -> bool {
    let Some((body, end)) = text.split_at_checked(PREFIX.len() + RANDOM) else { return false };
    is_meant(text)
        && end.len() == CHECKSUM
        && text.bytes().skip(PREFIX.len()).all(|byte| byte.is_ascii_alphanumeric())
        && end == checksum(body)
}

fn checksum(body: &str) -> String {
    random::to_base62(crc32fast::hash(body.as_bytes()), CHECKSUM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_the_form_of_the_contract_and_each_single_mistake_is_seen() {
        let token = generate().expect("made");
        let text = token.expose();

        assert!(text.starts_with("vkt_") && text.len() == 4 + 42 && is_well_formed(text));
        for at in 0..text.len() {
            let other = if text.as_bytes()[at] == b'a' { "b" } else { "a" };
            let mut wrong = text.clone();
            wrong.replace_range(at..=at, other);
            assert!(!is_well_formed(&wrong), "{at}");
            assert!(!is_well_formed(&text[..at]), "{at}");
        }
        assert!(
            !is_well_formed(&format!("{text}0")) && !is_well_formed("") && !is_well_formed("é".repeat(40).as_str())
        );
    }
}
