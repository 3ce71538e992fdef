//! The table `auth.second_factors`: the one of an account, pending or on. See `models::second_factor` for its states.

use chrono::{DateTime, Utc};

use crate::{
    core::{
        database::{Conn, Writer, on, row},
        error::Result,
    },
    models::{ids::UserId, second_factor::SecondFactor},
};

row!(SecondFactor {
    sealed: Vec<u8> => "sealed",
    confirmed_at: Option<DateTime<Utc>> => "confirmedAt",
    failures: i64 => "failures",
    paused_until: Option<DateTime<Utc>> => "pausedUntil",
    is_unproved: bool => "isUnproved",
});

/// The second factor of an account.
///
/// # Errors
/// As the database fails.
pub async fn find<'c>(conn: impl Into<Conn<'c>>, account: UserId) -> Result<Option<SecondFactor>> {
    const SQL: &str = "
        select sealed, \"confirmedAt\", failures, \"pausedUntil\", \"isUnproved\"
        from auth.second_factors
        where \"userId\" = $1";
    Ok(on!(conn, optional(SQL, account.0))?)
}

/// The second factor of an account; nobody else can use it until the transaction ends.
///
/// # Errors
/// As the database fails.
pub async fn lock(tx: &mut Writer, account: UserId) -> Result<Option<SecondFactor>> {
    const SQL: &str = "
        update auth.second_factors
        set failures = failures
        where \"userId\" = $1
        returning sealed, \"confirmedAt\", failures, \"pausedUntil\", \"isUnproved\"";
    Ok(on!(tx, optional(SQL, account.0))?)
}

/// Puts a pending one in the place of an older pending one; `false` where one is on. What was counted stays counted.
///
/// # Errors
/// As the database fails.
pub async fn begin(tx: &mut Writer, account: UserId, sealed: &[u8], now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        insert into auth.second_factors (\"userId\", sealed, \"lastStep\", failures, \"createdAt\")
        values ($1, $2, 0, 0, $3)
        on conflict (\"userId\") do update
        set sealed = excluded.sealed, \"lastStep\" = 0, \"createdAt\" = excluded.\"createdAt\"
        where second_factors.\"confirmedAt\" is null";
    Ok(on!(tx, execute(SQL, account.0, sealed, now))? > 0)
}

/// Turns a pending one on; `is_unproved` while nobody has proved the account's address.
///
/// # Errors
/// As the database fails.
pub async fn confirm(tx: &mut Writer, account: UserId, is_unproved: bool, now: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "
        update auth.second_factors
        set \"confirmedAt\" = $2, \"isUnproved\" = $3
        where \"userId\" = $1 and \"confirmedAt\" is null";
    on!(tx, execute(SQL, account.0, now, is_unproved))?;
    Ok(())
}

/// Uses a time step, once and for all, and forgets the wrong codes before it; `false` where it, or a later one, was
/// used before. One statement, so that it is used once.
///
/// # Errors
/// As the database fails.
pub async fn use_step(tx: &mut Writer, account: UserId, step: i64) -> Result<bool> {
    const SQL: &str = "
        update auth.second_factors
        set \"lastStep\" = $2, failures = 0, \"pausedUntil\" = null
        where \"userId\" = $1 and \"lastStep\" < $2";
    Ok(on!(tx, execute(SQL, account.0, step))? > 0)
}

/// Counts a wrong code, and says until when no other is looked at.
///
/// # Errors
/// As the database fails.
pub async fn count_failure(tx: &mut Writer, account: UserId, paused_until: Option<DateTime<Utc>>) -> Result<()> {
    const SQL: &str = "
        update auth.second_factors
        set failures = failures + 1, \"pausedUntil\" = $2
        where \"userId\" = $1";
    on!(tx, execute(SQL, account.0, paused_until))?;
    Ok(())
}

/// Removes it, pending or on; tells whether there was one.
///
/// # Errors
/// As the database fails.
pub async fn delete(tx: &mut Writer, account: UserId) -> Result<bool> {
    const SQL: &str = "
        delete from auth.second_factors
        where \"userId\" = $1";
    Ok(on!(tx, execute(SQL, account.0))? > 0)
}
