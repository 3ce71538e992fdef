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
    /// The value went into a file that is kept, with all others: a copy of the vault, which uses no key.
    Copied,
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

impl Use {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Verified, Self::VerifiedFormer, Self::Refused, Self::Revealed, Self::Copied];

    /// Its word in the counters.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::VerifiedFormer => "verified_former",
            Self::Refused => "refused",
            Self::Revealed => "revealed",
            Self::Copied => "copied",
        }
    }

    /// Whether it counts as the key's last use.
    #[must_use]
    pub fn is_last_use(self) -> bool {
        !matches!(self, Self::Refused | Self::Copied)
    }
}

impl Counts {
    /// Counts one use more.
    pub fn count(&mut self, use_: Use) {
        let counter = match use_ {
            Use::Verified => &mut self.verifications,
            Use::VerifiedFormer => &mut self.former_verifications,
            Use::Refused => &mut self.refusals,
            Use::Revealed | Use::Copied => &mut self.reveals,
        };
        *counter += 1;
    }

    /// Takes away what was written down.
    pub fn take_away(&mut self, written: Self) {
        self.verifications -= written.verifications;
        self.former_verifications -= written.former_verifications;
        self.refusals -= written.refusals;
        self.reveals -= written.reveals;
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: Self) {
        self.verifications += other.verifications;
        self.former_verifications += other.former_verifications;
        self.refusals += other.refusals;
        self.reveals += other.reveals;
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }
}

/// What was counted of one key, one day and one version since it was last written down: a row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Whose key it is.
    pub account: UserId,
    /// The key.
    pub key: ApiKeyId,
    /// The day, in UTC.
    pub day: NaiveDate,
    /// The version of the value that was used; 0 where no value of the key was named.
    pub version: i64,
    /// How often.
    pub counts: Counts,
    /// The last use that counts as one.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// How a key was used on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageDay {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// How often.
    pub counts: Counts,
}

/// How the keys of an account are used, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountUsage {
    /// Every day that was asked for, oldest first; those without a use too.
    pub days: Vec<UsageDay>,
    /// How many keys there are.
    pub keys: KeyFigures,
    /// How many active keys the plan allows; `None` for all.
    pub most_keys: Option<i64>,
    /// The active keys with the most refusals of the last week.
    pub refused: Vec<RefusedKey>,
}

/// How many active keys an account has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyFigures {
    /// All that are not revoked.
    pub active: i64,
    /// Those that the vault made.
    pub generated: i64,
    /// Those whose time is over.
    pub expired: i64,
    /// Those whose time ends within 30 days.
    pub expiring: i64,
    /// Those that nobody has used for 90 days.
    pub unused: i64,
}

/// A key with checks that were not good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedKey {
    /// The key.
    pub id: ApiKeyId,
    /// Its name.
    pub name: String,
    /// Where it is used, if that was said.
    pub environment: Option<String>,
    /// How many.
    pub refusals: i64,
}

/// How a key was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Every day that was asked for, oldest first; those without a use too.
    pub days: Vec<UsageDay>,
    /// When a former value was last used.
    pub former_last_used_at: Option<DateTime<Utc>>,
}
