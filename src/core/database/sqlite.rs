//! SQLite: readers that can not write, and one writer whose waiting transactions share a commit.
//!
//! The writer is one connection behind a fair lock. States of a *group*: closed → open (the first transaction
//! sent `begin immediate`) → committed or failed. Each transaction of a group is a savepoint; its `commit`
//! releases it and waits; the group is closed by a task that queues for the lock behind those who wait already,
//! commits once, and tells all. Invariants, cited by the tests:
//! 1. Nobody is told "committed" before the common commit and its sync returned.
//! 2. A transaction that was dropped is undone before anybody else writes.
//! 3. If the engine undid the whole group by itself (disk full, I/O error), every member fails.

use std::{path::Path, sync::Arc, time::Duration};

use sqlx::{
    ConnectOptions as _, Connection as _, Executor as _, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use super::{
    Failure, Reader, SqliteConn, Texts, Writer,
    connection::{ReaderKind, WriterKind},
};
use crate::core::{
    error::{Error, Result},
    system,
};

/// How long a transaction waits for the writer before it answers 503.
const WRITER_LIMIT: Duration = Duration::from_millis(2500);
const BUSY_LIMIT: Duration = Duration::from_secs(2);
/// How long the file may be locked by other programs that open it.
const OPEN_LIMIT: Duration = Duration::from_secs(5);
/// `SQLITE_BUSY`.
const BUSY: &str = "5";
const READERS: u32 = 4;

/// The open embedded database.
pub(super) struct Sqlite {
    readers: SqlitePool,
    writer: Arc<Mutex<WriterState>>,
    texts: Arc<Texts>,
}

/// The one connection that writes, and the group that is open on it.
struct WriterState {
    /// `None` once closed.
    connection: Option<SqliteConnection>,
    group_is_open: bool,
    /// A dropped transaction's savepoint is still there.
    undo_savepoint: bool,
    closer_is_queued: bool,
    members: Vec<oneshot::Sender<Result<(), String>>>,
}

impl Sqlite {
    pub(super) async fn open(path: &Path) -> Result<Self> {
        system::create_private_file(path).map_err(|error| {
            Error::unavailable("database", format!("the database file {} can not be made: {error}", path.display()))
        })?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(false)
            .foreign_keys(true)
            .busy_timeout(BUSY_LIMIT)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("trusted_schema", "off")
            .pragma("cache_size", "-8192")
            .statement_cache_capacity(200);
        let writer = open_writer(&options).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(WRITER_LIMIT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_lazy_with(options.pragma("query_only", "on"));
        let state = WriterState {
            connection: Some(writer),
            group_is_open: false,
            undo_savepoint: false,
            closer_is_queued: false,
            members: Vec::new(),
        };
        Ok(Self { readers, writer: Arc::new(Mutex::new(state)), texts: Arc::new(Texts::new(String::new())) })
    }

    pub(super) async fn read(&self) -> Result<Reader> {
        let connection = self.readers.acquire().await.map_err(Failure::from)?;
        Ok(Reader(ReaderKind::Sqlite(connection, self.texts.clone())))
    }

    pub(super) async fn reach(&self) -> Result<(), Failure> {
        self.readers.acquire().await?.execute(sqlx::raw_sql("select 1")).await?;
        Ok(())
    }

    pub(super) async fn write(&self) -> Result<Writer> {
        let waiting = tokio::time::timeout(WRITER_LIMIT, self.writer.clone().lock_owned());
        let state = waiting.await.map_err(|_| Error::unavailable("database", "the writer was not free in time"))?;
        let mut transaction =
            SqliteTransaction { state: Some(state), writer: self.writer.clone(), texts: self.texts.clone() };
        // a task of its own: a caller that goes away must not cut `begin` in the middle
        let begun = tokio::spawn(async move { transaction.begin().await.map(|()| transaction) });
        Ok(Writer(WriterKind::Sqlite(begun.await.map_err(Error::internal)??)))
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
        let mut state = self.writer.lock().await;
        state.close_group().await;
        if let Some(connection) = state.connection.take() {
            let _ = connection.close().await;
        }
    }
}

/// The first connection switches the file to write-ahead logging. While another program does that, SQLite says
/// "locked" at once, whatever the busy timeout is.
async fn open_writer(options: &SqliteConnectOptions) -> Result<SqliteConnection, Failure> {
    let deadline = tokio::time::Instant::now() + OPEN_LIMIT;
    loop {
        match options.connect().await.map_err(Failure::from) {
            Err(failure) if failure.code().as_deref() == Some(BUSY) && tokio::time::Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            opened => return opened,
        }
    }
}

impl WriterState {
    async fn send(&mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        let connection = self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        connection.execute(sqlx::raw_sql(statement)).await.map(|_| ())
    }

    /// Leaves the connection between two transactions of a group, or fails the whole group.
    async fn settle(&mut self) {
        if !self.undo_savepoint {
            return;
        }
        self.undo_savepoint = false;
        if let Err(error) = self.send("rollback to one; release one").await {
            // invariant 3: the savepoint is gone because the engine undid everything
            self.fail_group(&error.to_string()).await;
        }
    }

    async fn open_savepoint(&mut self) -> Result<(), sqlx::Error> {
        self.settle().await;
        if !self.group_is_open {
            self.send("begin immediate").await?;
            self.group_is_open = true;
        }
        self.undo_savepoint = true;
        let opened = self.send("savepoint one").await;
        if let Err(error) = &opened {
            self.undo_savepoint = false;
            self.fail_group(&error.to_string()).await;
        }
        opened
    }

    async fn close_group(&mut self) {
        self.settle().await;
        if !self.group_is_open {
            return;
        }
        match self.send("commit").await {
            Ok(()) => {
                self.group_is_open = false;
                for member in self.members.drain(..) {
                    let _ = member.send(Ok(()));
                }
            }
            Err(error) => self.fail_group(&error.to_string()).await,
        }
    }

    async fn fail_group(&mut self, why: &str) {
        let _ = self.send("rollback").await;
        self.group_is_open = false;
        for member in self.members.drain(..) {
            let _ = member.send(Err(why.to_owned()));
        }
    }
}

/// A transaction on SQLite: a savepoint in the open group.
pub(crate) struct SqliteTransaction {
    /// `None` once it was handed on.
    state: Option<OwnedMutexGuard<WriterState>>,
    writer: Arc<Mutex<WriterState>>,
    texts: Arc<Texts>,
}

impl SqliteTransaction {
    #[expect(clippy::expect_used, reason = "only `commit` and `drop` take it away, and they end the guard")]
    fn state(&mut self) -> &mut WriterState {
        self.state.as_mut().expect("an open transaction holds the writer")
    }

    #[expect(clippy::expect_used, reason = "only `commit` and `drop` take it away, and they end the guard")]
    pub(super) fn conn(&mut self) -> SqliteConn<'_> {
        let state = self.state.as_mut().expect("an open transaction holds the writer");
        let raw = state.connection.as_mut().expect("the writer is open");
        SqliteConn { raw, texts: &self.texts }
    }

    async fn begin(&mut self) -> Result<()> {
        self.state().open_savepoint().await.map_err(Failure::from)?;
        Ok(())
    }

    pub(super) async fn commit(self) -> Result<()> {
        // a task of its own: a caller that goes away must not cut the release in the middle
        let told = tokio::spawn(self.release()).await.map_err(Error::internal)??;
        match told.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(why)) => Err(Error::unavailable("database", why)),
            Err(_) => Err(Error::unavailable("database", "the database was closed before the commit")),
        }
    }

    /// Ends this member's part of the group; the answer tells how the common commit went.
    async fn release(mut self) -> Result<oneshot::Receiver<Result<(), String>>> {
        let state = self.state();
        if let Err(error) = state.send("release one").await {
            state.undo_savepoint = false;
            state.fail_group(&error.to_string()).await;
            return Err(Failure::from(error).into());
        }
        state.undo_savepoint = false;
        let (tell, told) = oneshot::channel();
        state.members.push(tell);
        self.hand_on();
        Ok(told)
    }

    /// Lets the next transaction in, and sees to it that somebody closes the group.
    fn hand_on(&mut self) {
        let Some(mut state) = self.state.take() else { return };
        if state.closer_is_queued || !(state.group_is_open || state.undo_savepoint) {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        state.closer_is_queued = true;
        let writer = self.writer.clone();
        runtime.spawn(async move {
            let mut state = writer.lock().await;
            state.closer_is_queued = false;
            state.close_group().await;
        });
    }
}

impl Drop for SqliteTransaction {
    fn drop(&mut self) {
        self.hand_on();
    }
}
