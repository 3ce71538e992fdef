//! What was counted of keys' use and is not in the database yet: no request waits for a write.
//!
//! A count is `fresh`, then `leaving` while it is being written, then gone; or `fresh` again where it could not be.
//!
//! Invariants, cited by the tests:
//! 1. Nothing is forgotten before it is committed, and nothing is written twice by one server.
//! 2. The memory is bounded: `MOST_PLACES`; from `WRITE_EARLY` on the job is woken.
//! 3. Whoever adds what is in memory to what the database says sees each count once; see `generation`.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use crate::models::{
    ids::{ApiKeyId, UserId},
    usage::{Counted, Counts, UsagePlace, Use},
};

const WRITE_EARLY: usize = 20_000;
const MOST_PLACES: usize = 100_000;

type Places = HashMap<UsagePlace, Counted>;

/// The counts in memory.
#[derive(Default)]
pub struct UsageTally {
    counts: Mutex<InMemory>,
    /// Wakes the job before its time.
    pub is_full: Notify,
    /// Held by whoever writes the counts down: one at a time.
    pub turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct InMemory {
    fresh: Places,
    leaving: Places,
    /// When which key was last used, of those above.
    last_used: HashMap<ApiKeyId, DateTime<Utc>>,
    generation: u64,
}

/// What is in memory of one key.
pub struct Pending {
    /// The counts, by place.
    pub places: Vec<(UsagePlace, Counted)>,
    /// Changes whenever something was written down.
    pub generation: u64,
}

impl UsageTally {
    /// Counts one use; tells whether there was room for it.
    pub fn note(&self, place: UsagePlace, account: UserId, use_: Use, now: DateTime<Utc>) -> bool {
        let mut counts = self.lock();
        let places = counts.fresh.len() + counts.leaving.len();
        let counted = match counts.fresh.entry(place) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(_) if places >= MOST_PLACES => return false,
            Entry::Vacant(entry) => entry.insert(Counted { account, counts: Counts::default(), last_used_at: None }),
        };
        counted.counts.count(use_);
        if use_ != Use::Refused {
            counted.last_used_at = counted.last_used_at.max(Some(now));
            let last = counts.last_used.entry(place.key).or_insert(now);
            *last = now.max(*last);
        }
        if places == WRITE_EARLY {
            self.is_full.notify_one();
        }
        true
    }

    /// Takes all that is fresh, to be written down: always in the same order, so that two servers never wait for each other.
    pub fn take(&self) -> Vec<(UsagePlace, Counted)> {
        let mut counts = self.lock();
        let fresh = std::mem::take(&mut counts.fresh);
        for (place, counted) in fresh {
            counts.leaving.entry(place).and_modify(|known| known.add(counted)).or_insert(counted);
        }
        let mut taken: Vec<_> = counts.leaving.iter().map(|(place, counted)| (*place, *counted)).collect();
        taken.sort_unstable_by_key(|(place, _)| *place);
        taken
    }

    /// Forgets what was committed.
    pub fn written(&self, places: &[(UsagePlace, Counted)]) {
        let mut counts = self.lock();
        counts.generation += 1;
        for (place, _) in places {
            counts.leaving.remove(place);
        }
        if counts.fresh.is_empty() && counts.leaving.is_empty() {
            counts.last_used.clear();
        }
    }

    /// Keeps what could not be written for the next time.
    pub fn give_back(&self) {
        let mut counts = self.lock();
        let leaving = std::mem::take(&mut counts.leaving);
        for (place, counted) in leaving {
            counts.fresh.entry(place).and_modify(|known| known.add(counted)).or_insert(counted);
        }
    }

    /// Changes whenever something was written down: what was read from the database under another generation is to be
    /// read again before the counts in memory are added.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.lock().generation
    }

    /// What is in memory of one key.
    #[must_use]
    pub fn of_key(&self, key: ApiKeyId) -> Pending {
        let counts = self.lock();
        let places = counts.fresh.iter().chain(&counts.leaving);
        let places = places.filter(|(place, _)| place.key == key).map(|(place, counted)| (*place, *counted)).collect();
        Pending { places, generation: counts.generation }
    }

    /// When a key was last used, as far as memory tells.
    #[must_use]
    pub fn last_used(&self, key: ApiKeyId) -> Option<DateTime<Utc>> {
        self.lock().last_used.get(&key).copied()
    }

    fn lock(&self) -> MutexGuard<'_, InMemory> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
