//! Reminders that a key expires: 30, 7 and 1 days before.

use chrono::{DateTime, TimeDelta, Utc};

use super::ids::{ApiKeyId, UserId};

/// How many days before, the nearest first.
pub const STAGES: [Stage; 3] = [Stage { days: 1, after: 0 }, Stage { days: 7, after: 1 }, Stage { days: 30, after: 7 }];

/// One reminder of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// How many days before the expiry it is due.
    pub days: i64,
    /// How many days before the expiry the next one takes its place.
    after: i64,
}

impl Stage {
    /// When the keys expire of which it is to be told now: after the first moment, until the second.
    #[must_use]
    pub fn window(self, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        (now + TimeDelta::days(self.after), now + TimeDelta::days(self.days))
    }

    /// Whether its moment was over when the date was set: who sets a near date knows that it is near.
    #[must_use]
    pub fn is_needless(self, expires_at: DateTime<Utc>, set_at: DateTime<Utc>) -> bool {
        expires_at - TimeDelta::days(self.days) <= set_at
    }
}

/// A key that expires soon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpiringKey {
    /// The key.
    pub id: ApiKeyId,
    /// Whose it is.
    pub account: UserId,
    /// Its name.
    pub name: String,
    /// Where it is used.
    pub environment: Option<String>,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_moment_before_an_expiry_belongs_to_one_stage_at_most() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        for (hours, expected) in [
            (0, None),
            (1, Some(1)),
            (24, Some(1)),
            (25, Some(7)),
            (168, Some(7)),
            (169, Some(30)),
            (720, Some(30)),
            (721, None),
        ] {
            let expires = now + TimeDelta::hours(hours);
            let fitting: Vec<_> = STAGES
                .iter()
                .filter(|stage| {
                    let (after, until) = stage.window(now);
                    after < expires && expires <= until
                })
                .map(|stage| stage.days)
                .collect();

            assert_eq!(fitting, expected.into_iter().collect::<Vec<_>>(), "{hours} hours before");
        }
    }
}
