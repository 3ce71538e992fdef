//! The states of one server: in shards, so that requests hardly wait for each other, and bounded, so that nobody fills
//! the memory by coming from many addresses.

use std::{
    collections::{
        HashMap,
        hash_map::{self, RandomState},
    },
    hash::BuildHasher as _,
    sync::{Mutex, PoisonError},
};

use super::Key;

const SHARDS: usize = 64;
/// 100,000 in all.
const MOST_IN_A_SHARD: usize = 100_000 / SHARDS;

/// States by key. A state is dropped once it has expired, or earlier where there are too many: those that would
/// expire soonest go first, so that who is at a limit stays there.
pub(super) struct Memory<S> {
    shards: Vec<Mutex<HashMap<Key, Entry<S>>>>,
    hasher: RandomState,
}

struct Entry<S> {
    state: S,
    expires_at: i64,
}

impl<S> Default for Memory<S> {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect(), hasher: RandomState::new() }
    }
}

impl<S: Default> Memory<S> {
    /// Changes the state of a key in one step. `change` gives the new state, when it expires, and the answer.
    pub(super) fn update<A>(&self, key: Key, now: i64, change: impl FnOnce(Option<S>) -> (S, i64, A)) -> A {
        let Some(shard) = self.shard(&key) else { return change(None).2 };
        let mut entries = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST_IN_A_SHARD && !entries.contains_key(&key) {
            make_room(&mut entries, now);
        }
        match entries.entry(key) {
            hash_map::Entry::Occupied(mut entry) => {
                let before = std::mem::take(&mut entry.get_mut().state);
                let (state, expires_at, answer) = change(Some(before));
                entry.insert(Entry { state, expires_at });
                answer
            }
            hash_map::Entry::Vacant(place) => {
                let (state, expires_at, answer) = change(None);
                place.insert(Entry { state, expires_at });
                answer
            }
        }
    }

    /// Forgets a key.
    pub(super) fn remove(&self, key: &Key) {
        if let Some(shard) = self.shard(key) {
            shard.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        }
    }

    /// Drops what has expired.
    pub(super) fn sweep(&self, now: i64) {
        for shard in &self.shards {
            shard.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, entry| entry.expires_at > now);
        }
    }

    /// How many states there are.
    pub(super) fn count(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    fn shard(&self, key: &Key) -> Option<&Mutex<HashMap<Key, Entry<S>>>> {
        let hash = usize::try_from(self.hasher.hash_one(key) >> 32).unwrap_or_default();
        self.shards.get(hash % SHARDS)
    }
}

/// Drops what has expired, and at least a quarter: so the work is done once for many newcomers.
fn make_room<S>(entries: &mut HashMap<Key, Entry<S>>, now: i64) {
    entries.retain(|_, entry| entry.expires_at > now);
    if entries.len() < MOST_IN_A_SHARD / 4 * 3 {
        return;
    }
    let mut expiries: Vec<i64> = entries.values().map(|entry| entry.expires_at).collect();
    let quarter = expiries.len() / 4;
    let (_, bound, _) = expiries.select_nth_unstable(quarter);
    let bound = *bound;
    let mut left = quarter + 1;
    entries.retain(|_, entry| {
        let goes = entry.expires_at <= bound && left > 0;
        left -= usize::from(goes);
        !goes
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u128) -> Key {
        Key { limit: "test", subject: number.to_be_bytes() }
    }

    #[test]
    fn a_million_callers_fill_no_more_than_the_bound_and_who_is_at_a_limit_stays_there() {
        let memory = Memory::<u32>::default();
        memory.update(key(u128::MAX), 0, |_| (7, 1_000_000, ()));
        for number in 0..1_000_000 {
            memory.update(key(number), 0, |_| (1, 1000, ()));
        }

        assert!(memory.count() <= 100_000);
        assert_eq!(memory.update(key(u128::MAX), 0, |state| (7, 1_000_000, state)), Some(7));
    }

    #[test]
    fn what_has_expired_is_dropped() {
        let memory = Memory::<u32>::default();
        for number in 0..1000 {
            memory.update(key(number), 0, |_| (1, if number < 10 { 5000 } else { 1000 }, ()));
        }

        let left_at = |now| {
            memory.sweep(now);
            memory.count()
        };
        assert_eq!([left_at(999), left_at(1000), left_at(5000)], [1000, 10, 0]);
    }
}
