//! The tables `auth.api_keys` and `auth.key_versions` again, for imports and exports: what is asked of all active keys of
//! an account at once.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    core::{
        database::{Conn, on, row},
        error::Result,
    },
    models::{
        api_key::KeyKind,
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

/// A value that still counts as a former one.
pub struct InGrace {
    /// The key that had it.
    pub key: ApiKeyId,
    /// The keyed hash of the value.
    pub fingerprint: Vec<u8>,
}

row!(InGrace { key: Uuid => "keyId", fingerprint: Vec<u8> => "fingerprint" });

/// The former values of an account's active keys that count at `now`.
///
/// # Errors
/// As the database fails.
pub async fn list_in_grace<'c>(conn: impl Into<Conn<'c>>, account: UserId, now: DateTime<Utc>) -> Result<Vec<InGrace>> {
    const SQL: &str = "
        select v.\"keyId\", v.fingerprint
        from auth.key_versions v
        join auth.api_keys k on k.id = v.\"keyId\"
        where v.\"userId\" = $1 and v.\"graceEndsAt\" > $2 and not k.revoked";
    Ok(on!(conn, all(SQL, account.0, now))?)
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
