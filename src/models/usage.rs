//! How keys are used: what is counted, by key, UTC day and version of the value.

use chrono::{DateTime, NaiveDate, Utc};

use super::ids::{ApiKeyId, UserId};

/// One use of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// The current value was checked and is good.
    Verified,
    /// The value from before a rotation was checked and is still good.
    VerifiedFormer,
    /// A value of the key was checked and is not good: revoked, expired, without the scope…
    Refused,
    /// The value was shown.
    Revealed,
}

/// How often which use was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Checks of the current value that were good.
    pub verifications: i64,
    /// Checks of a former value that were good.
    pub former_verifications: i64,
    /// Checks that were not good.
    pub refusals: i64,
    /// How often the value was shown.
    pub reveals: i64,
}

impl Counts {
    /// Counts one use more.
    pub fn count(&mut self, use_: Use) {
        let counter = match use_ {
            Use::Verified => &mut self.verifications,
            Use::VerifiedFormer => &mut self.former_verifications,
            Use::Refused => &mut self.refusals,
            Use::Revealed => &mut self.reveals,
        };
        *counter += 1;
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: Self) {
        self.verifications += other.verifications;
        self.former_verifications += other.former_verifications;
        self.refusals += other.refusals;
        self.reveals += other.reveals;
    }
}

/// What is counted apart: one row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UsagePlace {
    /// The key.
    pub key: ApiKeyId,
    /// The day, in UTC.
    pub day: NaiveDate,
    /// The version of the value that was used; 0 where no value of the key was named.
    pub version: i64,
}

/// What was counted in one place since it was last written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Whose key it is.
    pub account: UserId,
    /// How often.
    pub counts: Counts,
    /// The last use that was no refusal.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl Counted {
    /// Adds what was counted elsewhere in the same place.
    pub fn add(&mut self, other: Self) {
        self.counts.add(other.counts);
        self.last_used_at = self.last_used_at.max(other.last_used_at);
    }
}
