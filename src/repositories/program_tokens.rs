//! The table `auth.program_tokens`: the tokens for programs, revoked ones for a while too.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{json_text, users};
use crate::{
    core::{
        database::{Conn, Reader, Writer, on, row},
        error::Result,
    },
    models::{
        address_ranges::AddressRanges,
        ids::{ProgramTokenId, UserId},
        page::PageRequest,
        program_token::{Program, ProgramToken, TokenScope},
        user::User,
    },
};

/// Scopes, kept as a JSON text.
struct Scopes(Vec<TokenScope>);
/// Networks, kept as a JSON text.
struct Networks(AddressRanges);

impl TryFrom<String> for Scopes {
    type Error = String;
    fn try_from(text: String) -> std::result::Result<Self, String> {
        let words: Vec<String> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        words.into_iter().map(TokenScope::try_from).collect::<std::result::Result<_, _>>().map(Self)
    }
}

impl TryFrom<String> for Networks {
    type Error = String;
    fn try_from(text: String) -> std::result::Result<Self, String> {
        let texts: Vec<String> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        AddressRanges::try_from(texts).map(Self)
    }
}

struct Stored {
    id: ProgramTokenId,
    user_id: UserId,
    name: String,
    scopes: Scopes,
    allowed_ips: Networks,
    prefix: String,
    last4: String,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    last_used_ip: String,
    created_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
}

row!(Stored {
    id: Uuid => "id",
    user_id: Uuid => "userId",
    name: String => "name",
    scopes: String => "scopes",
    allowed_ips: String => "allowedIps",
    prefix: String => "prefix",
    last4: String => "last4",
    expires_at: Option<DateTime<Utc>> => "expiresAt",
    last_used_at: Option<DateTime<Utc>> => "lastUsedAt",
    last_used_ip: String => "lastUsedIp",
    created_at: DateTime<Utc> => "createdAt",
    revoked_at: Option<DateTime<Utc>> => "revokedAt",
});

impl From<Stored> for ProgramToken {
    fn from(row: Stored) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id,
            name: row.name,
            scopes: row.scopes.0,
            allowed_ips: row.allowed_ips.0,
            prefix: row.prefix,
            last4: row.last4,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            last_used_ip: row.last_used_ip,
            created_at: row.created_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// The token with this keyed hash and its account, if it was not revoked and the account may act.
///
/// # Errors
/// As the database fails.
pub async fn find_program(conn: &mut Reader, digest: &[u8]) -> Result<Option<Program>> {
    const SQL: &str = "
        select id, \"userId\", name, scopes, \"allowedIps\", prefix, last4, \"expiresAt\", \"lastUsedAt\", \"lastUsedIp\", \"createdAt\", \"revokedAt\"
        from auth.program_tokens
        where digest = $1 and \"revokedAt\" is null";
    let row: Option<Stored> = on!(&mut *conn, optional(SQL, digest))?;
    let Some(row) = row else { return Ok(None) };
    let user = users::find(conn, row.user_id).await?;
    Ok(user.filter(User::is_enabled).map(|user| Program { user: Arc::new(user), token: Arc::new(row.into()) }))
}

/// The token of an account with this keyed hash, revoked or not.
///
/// # Errors
/// As the database fails.
pub async fn find_by_digest<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    digest: &[u8],
) -> Result<Option<ProgramToken>> {
    const SQL: &str = "
        select id, \"userId\", name, scopes, \"allowedIps\", prefix, last4, \"expiresAt\", \"lastUsedAt\", \"lastUsedIp\", \"createdAt\", \"revokedAt\"
        from auth.program_tokens
        where digest = $1 and \"userId\" = $2";
    let row: Option<Stored> = on!(conn, optional(SQL, digest, account.0))?;
    Ok(row.map(ProgramToken::from))
}

/// The active or the revoked tokens of an account, newest first: one more than asked for, where there are more.
///
/// # Errors
/// As the database fails.
pub async fn list<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    is_revoked: bool,
    page: PageRequest,
) -> Result<Vec<ProgramToken>> {
    const SQL: &str = "
        select id, \"userId\", name, scopes, \"allowedIps\", prefix, last4, \"expiresAt\", \"lastUsedAt\", \"lastUsedIp\", \"createdAt\", \"revokedAt\"
        from auth.program_tokens
        where (\"userId\", id) >= ($1, $2) and (\"userId\", id) <= ($1, $3) and (\"revokedAt\" is not null) = $4
        order by \"userId\" desc, id desc
        limit $5";
    // ordered as the account's index is: see `api_key_lists`
    let rows: Vec<Stored> = on!(conn, all(SQL, account.0, Uuid::nil(), page.at_most(), is_revoked, page.limit + 1))?;
    Ok(rows.into_iter().map(ProgramToken::from).collect())
}

/// How many tokens of an account are neither revoked nor expired.
///
/// # Errors
/// As the database fails.
pub async fn count_active<'c>(conn: impl Into<Conn<'c>>, account: UserId, now: DateTime<Utc>) -> Result<i64> {
    const SQL: &str = "
        select count(*)
        from auth.program_tokens
        where \"userId\" = $1 and \"revokedAt\" is null and (\"expiresAt\" is null or \"expiresAt\" > $2)";
    Ok(on!(conn, scalar(SQL, account.0, now))?)
}

/// Adds a token, as the keyed hash `digest`.
///
/// # Errors
/// As the database fails.
pub async fn insert(tx: &mut Writer, token: &ProgramToken, digest: &[u8]) -> Result<()> {
    const SQL: &str = "
        insert into auth.program_tokens (id, \"userId\", name, digest, prefix, last4, scopes, \"allowedIps\", \"expiresAt\", \"lastUsedIp\", \"createdAt\")
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    on!(
        tx,
        execute(
            SQL,
            token.id.0,
            token.user_id.0,
            token.name.as_str(),
            digest,
            token.prefix.as_str(),
            token.last4.as_str(),
            json_text(&token.scopes),
            json_text(&token.allowed_ips.texts()),
            token.expires_at,
            token.last_used_ip.as_str(),
            token.created_at,
        )
    )?;
    Ok(())
}

/// Revokes an active token; tells whether it was active.
///
/// # Errors
/// As the database fails.
pub async fn set_revoked(tx: &mut Writer, account: UserId, id: ProgramTokenId, now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.program_tokens
        set \"revokedAt\" = $3
        where id = $1 and \"userId\" = $2 and \"revokedAt\" is null";
    Ok(on!(tx, execute(SQL, id.0, account.0, now))? > 0)
}

/// Revokes all tokens of an account; tells how many were active.
///
/// # Errors
/// As the database fails.
pub async fn set_all_revoked(tx: &mut Writer, account: UserId, now: DateTime<Utc>) -> Result<u64> {
    const SQL: &str = "
        update auth.program_tokens
        set \"revokedAt\" = $2
        where \"userId\" = $1 and \"revokedAt\" is null";
    Ok(on!(tx, execute(SQL, account.0, now))?)
}

/// Whether an account has this token, revoked or not.
///
/// # Errors
/// As the database fails.
pub async fn exists<'c>(conn: impl Into<Conn<'c>>, account: UserId, id: ProgramTokenId) -> Result<bool> {
    const SQL: &str = "
        select count(*)
        from auth.program_tokens
        where id = $1 and \"userId\" = $2";
    let count: i64 = on!(conn, scalar(SQL, id.0, account.0))?;
    Ok(count > 0)
}

/// Writes down when and from where a token was used.
///
/// # Errors
/// As the database fails.
pub async fn set_last_used(tx: &mut Writer, id: ProgramTokenId, at: DateTime<Utc>, ip: &str) -> Result<()> {
    const SQL: &str = "
        update auth.program_tokens
        set \"lastUsedAt\" = $2, \"lastUsedIp\" = $3
        where id = $1 and (\"lastUsedAt\" is null or \"lastUsedAt\" < $2)";
    on!(tx, execute(SQL, id.0, at, ip))?;
    Ok(())
}

/// Removes what was revoked or expired before `until`; tells how many.
///
/// # Errors
/// As the database fails.
pub async fn delete_until(tx: &mut Writer, until: DateTime<Utc>) -> Result<u64> {
    const SQL: &str = "
        delete from auth.program_tokens
        where \"revokedAt\" < $1 or \"expiresAt\" < $1";
    Ok(on!(tx, execute(SQL, until))?)
}
