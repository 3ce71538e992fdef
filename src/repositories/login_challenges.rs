//! The table `auth.login_challenges`: sign-ins whose password was right and that wait for a code, as keyed hashes.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    core::{
        database::{Conn, Writer, on},
        error::Result,
    },
    models::ids::UserId,
};

/// Adds a challenge.
///
/// # Errors
/// As the database fails.
pub async fn insert(tx: &mut Writer, account: UserId, digest: &[u8], expires_at: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "
        insert into auth.login_challenges (digest, \"userId\", tries, \"expiresAt\")
        values ($1, $2, 0, $3)";
    on!(tx, execute(SQL, digest, account.0, expires_at))?;
    Ok(())
}

/// Whose challenge this is, if it is open at `now`.
///
/// # Errors
/// As the database fails.
pub async fn find_account<'c>(conn: impl Into<Conn<'c>>, digest: &[u8], now: DateTime<Utc>) -> Result<Option<UserId>> {
    const SQL: &str = "
        select \"userId\"
        from auth.login_challenges
        where digest = $1 and \"expiresAt\" > $2";
    let account: Option<Uuid> = on!(conn, scalar_optional(SQL, digest, now))?;
    Ok(account.map(UserId))
}

/// Takes one of the `most` tries of a challenge; `false` where it is not open any more. One statement, so that there
/// are never more tries.
///
/// # Errors
/// As the database fails.
pub async fn take_try(tx: &mut Writer, account: UserId, digest: &[u8], most: i64, now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.login_challenges
        set tries = tries + 1
        where digest = $1 and \"userId\" = $2 and tries < $3 and \"expiresAt\" > $4";
    Ok(on!(tx, execute(SQL, digest, account.0, most, now))? > 0)
}

/// Closes a challenge.
///
/// # Errors
/// As the database fails.
pub async fn delete(tx: &mut Writer, account: UserId, digest: &[u8]) -> Result<()> {
    const SQL: &str = "
        delete from auth.login_challenges
        where digest = $1 and \"userId\" = $2";
    on!(tx, execute(SQL, digest, account.0))?;
    Ok(())
}

/// Closes all challenges of an account, as after a change of the password.
///
/// # Errors
/// As the database fails.
pub async fn delete_all(tx: &mut Writer, account: UserId) -> Result<()> {
    const SQL: &str = "
        delete from auth.login_challenges
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
        delete from auth.login_challenges
        where \"expiresAt\" <= $1";
    Ok(on!(tx, execute(SQL, now))?)
}
