//! The table `auth.known_addresses`: from where an account signed in, as a keyed hash.

use chrono::{DateTime, Utc};

use crate::{
    core::{
        database::{Conn, Writer, on, row},
        error::Result,
    },
    models::{ids::UserId, known_device::KnownDevice},
};

row!(KnownDevice {
    created_at: DateTime<Utc> => "createdAt",
    last_seen_at: DateTime<Utc> => "lastSeenAt",
});

/// The device with this digest, if the account signed in from it after `since`.
///
/// # Errors
/// As the database fails.
pub async fn find<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    digest: &[u8],
    since: DateTime<Utc>,
) -> Result<Option<KnownDevice>> {
    const SQL: &str = "
        select \"createdAt\", \"lastSeenAt\"
        from auth.known_addresses
        where \"userId\" = $1 and digest = $2 and \"lastSeenAt\" > $3";
    Ok(on!(conn, optional(SQL, account.0, digest, since))?)
}

/// Notes a device: tells whether it was new.
///
/// # Errors
/// As the database fails.
pub async fn insert(tx: &mut Writer, account: UserId, digest: &[u8], now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        insert into auth.known_addresses (\"userId\", digest, \"createdAt\", \"lastSeenAt\")
        values ($1, $2, $3, $3)
        on conflict (\"userId\", digest) do nothing";
    Ok(on!(tx, execute(SQL, account.0, digest, now))? > 0)
}

/// Marks a device as seen.
///
/// # Errors
/// As the database fails.
pub async fn touch(tx: &mut Writer, account: UserId, digest: &[u8], now: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "
        update auth.known_addresses
        set \"lastSeenAt\" = $3
        where \"userId\" = $1 and digest = $2";
    on!(tx, execute(SQL, account.0, digest, now))?;
    Ok(())
}

/// Removes what was last seen before `until`; tells how many.
///
/// # Errors
/// As the database fails.
pub async fn delete_until(tx: &mut Writer, until: DateTime<Utc>) -> Result<u64> {
    const SQL: &str = "
        delete from auth.known_addresses
        where \"lastSeenAt\" <= $1";
    Ok(on!(tx, execute(SQL, until))?)
}
