//! The table `auth.password_resets`: the one reset token of an account that counts, as a keyed hash.

use chrono::{DateTime, Utc};

use crate::{
    core::{
        database::{Conn, Writer, on},
        error::Result,
    },
    models::ids::UserId,
};

/// Puts the newest token of an account in the place of any older one.
///
/// # Errors
/// As the database fails.
pub async fn replace(
    tx: &mut Writer,
    account: UserId,
    digest: &[u8],
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    const SQL: &str = "
        insert into auth.password_resets (\"userId\", digest, \"createdAt\", \"expiresAt\")
        values ($1, $2, $3, $4)
        on conflict (\"userId\") do update
        set digest = excluded.digest, \"createdAt\" = excluded.\"createdAt\", \"expiresAt\" = excluded.\"expiresAt\"";
    on!(tx, execute(SQL, account.0, digest, now, expires_at))?;
    Ok(())
}

/// Whether this is the token that counts; it is not spent.
///
/// # Errors
/// As the database fails.
pub async fn is_current<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    digest: &[u8],
    now: DateTime<Utc>,
) -> Result<bool> {
    const SQL: &str = "
        select count(*)
        from auth.password_resets
        where \"userId\" = $1 and digest = $2 and \"expiresAt\" > $3";
    let count: i64 = on!(conn, scalar(SQL, account.0, digest, now))?;
    Ok(count > 0)
}

/// Spends a token: tells whether it was the one that counts. One statement, so that it is spent once.
///
/// # Errors
/// As the database fails.
pub async fn spend(tx: &mut Writer, account: UserId, digest: &[u8], now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        delete from auth.password_resets
        where \"userId\" = $1 and digest = $2 and \"expiresAt\" > $3";
    Ok(on!(tx, execute(SQL, account.0, digest, now))? > 0)
}

/// Makes the token of an account worthless, as after a change of the password.
///
/// # Errors
/// As the database fails.
pub async fn delete(tx: &mut Writer, account: UserId) -> Result<()> {
    const SQL: &str = "
        delete from auth.password_resets
        where \"userId\" = $1";
    on!(tx, execute(SQL, account.0))?;
    Ok(())
}

/// Removes what expired before `now`; tells how many.
///
/// # Errors
/// As the database fails.
pub async fn delete_expired(tx: &mut Writer, now: DateTime<Utc>) -> Result<u64> {
    const SQL: &str = "
        delete from auth.password_resets
        where \"expiresAt\" <= $1";
    Ok(on!(tx, execute(SQL, now))?)
}
