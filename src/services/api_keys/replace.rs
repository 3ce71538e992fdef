//! Another value for a key, as its next version: what an import does where a key of the name is there already.

use super::VALUE;
use crate::{
    core::{
        context::Context,
        crypto::account::{AccountKey, Place},
        database::Writer,
        error::Result,
        secret::SecretText,
    },
    models::{
        api_key::{self, ApiKey},
        provider,
    },
    repositories::api_keys_in_bulk,
};

/// Gives an active key another value under the next version. The caller records it and holds the account.
///
/// # Errors
/// `duplicate_value` where another active key of the account has it.
pub(super) async fn replace_value(
    ctx: &Context,
    tx: &mut Writer,
    data_key: &AccountKey,
    mut key: ApiKey,
    value: &SecretText,
) -> Result<ApiKey> {
    let text = value.expose();
    let provider = provider::find(&key.provider).unwrap_or_else(provider::custom);
    key.version += 1;
    key.revision += 1;
    key.updated_at = ctx.now();
    provider::prefix_of(provider, text).clone_into(&mut key.prefix);
    key.last4 = api_key::last4(text);
    let place = Place { record: key.id.0, field: VALUE, version: key.version };
    let sealed = data_key.seal(place, text.as_bytes())?;
    let fingerprint = super::fingerprint(ctx, key.user_id, text)?;
    api_keys_in_bulk::set_value(tx, &key, &fingerprint, &sealed).await?;
    Ok(key)
}
