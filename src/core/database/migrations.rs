//! Brings the schema to this version: plain SQL files, one list for each engine, the same names and numbers.
//!
//! All that is pending is applied in one transaction under a lock, so any number of servers may start at
//! once, one may be killed in the middle, and a transaction-mode pooler does no harm. A file that was
//! released never changes: its checksum is kept and compared.

use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use sqlx::Executor as _;

use super::{Conn, Db, Failure, Writer, on, row, within};
use crate::core::{
    clock::{Clock as _, SystemClock},
    error::{Error, Result},
};

/// One step of the schema.
#[derive(Debug)]
pub struct Migration {
    /// Its number; they are applied in this order.
    pub version: i64,
    /// Its name, as in the file's.
    pub name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// What a run did: the names of the migrations that it applied.
pub type Migrated = Vec<&'static str>;

macro_rules! migrations {
    ($($version:literal $name:literal),+ $(,)?) => {
        /// All steps, oldest first.
        static MIGRATIONS: &[Migration] = &[$(Migration {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../../migrations/postgres/", $name, ".sql")),
        }),+];
    };
}

migrations! {
    1 "0001_accounts",
    2 "0002_keys",
    3 "0003_audit",
    4 "0004_mail",
    5 "0005_invoices",
    6 "0006_mail_details",
    7 "0007_mail_states",
    8 "0008_refresh_tokens",
    9 "0009_known_addresses",
    10 "0010_second_factor",
    11 "0011_step_up",
    12 "0012_administration",
    13 "0013_mail_links",
    14 "0014_key_versions",
    15 "0015_key_usage",
    16 "0016_key_limits",
    17 "0017_key_reminders",
    18 "0018_program_tokens",
    19 "0019_before_the_proof",
    20 "0020_device_logins",
    21 "0021_billing",
}

/// A fixed number that names our lock among a PostgreSQL server's advisory locks.
const LOCK: &str = "select pg_advisory_xact_lock(7023518649202135041)";

struct Applied {
    version: i64,
    name: String,
    checksum: Vec<u8>,
}

row!(Applied { version: i64 => "version", name: String => "name", checksum: Vec<u8> => "checksum" });

pub(super) async fn migrate(db: &Db) -> Result<Migrated> {
    let mut tx = db.write().await?;
    if let Conn::Postgres(conn) = Conn::from(&mut tx) {
        // a migration may take its time, and so may the server that we wait for
        conn.raw.execute(sqlx::raw_sql("set local statement_timeout = 0")).await.map_err(Failure::from)?;
    }
    lock(&mut tx).await?;
    create_schema(&mut tx).await?;
    let journal = match Conn::from(&mut tx) {
        Conn::Sqlite(_) => JOURNAL_OF_SQLITE,
        Conn::Postgres(_) => JOURNAL_OF_POSTGRES,
    };
    run(&mut tx, journal).await?;
    let applied = applied(&mut tx).await?;
    let mut done = Vec::new();
    for migration in outstanding(&applied)? {
        let text = match Conn::from(&mut tx) {
            Conn::Sqlite(_) => migration.sqlite,
            Conn::Postgres(_) => migration.postgres,
        };
        run(&mut tx, text).await?;
        record(&mut tx, migration, SystemClock.now()).await?;
        done.push(migration.name);
    }
    tx.commit().await?;
    Ok(done)
}

pub(super) async fn pending(db: &Db) -> Result<Vec<&'static str>> {
    const EXISTS_SQLITE: &str = "select count(*) from sqlite_master where name = 'vault_migrations'";
    let mut reader = db.read().await?;
    let exists = match Conn::from(&mut reader) {
        Conn::Sqlite(conn) => {
            sqlx::query_scalar::<_, i64>(EXISTS_SQLITE).fetch_one(conn.raw).await.map_err(Failure::from)? > 0
        }
        Conn::Postgres(conn) => {
            let ask = sqlx::query_scalar::<_, bool>(
                conn.texts.get("select to_regclass('auth.vault_migrations') is not null"),
            );
            within(conn.health, ask.persistent(false).fetch_one(conn.raw)).await.map_err(Failure::from)?
        }
    };
    let applied = if exists { applied(&mut reader).await? } else { Vec::new() };
    Ok(outstanding(&applied)?.map(|migration| migration.name).collect())
}

/// Waits until no other server migrates. SQLite needs no lock: the transaction is the only writer.
pub(super) async fn lock(tx: &mut Writer) -> Result<()> {
    if let Conn::Postgres(conn) = Conn::from(tx) {
        // the lock of another server may take as long as its migrations: no time limit here
        conn.raw.execute(sqlx::raw_sql(LOCK)).await.map_err(Failure::from)?;
    }
    Ok(())
}

const JOURNAL_OF_POSTGRES: &str = "
    create table if not exists auth.vault_migrations (
        version bigint not null primary key,
        name text not null,
        checksum bytea not null,
        \"appliedAt\" timestamptz not null
    )";
const JOURNAL_OF_SQLITE: &str = "
    create table if not exists vault_migrations (
        version integer not null primary key,
        name text not null,
        checksum blob not null,
        \"appliedAt\" text not null
    ) strict";

async fn applied<'c>(conn: impl Into<Conn<'c>>) -> Result<Vec<Applied>> {
    const SQL: &str = "select version, name, checksum from auth.vault_migrations order by version";
    Ok(on!(conn, all(SQL))?)
}

async fn record(tx: &mut Writer, migration: &Migration, now: DateTime<Utc>) -> Result<()> {
    const SQL: &str =
        "insert into auth.vault_migrations (version, name, checksum, \"appliedAt\") values ($1, $2, $3, $4)";
    on!(tx, execute(SQL, migration.version, migration.name, checksum(migration), now))?;
    Ok(())
}

/// What is not applied yet, once it is sure that what is applied is what we know.
fn outstanding(applied: &[Applied]) -> Result<impl Iterator<Item = &'static Migration>> {
    for row in applied {
        let Some(known) = MIGRATIONS.iter().find(|migration| migration.version == row.version) else {
            return Err(refused(format!(
                "the database was migrated by a newer version (it holds {}); run that version or a later one",
                row.name
            )));
        };
        if checksum(known) != row.checksum {
            return Err(refused(format!("migration {} is not the one that this database was made with", row.name)));
        }
    }
    let newest = applied.iter().map(|row| row.version).max().unwrap_or(0);
    Ok(MIGRATIONS.iter().filter(move |migration| migration.version > newest))
}

fn checksum(migration: &Migration) -> Vec<u8> {
    // both texts: a change to either is a change of the step
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(migration.sqlite.as_bytes());
    context.update(migration.postgres.as_bytes());
    context.finish().as_ref().to_vec()
}

fn refused(sentence: String) -> Error {
    Error::unavailable("migrations", sentence)
}

/// Makes the schema where it is missing. Where it is there, it is not touched: the user may lack the right.
async fn create_schema(tx: &mut Writer) -> Result<()> {
    const EXISTS: &str = "select count(*) from pg_namespace where nspname = $1";
    let Conn::Postgres(conn) = Conn::from(tx) else { return Ok(()) };
    let schema = conn.texts.schema();
    let ask = sqlx::query_scalar::<_, i64>(EXISTS).persistent(false).bind(schema);
    if ask.fetch_one(&mut *conn.raw).await.map_err(Failure::from)? == 0 {
        let text = sqlx::AssertSqlSafe(format!("create schema \"{schema}\""));
        conn.raw.execute(sqlx::raw_sql(text)).await.map_err(|error| explain(Failure::from(error)))?;
    }
    Ok(())
}

/// Runs plain statements, several at once; migrations may take their time.
async fn run(tx: &mut Writer, sql: &'static str) -> Result<()> {
    let done = match Conn::from(tx) {
        Conn::Sqlite(conn) => {
            let text = conn.texts.qualify(sql);
            conn.raw.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(text))).await.map(|_| ())
        }
        Conn::Postgres(conn) => {
            let text = conn.texts.qualify(sql);
            conn.raw.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(text))).await.map(|_| ())
        }
    };
    done.map_err(|error| explain(Failure::from(error)))
}

/// A sentence for what an operator can mend.
fn explain(failure: Failure) -> Error {
    match failure.code().as_deref() {
        Some("42501") => refused(
            "the database does not let this user create tables in the schema: hosted Supabase locks its own `auth`; \
             set DATABASE_SCHEMA to another name, as vault, or grant the right"
                .into(),
        ),
        Some("42P07") => refused(
            "the schema already holds a table of another program with one of our names; \
             set DATABASE_SCHEMA to a schema of our own"
                .into(),
        ),
        _ => failure.into(),
    }
}
