//! The tables `auth.audit_trail` and `auth.audit_chains`: the entries, and where each chain ends.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::{
    core::{
        database::{Conn, Failure, Writer, on, row, within},
        error::Result,
    },
    models::{
        audit::{Action, Entry, Head, OwnFilter, TrailFilter},
        page::PageRequest,
    },
};

row!(Entry {
    id: Uuid => "id",
    chain: Uuid => "chain",
    seq: i64 => "seq",
    actor_id: Option<Uuid> => "actorId",
    action: String => "action",
    object_type: String => "objectType",
    object_id: Option<Uuid> => "objectId",
    ip: String => "ip",
    user_agent: String => "userAgent",
    request_id: String => "requestId",
    details: String => "details",
    created_at: DateTime<Utc> => "createdAt",
    mac: Vec<u8> => "mac",
});

row!(Head {
    seq: i64 => "seq",
    mac: Vec<u8> => "mac",
});

/// The end of a chain; nobody else can append to it until the transaction ends.
///
/// # Errors
/// As the database fails.
pub async fn lock_head(tx: &mut Writer, chain: Uuid) -> Result<Head> {
    const SQL: &str = "
        insert into auth.audit_chains (chain, seq, mac)
        values ($1, 0, $2)
        on conflict (chain) do update
        set seq = audit_chains.seq
        returning seq, mac";
    Ok(on!(tx, one(SQL, chain, Head::start().mac))?)
}

/// The end of a chain, as it is now.
///
/// # Errors
/// As the database fails.
pub async fn find_head<'c>(conn: impl Into<Conn<'c>>, chain: Uuid) -> Result<Option<Head>> {
    const SQL: &str = "
        select seq, mac
        from auth.audit_chains
        where chain = $1";
    Ok(on!(conn, optional(SQL, chain))?)
}

/// All chains that have an end or an entry, in a fixed order.
///
/// # Errors
/// As the database fails.
pub async fn list_chains<'c>(conn: impl Into<Conn<'c>>) -> Result<Vec<Uuid>> {
    const SQL: &str = "
        select chain
        from auth.audit_chains
        union
        select chain
        from auth.audit_trail
        order by chain";
    let rows: Vec<(Uuid,)> = on!(conn, all(SQL))?;
    Ok(rows.into_iter().map(|(chain,)| chain).collect())
}

/// How many entries one statement adds at once.
const AT_ONCE: usize = 16;

/// Adds entries that follow each other in one chain, and moves the chain's end behind the last.
///
/// # Errors
/// As the database fails.
pub async fn append(tx: &mut Writer, entries: &[Entry]) -> Result<()> {
    // PostgreSQL answers one statement sooner than two; SQLite can not change two tables in one
    const APPEND_OF_POSTGRES: &str = "
        with entry as (
            insert into auth.audit_trail (id, chain, seq, \"actorId\", action, \"objectType\", \"objectId\", ip, \"userAgent\", \"requestId\", details, \"createdAt\", mac)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        )
        update auth.audit_chains
        set seq = $3, mac = $13
        where chain = $2";
    let (chunks, rest) = entries.as_chunks::<AT_ONCE>();
    for chunk in chunks {
        insert_many(tx, chunk).await?;
    }
    match (rest, Conn::from(&mut *tx)) {
        ([only], Conn::Postgres(_)) => {
            insert(tx, only, APPEND_OF_POSTGRES).await?;
            return Ok(());
        }
        (rest, _) => {
            for entry in rest {
                insert(tx, entry, INSERT).await?;
            }
        }
    }
    match entries.last() {
        Some(last) => set_head(tx, last.chain, &Head::after(last)).await,
        None => Ok(()),
    }
}

const INSERT: &str = "
        insert into auth.audit_trail (id, chain, seq, \"actorId\", action, \"objectType\", \"objectId\", ip, \"userAgent\", \"requestId\", details, \"createdAt\", mac)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

async fn insert(tx: &mut Writer, entry: &Entry, sql: &'static str) -> Result<()> {
    on!(
        tx,
        execute(
            sql,
            entry.id,
            entry.chain,
            entry.seq,
            entry.actor_id,
            entry.action.as_str(),
            entry.object_type.as_str(),
            entry.object_id,
            entry.ip.as_str(),
            entry.user_agent.as_str(),
            entry.request_id.as_str(),
            entry.details.as_str(),
            entry.created_at,
            entry.mac.as_slice(),
        )
    )?;
    Ok(())
}

/// Adds as many entries as one statement takes.
async fn insert_many(tx: &mut Writer, entries: &[Entry; AT_ONCE]) -> Result<()> {
    /// Binds all entries, in the order of the columns.
    macro_rules! bind_all {
        ($query:expr) => {
            entries.iter().fold($query, |query, entry| {
                query
                    .bind(entry.id)
                    .bind(entry.chain)
                    .bind(entry.seq)
                    .bind(entry.actor_id)
                    .bind(entry.action.as_str())
                    .bind(entry.object_type.as_str())
                    .bind(entry.object_id)
                    .bind(entry.ip.as_str())
                    .bind(entry.user_agent.as_str())
                    .bind(entry.request_id.as_str())
                    .bind(entry.details.as_str())
                    .bind(entry.created_at)
                    .bind(entry.mac.as_slice())
            })
        };
    }
    match Conn::from(tx) {
        Conn::Sqlite(conn) => {
            let query = sqlx::query(conn.texts.get(&INSERT_MANY));
            bind_all!(query).execute(conn.raw).await.map(|_| ())
        }
        Conn::Postgres(conn) => {
            let query = sqlx::query(conn.texts.get(&INSERT_MANY)).persistent(conn.health.may_name_statements());
            within(conn.health, bind_all!(query).execute(conn.raw)).await.map(|_| ())
        }
    }
    .map_err(Failure::from)?;
    Ok(())
}

/// `INSERT` with one row of placeholders for each entry.
static INSERT_MANY: LazyLock<String> = LazyLock::new(|| {
    const COLUMNS: usize = 13;
    let row = |number: usize| {
        let places: Vec<_> = (1..=COLUMNS).map(|column| format!("${}", number * COLUMNS + column)).collect();
        format!("({})", places.join(", "))
    };
    let rows: Vec<_> = (0..AT_ONCE).map(row).collect();
    let into = INSERT.split("values").next().unwrap_or_default();
    format!("{into}values {}", rows.join(", "))
});

async fn set_head(tx: &mut Writer, chain: Uuid, head: &Head) -> Result<()> {
    const SQL: &str = "
        update auth.audit_chains
        set seq = $2, mac = $3
        where chain = $1";
    on!(tx, execute(SQL, chain, head.seq, head.mac.as_slice()))?;
    Ok(())
}

/// The entries of a chain that a filter names and that stand below a place, newest first.
///
/// # Errors
/// As the database fails.
pub async fn list<'c>(
    conn: impl Into<Conn<'c>>,
    chain: Uuid,
    filter: &OwnFilter,
    below_seq: i64,
    limit: i64,
) -> Result<Vec<Entry>> {
    // without a filter, the index of the chain gives the order too
    const ALL: &str = "
        select id, chain, seq, \"actorId\", action, \"objectType\", \"objectId\", ip, \"userAgent\", \"requestId\", details, \"createdAt\", mac
        from auth.audit_trail
        where chain = $1 and seq < $2
        order by seq desc
        limit $3";
    const SQL: &str = "
        select id, chain, seq, \"actorId\", action, \"objectType\", \"objectId\", ip, \"userAgent\", \"requestId\", details, \"createdAt\", mac
        from auth.audit_trail
        where chain = $1 and seq < $2 and \"createdAt\" >= $3 and \"createdAt\" < $4
            and (cast($5 as text) is null or replace($5, ',' || action || ',', '') <> $5)
            and ($6 or \"objectId\" = $7)
        order by seq desc
        limit $8";
    if *filter == OwnFilter::default() {
        return Ok(on!(conn, all(ALL, chain, below_seq, limit))?);
    }
    let since = filter.since.unwrap_or(DateTime::UNIX_EPOCH);
    let until = filter.until.unwrap_or(far_future());
    let (any_object, object) = (filter.key.is_none(), filter.key.map_or(Uuid::nil(), |key| key.0));
    Ok(on!(conn, all(SQL, chain, below_seq, since, until, filter.actions(), any_object, object, limit))?)
}

/// The entries of all chains that a filter names, newest first: one more than asked for, where there are more. A filter
/// for one account is for `list_filtered`.
///
/// # Errors
/// As the database fails.
pub async fn list_all<'c>(conn: impl Into<Conn<'c>>, filter: &TrailFilter, page: PageRequest) -> Result<Vec<Entry>> {
    const SQL: &str = "
        select id, chain, seq, \"actorId\", action, \"objectType\", \"objectId\", ip, \"userAgent\", \"requestId\", details, \"createdAt\", mac
        from auth.audit_trail
        where id < $1 and id >= $2 and \"createdAt\" >= $3 and \"createdAt\" < $4
            and (cast($5 as text) is null or action = $5)
            and ($6 or \"actorId\" = $7)
        order by id desc
        limit $8";
    let (since, until) = period(filter);
    let (anybody, actor) = (filter.actor.is_none(), filter.actor.unwrap_or(Uuid::nil()));
    // identifiers may run ahead of the clock by a little; they find the rows, the times decide
    let slack = TimeDelta::minutes(1);
    let first = first_id_of(since - slack);
    let below = filter.until.map_or(page.below(), |until| page.below().min(first_id_of(until + slack)));
    let action = filter.action.map(Action::as_str);
    Ok(on!(conn, all(SQL, below, first, since, until, action, anybody, actor, page.limit + 1))?)
}

/// Like `list`, of those entries that a filter names.
///
/// # Errors
/// As the database fails.
pub async fn list_filtered<'c>(
    conn: impl Into<Conn<'c>>,
    chain: Uuid,
    below_seq: i64,
    filter: &TrailFilter,
    page: PageRequest,
) -> Result<Vec<Entry>> {
    // nothing is said of the identifiers: their index would be taken, and everybody's entries read for a few of one's own
    const SQL: &str = "
        select id, chain, seq, \"actorId\", action, \"objectType\", \"objectId\", ip, \"userAgent\", \"requestId\", details, \"createdAt\", mac
        from auth.audit_trail
        where chain = $1 and seq < $2 and \"createdAt\" >= $3 and \"createdAt\" < $4
            and (cast($5 as text) is null or action = $5)
            and ($6 or \"actorId\" = $7)
        order by seq desc
        limit $8";
    let (since, until) = period(filter);
    let (anybody, actor) = (filter.actor.is_none(), filter.actor.unwrap_or(Uuid::nil()));
    let action = filter.action.map(Action::as_str);
    Ok(on!(conn, all(SQL, chain, below_seq, since, until, action, anybody, actor, page.limit + 1))?)
}

/// From when on and until when, also where the filter does not say.
fn period(filter: &TrailFilter) -> (DateTime<Utc>, DateTime<Utc>) {
    (filter.since.unwrap_or(DateTime::UNIX_EPOCH), filter.until.unwrap_or(far_future()))
}

/// An identifier below all that were made from this moment on: those of version 7 begin with their time.
fn first_id_of(moment: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(moment.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128(u128::from(millis) << 80)
}

/// After everything that will ever be recorded, and of the usual four digits.
fn far_future() -> DateTime<Utc> {
    DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::UNIX_EPOCH)
}

/// The place in its chain of the entry with this identifier.
///
/// # Errors
/// As the database fails.
pub async fn find_seq<'c>(conn: impl Into<Conn<'c>>, chain: Uuid, id: Uuid) -> Result<Option<i64>> {
    const SQL: &str = "
        select seq
        from auth.audit_trail
        where id = $1 and chain = $2";
    Ok(on!(conn, scalar_optional(SQL, id, chain))?)
}

/// The entries of a chain after place `after`, oldest first, at most `limit`.
///
/// # Errors
/// As the database fails.
pub async fn list_forward<'c>(conn: impl Into<Conn<'c>>, chain: Uuid, after: i64, limit: i64) -> Result<Vec<Entry>> {
    const SQL: &str = "
        select id, chain, seq, \"actorId\", action, \"objectType\", \"objectId\", ip, \"userAgent\", \"requestId\", details, \"createdAt\", mac
        from auth.audit_trail
        where chain = $1 and seq > $2
        order by seq
        limit $3";
    Ok(on!(conn, all(SQL, chain, after, limit))?)
}
