//! PostgreSQL: the pool, and transactions that a hung-up client can not leave behind.
//!
//! A transaction owns its connection through a guard that sends `begin` itself (sqlx 0.9's own `begin` forgets
//! an open transaction when it is cancelled). Invariants, cited by the tests:
//! 1. A connection goes back to the pool only outside a transaction.
//! 2. A connection whose statement ran out of time is closed, never reused.
//! 3. Behind a transaction-mode pooler no statement has a name.
//! 4. Behind a transaction-mode pooler everything is in a transaction, reads too: a statement is sent in two steps,
//!    and between two transactions the pooler may give them to two backends.

use std::{
    collections::HashMap,
    str::FromStr as _,
    sync::{
        Arc, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::{
    Connection as _, Executor as _, PgPool, Postgres as Driver, Row as _,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use super::{
    Failure, PgConn, Reader, Texts, Writer,
    connection::{Health, ReaderKind, WriterKind},
    within,
};
use crate::core::{
    error::{Error, Result},
    secret::SecretText,
};

const ACQUIRE_LIMIT: Duration = Duration::from_millis(800);
/// How long a transaction waits for the others of its owner.
const TURN_LIMIT: Duration = Duration::from_millis(1700);
/// How long it may take until a transaction is open, its turn included.
const OPEN_LIMIT: Duration = Duration::from_millis(2700);
/// How many transactions of one owner are open at once: the first statements of one overlap with the last of another.
const TURNS_AT_ONCE: usize = 3;
const MOST_OWNERS: usize = 10_000;
const ROLLBACK_LIMIT: Duration = Duration::from_secs(1);
/// A connection idle for longer is asked whether it still lives before it is used.
const TRUSTED_IDLE: Duration = Duration::from_secs(5);

/// The open PostgreSQL database.
pub(super) struct Postgres {
    pool: PgPool,
    texts: Arc<Texts>,
    pooled: Arc<AtomicBool>,
    is_probed: Arc<AtomicBool>,
    turns: Turns,
}

/// Whose turn it is among the transactions of one owner: waiting here costs no connection, waiting for a locked
/// row in the database costs one, and one busy account would take them all.
#[derive(Default)]
struct Turns {
    owners: std::sync::Mutex<HashMap<Uuid, Weak<Semaphore>>>,
}

impl Turns {
    async fn wait(&self, owner: Uuid) -> Result<OwnedSemaphorePermit> {
        let queue = {
            let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
            if owners.len() > MOST_OWNERS {
                owners.retain(|_, queue| queue.strong_count() > 0);
            }
            let known = owners.get(&owner).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let queue = Arc::new(Semaphore::new(TURNS_AT_ONCE));
                owners.insert(owner, Arc::downgrade(&queue));
                queue
            })
        };
        match tokio::time::timeout(TURN_LIMIT, queue.acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            // nobody closes a queue, so this is the time that ran out
            _ => Err(Error::Busy { retry_after: 1 }),
        }
    }
}

impl Postgres {
    /// Prepares the pool; nothing is connected yet.
    pub(super) fn prepare(url: &SecretText, schema: &str, max: u32, pooled: Option<bool>) -> Result<Self> {
        let options = PgConnectOptions::from_str(url.expose())
            .map_err(|_| Error::unavailable("database", "DATABASE_URL can not be understood"))?
            .application_name("vault-api")
            // a pooler refuses parameters that it does not know
            .extra_float_digits(None)
            .statement_cache_capacity(200);
        let is_pooled = Arc::new(AtomicBool::new(pooled.unwrap_or(false)));
        let is_probed = Arc::new(AtomicBool::new(pooled.is_some()));
        let (pooled, probed) = (is_pooled.clone(), is_probed.clone());
        let pool = PgPoolOptions::new()
            .after_connect(move |connection, _| {
                // the server gives up a statement that we have given up; behind a pooler the setting would reach others
                let is_ours = probed.load(Ordering::Relaxed) && !pooled.load(Ordering::Relaxed);
                Box::pin(async move {
                    if is_ours {
                        connection.execute(sqlx::raw_sql("set statement_timeout = 2000")).await?;
                    }
                    Ok(())
                })
            })
            .max_connections(max)
            .acquire_timeout(ACQUIRE_LIMIT)
            .idle_timeout(Duration::from_mins(10))
            .max_lifetime(Duration::from_mins(30))
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    if meta.idle_for < TRUSTED_IDLE {
                        return Ok(true);
                    }
                    Ok(matches!(tokio::time::timeout(ROLLBACK_LIMIT, connection.ping()).await, Ok(Ok(()))))
                })
            })
            .connect_lazy_with(options);
        let qualifier = format!("\"{schema}\".");
        Ok(Self { pool, texts: Arc::new(Texts::new(qualifier)), pooled: is_pooled, is_probed, turns: Turns::default() })
    }

    pub(super) async fn read(&self) -> Result<Reader> {
        if self.pooled.load(Ordering::Relaxed) {
            // invariant 4
            let transaction = self.begin(None).await?;
            return Ok(Reader(ReaderKind::Pooled(transaction)));
        }
        let connection = self.pool.acquire().await.map_err(Failure::from)?;
        Ok(Reader(ReaderKind::Postgres(connection, self.texts.clone(), Health::new(self.pooled.clone()))))
    }

    pub(super) async fn write(&self, owner: Option<Uuid>) -> Result<Writer> {
        let deadline = tokio::time::Instant::now() + OPEN_LIMIT;
        let turn = match owner {
            Some(owner) => Some(self.turns.wait(owner).await?),
            None => None,
        };
        match tokio::time::timeout_at(deadline, self.begin(turn)).await {
            Ok(begun) => Ok(Writer(WriterKind::Postgres(begun?))),
            Err(_) => Err(Error::unavailable("database", "no transaction could be opened in time")),
        }
    }

    async fn begin(&self, turn: Option<OwnedSemaphorePermit>) -> Result<PgTransaction> {
        let connection = self.pool.acquire().await.map_err(Failure::from)?;
        let mut transaction = PgTransaction {
            connection: Some(connection),
            texts: self.texts.clone(),
            health: Health::new(self.pooled.clone()),
            turn,
        };
        transaction.send("begin").await?;
        Ok(transaction)
    }

    /// Asks for nothing, in the one message that needs no prepared statement; then looks for a pooler, once.
    pub(super) async fn reach(&self) -> Result<(), Failure> {
        {
            let mut connection = self.pool.acquire().await?;
            let health = Health::new(self.pooled.clone());
            within(&health, connection.execute(sqlx::raw_sql("select 1"))).await?;
        }
        if self.is_probed.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.probe_pooler().await?;
        self.is_probed.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Behind a transaction-mode pooler two idle clients are served by one backend; directly, never.
    async fn probe_pooler(&self) -> Result<(), Failure> {
        for _ in 0..4 {
            let mut first = self.pool.acquire().await?;
            let mut second = self.pool.acquire().await?;
            let (a, b) = (self.backend_of(&mut first).await?, self.backend_of(&mut second).await?);
            let (c, d) = (self.backend_of(&mut first).await?, self.backend_of(&mut second).await?);
            if a == b || a != c || b != d {
                tracing::info!("a transaction-mode pooler stands before the database: statements stay unnamed");
                self.pooled.store(true, Ordering::Relaxed);
                return Ok(());
            }
        }
        Ok(())
    }

    async fn backend_of(&self, connection: &mut PoolConnection<Driver>) -> Result<i32, Failure> {
        let health = Health::new(self.pooled.clone());
        let ask = connection.fetch_one(sqlx::raw_sql("select pg_backend_pid()"));
        Ok(within(&health, ask).await?.try_get(0)?)
    }

    pub(super) async fn close(&self) {
        // a frozen server must not keep us from ending
        let _ = tokio::time::timeout(Duration::from_secs(2), self.pool.close()).await;
    }
}

/// A transaction on PostgreSQL that owns its connection.
pub(crate) struct PgTransaction {
    /// `None` once it was committed.
    connection: Option<PoolConnection<Driver>>,
    texts: Arc<Texts>,
    health: Health,
    /// Kept until the transaction is over.
    turn: Option<OwnedSemaphorePermit>,
}

impl PgTransaction {
    #[expect(clippy::expect_used, reason = "only `commit` and `drop` take it away, and they end the guard")]
    pub(super) fn conn(&mut self) -> PgConn<'_> {
        let raw = self.connection.as_mut().expect("an open transaction has its connection");
        PgConn { raw, texts: &self.texts, health: &self.health }
    }

    async fn send(&mut self, statement: &'static str) -> Result<()> {
        let conn = self.conn();
        within(conn.health, conn.raw.execute(sqlx::raw_sql(statement))).await.map_err(Failure::from)?;
        Ok(())
    }

    pub(super) async fn commit(mut self) -> Result<()> {
        self.send("commit").await?;
        self.connection = None;
        Ok(())
    }
}

impl Drop for PgTransaction {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            connection.close_on_drop();
            return;
        };
        if self.health.is_given_up() {
            connection.close_on_drop();
            return;
        }
        let turn = self.turn.take();
        runtime.spawn(async move {
            let undo = connection.execute(sqlx::raw_sql("rollback"));
            if !matches!(tokio::time::timeout(ROLLBACK_LIMIT, undo).await, Ok(Ok(_))) {
                connection.close_on_drop();
            }
            drop((connection, turn));
        });
    }
}
