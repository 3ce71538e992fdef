//! The table `auth.key_reminders`: which reminders of a key's expiry were sent, or are not to be sent any more.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    core::{
        database::{Conn, Writer, on, row},
        error::Result,
    },
    models::{
        ids::{ApiKeyId, UserId},
        reminder::{ExpiringKey, Stage},
    },
};

row!(ExpiringKey {
    id: Uuid => "id",
    account: Uuid => "userId",
    name: String => "name",
    environment: Option<String> => "environment",
    expires_at: DateTime<Utc> => "expiresAt",
    created_at: DateTime<Utc> => "createdAt",
});

/// A place among the keys of all accounts, in the order of their expiry.
pub type Place = (DateTime<Utc>, ApiKeyId);

/// The keys of all accounts that may be told of, behind a place: enabled ones of accounts with a proved address that may
/// sign in, without those that were told of.
///
/// # Errors
/// As the database fails.
pub async fn list_due<'c>(
    conn: impl Into<Conn<'c>>,
    stage: Stage,
    behind: Place,
    until: DateTime<Utc>,
    most: i64,
) -> Result<Vec<ExpiringKey>> {
    const SQL: &str = "
        select k.id, k.\"userId\", k.name, k.environment, k.\"expiresAt\", k.\"createdAt\"
        from auth.api_keys k
        join auth.\"user\" u on u.id = k.\"userId\"
        where not k.revoked and k.enabled and (k.\"expiresAt\", k.id) > ($1, $2) and k.\"expiresAt\" <= $3
            and u.\"emailVerified\" and u.\"disabledAt\" is null
            and not exists (
                select 1
                from auth.key_reminders r
                where r.\"keyId\" = k.id and r.\"expiresAt\" = k.\"expiresAt\" and r.days = $4
            )
        order by k.\"expiresAt\", k.id
        limit $5";
    Ok(on!(conn, all(SQL, behind.0, behind.1.0, until, stage.days, most))?)
}

/// The keys of one account that may be told of, soonest first.
///
/// # Errors
/// As the database fails.
pub async fn list_due_of_account<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    stage: Stage,
    (after, until): (DateTime<Utc>, DateTime<Utc>),
    most: i64,
) -> Result<Vec<ExpiringKey>> {
    const SQL: &str = "
        select k.id, k.\"userId\", k.name, k.environment, k.\"expiresAt\", k.\"createdAt\"
        from auth.api_keys k
        where k.\"userId\" = $1 and not k.revoked and k.enabled and k.\"expiresAt\" > $2 and k.\"expiresAt\" <= $3
            and not exists (
                select 1
                from auth.key_reminders r
                where r.\"keyId\" = k.id and r.\"expiresAt\" = k.\"expiresAt\" and r.days = $4
            )
        order by k.\"expiresAt\", k.id
        limit $5";
    Ok(on!(conn, all(SQL, account.0, after, until, stage.days, most))?)
}

/// Notes that a reminder is not to be sent any more; tells whether that is new.
///
/// # Errors
/// As the database fails.
pub async fn insert(
    tx: &mut Writer,
    key: ApiKeyId,
    expires_at: DateTime<Utc>,
    stage: Stage,
    now: DateTime<Utc>,
) -> Result<bool> {
    const SQL: &str = "
        insert into auth.key_reminders (\"keyId\", \"expiresAt\", days, \"createdAt\")
        values ($1, $2, $3, $4)
        on conflict (\"keyId\", \"expiresAt\", days) do nothing";
    Ok(on!(tx, execute(SQL, key.0, expires_at, stage.days, now))? > 0)
}

/// Removes what is noted of dates that are over; tells how many rows.
///
/// # Errors
/// As the database fails.
pub async fn delete_expired(tx: &mut Writer, now: DateTime<Utc>) -> Result<u64> {
    const SQL: &str = "
        delete from auth.key_reminders
        where \"expiresAt\" <= $1";
    Ok(on!(tx, execute(SQL, now))?)
}
