//! What a check of a generated key reads of `auth.api_keys`: the key with its owner's state, and where the account's
//! audit chain ends, in one statement.

use chrono::{DateTime, Utc};

use super::api_keys::Stored;
use crate::{
    core::{
        database::{Reader, on, row},
        error::Result,
    },
    models::{api_key::ApiKey, ids::UserId},
};

/// A generated key that has a value.
pub struct Found {
    /// The key.
    pub key: ApiKey,
    /// Whether its account may act.
    pub account_is_enabled: bool,
    /// How many entries the account's audit chain had then; 0 before the first.
    pub seq: i64,
}

struct StoredFound {
    key: Stored,
    disabled_at: Option<DateTime<Utc>>,
    seq: Option<i64>,
}

row!(StoredFound {
    ..key: Stored,
    disabled_at: Option<DateTime<Utc>> => "disabledAt",
    seq: Option<i64> => "seq",
});

impl From<StoredFound> for Found {
    fn from(row: StoredFound) -> Self {
        Self { key: row.key.into(), account_is_enabled: row.disabled_at.is_none(), seq: row.seq.unwrap_or_default() }
    }
}

/// The active generated key of an account that has this value now.
///
/// # Errors
/// As the database fails.
pub async fn find_by_value(reader: &mut Reader, account: UserId, fingerprint: &[u8]) -> Result<Option<Found>> {
    const SQL: &str = "
        select k.id, k.\"userId\", k.name, k.kind, k.provider, k.\"providerConfig\", k.environment, k.tags, k.note, k.scopes, k.prefix,
            k.last4, k.version, k.revision, k.enabled, k.revoked, k.\"revokedAt\", k.\"expiresAt\", k.\"lastUsedAt\",
            k.\"createdAt\", k.\"updatedAt\", k.\"rotatedAt\", k.\"graceEndsAt\", k.\"allowedIps\", k.\"rateLimit\",
            k.\"rateWindowSeconds\", u.\"disabledAt\", c.seq
        from auth.api_keys as k
        join auth.\"user\" as u on u.id = k.\"userId\"
        left join auth.audit_chains as c on c.chain = k.\"userId\"
        where k.\"userId\" = $1 and k.fingerprint = $2 and not k.revoked and k.kind = 'generated'";
    let row: Option<StoredFound> = on!(reader, optional(SQL, account.0, fingerprint))?;
    Ok(row.map(Found::from))
}

/// The revoked generated key of an account that had this value last.
///
/// # Errors
/// As the database fails.
pub async fn find_revoked_by_value(reader: &mut Reader, account: UserId, fingerprint: &[u8]) -> Result<Option<Found>> {
    const SQL: &str = "
        select k.id, k.\"userId\", k.name, k.kind, k.provider, k.\"providerConfig\", k.environment, k.tags, k.note, k.scopes, k.prefix,
            k.last4, k.version, k.revision, k.enabled, k.revoked, k.\"revokedAt\", k.\"expiresAt\", k.\"lastUsedAt\",
            k.\"createdAt\", k.\"updatedAt\", k.\"rotatedAt\", k.\"graceEndsAt\", k.\"allowedIps\", k.\"rateLimit\",
            k.\"rateWindowSeconds\", u.\"disabledAt\", c.seq
        from auth.api_keys as k
        join auth.\"user\" as u on u.id = k.\"userId\"
        left join auth.audit_chains as c on c.chain = k.\"userId\"
        where k.\"userId\" = $1 and k.fingerprint = $2 and k.revoked and k.kind = 'generated'
        order by k.id desc
        limit 1";
    let row: Option<StoredFound> = on!(reader, optional(SQL, account.0, fingerprint))?;
    Ok(row.map(Found::from))
}
