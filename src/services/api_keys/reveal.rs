//! Showing a value: decrypted in memory, recorded, and only then handed out.

use super::{VALUE, provider_config};
use crate::{
    core::{
        context::Context,
        crypto::account::{Place, sealed_with},
        error::{Error, Result},
        secret::SecretText,
        texts::problems::Code,
    },
    models::{
        api_key::SealedKey,
        audit::Action,
        ids::{ApiKeyId, UserId},
        key_requests::Revealed,
        permission::Permission,
    },
    repositories::api_keys,
    services::{
        account_keys,
        audit::{self, Event},
        limits::{self, Limit},
        step_up,
        usage::{self, Use},
    },
};

/// Shows the value of one of the member's keys. The audit entry is committed before the value leaves.
///
/// # Errors
/// `reauthentication_required` where the operator wants it; `not_found`; `key_revoked`; `Unavailable` where the entry could not be committed.
pub async fn reveal(ctx: &Context, id: ApiKeyId) -> Result<Revealed> {
    ctx.require(Permission::RevealKeys)?;
    step_up::require_for_reveal(ctx)?;
    let account = ctx.account()?;
    limits::spend_account(ctx, Limit::Reveal).await?;
    let mut reader = ctx.db().read().await?;
    let key = api_keys::find_sealed(&mut reader, account, id).await?.ok_or(Code::NotFound)?;
    if key.revoked {
        return Err(Code::KeyRevoked.into());
    }
    let version = key.version;
    let opened = open(ctx, &mut reader, account, key).await;
    drop(reader);
    let action = if opened.is_ok() { Action::KeyRevealed } else { Action::KeyRevealFailed };
    audit::record_alone(ctx, Event::on_key(action, account, id)).await?;
    if opened.is_ok() {
        usage::note(ctx, id, account, version, Use::Revealed);
    }
    opened
}

async fn open(
    ctx: &Context,
    reader: &mut crate::core::database::Reader,
    account: UserId,
    key: SealedKey,
) -> Result<Revealed> {
    let version = sealed_with(&key.parts.value)
        .ok_or_else(|| Error::internal(format!("key {} is not sealed in a known format", key.id)))?;
    let data_key = account_keys::open(reader, ctx, account, version).await?;
    let value = open_value(&data_key, &key)?;
    let mut provider_config = key.provider_config;
    provider_config.extend(provider_config::open(key.parts.provider_secrets.as_deref(), &data_key, key.id)?);
    Ok(Revealed { value, provider_config })
}

/// The value in clear, without a record: for what stays inside.
pub(super) fn open_value(data_key: &crate::core::crypto::account::AccountKey, key: &SealedKey) -> Result<SecretText> {
    let place = Place { record: key.id.0, field: VALUE, version: key.version };
    let plain = data_key.open(place, &key.parts.value).map_err(Error::internal)?;
    let text = std::str::from_utf8(&plain).map_err(Error::internal)?;
    Ok(SecretText::from(text))
}
