//! The table `auth.api_keys` again, for imports and exports: what is asked of all active keys of an account at once,
//! and giving a key another value.

use uuid::Uuid;

use super::api_keys::refuse_duplicate;
use crate::{
    core::{
        database::{Conn, Writer, on, row},
        error::Result,
    },
    models::{
        api_key::{ApiKey, KeyKind},
        ids::{ApiKeyId, UserId},
    },
};

/// What an import compares its entries with.
pub struct Known {
    /// Its identifier.
    pub id: ApiKeyId,
    /// Its name.
    pub name: String,
    /// Where it is used.
    pub environment: Option<String>,
    /// Who made the value.
    pub kind: KeyKind,
    /// The keyed hash of its value.
    pub fingerprint: Vec<u8>,
}

row!(Known {
    id: Uuid => "id",
    name: String => "name",
    environment: Option<String> => "environment",
    kind: String => "kind",
    fingerprint: Vec<u8> => "fingerprint",
});

/// The encrypted parts of one of many keys.
pub struct SealedRow {
    /// The key.
    pub id: ApiKeyId,
    /// The version of the value.
    pub version: i64,
    /// The value.
    pub value: Vec<u8>,
    /// The secret settings.
    pub provider_secrets: Option<Vec<u8>>,
}

row!(SealedRow {
    id: Uuid => "id",
    version: i64 => "version",
    value: Vec<u8> => "sealed",
    provider_secrets: Option<Vec<u8>> => "providerSecrets",
});

/// All active keys of an account, as far as an import compares them.
///
/// # Errors
/// As the database fails.
pub async fn list_known<'c>(conn: impl Into<Conn<'c>>, account: UserId) -> Result<Vec<Known>> {
    const SQL: &str = "
        select id, name, environment, kind, fingerprint
        from auth.api_keys
        where \"userId\" = $1 and not revoked";
    Ok(on!(conn, all(SQL, account.0))?)
}

/// The encrypted parts of the active keys of an account from one identifier to another, both included.
///
/// # Errors
/// As the database fails.
pub async fn list_sealed<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    first: ApiKeyId,
    last: ApiKeyId,
) -> Result<Vec<SealedRow>> {
    const SQL: &str = "
        select id, version, sealed, \"providerSecrets\"
        from auth.api_keys
        where \"userId\" = $1 and not revoked and id >= $2 and id <= $3";
    Ok(on!(conn, all(SQL, account.0, first.0, last.0))?)
}

/// How many bytes the encrypted values of the active keys of an account have together.
///
/// # Errors
/// As the database fails.
pub async fn count_bytes<'c>(conn: impl Into<Conn<'c>>, account: UserId, environment: Option<&str>) -> Result<i64> {
    const SQL: &str = "
        select coalesce(sum(length(sealed)), 0)
        from auth.api_keys
        where \"userId\" = $1 and not revoked and (cast($2 as text) is null or environment = $2)";
    Ok(on!(conn, scalar(SQL, account.0, environment))?)
}

/// Gives a key another value: all of a key that depends on it.
///
/// # Errors
/// `duplicate_value` where another active key of the account has it.
pub async fn set_value(tx: &mut Writer, key: &ApiKey, fingerprint: &[u8], sealed: &[u8]) -> Result<()> {
    const SQL: &str = "
        update auth.api_keys
        set fingerprint = $3, sealed = $4, prefix = $5, last4 = $6, \"searchText\" = $7, version = $8, revision = $9, \"updatedAt\" = $10
        where id = $1 and \"userId\" = $2 and not revoked";
    let done = on!(
        tx,
        execute(
            SQL,
            key.id.0,
            key.user_id.0,
            fingerprint,
            sealed,
            key.prefix.as_str(),
            key.last4.as_str(),
            key.search_text(),
            key.version,
            key.revision,
            key.updated_at,
        )
    );
    done.map(|_| ()).map_err(refuse_duplicate)
}
