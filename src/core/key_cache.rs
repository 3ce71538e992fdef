//! Generated keys by their values, answered from memory: what the database said at most a second ago, that there is no
//! such key included, and forgotten at once when something of the account changes here.
//!
//! Invariants, cited by the tests:
//! 1. An entry older than `FRESH` is asked for again, so a change on another server counts within a second.
//! 2. What was read before a change is never answered after it: an entry carries the marks that stood when its read
//!    began, and a change moves a mark. Nothing is searched for, so a change costs the same however much is kept.
//! 3. However many values are asked for, no more than twice `MOST_ENTRIES` are kept.

use std::{
    collections::HashMap,
    mem,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::models::{ids::UserId, key_check::FoundKey};

/// Less than the second that was promised: asking and answering take their time too.
const FRESH: Duration = Duration::from_millis(900);
const MOST_ENTRIES: usize = 20_000;
const MARKS: usize = 4096;

/// The keyed hash of a value: of one account's value alone.
pub type Fingerprint = [u8; 32];

/// The keys in memory.
pub struct KeyCache {
    entries: RwLock<Entries>,
    /// Counters; several accounts and values share one, which costs a read more now and then.
    marks: Vec<AtomicU64>,
}

/// Two generations: when the newer one is full or a second old, the older one is dropped as a whole.
struct Entries {
    newer: HashMap<Fingerprint, Entry>,
    older: HashMap<Fingerprint, Entry>,
    turned_at: Instant,
}

struct Entry {
    found: Option<Arc<FoundKey>>,
    read_at: Instant,
    mark: Mark,
}

/// What stood when a read began; see invariant 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(u64);

impl Default for KeyCache {
    fn default() -> Self {
        let entries = Entries { newer: HashMap::new(), older: HashMap::new(), turned_at: Instant::now() };
        Self { entries: RwLock::new(entries), marks: (0..MARKS).map(|_| AtomicU64::new(0)).collect() }
    }
}

impl KeyCache {
    /// What is known of a value of this account; `None` where the database must be asked.
    pub fn get(&self, account: UserId, value: &Fingerprint) -> Option<Option<Arc<FoundKey>>> {
        let mark = self.mark(account, value);
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.newer.get(value).or_else(|| entries.older.get(value))?;
        (entry.mark == mark && entry.read_at.elapsed() < FRESH).then(|| entry.found.clone())
    }

    /// To be taken before the database is asked.
    pub fn mark(&self, account: UserId, value: &Fingerprint) -> Mark {
        // both only grow, so the sum is the same only if neither moved
        Mark(self.read(account.0.as_bytes()).wrapping_add(self.read(value)))
    }

    /// Keeps what the database said.
    pub fn keep(&self, began: Mark, value: Fingerprint, found: Option<Arc<FoundKey>>) {
        let entry = Entry { found, read_at: Instant::now(), mark: began };
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let mut dropped = HashMap::new();
        if entries.newer.len() >= MOST_ENTRIES || entries.turned_at.elapsed() >= FRESH {
            let newer = mem::take(&mut entries.newer);
            dropped = mem::replace(&mut entries.older, newer);
            entries.turned_at = Instant::now();
        }
        entries.newer.insert(value, entry);
        drop(entries);
        // outside the lock: it takes a while
        drop(dropped);
    }

    /// Forgets all keys of an account: to be called after a change is committed.
    pub fn forget_account(&self, account: UserId) {
        self.move_mark(account.0.as_bytes());
    }

    /// Forgets that there was no key with this value: to be called after one was made.
    pub fn forget_value(&self, value: &Fingerprint) {
        self.move_mark(value);
    }

    fn read(&self, of: &[u8]) -> u64 {
        self.marks.get(place(of)).map_or(0, |mark| mark.load(Ordering::Acquire))
    }

    fn move_mark(&self, of: &[u8]) {
        if let Some(mark) = self.marks.get(place(of)) {
            mark.fetch_add(1, Ordering::AcqRel);
        }
    }
}

/// The last bytes of an identifier or a hash are random.
fn place(of: &[u8]) -> usize {
    of.iter().rev().take(2).fold(0, |sum, byte| sum << 8 | usize::from(*byte)) % MARKS
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ALICE: UserId = UserId(Uuid::from_u128(1));
    const BOB: UserId = UserId(Uuid::from_u128(2));

    fn value(number: u64) -> Fingerprint {
        let mut value = [0; 32];
        value[24..].copy_from_slice(&number.to_be_bytes());
        value[0..8].copy_from_slice(&number.to_be_bytes());
        value
    }

    #[test]
    fn what_was_read_before_a_change_is_never_answered_after_it() {
        let cache = KeyCache::default();
        let before = cache.mark(ALICE, &value(9));
        cache.forget_account(ALICE);
        cache.keep(before, value(9), None);
        assert!(cache.get(ALICE, &value(9)).is_none());

        cache.keep(cache.mark(ALICE, &value(9)), value(9), None);
        assert!(cache.get(ALICE, &value(9)).is_some());
        cache.forget_account(BOB);
        assert!(cache.get(ALICE, &value(9)).is_some());
        cache.forget_value(&value(9));
        assert!(cache.get(ALICE, &value(9)).is_none());
    }

    #[test]
    fn a_million_values_that_nobody_has_fill_no_more_than_the_bound() {
        let cache = KeyCache::default();
        for number in 0..1_000_000 {
            cache.keep(Mark(0), value(number), None);
        }

        let entries = cache.entries.read().expect("entries");
        assert!(entries.newer.len() + entries.older.len() <= 2 * MOST_ENTRIES);
    }
}
