//! The versions of a key's value. The current one stands in the key itself; this is about the former ones too.
//!
//! States of a version: *current* → *in grace* → *former*; a grace of zero goes straight to *former*. `services::api_keys`
//! makes each step: `rotate` and `restore` end being current, `end_grace`, the time and revoking the key end the grace.
//! Invariants, cited by the tests:
//! 1. A key has one current version, the one with its highest number: its row holds it, so there can be no second.
//! 2. A value that is current is in no grace of its own key at the same time.
//! 3. No value is current in one active key and in grace in another of the same account.
//! 4. A version's value is sealed for its own number: moved to another it does not open.

use chrono::{DateTime, Utc};

/// The most former versions that are kept of a key, beside those in grace.
pub const MOST_FORMER: i64 = 20;
/// The most former versions in all: the oldest grace ends early where there are more.
pub const MOST_IN_GRACE: i64 = 250;
/// How long a generated key's former value counts, where nothing is said, in seconds.
pub const USUAL_GRACE: i64 = 86_400;
/// How long a former value may count at most, in seconds.
pub const LONGEST_GRACE: i64 = 2_592_000;

/// A version, as it is shown: without its value.
#[derive(Clone, Debug)]
pub struct KeyVersion {
    /// Its number, counted from 1.
    pub version: i64,
    /// What stands before the random part of the value.
    pub prefix: String,
    /// The last four characters.
    pub last4: String,
    /// When it became the current one.
    pub created_at: DateTime<Utc>,
    /// Until when it still counts, or counted; `None` for the current one.
    pub grace_ends_at: Option<DateTime<Utc>>,
}

/// A former version, with its encrypted value.
pub struct FormerVersion {
    /// What is shown of it.
    pub shown: KeyVersion,
    /// The value, encrypted.
    pub sealed: Vec<u8>,
    /// The value's keyed hash.
    pub fingerprint: Vec<u8>,
}
