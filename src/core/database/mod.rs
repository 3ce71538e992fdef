//! The database: one handle for both engines, and the only two ways into it.
//!
//! `connection` holds what repositories see (`Reader`, `Writer`, `Conn`, the `on!` macro), `sqlite` and
//! `postgres` open an engine and keep its transactions honest, `texts` turns one SQL text into each
//! engine's own, `migrations` brings the schema up to date, `failure` reads what an engine complains of.
//!
//! The wait for a connection is boxed: sqlx's is four kilobytes, which every future that may ask the database would
//! carry, be copied with and clear from the processor's memory, also where it is answered without.

mod connection;
mod failure;
mod migrations;
mod postgres;
mod row;
mod sqlite;
mod texts;

use std::{path::PathBuf, sync::Arc};

use uuid::Uuid;

pub use connection::{Conn, PgConn, Reader, SqliteConn, Writer, within};
pub use failure::{Failure, Unique};
pub use migrations::{Migrated, Migration};
pub(crate) use row::{Columns, on, row};
pub use texts::Texts;

use crate::core::{
    error::{Error, Result},
    secret::SecretText,
};

/// For the log's filter: PostgreSQL's notices are no news (a rollback where nothing was open, a table that is there).
pub const QUIET: &str = "sqlx::postgres::notice=off";

/// What an attempt to reach the database found.
#[derive(Debug)]
pub enum Reach {
    /// It answers.
    Reached,
    /// It answers, but does not let us in: the operator has to mend what the sentence says.
    Refused(String),
    /// It does not answer.
    Away(Error),
}

impl From<Error> for Reach {
    fn from(error: Error) -> Self {
        match &error {
            Error::Unavailable { cause: Some(cause), .. } => {
                cause.downcast_ref::<sqlx::Error>().and_then(failure::refusal).map_or(Self::Away(error), Self::Refused)
            }
            _ => Self::Away(error),
        }
    }
}

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Location {
    /// A file of the embedded database.
    Sqlite {
        /// The file; made with mode 0600 where there is none.
        path: PathBuf,
    },
    /// A PostgreSQL server.
    Postgres {
        /// `postgres://…`, without a driver suffix.
        url: SecretText,
        /// The schema that holds our tables.
        schema: String,
        /// The pool's upper bound.
        max_connections: u32,
        /// Whether a transaction-mode pooler stands between; `None` lets a probe tell.
        pooled: Option<bool>,
    },
}

/// The handle to the open database. Cloning it is cheap.
#[derive(Clone)]
pub struct Db {
    engine: Arc<Engine>,
}

enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Db {
    /// Opens the database. SQLite's file is opened here; PostgreSQL is only reached for at the first use.
    ///
    /// # Errors
    /// `Unavailable` where the file can not be opened or the address can not be understood.
    pub async fn open(location: &Location) -> Result<Self> {
        let engine = match location {
            Location::Sqlite { path } => Engine::Sqlite(sqlite::Sqlite::open(path).await?),
            Location::Postgres { url, schema, max_connections, pooled } => {
                Engine::Postgres(postgres::Postgres::prepare(url, schema, *max_connections, *pooled)?)
            }
        };
        Ok(Self { engine: Arc::new(engine) })
    }

    /// A connection to read with. SQLite: a pool of connections that can not write.
    ///
    /// # Errors
    /// `Unavailable` where none is free or the database is away, within about a second.
    pub async fn read(&self) -> Result<Reader> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => Box::pin(sqlite.read()).await,
            Engine::Postgres(postgres) => Box::pin(postgres.read()).await,
        }
    }

    /// An open transaction; dropped without `commit`, it never happened.
    ///
    /// SQLite: the single writer. Transactions that wait for it share one commit: each is a savepoint, and
    /// each is answered only after the common sync.
    ///
    /// # Errors
    /// `Unavailable` where the database is away, within about two seconds.
    pub async fn write(&self) -> Result<Writer> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.write().await,
            Engine::Postgres(postgres) => Box::pin(postgres.write(None)).await,
        }
    }

    /// Like `write`, for an act of one owner: the acts of one owner take turns before they take a connection, so
    /// that a busy account never uses up the pool.
    ///
    /// # Errors
    /// As `write`; `Busy` where too many acts of the owner wait.
    pub async fn write_for(&self, owner: Uuid) -> Result<Writer> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.write().await,
            Engine::Postgres(postgres) => Box::pin(postgres.write(Some(owner))).await,
        }
    }

    /// Whether the database can be reached, and if not, whether trying again will help. At the first time it also finds out
    /// whether a transaction-mode pooler (pgbouncer, Supabase's port 6543) stands between, where the configuration does
    /// not say.
    pub async fn reach(&self) -> Reach {
        let asked = match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.reach().await,
            Engine::Postgres(postgres) => postgres.reach().await,
        };
        match asked {
            Ok(()) => Reach::Reached,
            Err(failure) => Reach::from(Error::from(failure)),
        }
    }

    /// Brings the schema to this version; safe to run from many servers at once.
    ///
    /// # Errors
    /// `Unavailable` with a sentence for the operator where the database refuses or is of a newer version.
    pub async fn migrate(&self) -> Result<Migrated> {
        migrations::migrate(self).await
    }

    /// The migrations that are not applied yet, by name.
    ///
    /// # Errors
    /// `Unavailable` where the database is away or of a newer version.
    pub async fn pending_migrations(&self) -> Result<Vec<&'static str>> {
        migrations::pending(self).await
    }

    /// `sqlite` or `postgres`.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        match &*self.engine {
            Engine::Sqlite(_) => "sqlite",
            Engine::Postgres(_) => "postgres",
        }
    }

    /// Serialises the servers of one database for the length of this transaction, as for migrations.
    ///
    /// # Errors
    /// `Unavailable` where the database is away.
    pub async fn lock_schema(writer: &mut Writer) -> Result<()> {
        migrations::lock(writer).await
    }

    /// Closes all connections; what was not committed is undone.
    pub async fn close(&self) {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }
}
