//! The table `auth.device_logins`: programs that wait to be let in. See `models::device_login` for their states.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    core::{
        database::{Conn, Writer, on, row},
        error::Result,
    },
    models::{device_login::DeviceLogin, ids::UserId},
};

struct Stored {
    account: Option<Uuid>,
    ip: String,
    user_agent: String,
    refused_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

row!(Stored {
    account: Option<Uuid> => "userId",
    ip: String => "ip",
    user_agent: String => "userAgent",
    refused_at: Option<DateTime<Utc>> => "refusedAt",
    created_at: DateTime<Utc> => "createdAt",
    expires_at: DateTime<Utc> => "expiresAt",
});

impl From<Stored> for DeviceLogin {
    fn from(row: Stored) -> Self {
        Self {
            account: row.account.map(UserId),
            ip: row.ip,
            user_agent: row.user_agent,
            refused_at: row.refused_at,
            created_at: row.created_at,
            expires_at: row.expires_at,
        }
    }
}

/// Adds one that waits.
///
/// # Errors
/// As the database fails.
pub async fn insert(tx: &mut Writer, digest: &[u8], user_digest: &[u8], login: &DeviceLogin) -> Result<()> {
    const SQL: &str = "
        insert into auth.device_logins (digest, \"userDigest\", ip, \"userAgent\", \"createdAt\", \"expiresAt\")
        values ($1, $2, $3, $4, $5, $6)";
    on!(
        tx,
        execute(
            SQL,
            digest,
            user_digest,
            login.ip.as_str(),
            login.user_agent.as_str(),
            login.created_at,
            login.expires_at
        )
    )?;
    Ok(())
}

/// The one with this code of the device, if it lives.
///
/// # Errors
/// As the database fails.
pub async fn find<'c>(conn: impl Into<Conn<'c>>, digest: &[u8], now: DateTime<Utc>) -> Result<Option<DeviceLogin>> {
    const SQL: &str = "
        select \"userId\", ip, \"userAgent\", \"refusedAt\", \"createdAt\", \"expiresAt\"
        from auth.device_logins
        where digest = $1 and \"expiresAt\" > $2";
    let row: Option<Stored> = on!(conn, optional(SQL, digest, now))?;
    Ok(row.map(DeviceLogin::from))
}

/// The one that waits with this code of the person.
///
/// # Errors
/// As the database fails.
pub async fn find_waiting<'c>(
    conn: impl Into<Conn<'c>>,
    user_digest: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<DeviceLogin>> {
    const SQL: &str = "
        select \"userId\", ip, \"userAgent\", \"refusedAt\", \"createdAt\", \"expiresAt\"
        from auth.device_logins
        where \"userDigest\" = $1 and \"expiresAt\" > $2 and \"userId\" is null and \"refusedAt\" is null";
    let row: Option<Stored> = on!(conn, optional(SQL, user_digest, now))?;
    Ok(row.map(DeviceLogin::from))
}

/// Lets one in for an account; `false` where none waits with this code. One statement, so that it is answered once.
///
/// # Errors
/// As the database fails.
pub async fn approve(tx: &mut Writer, user_digest: &[u8], account: UserId, now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.device_logins
        set \"userId\" = $2
        where \"userDigest\" = $1 and \"expiresAt\" > $3 and \"userId\" is null and \"refusedAt\" is null";
    Ok(on!(tx, execute(SQL, user_digest, account.0, now))? > 0)
}

/// Refuses one; `false` where none waits with this code.
///
/// # Errors
/// As the database fails.
pub async fn refuse(tx: &mut Writer, user_digest: &[u8], now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.device_logins
        set \"refusedAt\" = $2
        where \"userDigest\" = $1 and \"expiresAt\" > $2 and \"userId\" is null and \"refusedAt\" is null";
    Ok(on!(tx, execute(SQL, user_digest, now))? > 0)
}

/// Removes one; `false` where it was gone. One statement, so that it is collected once.
///
/// # Errors
/// As the database fails.
pub async fn delete(tx: &mut Writer, digest: &[u8]) -> Result<bool> {
    const SQL: &str = "
        delete from auth.device_logins
        where digest = $1";
    Ok(on!(tx, execute(SQL, digest))? > 0)
}

/// Removes what was approved for an account and not collected yet.
///
/// # Errors
/// As the database fails.
pub async fn delete_all(tx: &mut Writer, account: UserId) -> Result<()> {
    const SQL: &str = "
        delete from auth.device_logins
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
        delete from auth.device_logins
        where \"expiresAt\" <= $1";
    Ok(on!(tx, execute(SQL, now))?)
}
