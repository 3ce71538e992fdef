//! The table `auth.idempotency_keys`: the first answers to requests that carried an `Idempotency-Key`, encrypted.

use chrono::{DateTime, Utc};

use crate::{
    core::{
        database::{Conn, Writer, on, row},
        error::Result,
    },
    models::ids::UserId,
};

/// A kept answer.
pub struct KeptAnswer {
    /// The keyed hash of the request that it answered.
    pub request_digest: Vec<u8>,
    /// The answer, encrypted with the account's data key.
    pub sealed: Vec<u8>,
}

row!(KeptAnswer {
    request_digest: Vec<u8> => "requestDigest",
    sealed: Vec<u8> => "sealed",
});

/// The answer kept under this key since `since`.
///
/// # Errors
/// As the database fails.
pub async fn find<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    digest: &[u8],
    since: DateTime<Utc>,
) -> Result<Option<KeptAnswer>> {
    const SQL: &str = "
        select \"requestDigest\", sealed
        from auth.idempotency_keys
        where \"userId\" = $1 and digest = $2 and \"createdAt\" > $3";
    Ok(on!(conn, optional(SQL, account.0, digest, since))?)
}

/// Keeps an answer; `false` where another request kept one under the same key, which this transaction then sees.
///
/// # Errors
/// As the database fails.
pub async fn insert(
    tx: &mut Writer,
    account: UserId,
    digest: &[u8],
    answer: &KeptAnswer,
    now: DateTime<Utc>,
) -> Result<bool> {
    const SQL: &str = "
        insert into auth.idempotency_keys (\"userId\", digest, \"requestDigest\", sealed, \"createdAt\")
        values ($1, $2, $3, $4, $5)
        on conflict (\"userId\", digest) do nothing";
    let kept =
        on!(tx, execute(SQL, account.0, digest, answer.request_digest.as_slice(), answer.sealed.as_slice(), now))?;
    Ok(kept > 0)
}

/// Removes one answer that is older than `until`, so that its key may be used anew.
///
/// # Errors
/// As the database fails.
pub async fn delete_one_until(tx: &mut Writer, account: UserId, digest: &[u8], until: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "
        delete from auth.idempotency_keys
        where \"userId\" = $1 and digest = $2 and \"createdAt\" <= $3";
    on!(tx, execute(SQL, account.0, digest, until))?;
    Ok(())
}

/// Removes all that is older than `until`; tells how many.
///
/// # Errors
/// As the database fails.
pub async fn delete_until(tx: &mut Writer, until: DateTime<Utc>) -> Result<u64> {
    const SQL: &str = "
        delete from auth.idempotency_keys
        where \"createdAt\" <= $1";
    Ok(on!(tx, execute(SQL, until))?)
}
