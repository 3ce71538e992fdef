//! Counting what callers do: so many requests in a window, so many wrong passwords in a row.
//!
//! `window`, `gcra` and `guesses` are the arithmetic, pure functions of a state and the time; `memory` keeps the states of one
//! server, `shared` keeps them in Redis for several, with the same arithmetic in Lua. `Limits` asks Redis where there
//! is one and counts alone while it is away. What is limited, and how far, is told by `services::limits`.

mod gcra;
mod guesses;
mod memory;
mod shared;
mod tally;
mod window;

use std::{sync::Arc, time::Duration};

pub use gcra::{Quota, Spending, spend};
pub use guesses::{Guesses, Outcome, Policy};
pub use shared::reach;
pub use tally::Tally;

pub use window::Window;

use self::{memory::Memory, shared::Shared};
use super::{clock::Clock, configuration::Configuration, crypto::mac::MacKey, error::Result};

/// Whose count it is: the limit's name, and an address, account or digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The limit's name.
    pub limit: &'static str,
    /// Who is counted.
    pub subject: [u8; 16],
}

/// The counts: of this server, or of all that share a Redis.
pub struct Limits {
    is_enabled: bool,
    clock: Arc<dyn Clock>,
    digests: MacKey,
    requests: Memory<i64>,
    guesses: Memory<Guesses>,
    windows: Memory<Window>,
    shared: Option<Arc<Shared>>,
}

/// Whether the servers count together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// No Redis is configured: each server counts alone.
    None,
    /// Redis answers.
    Shared,
    /// Redis is away: each server counts alone until it is back.
    Away,
}

impl Limits {
    /// The counts as configured; Redis is tried once, and waited for in the background where it does not answer.
    ///
    /// # Errors
    /// `Internal` where the address of Redis can not be used.
    pub async fn open(configuration: &Configuration, clock: Arc<dyn Clock>) -> Result<Self> {
        let digests = MacKey::derived(configuration.jwt_secret.expose().as_bytes(), b"vault-api/limits");
        let shared = match &configuration.redis_url {
            Some(url) if configuration.rate_limits.is_enabled => Some(Shared::open(url, digests.clone()).await?),
            _ => None,
        };
        Ok(Self {
            is_enabled: configuration.rate_limits.is_enabled,
            clock,
            digests,
            requests: Memory::default(),
            guesses: Memory::default(),
            windows: Memory::default(),
            shared,
        })
    }

    /// A name for what must not be kept in clear, as an address of mail.
    #[must_use]
    pub fn digest(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut out = [0; 16];
        out.iter_mut().zip(self.digests.sign(parts)).for_each(|(to, from)| *to = from);
        out
    }

    /// Counts one request. `None` where nothing is limited.
    pub async fn spend(&self, key: Key, quota: Quota) -> Option<Spending> {
        if !self.is_enabled {
            return None;
        }
        if let Some(shared) = &self.shared
            && let Some(spending) = Box::pin(shared.spend(key, quota)).await
        {
            return Some(spending);
        }
        let now = self.clock.ticks();
        Some(self.requests.update(key, now, |arrival| {
            let spending = spend(arrival, now, quota);
            (spending.arrival, spending.arrival, spending)
        }))
    }

    /// Counts one use of what may be used `most` times in any window; the time to wait where it is one too many, which is
    /// not counted then. It is the owner's own limit: it holds also where requests are not limited.
    pub async fn spend_window(&self, key: Key, most: u32, window: Duration) -> Option<Duration> {
        if let Some(shared) = &self.shared
            && let Some(wait) = Box::pin(shared.spend_window(key, most, window)).await
        {
            return (!wait.is_zero()).then_some(wait);
        }
        let now = self.clock.ticks();
        self.windows.update(key, now, |state| {
            let mut state = state.unwrap_or_default();
            let wait = state.spend(now, most, window);
            let expires_at = state.expires_at(window);
            (state, expires_at, wait)
        })
    }

    /// Asks to try a password; every try that may begin is told of with `end_guess`.
    ///
    /// # Errors
    /// How long to wait.
    pub async fn begin_guess(&self, key: Key, policy: &Policy) -> Result<(), Duration> {
        if !self.is_enabled {
            return Ok(());
        }
        if let Some(shared) = &self.shared
            && let Some(begun) = Box::pin(shared.begin_guess(key, policy)).await
        {
            return begun;
        }
        let now = self.clock.ticks();
        self.guesses.update(key, now, |state| {
            let (state, begun) = state.unwrap_or_default().begin(now, policy);
            (state, state.forgotten_at(policy), begun)
        })
    }

    /// Tells how a try ended.
    pub async fn end_guess(&self, key: Key, policy: &Policy, outcome: Outcome) {
        if !self.is_enabled {
            return;
        }
        if let Some(shared) = &self.shared
            && Box::pin(shared.end_guess(key, policy, outcome)).await.is_some()
        {
            return;
        }
        let now = self.clock.ticks();
        self.guesses.update(key, now, |state| {
            let state = state.unwrap_or_default().end(now, policy, outcome);
            (state, state.forgotten_at(policy), ())
        });
    }

    /// Forgets the wrong passwords of a key, as after a recovery.
    pub async fn forget_guesses(&self, key: Key) {
        if let Some(shared) = &self.shared {
            shared.forget(key).await;
        }
        self.guesses.remove(&key);
    }

    /// Whether the servers count together.
    #[must_use]
    pub fn sharing(&self) -> Sharing {
        match &self.shared {
            None => Sharing::None,
            Some(shared) if shared.is_away() => Sharing::Away,
            Some(_) => Sharing::Shared,
        }
    }

    /// Drops what has expired.
    pub fn sweep(&self) {
        let now = self.clock.ticks();
        self.requests.sweep(now);
        self.guesses.sweep(now);
        self.windows.sweep(now);
    }

    /// Sets the gauges, for whoever is about to read them.
    pub fn gauge(&self) {
        #[expect(clippy::cast_precision_loss, reason = "a gauge of a count")]
        metrics::gauge!("vault_rate_limit_entries")
            .set((self.requests.count() + self.guesses.count() + self.windows.count()) as f64);
        if let Some(shared) = &self.shared {
            metrics::gauge!("vault_redis_up").set(if shared.is_away() { 0.0 } else { 1.0 });
        }
    }
}
