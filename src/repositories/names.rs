//! The names of keys and tokens for programs, of many at once: from the tables `auth.api_keys` and `auth.program_tokens`.

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
    let mut names = HashMap::new();
    for some in ids.chunks(AT_ONCE) {
        names.extend(list_some(&mut *reader, account, some).await?.into_iter().map(|row| (row.id, row.name)));
    }
    Ok(names)
}

async fn list_some<'c>(conn: impl Into<Conn<'c>>, account: UserId, ids: &[Uuid]) -> Result<Vec<Named>> {
    // one text for every number of them: there is nothing with the identifier that fills it up
    let filled = ids.iter().copied().chain(std::iter::repeat(Uuid::nil())).take(AT_ONCE);
    let rows = match conn.into() {
        Conn::Sqlite(conn) => {
            let query = sqlx::query_as(conn.texts.get(&LIST)).bind(account.0);
            filled.fold(query, QueryAs::bind).fetch_all(conn.raw).await
        }
        Conn::Postgres(conn) => {
            let query = sqlx::query_as(conn.texts.get(&LIST)).persistent(conn.health.may_name_statements());
            let query = filled.fold(query.bind(account.0), QueryAs::bind);
            within(conn.health, query.fetch_all(conn.raw)).await
        }
    };
    Ok(rows.map_err(Failure::from)?)
}

/// A statement with a place for each identifier.
static LIST: LazyLock<String> = LazyLock::new(|| {
    let places: Vec<_> = (2..2 + AT_ONCE).map(|place| format!("${place}")).collect();
    let places = places.join(", ");
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
