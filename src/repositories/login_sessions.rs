//! The table `auth.login_sessions`: the open sign-ins.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::users;
use crate::{
    core::{
        database::{Conn, Writer, on, row},
        error::Result,
    },
    models::{
        ids::{SessionId, UserId},
        page::PageRequest,
        session::{Session, SignedIn},
    },
};

row!(Session {
    id: Uuid => "id",
    user_id: Uuid => "userId",
    ip: String => "ip",
    user_agent: String => "userAgent",
    created_at: DateTime<Utc> => "createdAt",
    last_seen_at: DateTime<Utc> => "lastSeenAt",
    expires_at: DateTime<Utc> => "expiresAt",
    refresh_count: i64 => "refreshCount",
    refreshed_at: Option<DateTime<Utc>> => "refreshedAt",
});

/// What a request needs to know of its session.
struct Current {
    id: SessionId,
    user_id: UserId,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    authenticated_at: Option<DateTime<Utc>>,
}

row!(Current {
    id: Uuid => "id",
    user_id: Uuid => "userId",
    created_at: DateTime<Utc> => "createdAt",
    last_seen_at: DateTime<Utc> => "lastSeenAt",
    expires_at: DateTime<Utc> => "expiresAt",
    authenticated_at: Option<DateTime<Utc>> => "authenticatedAt",
});

/// The session with its account, if it is open at `now` and the account may act.
///
/// # Errors
/// As the database fails.
pub async fn find_signed_in(
    conn: &mut crate::core::database::Reader,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<Option<SignedIn>> {
    const SQL: &str = "
        select id, \"userId\", \"createdAt\", \"lastSeenAt\", \"expiresAt\", \"authenticatedAt\"
        from auth.login_sessions
        where id = $1 and \"expiresAt\" > $2";
    let session: Option<Current> = on!(&mut *conn, optional(SQL, id.0, now))?;
    let Some(session) = session else { return Ok(None) };
    let user = users::find(conn, session.user_id).await?;
    Ok(user.filter(crate::models::user::User::is_enabled).map(|user| SignedIn {
        user: Arc::new(user),
        session: session.id,
        expires_at: session.expires_at,
        last_seen_at: session.last_seen_at,
        authenticated_at: session.authenticated_at.unwrap_or(session.created_at),
    }))
}

/// Notes that the person proved to be there; tells whether there is such a session.
///
/// # Errors
/// As the database fails.
pub async fn set_authenticated(tx: &mut Writer, account: UserId, id: SessionId, now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.login_sessions
        set \"authenticatedAt\" = $3
        where \"userId\" = $1 and id = $2";
    Ok(on!(tx, execute(SQL, account.0, id.0, now))? > 0)
}

/// The open sessions of an account, newest first: one more than asked for, where there are more.
///
/// # Errors
/// As the database fails.
pub async fn list<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    page: PageRequest,
    now: DateTime<Utc>,
) -> Result<Vec<Session>> {
    const SQL: &str = "
        select id, \"userId\", ip, \"userAgent\", \"createdAt\", \"lastSeenAt\", \"expiresAt\", \"refreshCount\", \"refreshedAt\"
        from auth.login_sessions
        where (\"userId\", id) >= ($1, $2) and (\"userId\", id) <= ($1, $3) and \"expiresAt\" > $4
        order by \"userId\" desc, id desc
        limit $5";
    // ordered as the account's index is: see `api_key_lists`
    Ok(on!(conn, all(SQL, account.0, Uuid::nil(), page.at_most(), now, page.limit + 1))?)
}

/// The session with this identifier, whether or not its time is over.
///
/// # Errors
/// As the database fails.
pub async fn find<'c>(conn: impl Into<Conn<'c>>, id: SessionId) -> Result<Option<Session>> {
    const SQL: &str = "
        select id, \"userId\", ip, \"userAgent\", \"createdAt\", \"lastSeenAt\", \"expiresAt\", \"refreshCount\", \"refreshedAt\"
        from auth.login_sessions
        where id = $1";
    Ok(on!(conn, optional(SQL, id.0))?)
}

/// Spends the refresh token of this number, if it is the one that counts and the session is open at `now`; tells whether
/// it was. One statement, so that a token is spent once.
///
/// # Errors
/// As the database fails.
pub async fn refresh(
    tx: &mut Writer,
    id: SessionId,
    count: i64,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<bool> {
    const SQL: &str = "
        update auth.login_sessions
        set \"refreshCount\" = \"refreshCount\" + 1, \"refreshedAt\" = $3, \"lastSeenAt\" = $3, \"expiresAt\" = $4
        where id = $1 and \"refreshCount\" = $2 and \"expiresAt\" > $3";
    Ok(on!(tx, execute(SQL, id.0, count, now, expires_at))? > 0)
}

/// Opens a session.
///
/// # Errors
/// As the database fails.
pub async fn insert(tx: &mut Writer, session: &Session) -> Result<()> {
    const SQL: &str = "
        insert into auth.login_sessions (id, \"userId\", ip, \"userAgent\", \"createdAt\", \"lastSeenAt\", \"expiresAt\", \"refreshCount\")
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    on!(
        tx,
        execute(
            SQL,
            session.id.0,
            session.user_id.0,
            session.ip.as_str(),
            session.user_agent.as_str(),
            session.created_at,
            session.last_seen_at,
            session.expires_at,
            session.refresh_count,
        )
    )?;
    Ok(())
}

/// Marks a session as used.
///
/// # Errors
/// As the database fails.
pub async fn set_last_seen(tx: &mut Writer, id: SessionId, seen_at: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "
        update auth.login_sessions
        set \"lastSeenAt\" = $2
        where id = $1 and \"lastSeenAt\" < $2";
    on!(tx, execute(SQL, id.0, seen_at))?;
    Ok(())
}

/// Ends one session of an account; tells whether there was one.
///
/// # Errors
/// As the database fails.
pub async fn delete(tx: &mut Writer, account: UserId, id: SessionId) -> Result<bool> {
    const SQL: &str = "
        delete from auth.login_sessions
        where \"userId\" = $1 and id = $2";
    Ok(on!(tx, execute(SQL, account.0, id.0))? > 0)
}

/// Ends all sessions of an account but `kept`; tells how many.
///
/// # Errors
/// As the database fails.
pub async fn delete_all_but(tx: &mut Writer, account: UserId, kept: Option<SessionId>) -> Result<u64> {
    const SQL: &str = "
        delete from auth.login_sessions
        where \"userId\" = $1 and id <> $2";
    Ok(on!(tx, execute(SQL, account.0, kept.map_or(Uuid::nil(), |id| id.0)))?)
}

/// Removes what expired before `now`; tells how many.
///
/// # Errors
/// As the database fails.
pub async fn delete_expired(tx: &mut Writer, now: DateTime<Utc>) -> Result<u64> {
    const SQL: &str = "
        delete from auth.login_sessions
        where \"expiresAt\" <= $1";
    Ok(on!(tx, execute(SQL, now))?)
}
