//! The table `auth.api_keys`: the keys in the vault. Every statement asks whose key it is.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::json_text;
use crate::{
    core::{
        database::{Conn, Failure, Unique, Writer, on, row},
        error::{Error, Result},
        texts::problems::Code,
    },
    models::{
        api_key::{ApiKey, KeyKind, KeyLimit, SealedKey, SealedParts},
        ids::{ApiKeyId, UserId},
        usage::KeyFigures,
    },
};

/// A list of words, kept as a JSON text.
struct Words(Vec<String>);
/// A JSON object, kept as text.
struct Object(Map<String, Value>);

impl TryFrom<String> for Words {
    type Error = serde_json::Error;
    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        serde_json::from_str(&text).map(Self)
    }
}

impl TryFrom<String> for Object {
    type Error = serde_json::Error;
    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        serde_json::from_str(&text).map(Self)
    }
}

pub(super) struct Stored {
    id: Uuid,
    user_id: Uuid,
    name: String,
    kind: KeyKind,
    provider: String,
    provider_config: Object,
    environment: Option<String>,
    tags: Words,
    note: Option<String>,
    scopes: Words,
    prefix: String,
    last4: String,
    version: i64,
    revision: i64,
    enabled: bool,
    revoked: bool,
    revoked_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    rotated_at: Option<DateTime<Utc>>,
    grace_ends_at: Option<DateTime<Utc>>,
    allowed_ips: Words,
    rate_limit: Option<i64>,
    rate_window_seconds: Option<i64>,
}

row!(Stored {
    id: Uuid => "id",
    user_id: Uuid => "userId",
    name: String => "name",
    kind: String => "kind",
    provider: String => "provider",
    provider_config: String => "providerConfig",
    environment: Option<String> => "environment",
    tags: String => "tags",
    note: Option<String> => "note",
    scopes: String => "scopes",
    prefix: String => "prefix",
    last4: String => "last4",
    version: i64 => "version",
    revision: i64 => "revision",
    enabled: bool => "enabled",
    revoked: bool => "revoked",
    revoked_at: Option<DateTime<Utc>> => "revokedAt",
    expires_at: Option<DateTime<Utc>> => "expiresAt",
    last_used_at: Option<DateTime<Utc>> => "lastUsedAt",
    created_at: DateTime<Utc> => "createdAt",
    updated_at: DateTime<Utc> => "updatedAt",
    rotated_at: Option<DateTime<Utc>> => "rotatedAt",
    grace_ends_at: Option<DateTime<Utc>> => "graceEndsAt",
    allowed_ips: String => "allowedIps",
    rate_limit: Option<i64> => "rateLimit",
    rate_window_seconds: Option<i64> => "rateWindowSeconds",
});

struct StoredSealed {
    revoked: bool,
    version: i64,
    provider_config: Object,
    value: Vec<u8>,
    provider_secrets: Option<Vec<u8>>,
}

row!(StoredSealed {
    revoked: bool => "revoked",
    version: i64 => "version",
    provider_config: String => "providerConfig",
    value: Vec<u8> => "sealed",
    provider_secrets: Option<Vec<u8>> => "providerSecrets",
});

impl From<Stored> for ApiKey {
    fn from(row: Stored) -> Self {
        Self {
            id: ApiKeyId(row.id),
            user_id: UserId(row.user_id),
            name: row.name,
            kind: row.kind,
            provider: row.provider,
            provider_config: row.provider_config.0,
            environment: row.environment,
            tags: row.tags.0,
            note: row.note,
            scopes: row.scopes.0,
            prefix: row.prefix,
            last4: row.last4,
            version: row.version,
            revision: row.revision,
            enabled: row.enabled,
            revoked: row.revoked,
            revoked_at: row.revoked_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            rotated_at: row.rotated_at,
            grace_ends_at: row.grace_ends_at,
            allowed_ips: row.allowed_ips.0,
            rate_limit: limit(row.rate_limit, row.rate_window_seconds),
        }
    }
}

fn limit(limit: Option<i64>, window_seconds: Option<i64>) -> Option<KeyLimit> {
    let number = |column: Option<i64>| u32::try_from(column?).ok();
    Some(KeyLimit { limit: number(limit)?, window_seconds: number(window_seconds)? })
}

const UNIQUE_VALUE: Unique = Unique { index: "api_keys_value", columns: "api_keys.userId, api_keys.fingerprint" };
const UNIQUE_NAME: Unique = Unique { index: "api_keys_name", columns: "" };

/// One key of an account.
///
/// # Errors
/// As the database fails.
pub async fn find<'c>(conn: impl Into<Conn<'c>>, account: UserId, id: ApiKeyId) -> Result<Option<ApiKey>> {
    const SQL: &str = "
        select id, \"userId\", name, kind, provider, \"providerConfig\", environment, tags, note, scopes, prefix, last4,
            version, revision, enabled, revoked, \"revokedAt\", \"expiresAt\", \"lastUsedAt\", \"createdAt\", \"updatedAt\",
            \"rotatedAt\", \"graceEndsAt\", \"allowedIps\", \"rateLimit\", \"rateWindowSeconds\"
        from auth.api_keys
        where id = $1 and \"userId\" = $2";
    let row: Option<Stored> = on!(conn, optional(SQL, id.0, account.0))?;
    Ok(row.map(ApiKey::from))
}

/// The encrypted parts of one key of an account.
///
/// # Errors
/// As the database fails.
pub async fn find_sealed<'c>(conn: impl Into<Conn<'c>>, account: UserId, id: ApiKeyId) -> Result<Option<SealedKey>> {
    const SQL: &str = "
        select revoked, version, \"providerConfig\", sealed, \"providerSecrets\"
        from auth.api_keys
        where id = $1 and \"userId\" = $2";
    let row: Option<StoredSealed> = on!(conn, optional(SQL, id.0, account.0))?;
    Ok(row.map(|row| SealedKey {
        id,
        revoked: row.revoked,
        version: row.version,
        provider_config: row.provider_config.0,
        parts: SealedParts { value: row.value, provider_secrets: row.provider_secrets },
    }))
}

/// How many active keys an account has.
///
/// # Errors
/// As the database fails.
pub async fn count_active<'c>(conn: impl Into<Conn<'c>>, account: UserId) -> Result<i64> {
    const SQL: &str = "
        select count(*)
        from auth.api_keys
        where \"userId\" = $1 and not revoked";
    Ok(on!(conn, scalar(SQL, account.0))?)
}

row!(KeyFigures {
    active: i64 => "active",
    generated: i64 => "generated",
    expired: i64 => "expired",
    expiring: i64 => "expiring",
    unused: i64 => "unused",
});

/// How many active keys an account has: those whose time ends until `soon`, those that nobody has used since `long_ago`.
///
/// # Errors
/// As the database fails.
pub async fn count_by_need<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    (now, soon, long_ago): (DateTime<Utc>, DateTime<Utc>, DateTime<Utc>),
) -> Result<KeyFigures> {
    const SQL: &str = "
        select count(*) as active,
            count(case when kind = 'generated' then 1 end) as generated,
            count(case when \"expiresAt\" <= $2 then 1 end) as expired,
            count(case when \"expiresAt\" > $2 and \"expiresAt\" <= $3 then 1 end) as expiring,
            count(case when coalesce(\"lastUsedAt\", \"createdAt\") <= $4 then 1 end) as unused
        from auth.api_keys
        where \"userId\" = $1 and not revoked";
    Ok(on!(conn, one(SQL, account.0, now, soon, long_ago))?)
}

/// Adds a key.
///
/// # Errors
/// `duplicate_value` or `duplicate_name` where an active key of the account has it.
pub async fn insert(tx: &mut Writer, key: &ApiKey, fingerprint: &[u8], sealed: &SealedParts) -> Result<()> {
    const SQL: &str = "
        insert into auth.api_keys (id, \"userId\", name, kind, provider, \"providerConfig\", \"providerSecrets\", environment, tags, note, scopes,
            prefix, last4, \"searchText\", fingerprint, sealed, version, revision, enabled, revoked, \"expiresAt\", \"createdAt\", \"updatedAt\",
            \"allowedIps\", \"rateLimit\", \"rateWindowSeconds\")
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)";
    let done = on!(
        tx,
        execute(
            SQL,
            key.id.0,
            key.user_id.0,
            key.name.as_str(),
            key.kind.as_str(),
            key.provider.as_str(),
            json_text(&key.provider_config),
            sealed.provider_secrets.as_deref(),
            key.environment.as_deref(),
            json_text(&key.tags),
            key.note.as_deref(),
            json_text(&key.scopes),
            key.prefix.as_str(),
            key.last4.as_str(),
            key.search_text(),
            fingerprint,
            sealed.value.as_slice(),
            key.version,
            key.revision,
            key.enabled,
            key.revoked,
            key.expires_at,
            key.created_at,
            key.updated_at,
            json_text(&key.allowed_ips),
            key.rate_limit.map(|limit| i64::from(limit.limit)),
            key.rate_limit.map(|limit| i64::from(limit.window_seconds)),
        )
    );
    done.map(|_| ()).map_err(refuse_duplicate)
}

/// Keeps all other changes of a key waiting until the transaction ends; tells whether there is such a key.
///
/// # Errors
/// As the database fails.
pub async fn lock(tx: &mut Writer, account: UserId, id: ApiKeyId) -> Result<bool> {
    const SQL: &str = "
        update auth.api_keys
        set revision = revision
        where id = $1 and \"userId\" = $2";
    Ok(on!(tx, execute(SQL, id.0, account.0))? > 0)
}

/// Changes all that may change of a key.
///
/// # Errors
/// `duplicate_name` where another active key has the name in that environment.
pub async fn update(tx: &mut Writer, key: &ApiKey, provider_secrets: Option<&[u8]>) -> Result<()> {
    const SQL: &str = "
        update auth.api_keys
        set name = $3, provider = $4, \"providerConfig\" = $5, \"providerSecrets\" = $6, environment = $7, tags = $8, note = $9, scopes = $10,
            prefix = $11, \"searchText\" = $12, revision = $13, enabled = $14, \"expiresAt\" = $15, \"updatedAt\" = $16,
            \"allowedIps\" = $17, \"rateLimit\" = $18, \"rateWindowSeconds\" = $19
        where id = $1 and \"userId\" = $2";
    let done = on!(
        tx,
        execute(
            SQL,
            key.id.0,
            key.user_id.0,
            key.name.as_str(),
            key.provider.as_str(),
            json_text(&key.provider_config),
            provider_secrets,
            key.environment.as_deref(),
            json_text(&key.tags),
            key.note.as_deref(),
            json_text(&key.scopes),
            key.prefix.as_str(),
            key.search_text(),
            key.revision,
            key.enabled,
            key.expires_at,
            key.updated_at,
            json_text(&key.allowed_ips),
            key.rate_limit.map(|limit| i64::from(limit.limit)),
            key.rate_limit.map(|limit| i64::from(limit.window_seconds)),
        )
    );
    done.map(|_| ()).map_err(refuse_duplicate)
}

/// Whether a key has this value now.
///
/// # Errors
/// As the database fails.
pub async fn has_value<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    id: ApiKeyId,
    fingerprint: &[u8],
) -> Result<bool> {
    const SQL: &str = "
        select count(*)
        from auth.api_keys
        where id = $1 and \"userId\" = $2 and fingerprint = $3";
    let count: i64 = on!(conn, scalar(SQL, id.0, account.0, fingerprint))?;
    Ok(count > 0)
}

/// Gives a key its next value, if it still is at the version before and was not revoked; its row must be held.
///
/// # Errors
/// `duplicate_value` where another active key of the account has it; `Busy` where somebody was quicker.
pub async fn set_value(tx: &mut Writer, key: &ApiKey, fingerprint: &[u8], sealed: &[u8]) -> Result<()> {
    const SQL: &str = "
        update auth.api_keys
        set prefix = $3, last4 = $4, \"searchText\" = $5, fingerprint = $6, sealed = $7, version = $8, revision = $9,
            \"rotatedAt\" = $10, \"graceEndsAt\" = $11, \"updatedAt\" = $12
        where id = $1 and \"userId\" = $2 and version = $8 - 1 and not revoked";
    let done = on!(
        tx,
        execute(
            SQL,
            key.id.0,
            key.user_id.0,
            key.prefix.as_str(),
            key.last4.as_str(),
            key.search_text(),
            fingerprint,
            sealed,
            key.version,
            key.revision,
            key.rotated_at,
            key.grace_ends_at,
            key.updated_at,
        )
    );
    match done.map_err(refuse_duplicate)? {
        0 => Err(Error::Busy { retry_after: 1 }),
        _ => Ok(()),
    }
}

/// Notes that no former value of a key counts any more.
///
/// # Errors
/// As the database fails.
pub async fn clear_grace(tx: &mut Writer, key: &ApiKey) -> Result<()> {
    const SQL: &str = "
        update auth.api_keys
        set \"graceEndsAt\" = null, revision = $3, \"updatedAt\" = $4
        where id = $1 and \"userId\" = $2";
    on!(tx, execute(SQL, key.id.0, key.user_id.0, key.revision, key.updated_at))?;
    Ok(())
}

/// Revokes an active key; tells whether it was active.
///
/// # Errors
/// As the database fails.
pub async fn set_revoked(tx: &mut Writer, account: UserId, id: ApiKeyId, now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.api_keys
        set revoked = true, \"revokedAt\" = $3, \"updatedAt\" = $3, \"graceEndsAt\" = null, revision = revision + 1
        where id = $1 and \"userId\" = $2 and not revoked";
    Ok(on!(tx, execute(SQL, id.0, account.0, now))? > 0)
}

/// Makes a revoked key active again; its row must be held.
///
/// # Errors
/// `duplicate_value` or `duplicate_name` where an active key of the account has it by now.
pub async fn set_reinstated(tx: &mut Writer, key: &ApiKey) -> Result<()> {
    const SQL: &str = "
        update auth.api_keys
        set revoked = false, \"revokedAt\" = null, \"updatedAt\" = $3, revision = $4
        where id = $1 and \"userId\" = $2 and revoked";
    let done = on!(tx, execute(SQL, key.id.0, key.user_id.0, key.updated_at, key.revision));
    done.map(|_| ()).map_err(refuse_duplicate)
}

/// The keyed hash of a key's value.
///
/// # Errors
/// As the database fails.
pub async fn find_fingerprint<'c>(conn: impl Into<Conn<'c>>, account: UserId, id: ApiKeyId) -> Result<Option<Vec<u8>>> {
    const SQL: &str = "
        select fingerprint
        from auth.api_keys
        where id = $1 and \"userId\" = $2";
    Ok(on!(conn, scalar_optional(SQL, id.0, account.0))?)
}

/// Switches all generated keys of an account off, as those that a stranger may know; tells how many. With them those that
/// were revoked after `since`: that may be taken back.
///
/// # Errors
/// As the database fails.
pub async fn disable_generated(
    tx: &mut Writer,
    account: UserId,
    now: DateTime<Utc>,
    since: DateTime<Utc>,
) -> Result<u64> {
    const SQL: &str = "
        update auth.api_keys
        set enabled = false, \"updatedAt\" = $2, revision = revision + 1
        where \"userId\" = $1 and kind = 'generated' and enabled and (not revoked or \"revokedAt\" > $3)";
    Ok(on!(tx, execute(SQL, account.0, now, since))?)
}

/// Notes when a key was last used; an older moment never replaces a newer one.
///
/// # Errors
/// As the database fails.
pub async fn set_last_used(tx: &mut Writer, account: UserId, id: ApiKeyId, at: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "
        update auth.api_keys
        set \"lastUsedAt\" = $3
        where id = $1 and \"userId\" = $2 and (\"lastUsedAt\" is null or \"lastUsedAt\" < $3)";
    on!(tx, execute(SQL, id.0, account.0, at))?;
    Ok(())
}

fn refuse_duplicate(failure: Failure) -> Error {
    if failure.violates(UNIQUE_VALUE) {
        Code::DuplicateValue.into()
    } else if failure.violates(UNIQUE_NAME) {
        Code::DuplicateName.into()
    } else {
        failure.into()
    }
}
