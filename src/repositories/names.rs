//! The names of keys and tokens for programs and the addresses of accounts, of many at once: from the tables `auth.api_keys`,
//! `auth.program_tokens` and `auth.user`.

use std::{collections::HashMap, sync::LazyLock};

use sqlx::query::QueryAs;
use uuid::Uuid;

use crate::{
    core::{
        database::{Conn, Failure, Reader, row, within},
        error::Result,
    },
    models::ids::UserId,
};

/// How many are asked for at once: what a page of the trail names.
const AT_ONCE: usize = 100;

/// A name and whose it is.
struct Named {
    id: Uuid,
    name: String,
}

row!(Named { id: Uuid => "id", name: String => "name" });

/// The names of those keys and tokens that are the account's, revoked or not.
///
/// # Errors
/// As the database fails.
pub async fn list(reader: &mut Reader, account: UserId, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
    list_all(reader, &LIST, Some(account), ids).await
}

/// The addresses of those accounts that there are.
///
/// # Errors
/// As the database fails.
pub async fn list_addresses(reader: &mut Reader, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
    list_all(reader, &LIST_ADDRESSES, None, ids).await
}

async fn list_all(
    reader: &mut Reader,
    sql: &'static LazyLock<String>,
    account: Option<UserId>,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, String>> {
    let mut names = HashMap::new();
    for some in ids.chunks(AT_ONCE) {
        let rows = list_some(&mut *reader, sql, account, some).await?;
        names.extend(rows.into_iter().map(|row| (row.id, row.name)));
    }
    Ok(names)
}

async fn list_some<'c>(
    conn: impl Into<Conn<'c>>,
    sql: &'static LazyLock<String>,
    account: Option<UserId>,
    ids: &[Uuid],
) -> Result<Vec<Named>> {
    // one text for every number of them: there is nothing with the identifier that fills it up
    let filled = ids.iter().copied().chain(std::iter::repeat(Uuid::nil())).take(AT_ONCE);
    let all = account.map(|account| account.0).into_iter().chain(filled);
    let rows = match conn.into() {
        Conn::Sqlite(conn) => all.fold(sqlx::query_as(conn.texts.get(sql)), QueryAs::bind).fetch_all(conn.raw).await,
        Conn::Postgres(conn) => {
            let query = sqlx::query_as(conn.texts.get(sql)).persistent(conn.health.may_name_statements());
            within(conn.health, all.fold(query, QueryAs::bind).fetch_all(conn.raw)).await
        }
    };
    Ok(rows.map_err(Failure::from)?)
}

/// A statement with a place for each identifier.
static LIST: LazyLock<String> = LazyLock::new(|| {
    let places = places(2);
    format!(
        "
        select id, name
        from auth.api_keys
        where \"userId\" = $1 and id in ({places})
        union all
        select id, name
        from auth.program_tokens
        where \"userId\" = $1 and id in ({places})"
    )
});

/// The same for accounts.
static LIST_ADDRESSES: LazyLock<String> = LazyLock::new(|| {
    let places = places(1);
    format!(
        "
        select id, email as name
        from auth.\"user\"
        where id in ({places})"
    )
});

fn places(first: usize) -> String {
    (first..first + AT_ONCE).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}
