//! What was counted of the uses of keys and is not in the database yet: no request waits for a write.
//!
//! Invariants, cited by the tests:
//! 1. A count stays in memory until it is committed, and is taken away at that very moment: `copy`, then `written`.
//! 2. The memory is bounded: `MOST_ROWS`; at `WRITE_EARLY` the job is woken before its time.
//! 3. Whoever adds the counts in memory to those in the database holds `commit` for reading meanwhile, and sees each
//!    count once; whoever writes them down holds it for writing from the commit until they are taken away.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use tokio::sync::{Notify, RwLock};

use crate::{
    core::trusted_hash::TrustedMap,
    models::{
        ids::{ApiKeyId, UserId},
        usage::{Counted, Counts, Use},
    },
};

const WRITE_EARLY: usize = 20_000;
const MOST_ROWS: usize = 100_000;

/// The counts in memory.
#[derive(Default)]
pub struct UsageTally {
    counts: Mutex<InMemory>,
    /// Wakes the job before its time.
    pub is_full: Notify,
    /// Held by whoever writes the counts down: one at a time.
    pub turn: tokio::sync::Mutex<()>,
    /// See invariant 3.
    pub commit: RwLock<()>,
    /// What `/metrics` shows, by the kind of use: found once, since that costs more than counting.
    counters: OnceLock<[metrics::Counter; Use::ALL.len()]>,
}

#[derive(Default)]
struct InMemory {
    /// A key has few rows: the versions that were used since the last write, rarely on two days.
    keys: TrustedMap<ApiKeyId, Vec<Counted>>,
    rows: usize,
}

/// One use of a key.
#[derive(Clone, Copy)]
pub struct Noted {
    /// Whose key it is.
    pub account: UserId,
    /// The key.
    pub key: ApiKeyId,
    /// The version of the value.
    pub version: i64,
    /// What it was.
    pub use_: Use,
    /// When.
    pub at: DateTime<Utc>,
}

impl UsageTally {
    /// Counts one use in `/metrics`.
    pub fn count(&self, use_: Use) {
        let counters = self
            .counters
            .get_or_init(|| Use::ALL.map(|use_| metrics::counter!("vault_key_uses_total", "use" => use_.as_str())));
        if let Some((_, counter)) = Use::ALL.iter().zip(counters).find(|(kind, _)| **kind == use_) {
            counter.increment(1);
        }
    }

    /// Counts one use; tells whether there was room for it.
    pub fn note(&self, noted: Noted) -> bool {
        let Noted { account, key, version, use_, at } = noted;
        let day = at.date_naive();
        let last_used_at = use_.is_last_use().then_some(at);
        let mut counts = Counts::default();
        counts.count(use_);
        let mut memory = self.lock();
        let memory = &mut *memory;
        let known = memory.keys.get_mut(&key);
        if let Some(row) = known.and_then(|rows| rows.iter_mut().find(|row| row.is_of(day, version))) {
            row.counts.add(counts);
            row.last_used_at = row.last_used_at.max(last_used_at);
            return true;
        }
        if memory.rows >= MOST_ROWS {
            return false;
        }
        memory.keys.entry(key).or_default().push(Counted { account, key, day, version, counts, last_used_at });
        memory.rows += 1;
        if memory.rows == WRITE_EARLY {
            self.is_full.notify_one();
        }
        true
    }

    /// All that is in memory, to be written down; it stays there until it is `written`. Always in the same order, so that
    /// two servers never wait for each other.
    pub fn copy(&self) -> Vec<Counted> {
        let mut all: Vec<_> = self.lock().keys.values().flatten().copied().collect();
        all.sort_unstable_by_key(|row| (row.account, row.key, row.day, row.version));
        all
    }

    /// Takes away what was committed.
    pub fn written(&self, rows: &[Counted]) {
        let mut memory = self.lock();
        let memory = &mut *memory;
        for written in rows {
            let Some(of_key) = memory.keys.get_mut(&written.key) else { continue };
            if let Some(row) = of_key.iter_mut().find(|row| row.is_of(written.day, written.version)) {
                row.counts.take_away(written.counts);
            }
            let before = of_key.len();
            of_key.retain(|row| !row.counts.is_zero());
            memory.rows = memory.rows.saturating_sub(before - of_key.len());
            if of_key.is_empty() {
                memory.keys.remove(&written.key);
            }
        }
    }

    /// What is in memory of one key.
    #[must_use]
    pub fn of_key(&self, key: ApiKeyId) -> Vec<Counted> {
        self.lock().keys.get(&key).cloned().unwrap_or_default()
    }

    /// What is in memory of all keys of one account.
    #[must_use]
    pub fn of_account(&self, account: UserId) -> Vec<Counted> {
        let memory = self.lock();
        let of_keys = memory.keys.values().filter(|rows| rows.first().is_some_and(|row| row.account == account));
        of_keys.flatten().copied().collect()
    }

    /// When a key was last used, as far as memory tells.
    #[must_use]
    pub fn last_used(&self, key: ApiKeyId) -> Option<DateTime<Utc>> {
        self.lock().keys.get(&key)?.iter().filter_map(|row| row.last_used_at).max()
    }

    /// Shows in the counters how much waits.
    pub fn gauge(&self) {
        let rows = self.lock().rows;
        #[expect(clippy::cast_precision_loss, reason = "a gauge of a count")]
        metrics::gauge!("vault_key_uses_waiting").set(rows as f64);
    }

    fn lock(&self) -> MutexGuard<'_, InMemory> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    fn is_of(&self, day: NaiveDate, version: i64) -> bool {
        self.day == day && self.version == version
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;

    fn noted(key: u128, version: i64, use_: Use, seconds: i64) -> Noted {
        let at = DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap();
        Noted { account: UserId(Uuid::from_u128(1)), key: ApiKeyId(Uuid::from_u128(key)), version, use_, at }
    }

    #[test]
    fn what_is_counted_while_a_copy_is_written_stays() {
        let tally = UsageTally::default();
        tally.note(noted(7, 1, Use::Verified, 0));
        let copy = tally.copy();
        tally.note(noted(7, 1, Use::Verified, 1));
        tally.note(noted(7, 1, Use::Refused, 2));

        tally.written(&copy);

        let left = tally.copy();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].counts, Counts { verifications: 1, refusals: 1, ..Counts::default() });
        tally.written(&left);
        assert_eq!((tally.copy().len(), tally.lock().rows), (0, 0));
    }

    #[test]
    fn days_and_versions_are_counted_apart() {
        let tally = UsageTally::default();
        for (version, days) in [(1, 0), (1, 0), (2, 0), (1, 1)] {
            tally.note(noted(7, version, Use::Revealed, TimeDelta::days(days).num_seconds()));
        }

        let reveals: Vec<_> = tally.copy().iter().map(|row| row.counts.reveals).collect();

        assert_eq!(reveals, [2, 1, 1]);
    }

    #[test]
    fn a_refusal_and_a_copy_are_no_last_use() {
        let tally = UsageTally::default();
        tally.note(noted(7, 1, Use::Refused, 9));
        tally.note(noted(7, 1, Use::Copied, 9));
        assert_eq!(tally.of_key(ApiKeyId(Uuid::from_u128(7)))[0].counts.reveals, 1);
        assert_eq!(tally.last_used(ApiKeyId(Uuid::from_u128(7))), None);

        tally.note(noted(7, 1, Use::VerifiedFormer, 3));
        tally.note(noted(7, 1, Use::Refused, 9));

        assert_eq!(tally.last_used(ApiKeyId(Uuid::from_u128(7))), Some(noted(7, 1, Use::Refused, 3).at));
    }

    #[test]
    fn the_memory_is_bounded_and_what_is_known_still_counts() {
        let tally = UsageTally::default();
        let most = u128::try_from(MOST_ROWS).unwrap();

        let taken = (0..most + 500).filter(|key| tally.note(noted(*key, 1, Use::Verified, 0))).count();

        assert_eq!(taken, MOST_ROWS);
        assert!(tally.note(noted(3, 1, Use::Verified, 0)), "a key that is known");
        tally.written(&tally.copy()[..10]);
        assert!(tally.note(noted(most + 1, 1, Use::Verified, 0)), "there is room again");
    }
}
