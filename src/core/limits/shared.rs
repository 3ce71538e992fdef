//! The counts of several servers, in Redis or Valkey: one script for each act, so that no two servers ever count the
//! same request once. Names are keyed hashes; every entry expires when it counts for nothing any more.
//!
//! States: *shared* → *away* → *shared*. A failure or a slow answer makes it away: nobody waits for Redis any more, and
//! one task asks for it until it answers. Where it answers at once it was a hiccup; else its going and coming are told.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use redis::{
    Client, RedisError, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

use super::{Key, Outcome, Policy, Quota, Spending, gcra};
use crate::core::{
    crypto::mac::MacKey,
    error::{Error, Result},
    secret::SecretText,
};

/// How long an answer may take. It takes well under a millisecond where Redis is near and healthy.
const PATIENCE: Duration = Duration::from_millis(200);
/// How long connecting may take, with TLS.
const CONNECT_PATIENCE: Duration = Duration::from_secs(1);
const ASK_AGAIN_EVERY: Duration = Duration::from_millis(500);
const PREFIX: &str = "vault:limit:";

/// The shared counts.
pub(super) struct Shared {
    manager: ConnectionManager,
    is_away: AtomicBool,
    names: MacKey,
    spend: Script,
    guesses: Script,
    windows: Script,
}

/// Asks a Redis whether it answers.
///
/// # Errors
/// What it said, without the address: it may hold a password.
pub async fn reach(url: &SecretText) -> Result<(), String> {
    let manager = manager(url).map_err(|error| error.to_string())?;
    probe(&manager, CONNECT_PATIENCE).await
}

fn manager(url: &SecretText) -> Result<ConnectionManager, RedisError> {
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(CONNECT_PATIENCE))
        .set_response_timeout(Some(PATIENCE))
        .set_number_of_retries(0);
    ConnectionManager::new_lazy_with_config(Client::open(url.expose().as_str())?, config)
}

/// Writes a key, as counting does: a Redis that is full or read-only answers a mere greeting.
async fn probe(manager: &ConnectionManager, patience: Duration) -> Result<(), String> {
    let mut manager = manager.clone();
    let mut write = redis::cmd("SET");
    write.arg(format!("{PREFIX}probe")).arg(1).arg("EX").arg(60);
    match tokio::time::timeout(patience, write.query_async::<String>(&mut manager)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("it does not answer".into()),
    }
}

impl Shared {
    pub(super) async fn open(url: &SecretText, names: MacKey) -> Result<Arc<Self>> {
        let shared = Arc::new(Self {
            manager: manager(url).map_err(|error| Error::internal(error.to_string()))?,
            is_away: AtomicBool::new(false),
            names,
            spend: Script::new(include_str!("spend.lua")),
            guesses: Script::new(include_str!("guesses.lua")),
            windows: Script::new(include_str!("window.lua")),
        });
        if let Err(why) = probe(&shared.manager, CONNECT_PATIENCE).await {
            shared.lost(&why);
        }
        Ok(shared)
    }

    pub(super) fn is_away(&self) -> bool {
        self.is_away.load(Ordering::Acquire)
    }

    /// Counts one request; `None` while Redis is away.
    pub(super) async fn spend(self: &Arc<Self>, key: Key, quota: Quota) -> Option<Spending> {
        let mut call = self.spend.key(self.name(key));
        call.arg(quota.interval()).arg(quota.most);
        let mut manager = self.manager.clone();
        let (now, before): (i64, i64) = self.ask(call.invoke_async(&mut manager)).await?;
        Some(gcra::spend(Some(before), now, quota))
    }

    /// Counts one use within a window: how long to wait, zero where it counts; `None` while Redis is away.
    pub(super) async fn spend_window(self: &Arc<Self>, key: Key, most: u32, window: Duration) -> Option<Duration> {
        let mut call = self.windows.key(self.name(key));
        call.arg(most).arg(gcra::micros(window)).arg(super::window::grain(window));
        let mut manager = self.manager.clone();
        let wait: i64 = self.ask(call.invoke_async(&mut manager)).await?;
        Some(gcra::duration(wait))
    }

    /// Begins a try; `None` while Redis is away.
    pub(super) async fn begin_guess(self: &Arc<Self>, key: Key, policy: &Policy) -> Option<Result<(), Duration>> {
        let wait = self.guess(key, policy, "begin").await?;
        Some(if wait > 0 { Err(gcra::duration(wait)) } else { Ok(()) })
    }

    /// Ends a try; `None` while Redis is away.
    pub(super) async fn end_guess(self: &Arc<Self>, key: Key, policy: &Policy, outcome: Outcome) -> Option<()> {
        let act = match outcome {
            Outcome::Right => "right",
            Outcome::Wrong => "wrong",
            Outcome::Open => "open",
        };
        self.guess(key, policy, act).await.map(|_| ())
    }

    async fn guess(self: &Arc<Self>, key: Key, policy: &Policy, act: &str) -> Option<i64> {
        let mut call = self.guesses.key(self.name(key));
        call.arg(act).arg(policy.free).arg(policy.most).arg(gcra::micros(policy.forget));
        call.arg(i64::from(policy.from_last)).arg(i64::from(policy.right_ends));
        let mut manager = self.manager.clone();
        self.ask(call.invoke_async(&mut manager)).await
    }

    /// Forgets a key.
    pub(super) async fn forget(self: &Arc<Self>, key: Key) {
        let mut manager = self.manager.clone();
        let mut command = redis::cmd("DEL");
        command.arg(self.name(key));
        let _: Option<i64> = self.ask(command.query_async(&mut manager)).await;
    }

    /// What Redis holds tells nobody which address or account it is about.
    fn name(&self, key: Key) -> String {
        let code = self.names.sign(&[key.limit.as_bytes(), &key.subject]);
        format!("{PREFIX}{}", hex::encode(code.get(..16).unwrap_or_default()))
    }

    async fn ask<T>(self: &Arc<Self>, asked: impl Future<Output = Result<T, RedisError>>) -> Option<T> {
        if self.is_away() {
            return None;
        }
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(error)) => {
                self.lost(&error.to_string());
                None
            }
            Err(_) => {
                self.lost("it does not answer in time");
                None
            }
        }
    }

    /// Notes that Redis is away and asks for it until it is back.
    fn lost(self: &Arc<Self>, why: &str) {
        if self.is_away.swap(true, Ordering::AcqRel) {
            return;
        }
        let (shared, why) = (Arc::downgrade(self), why.to_owned());
        tokio::spawn(async move {
            let mut is_told = false;
            loop {
                let Some(shared) = shared.upgrade() else { return };
                if probe(&shared.manager, CONNECT_PATIENCE).await.is_ok() {
                    shared.is_away.store(false, Ordering::Release);
                    if is_told {
                        tracing::info!("Redis is back: the servers count together again");
                    }
                    return;
                }
                if !is_told {
                    tracing::warn!(why, "Redis is away: each server counts alone until it is back");
                    is_told = true;
                }
                drop(shared);
                tokio::time::sleep(ASK_AGAIN_EVERY).await;
            }
        });
    }
}
