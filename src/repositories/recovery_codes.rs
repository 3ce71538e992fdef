//! The table `auth.recovery_codes`: the unused codes of an account, as keyed hashes.

use chrono::{DateTime, Utc};

use crate::{
    core::{
        database::{Conn, Writer, on},
        error::Result,
    },
    models::ids::UserId,
};

/// Adds a code.
///
/// # Errors
/// As the database fails.
pub async fn insert(tx: &mut Writer, account: UserId, digest: &[u8], now: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "
        insert into auth.recovery_codes (\"userId\", digest, \"createdAt\")
        values ($1, $2, $3)";
    on!(tx, execute(SQL, account.0, digest, now))?;
    Ok(())
}

/// Uses a code up: tells whether there was one. One statement, so that it is used once.
///
/// # Errors
/// As the database fails.
pub async fn spend(tx: &mut Writer, account: UserId, digest: &[u8]) -> Result<bool> {
    const SQL: &str = "
        delete from auth.recovery_codes
        where \"userId\" = $1 and digest = $2";
    Ok(on!(tx, execute(SQL, account.0, digest))? > 0)
}

/// Removes all codes of an account.
///
/// # Errors
/// As the database fails.
pub async fn delete_all(tx: &mut Writer, account: UserId) -> Result<()> {
    const SQL: &str = "
        delete from auth.recovery_codes
        where \"userId\" = $1";
    on!(tx, execute(SQL, account.0))?;
    Ok(())
}

/// When the codes that are left were made; `None` where there are none.
///
/// # Errors
/// As the database fails.
pub async fn made_at<'c>(conn: impl Into<Conn<'c>>, account: UserId) -> Result<Option<DateTime<Utc>>> {
    const SQL: &str = "
        select max(\"createdAt\")
        from auth.recovery_codes
        where \"userId\" = $1";
    Ok(on!(conn, scalar(SQL, account.0))?)
}

/// How many codes of an account are left.
///
/// # Errors
/// As the database fails.
pub async fn count<'c>(conn: impl Into<Conn<'c>>, account: UserId) -> Result<i64> {
    const SQL: &str = "
        select count(*)
        from auth.recovery_codes
        where \"userId\" = $1";
    Ok(on!(conn, scalar(SQL, account.0))?)
}
