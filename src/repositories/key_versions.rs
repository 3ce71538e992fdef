//! The table `auth.key_versions`: the former values of keys. The current one stands in `auth.api_keys`.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    core::{
        database::{Conn, Writer, on, row},
        error::Result,
    },
    models::{
        ids::{ApiKeyId, UserId},
        key_version::{FormerVersion, KeyVersion},
    },
};

struct Shown {
    version: i64,
    prefix: String,
    last4: String,
    created_at: DateTime<Utc>,
    grace_ends_at: DateTime<Utc>,
}

row!(Shown {
    version: i64 => "version",
    prefix: String => "prefix",
    last4: String => "last4",
    created_at: DateTime<Utc> => "createdAt",
    grace_ends_at: DateTime<Utc> => "graceEndsAt",
});

struct Whole {
    version: i64,
    prefix: String,
    last4: String,
    created_at: DateTime<Utc>,
    grace_ends_at: DateTime<Utc>,
    sealed: Vec<u8>,
    fingerprint: Vec<u8>,
}

row!(Whole {
    version: i64 => "version",
    prefix: String => "prefix",
    last4: String => "last4",
    created_at: DateTime<Utc> => "createdAt",
    grace_ends_at: DateTime<Utc> => "graceEndsAt",
    sealed: Vec<u8> => "sealed",
    fingerprint: Vec<u8> => "fingerprint",
});

/// Which version of which key a value was.
pub struct Former {
    /// The key.
    pub key: ApiKeyId,
    /// The version.
    pub version: i64,
    /// Until when it counts.
    pub grace_ends_at: DateTime<Utc>,
}

struct StoredFormer {
    key_id: Uuid,
    version: i64,
    grace_ends_at: DateTime<Utc>,
}

row!(StoredFormer {
    key_id: Uuid => "keyId",
    version: i64 => "version",
    grace_ends_at: DateTime<Utc> => "graceEndsAt",
});

impl From<Shown> for KeyVersion {
    fn from(row: Shown) -> Self {
        Self {
            version: row.version,
            prefix: row.prefix,
            last4: row.last4,
            created_at: row.created_at,
            grace_ends_at: Some(row.grace_ends_at),
        }
    }
}

/// Keeps the value that a key has now as a former one that counts until `grace_ends_at`.
///
/// # Errors
/// As the database fails.
pub async fn insert_current(
    tx: &mut Writer,
    account: UserId,
    key: ApiKeyId,
    grace_ends_at: DateTime<Utc>,
) -> Result<()> {
    const SQL: &str = "
        insert into auth.key_versions (\"userId\", \"keyId\", version, prefix, last4, fingerprint, sealed, \"createdAt\", \"graceEndsAt\")
        select \"userId\", id, version, prefix, last4, fingerprint, sealed, coalesce(\"rotatedAt\", \"createdAt\"), $3
        from auth.api_keys
        where id = $1 and \"userId\" = $2";
    on!(tx, execute(SQL, key.0, account.0, grace_ends_at))?;
    Ok(())
}

/// One former version of a key.
///
/// # Errors
/// As the database fails.
pub async fn find<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    key: ApiKeyId,
    version: i64,
) -> Result<Option<FormerVersion>> {
    const SQL: &str = "
        select version, prefix, last4, \"createdAt\", \"graceEndsAt\", sealed, fingerprint
        from auth.key_versions
        where \"keyId\" = $1 and \"userId\" = $2 and version = $3";
    let row: Option<Whole> = on!(conn, optional(SQL, key.0, account.0, version))?;
    Ok(row.map(|row| FormerVersion {
        sealed: row.sealed,
        fingerprint: row.fingerprint,
        shown: KeyVersion {
            version: row.version,
            prefix: row.prefix,
            last4: row.last4,
            created_at: row.created_at,
            grace_ends_at: Some(row.grace_ends_at),
        },
    }))
}

/// The former versions of a key below a number, newest first.
///
/// # Errors
/// As the database fails.
pub async fn list<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    key: ApiKeyId,
    below: i64,
    limit: i64,
) -> Result<Vec<KeyVersion>> {
    const SQL: &str = "
        select version, prefix, last4, \"createdAt\", \"graceEndsAt\"
        from auth.key_versions
        where \"keyId\" = $1 and \"userId\" = $2 and version < $3
        order by version desc
        limit $4";
    let rows: Vec<Shown> = on!(conn, all(SQL, key.0, account.0, below, limit))?;
    Ok(rows.into_iter().map(KeyVersion::from).collect())
}

/// Of which key a value was a former one: the one for which it counts longest.
///
/// # Errors
/// As the database fails.
pub async fn find_by_value<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    fingerprint: &[u8],
) -> Result<Option<Former>> {
    const SQL: &str = "
        select \"keyId\", version, \"graceEndsAt\"
        from auth.key_versions
        where \"userId\" = $1 and fingerprint = $2
        order by \"graceEndsAt\" desc, version desc
        limit 1";
    let row: Option<StoredFormer> = on!(conn, optional(SQL, account.0, fingerprint))?;
    Ok(row.map(|row| Former { key: ApiKeyId(row.key_id), version: row.version, grace_ends_at: row.grace_ends_at }))
}

/// Whether a value is in grace in another active key of the account than this one.
///
/// # Errors
/// As the database fails.
pub async fn is_in_grace_elsewhere<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    key: ApiKeyId,
    fingerprint: &[u8],
    now: DateTime<Utc>,
) -> Result<bool> {
    const SQL: &str = "
        select count(*)
        from auth.key_versions v
        join auth.api_keys k on k.id = v.\"keyId\"
        where v.\"userId\" = $1 and v.fingerprint = $2 and v.\"keyId\" <> $3 and v.\"graceEndsAt\" > $4 and not k.revoked";
    let count: i64 = on!(conn, scalar(SQL, account.0, fingerprint, key.0, now))?;
    Ok(count > 0)
}

/// The last moment at which a former value of a key counts.
///
/// # Errors
/// As the database fails.
pub async fn find_last_grace<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    key: ApiKeyId,
) -> Result<Option<DateTime<Utc>>> {
    const SQL: &str = "
        select \"graceEndsAt\"
        from auth.key_versions
        where \"keyId\" = $1 and \"userId\" = $2
        order by \"graceEndsAt\" desc
        limit 1";
    Ok(on!(conn, scalar_optional(SQL, key.0, account.0))?)
}

/// Ends the grace of all former values of a key; tells how many were in one.
///
/// # Errors
/// As the database fails.
pub async fn end_grace(tx: &mut Writer, account: UserId, key: ApiKeyId, now: DateTime<Utc>) -> Result<u64> {
    const SQL: &str = "
        update auth.key_versions
        set \"graceEndsAt\" = $3
        where \"keyId\" = $1 and \"userId\" = $2 and \"graceEndsAt\" > $3";
    Ok(on!(tx, execute(SQL, key.0, account.0, now))?)
}

/// Ends the grace of one value of a key.
///
/// # Errors
/// As the database fails.
pub async fn end_grace_of_value(
    tx: &mut Writer,
    account: UserId,
    key: ApiKeyId,
    fingerprint: &[u8],
    now: DateTime<Utc>,
) -> Result<()> {
    const SQL: &str = "
        update auth.key_versions
        set \"graceEndsAt\" = $3
        where \"keyId\" = $1 and \"userId\" = $2 and \"graceEndsAt\" > $3 and fingerprint = $4";
    on!(tx, execute(SQL, key.0, account.0, now, fingerprint))?;
    Ok(())
}

/// Deletes the former versions of a key up to a number, but for those in grace.
///
/// # Errors
/// As the database fails.
pub async fn delete_until(
    tx: &mut Writer,
    account: UserId,
    key: ApiKeyId,
    version: i64,
    now: DateTime<Utc>,
) -> Result<u64> {
    const SQL: &str = "
        delete from auth.key_versions
        where \"keyId\" = $1 and \"userId\" = $2 and version <= $3 and \"graceEndsAt\" <= $4";
    Ok(on!(tx, execute(SQL, key.0, account.0, version, now))?)
}
