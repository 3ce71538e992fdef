//! What a mail about keys that expire is told in its details: which keys, and how soon.

use chrono::{DateTime, Utc};

use super::clean;
use crate::models::mail::QueuedMail;

const MOST_NAME: usize = 100;

/// The keys that a mail is about.
pub(super) struct Expiring {
    /// The name and the moment of those that are named, soonest first.
    pub(super) named: Vec<(String, DateTime<Utc>)>,
    /// How many there are in all.
    pub(super) count: usize,
    /// Within how many days they expire.
    pub(super) within: i64,
}

impl Expiring {
    /// What the details say; without them, one key whose moment is not known.
    pub(super) fn of(mail: &QueuedMail) -> Self {
        let mut named: Vec<(String, DateTime<Utc>)> = serde_json::from_str(mail.detail("keys")).unwrap_or_default();
        for (name, _) in &mut named {
            *name = clean(name, MOST_NAME);
        }
        let count = mail.detail("count").parse().unwrap_or(1);
        Self { named, count, within: mail.detail("within").parse().unwrap_or(30) }
    }

    /// The moment of the one key, where the mail is about one.
    pub(super) fn moment(&self) -> Option<DateTime<Utc>> {
        self.named.first().map(|(_, at)| *at)
    }

    /// How many are not named.
    pub(super) fn others(&self) -> usize {
        self.count.saturating_sub(self.named.len())
    }
}
