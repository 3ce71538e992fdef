//! The table `auth.api_keys` in lists: by age, and by the end of their time.
//!
//! A list that asks for one account's rows `order by id desc` invites PostgreSQL to walk the primary key backwards past
//! everybody else's newer rows, where the account has a good part of the table. So the order, too, is that of the index.
//!
//! PostgreSQL plans a statement anew for each set of values where it thinks that a plan for all of them would be dearer, and
//! a limit that it does not know is a tenth of all rows to it. In an account of a million keys planning cost as much as
//! reading the page. A page without filters says in its text how many rows there can be at most, and twice how many are
//! wanted: a tenth of a tenth of so few looks cheap in any account, and the plan is kept.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{api_keys::Stored, json_text};
use crate::{
    core::{
        database::{Conn, on, row},
        error::Result,
    },
    models::{
        api_key::ApiKey,
        ids::UserId,
        key_requests::Filter,
        page::{MOST_ROWS, PageRequest},
    },
};

// what `list_newest` has in its text
const _: () = assert!(MOST_ROWS + 1 == 101);

/// The keys of an account, newest first: one more than asked for, where there are more.
///
/// # Errors
/// As the database fails.
pub async fn list<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    filter: &Filter,
    page: PageRequest,
    now: DateTime<Utc>,
) -> Result<Vec<ApiKey>> {
    match conn.into() {
        Conn::Postgres(conn) if filter.is_unfiltered() && page.limit <= MOST_ROWS => {
            list_newest(Conn::Postgres(conn), account, filter.revoked, page).await
        }
        conn => list_filtered(conn, account, filter, page, now).await,
    }
}

/// `list` without filters on PostgreSQL, with a plan that is kept. `SQLite` keeps every plan, and would sort these rows again.
async fn list_newest(conn: Conn<'_>, account: UserId, revoked: bool, page: PageRequest) -> Result<Vec<ApiKey>> {
    const NEWEST_OF_POSTGRES: &str = "
        select newest.*
        from (
            select longest.*
            from (
                select id, \"userId\", name, kind, provider, \"providerConfig\", environment, tags, note, scopes, prefix,
                    last4, version, revision, enabled, revoked, \"revokedAt\", \"expiresAt\", \"lastUsedAt\", \"createdAt\",
                    \"updatedAt\", \"rotatedAt\", \"graceEndsAt\", \"allowedIps\", \"rateLimit\", \"rateWindowSeconds\"
                from auth.api_keys
                where \"userId\" = $1 and (revoked, id) >= ($2, $3) and (revoked, id) <= ($2, $4)
                order by revoked desc, id desc
                limit 101
            ) as longest
            order by revoked desc, id desc
            limit $5
        ) as newest
        order by revoked desc, id desc
        limit $5";
    let rows: Vec<Stored> =
        on!(conn, all(NEWEST_OF_POSTGRES, account.0, revoked, Uuid::nil(), page.at_most(), page.limit + 1))?;
    Ok(rows.into_iter().map(ApiKey::from).collect())
}

async fn list_filtered(
    conn: Conn<'_>,
    account: UserId,
    filter: &Filter,
    page: PageRequest,
    now: DateTime<Utc>,
) -> Result<Vec<ApiKey>> {
    const SQL: &str = "
        select id, \"userId\", name, kind, provider, \"providerConfig\", environment, tags, note, scopes, prefix, last4,
            version, revision, enabled, revoked, \"revokedAt\", \"expiresAt\", \"lastUsedAt\", \"createdAt\", \"updatedAt\",
            \"rotatedAt\", \"graceEndsAt\", \"allowedIps\", \"rateLimit\", \"rateWindowSeconds\"
        from auth.api_keys
        where \"userId\" = $1 and (revoked, id) >= ($2, $3) and (revoked, id) <= ($2, $4)
            and (cast($5 as text) is null or replace(\"searchText\", $5, '') <> \"searchText\")
            and (cast($6 as text) is null or provider = $6)
            and (cast($7 as text) is null or environment = $7)
            and (cast($8 as text) is null or replace(tags, $8, '') <> tags)
            and coalesce(\"lastUsedAt\", \"createdAt\") <= $9
        order by revoked desc, id desc
        limit $10";
    // `replace` finds a part in both engines, without patterns: a `like` of somebody's choice can take for ever
    let search = filter.search.as_ref().map(|part| part.to_lowercase());
    let tag = filter.tag.as_ref().map(json_text);
    let rows: Vec<Stored> = on!(
        conn,
        all(
            SQL,
            account.0,
            filter.revoked,
            Uuid::nil(),
            page.at_most(),
            search.as_deref(),
            filter.provider.as_deref(),
            filter.environment.as_deref(),
            tag.as_deref(),
            filter.unused_since(now),
            page.limit + 1,
        )
    )?;
    Ok(rows.into_iter().map(ApiKey::from).collect())
}

/// Like `list`, of the active keys whose time ends after one moment and until another: there is an index for them. Where
/// there are many of them, PostgreSQL may prefer the one of `list`.
///
/// # Errors
/// As the database fails.
pub async fn list_by_expiry<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    filter: &Filter,
    page: PageRequest,
    (now, after, until): (DateTime<Utc>, DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<ApiKey>> {
    const SQL: &str = "
        select id, \"userId\", name, kind, provider, \"providerConfig\", environment, tags, note, scopes, prefix, last4,
            version, revision, enabled, revoked, \"revokedAt\", \"expiresAt\", \"lastUsedAt\", \"createdAt\", \"updatedAt\",
            \"rotatedAt\", \"graceEndsAt\", \"allowedIps\", \"rateLimit\", \"rateWindowSeconds\"
        from auth.api_keys
        where \"userId\" = $1 and not revoked and \"expiresAt\" > $2 and \"expiresAt\" <= $3 and id < $4
            and (cast($5 as text) is null or replace(\"searchText\", $5, '') <> \"searchText\")
            and (cast($6 as text) is null or provider = $6)
            and (cast($7 as text) is null or environment = $7)
            and (cast($8 as text) is null or replace(tags, $8, '') <> tags)
            and coalesce(\"lastUsedAt\", \"createdAt\") <= $9
        order by revoked desc, id desc
        limit $10";
    let search = filter.search.as_ref().map(|part| part.to_lowercase());
    let tag = filter.tag.as_ref().map(json_text);
    let rows: Vec<Stored> = on!(
        conn,
        all(
            SQL,
            account.0,
            after,
            until,
            page.below(),
            search.as_deref(),
            filter.provider.as_deref(),
            filter.environment.as_deref(),
            tag.as_deref(),
            filter.unused_since(now),
            page.limit + 1,
        )
    )?;
    Ok(rows.into_iter().map(ApiKey::from).collect())
}

/// Where a key is used, and whose it is.
struct Kind {
    environment: Option<String>,
    provider: String,
}

row!(Kind { environment: Option<String> => "environment", provider: String => "provider" });

/// The environments and providers that the active keys of an account have together, each pair once.
///
/// # Errors
/// As the database fails.
pub async fn list_kinds<'c>(conn: impl Into<Conn<'c>>, account: UserId) -> Result<Vec<(Option<String>, String)>> {
    const SQL: &str = "
        select distinct environment, provider
        from auth.api_keys
        where \"userId\" = $1 and not revoked";
    let rows: Vec<Kind> = on!(conn, all(SQL, account.0))?;
    Ok(rows.into_iter().map(|row| (row.environment, row.provider)).collect())
}
