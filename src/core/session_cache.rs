//! Sessions and programs answered from memory: what the database said at most a second ago, dropped at once when it
//! changes here.
//!
//! Invariants, cited by the tests:
//! 1. An entry older than `FRESH` is asked for again, so a change on another server counts within a second.
//! 2. What was read before an invalidation is never kept after it.

use std::{
    hash::Hash,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    core::trusted_hash::TrustedMap,
    models::{
        ids::{SessionId, UserId},
        program_token::Program,
        session::SignedIn,
    },
};

/// Less than the second that was promised: asking and answering take their time too.
const FRESH: Duration = Duration::from_millis(900);
const MOST_ENTRIES: usize = 50_000;

/// Who was admitted, in memory.
#[derive(Default)]
pub struct SessionCache {
    people: Entries<SessionId, SignedIn>,
    /// By the keyed hash of the token.
    programs: Entries<[u8; 32], Program>,
    generation: AtomicU64,
}

/// Proof of when a read began; see invariant 2.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Generation(u64);

impl SessionCache {
    /// The session, if it was read within the last second.
    pub fn get(&self, id: SessionId) -> Option<SignedIn> {
        self.people.get(&id)
    }

    /// The program whose token has this keyed hash, if it was read within the last second.
    pub fn get_program(&self, digest: &[u8; 32]) -> Option<Program> {
        self.programs.get(digest)
    }

    /// To be taken before the database is asked.
    pub fn generation(&self) -> Generation {
        Generation(self.generation.load(Ordering::Acquire))
    }

    /// Keeps what the database said, unless something was invalidated since `began`.
    pub fn keep(&self, began: Generation, signed_in: SignedIn) {
        self.people.keep(signed_in.session, signed_in, || self.is_current(began));
    }

    /// Keeps what the database said of a program, unless something was invalidated since `began`.
    pub fn keep_program(&self, began: Generation, digest: [u8; 32], program: Program) {
        self.programs.keep(digest, program, || self.is_current(began));
    }

    /// Forgets the sessions and programs of an account: to be called after the change is committed.
    pub fn forget_account(&self, account: UserId) {
        // before the entries are looked at: who keeps one after that sees the new count
        self.generation.fetch_add(1, Ordering::AcqRel);
        self.people.retain(|signed_in| signed_in.user.id != account);
        self.programs.retain(|program| program.user.id != account);
    }

    fn is_current(&self, began: Generation) -> bool {
        self.generation.load(Ordering::Acquire) == began.0
    }
}

/// Entries of one kind, each with the moment of its reading.
struct Entries<K, V>(RwLock<TrustedMap<K, (V, Instant)>>);

impl<K, V> Default for Entries<K, V> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<K: Eq + Hash, V: Clone> Entries<K, V> {
    fn get(&self, key: &K) -> Option<V> {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        entries.get(key).filter(|(_, read_at)| read_at.elapsed() < FRESH).map(|(value, _)| value.clone())
    }

    fn keep(&self, key: K, value: V, is_current: impl Fn() -> bool) {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if !is_current() {
            return;
        }
        if entries.len() >= MOST_ENTRIES {
            entries.retain(|_, (_, read_at)| read_at.elapsed() < FRESH);
        }
        if entries.len() < MOST_ENTRIES {
            entries.insert(key, (value, Instant::now()));
        }
    }

    fn retain(&self, is_kept: impl Fn(&V) -> bool) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).retain(|_, (value, _)| is_kept(value));
    }
}
