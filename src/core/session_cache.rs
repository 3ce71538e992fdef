//! Sessions answered from memory: what the database said at most a second ago, dropped at once when it changes here.
//!
//! Invariants, cited by the tests:
//! 1. An entry older than `FRESH` is asked for again, so a change on another server counts within a second.
//! 2. What was read before an invalidation is never kept after it.

use std::{
    collections::HashMap,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::models::{
    ids::{SessionId, UserId},
    session::SignedIn,
};

const FRESH: Duration = Duration::from_secs(1);
const MOST_ENTRIES: usize = 50_000;

/// The sessions in memory.
#[derive(Default)]
pub struct SessionCache {
    entries: RwLock<HashMap<SessionId, Entry>>,
    generation: AtomicU64,
}

struct Entry {
    signed_in: SignedIn,
    read_at: Instant,
}

/// Proof of when a read began; see invariant 2.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Generation(u64);

impl SessionCache {
    /// The session, if it was read within the last second.
    pub fn get(&self, id: SessionId) -> Option<SignedIn> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        entries.get(&id).filter(|entry| entry.read_at.elapsed() < FRESH).map(|entry| entry.signed_in.clone())
    }

    /// To be taken before the database is asked.
    pub fn generation(&self) -> Generation {
        Generation(self.generation.load(Ordering::Acquire))
    }

    /// Keeps what the database said, unless something was invalidated since `began`.
    pub fn keep(&self, began: Generation, signed_in: SignedIn) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if self.generation.load(Ordering::Acquire) != began.0 {
            return;
        }
        if entries.len() >= MOST_ENTRIES {
            entries.retain(|_, entry| entry.read_at.elapsed() < FRESH);
        }
        if entries.len() < MOST_ENTRIES {
            entries.insert(signed_in.session, Entry { signed_in, read_at: Instant::now() });
        }
    }

    /// Forgets the sessions of an account: to be called after the change is committed.
    pub fn forget_account(&self, account: UserId) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        self.generation.fetch_add(1, Ordering::AcqRel);
        entries.retain(|_, entry| entry.signed_in.user.id != account);
    }
}
