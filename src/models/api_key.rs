//! An API key in the vault.
//!
//! States: *active* (enabled or not) → *revoked*, for good ten minutes later. `services::api_keys::create` makes one, `update`
//! switches it on and off, `revoke` ends it, `reinstate` takes that back within the ten minutes. Invariants:
//! 1. A value is kept encrypted alone; `prefix` and `last4` are all that is shown of it.
//! 2. Among the active keys of an account no value comes twice, nor a name within one environment.
//! 3. While it is revoked a key is neither revealed, nor changed, nor good for anything.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::{
    ids::{ApiKeyId, UserId},
    user::words,
};
use crate::core::{error::Result, random, secret::SecretText};

words! {
    /// Who made the value.
    KeyKind {
        /// The user brought it.
        Stored = "stored",
        /// The vault made it.
        Generated = "generated",
    }
}

/// The most tags of a key.
pub const MOST_TAGS: usize = 20;
/// How long a key can be taken back after it was revoked.
pub const REINSTATED_WITHIN: TimeDelta = TimeDelta::minutes(10);

/// A key, as it is shown: without its value.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Its identifier.
    pub id: ApiKeyId,
    /// Whose it is.
    pub user_id: UserId,
    /// Its name, unique among the active ones of its environment.
    pub name: String,
    /// Who made the value.
    pub kind: KeyKind,
    /// The provider's identifier in the catalogue.
    pub provider: String,
    /// The provider's settings; secret ones are masked.
    pub provider_config: Map<String, Value>,
    /// Where it is used: `production`, `test`…
    pub environment: Option<String>,
    /// The user's own words for it.
    pub tags: Vec<String>,
    /// The user's own text.
    pub note: Option<String>,
    /// What a generated key may be used for.
    pub scopes: Vec<String>,
    /// What stands before the random part of the value; empty where the format does not tell.
    pub prefix: String,
    /// The last four characters; empty where the value is shorter than 16.
    pub last4: String,
    /// Counted from 1, up by one with each new value.
    pub version: i64,
    /// Counted from 1, up by one with each change.
    pub revision: i64,
    /// Whether it may be used.
    pub enabled: bool,
    /// Whether it was revoked.
    pub revoked: bool,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// From when on it is worth nothing.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last verified or revealed.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When its current value became that; `None` for the first one.
    pub rotated_at: Option<DateTime<Utc>>,
    /// Until when a former value still counts.
    pub grace_ends_at: Option<DateTime<Utc>>,
    /// From where a generated key may be used: addresses and networks; empty for everywhere.
    pub allowed_ips: Vec<String>,
    /// How often a generated key may be used.
    pub rate_limit: Option<KeyLimit>,
}

/// How often a key may be used: so often in any window of so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyLimit {
    /// How often.
    pub limit: u32,
    /// In how many seconds.
    pub window_seconds: u32,
}

/// The encrypted parts of a key.
#[derive(Clone)]
pub struct SealedParts {
    /// The value.
    pub value: Vec<u8>,
    /// The secret fields of `provider_config`, a JSON object.
    pub provider_secrets: Option<Vec<u8>>,
}

/// What is needed to reveal a key.
#[derive(Clone)]
pub struct SealedKey {
    /// Its identifier.
    pub id: ApiKeyId,
    /// Whether it was revoked.
    pub revoked: bool,
    /// The version of the value.
    pub version: i64,
    /// The provider's settings; secret ones are masked.
    pub provider_config: Map<String, Value>,
    /// The encrypted parts.
    pub parts: SealedParts,
}

impl ApiKey {
    /// What the list is searched by, in lower case.
    #[must_use]
    pub fn search_text(&self) -> String {
        let tags = self.tags.iter().map(String::as_str);
        let parts =
            [self.name.as_str(), self.note.as_deref().unwrap_or_default(), &self.provider, &self.prefix, &self.last4];
        // a unit separator keeps a search from matching across two fields
        parts.into_iter().chain(tags).collect::<Vec<_>>().join("\u{1f}").to_lowercase()
    }

    /// The key as it is at `now`: a grace that has ended is none.
    #[must_use]
    pub fn at(mut self, now: DateTime<Utc>) -> Self {
        self.grace_ends_at = self.grace_ends_at.filter(|end| *end > now);
        self
    }

    /// Until when its revocation can be taken back; `None` where it can not.
    #[must_use]
    pub fn reinstatable_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.revoked_at.filter(|_| self.revoked).map(|at| at + REINSTATED_WITHIN).filter(|end| now < *end)
    }

    /// Whether it is revoked, and can still be taken back.
    #[must_use]
    pub fn is_reinstatable(&self, now: DateTime<Utc>) -> bool {
        self.reinstatable_until(now).is_some()
    }

    /// The entity tag of this state of the key.
    #[must_use]
    pub fn etag(&self) -> String {
        format!("\"{}-{}\"", self.id.0.simple(), self.revision)
    }
}

/// A freshly generated value: `vk_live_` or `vk_test_`, 36 random characters, and six of checksum.
///
/// # Errors
/// `Internal` where there is no randomness.
pub fn generate_value(environment: Option<&str>) -> Result<SecretText> {
    let kind = if matches!(environment, Some("test" | "development")) { "test" } else { "live" };
    let body = format!("vk_{kind}_{}", random::base62(36)?);
    let checksum = random::to_base62(crc32fast::hash(body.as_bytes()), 6);
    Ok(SecretText::new(body + &checksum))
}

/// Whether a value has the form of a generated one and its checksum is right.
#[must_use]
pub fn is_well_formed(value: &str) -> bool {
    let has_prefix = value.starts_with("vk_live_") || value.starts_with("vk_test_");
    let Some((body, checksum)) = value.split_at_checked(44) else { return false };
    value.len() == 50
        && has_prefix
        && value.bytes().skip(8).all(|byte| byte.is_ascii_alphanumeric())
        && random::to_base62(crc32fast::hash(body.as_bytes()), 6) == checksum
}

/// The last four characters of a value; empty where it is shorter than 16 characters.
#[must_use]
pub fn last4(value: &str) -> String {
    let length = value.chars().count();
    if length < 16 { String::new() } else { value.chars().skip(length - 4).collect() }
}

/// What is shown in place of a secret setting.
#[must_use]
pub fn mask(value: &str) -> String {
    format!("••••••••{}", last4(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_value_has_the_form_and_checksum_of_the_contract() {
        for (environment, start) in [
            (None, "vk_live_"),
            (Some("production"), "vk_live_"),
            (Some("test"), "vk_test_"),
            (Some("development"), "vk_test_"),
        ] {
            let value = generate_value(environment).expect("made");
            let text = value.expose();
            assert!(text.starts_with(start));
            assert_eq!(text.len(), 8 + 42);
            assert!(text.bytes().skip(8).all(|byte| byte.is_ascii_alphanumeric()));
            assert_eq!(&text[44..], random::to_base62(crc32fast::hash(&text.as_bytes()[..44]), 6));
        }
    }

    #[test]
    fn every_changed_character_of_a_generated_value_is_told() {
        let value = generate_value(None).expect("made").expose().clone();
        assert!(is_well_formed(&value));

        for place in 0..value.len() {
            let mut bytes = value.clone().into_bytes();
            bytes[place] = if bytes[place] == b'a' { b'b' } else { b'a' };
            assert!(!is_well_formed(&String::from_utf8(bytes).expect("ascii")), "{place}");
        }
        for other in ["", "vk_live_", &value[..49], &format!("{value}0"), &format!("{value}\n"), &"é".repeat(25)] {
            assert!(!is_well_formed(other), "{other}");
        }
    }

    #[test]
    fn short_values_show_nothing_of_themselves() {
        assert_eq!(last4("123456789012345"), "");
        assert_eq!(last4("1234567890123456"), "3456");
        assert_eq!(mask("short"), "••••••••");
        assert_eq!(last4("🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑abcd"), "abcd");
    }
}
