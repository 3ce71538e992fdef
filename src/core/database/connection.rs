//! What repositories hold: a `Reader` or a `Writer`, both of which lend a `Conn` to one statement.

use std::{
    future::Future,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, pool::PoolConnection};

use super::{Texts, postgres::PgTransaction, sqlite::SqliteTransaction};
use crate::core::error::Result;

/// How long one statement may take on PostgreSQL before its connection is given up.
const STATEMENT_LIMIT: Duration = Duration::from_millis(1200);

/// A connection lent to one statement.
pub enum Conn<'c> {
    /// The embedded database.
    Sqlite(SqliteConn<'c>),
    /// PostgreSQL.
    Postgres(PgConn<'c>),
}

/// A lent connection of the embedded database.
pub struct SqliteConn<'c> {
    /// The driver's connection.
    pub raw: &'c mut SqliteConnection,
    /// The forms of the statements.
    pub texts: &'c Texts,
}

/// A lent connection of PostgreSQL.
pub struct PgConn<'c> {
    /// The driver's connection.
    pub raw: &'c mut PgConnection,
    /// The forms of the statements.
    pub texts: &'c Texts,
    /// What is known of the connection.
    pub health: &'c Health,
}

/// What is known of one PostgreSQL connection while it is out of the pool.
pub struct Health {
    given_up: AtomicBool,
    pooled: Arc<AtomicBool>,
}

impl Health {
    pub(super) fn new(pooled: Arc<AtomicBool>) -> Self {
        Self { given_up: AtomicBool::new(false), pooled }
    }

    /// Whether statements may be prepared under a name: not behind a transaction-mode pooler.
    #[must_use]
    pub fn may_name_statements(&self) -> bool {
        !self.pooled.load(Ordering::Relaxed)
    }

    /// Whether a statement ran out of time, so that the connection must be closed.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }
}

/// Runs a statement on PostgreSQL within its time; a connection that is too slow is closed, not reused.
///
/// # Errors
/// What the driver says, or `TimedOut`.
pub async fn within<T>(
    health: &Health,
    statement: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    if let Ok(result) = tokio::time::timeout(STATEMENT_LIMIT, statement).await {
        if let Err(sqlx::Error::Io(_) | sqlx::Error::Protocol(_)) = &result {
            health.give_up();
        }
        result
    } else {
        health.give_up();
        Err(sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "the database did not answer in time")))
    }
}

/// A connection to read with; it goes back to its pool when dropped.
pub struct Reader(pub(super) ReaderKind);

pub(super) enum ReaderKind {
    Sqlite(PoolConnection<Sqlite>, Arc<Texts>),
    Postgres(PoolConnection<Postgres>, Arc<Texts>, Health),
    /// Behind a pooler: a transaction that is always undone.
    Pooled(PgTransaction),
}

impl<'c> From<&'c mut Reader> for Conn<'c> {
    fn from(reader: &'c mut Reader) -> Self {
        match &mut reader.0 {
            ReaderKind::Sqlite(raw, texts) => Self::Sqlite(SqliteConn { raw, texts }),
            ReaderKind::Postgres(raw, texts, health) => Self::Postgres(PgConn { raw, texts, health }),
            ReaderKind::Pooled(transaction) => Self::Postgres(transaction.conn()),
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let ReaderKind::Postgres(raw, _, health) = &mut self.0
            && health.is_given_up()
        {
            raw.close_on_drop();
        }
    }
}

/// An open transaction; dropped without `commit`, it never happened.
pub struct Writer(pub(super) WriterKind);

pub(super) enum WriterKind {
    Sqlite(SqliteTransaction),
    Postgres(PgTransaction),
}

impl Writer {
    /// Makes the transaction's changes last; they are on the disk when this returns.
    ///
    /// # Errors
    /// `Unavailable` where the commit failed or its outcome is unknown.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            WriterKind::Sqlite(transaction) => transaction.commit().await,
            WriterKind::Postgres(transaction) => transaction.commit().await,
        }
    }
}

impl<'c> From<&'c mut Writer> for Conn<'c> {
    fn from(writer: &'c mut Writer) -> Self {
        match &mut writer.0 {
            WriterKind::Sqlite(transaction) => Self::Sqlite(transaction.conn()),
            WriterKind::Postgres(transaction) => Self::Postgres(transaction.conn()),
        }
    }
}
