//! Generated keys by their values, answered from memory: what the database said a moment ago, that there is no such key
//! included, and forgotten at once when something of the account changes here.
//!
//! Invariants, cited by the tests:
//! 1. An entry older than `FRESH` counts only where the database said within the last `FRESH` that the account's audit
//!    chain is where it was when the entry was read: whatever changes a key or its account adds an entry there in the same
//!    transaction. So a change on another server counts within a second, and a thousand keys cost one question, not
//!    a thousand. What changes without an entry, as the time of the last use, is shown as it was `MOST_AGE` ago at most.
//! 2. What was read before a change is never answered after it: an entry carries the marks that stood when its read
//!    began, and a change moves a mark. Nothing is searched for, so a change costs the same however much is kept.
//! 3. However many values are asked for, no more than twice `MOST_ENTRIES` are kept.

use std::{
    mem,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    core::trusted_hash::TrustedMap,
    models::{ids::UserId, key_check::FoundKey},
};

/// Less than the second that was promised: asking and answering take their time too.
const FRESH: Duration = Duration::from_millis(900);
const MOST_AGE: Duration = Duration::from_secs(10);
const MOST_ACCOUNTS: usize = 20_000;
/// Locks for those who ask for an account's state; several accounts share one.
const TURNS: usize = 64;
const MOST_ENTRIES: usize = 20_000;
const MARKS: usize = 4096;

/// The keyed hash of a value: of one account's value alone.
pub type Fingerprint = [u8; 32];

/// The keys in memory.
pub struct KeyCache {
    entries: RwLock<Entries>,
    /// Counters; several accounts and values share one, which costs a read more now and then.
    marks: Vec<AtomicU64>,
    /// Where the chains of accounts ended, and when that was asked.
    ends: RwLock<TrustedMap<UserId, (i64, Instant)>>,
    turns: Vec<tokio::sync::Mutex<()>>,
}

/// What memory knows of a value.
pub enum Known {
    /// The answer: the key, or that there is none.
    Now(Option<Arc<FoundKey>>),
    /// There was an answer, which counts if the account's chain is still where it was.
    Before,
    /// Nothing that counts.
    Nothing,
}

/// Two generations: when the newer one is full or `MOST_AGE` old, the older one is dropped as a whole.
struct Entries {
    newer: TrustedMap<Fingerprint, Entry>,
    older: TrustedMap<Fingerprint, Entry>,
    turned_at: Instant,
}

struct Entry {
    found: Option<Arc<FoundKey>>,
    read_at: Instant,
    mark: Mark,
    /// Where the account's chain ended; `None` for what is good for `FRESH` alone.
    seq: Option<i64>,
}

/// What stood when a read began; see invariant 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(u64);

impl Default for KeyCache {
    fn default() -> Self {
        let entries = Entries { newer: TrustedMap::default(), older: TrustedMap::default(), turned_at: Instant::now() };
        Self {
            entries: RwLock::new(entries),
            marks: (0..MARKS).map(|_| AtomicU64::new(0)).collect(),
            ends: RwLock::default(),
            turns: (0..TURNS).map(|_| tokio::sync::Mutex::default()).collect(),
        }
    }
}

impl KeyCache {
    /// What is known of a value of this account.
    pub fn get(&self, account: UserId, value: &Fingerprint) -> Known {
        let mark = self.mark(account, value);
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.newer.get(value).or_else(|| entries.older.get(value));
        let Some(entry) = entry.filter(|entry| entry.mark == mark) else { return Known::Nothing };
        let now = Instant::now();
        let age = now.saturating_duration_since(entry.read_at);
        if age < FRESH {
            return Known::Now(entry.found.clone());
        }
        match (entry.seq, self.end_at(account, now)) {
            (Some(_), _) if age >= MOST_AGE => Known::Nothing,
            (Some(_), None) => Known::Before,
            (Some(then), Some(now)) if then == now => Known::Now(entry.found.clone()),
            _ => Known::Nothing,
        }
    }

    /// Where the account's chain ends, if that was asked within the last second.
    pub fn end(&self, account: UserId) -> Option<i64> {
        self.end_at(account, Instant::now())
    }

    fn end_at(&self, account: UserId, now: Instant) -> Option<i64> {
        let ends = self.ends.read().unwrap_or_else(PoisonError::into_inner);
        let (seq, asked_at) = ends.get(&account)?;
        (now.saturating_duration_since(*asked_at) < FRESH).then_some(*seq)
    }

    /// Waits for the turn to ask where the account's chain ends: one asks for all. Who waited for long asks itself.
    pub async fn turn(&self, account: UserId) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        let turn = self.turns.get(place(account.0.as_bytes()) % TURNS)?;
        tokio::time::timeout(FRESH, turn.lock()).await.ok()
    }

    /// Keeps where the account's chain ended when it was asked.
    pub fn keep_end(&self, account: UserId, seq: i64, asked_at: Instant) {
        let mut ends = self.ends.write().unwrap_or_else(PoisonError::into_inner);
        if ends.len() >= MOST_ACCOUNTS {
            ends.retain(|_, (_, asked_at)| asked_at.elapsed() < FRESH);
        }
        if ends.len() < MOST_ACCOUNTS {
            ends.insert(account, (seq, asked_at));
        }
    }

    /// To be taken before the database is asked.
    pub fn mark(&self, account: UserId, value: &Fingerprint) -> Mark {
        // both only grow, so the sum is the same only if neither moved
        Mark(self.read(account.0.as_bytes()).wrapping_add(self.read(value)))
    }

    /// Keeps what the database said, and where the account's chain ended then; without that it is good for a second.
    pub fn keep(&self, began: (Mark, Instant), value: Fingerprint, found: Option<Arc<FoundKey>>, seq: Option<i64>) {
        let (mark, read_at) = began;
        let entry = Entry { found, read_at, mark, seq };
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let mut dropped = TrustedMap::default();
        if entries.newer.len() >= MOST_ENTRIES || entries.turned_at.elapsed() >= MOST_AGE {
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
        cache.keep((before, Instant::now()), value(9), None, Some(1));
        assert!(!is_known(&cache));

        cache.keep((cache.mark(ALICE, &value(9)), Instant::now()), value(9), None, Some(1));
        assert!(is_known(&cache));
        cache.forget_account(BOB);
        assert!(is_known(&cache));
        cache.forget_value(&value(9));
        assert!(!is_known(&cache));
    }

    fn is_known(cache: &KeyCache) -> bool {
        matches!(cache.get(ALICE, &value(9)), Known::Now(_))
    }

    #[test]
    fn what_is_older_than_a_second_counts_only_while_the_chain_stays_where_it_was() {
        let cache = KeyCache::default();
        let mark = cache.mark(ALICE, &value(9));
        let ago = |seconds| Instant::now().checked_sub(Duration::from_secs(seconds)).expect("a moment");
        cache.keep((mark, ago(2)), value(9), None, Some(7));
        assert!(matches!(cache.get(ALICE, &value(9)), Known::Before));

        cache.keep_end(ALICE, 7, Instant::now());
        assert!(is_known(&cache));
        cache.keep_end(ALICE, 7, ago(2));
        assert!(matches!(cache.get(ALICE, &value(9)), Known::Before));
        cache.keep_end(ALICE, 8, Instant::now());
        assert!(matches!(cache.get(ALICE, &value(9)), Known::Nothing));

        cache.keep_end(ALICE, 7, Instant::now());
        cache.keep((mark, ago(11)), value(9), None, Some(7));
        assert!(matches!(cache.get(ALICE, &value(9)), Known::Nothing), "too old");
        cache.keep((mark, ago(2)), value(9), None, None);
        assert!(matches!(cache.get(ALICE, &value(9)), Known::Nothing), "without a chain");
    }

    #[test]
    fn a_million_values_that_nobody_has_fill_no_more_than_the_bound() {
        let cache = KeyCache::default();
        for number in 0..1_000_000 {
            cache.keep((Mark(0), Instant::now()), value(number), None, None);
        }

        let entries = cache.entries.read().expect("entries");
        assert!(entries.newer.len() + entries.older.len() <= 2 * MOST_ENTRIES);
    }
}
