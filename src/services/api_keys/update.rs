//! Changing what describes a key; its value changes by rotation alone.

use super::{kind, provider_config, reveal::open_value, warnings};
use crate::{
    core::{context::Context, database::Writer, error::Result, texts::problems::Code},
    models::{
        api_key::{ApiKey, KeyKind},
        audit::Action,
        audit_details::{ChangedField, Detail},
        expected::Expected,
        ids::ApiKeyId,
        key_requests::{Change, Changed, Changes},
        permission::Permission,
        provider,
    },
    repositories::api_keys,
    services::{
        account_keys,
        audit::{self, Event},
        reminders, usage,
    },
};

/// Changes one of the member's keys. With `expected`, only if its entity tag is still that one.
///
/// # Errors
/// `not_found`; `key_revoked`; `precondition_failed`; `duplicate_name`.
pub async fn update(ctx: &Context, id: ApiKeyId, changes: Changes, expected: &Expected) -> Result<Changed> {
    ctx.require(Permission::WriteKeys)?;
    let account = ctx.account()?;
    let mut tx = ctx.write_for(Some(account)).await?;
    // whoever else changes this key waits until we are done
    if !api_keys::lock(&mut tx, account, id).await? {
        return Err(Code::NotFound.into());
    }
    let key = api_keys::find(&mut tx, account, id).await?.ok_or(Code::NotFound)?;
    if !expected.is_met_by(&key.etag()) {
        return Err(Code::PreconditionFailed.into());
    }
    if key.revoked {
        return Err(Code::KeyRevoked.into());
    }
    let sets_limit = matches!(changes.rate_limit, Change::Set(_));
    kind::refuse_limits(key.kind, changes.allowed_ips.as_ref().is_some_and(|all| !all.is_empty()), sets_limit)?;
    let changed: Vec<_> = changes.fields().into_iter().map(ChangedField::as_str).collect();
    if changed.is_empty() {
        // what we read may stand in a commit that is still under way
        tx.commit().await?;
        return Ok(Changed { key: usage::with_last_use(ctx, key.at(ctx.now())), warnings: Vec::new() });
    }
    let former_end = key.expires_at;
    let settings = changes.provider_config.clone();
    let (key, provider_secrets) = apply(ctx, &mut tx, key, changes).await?;
    api_keys::update(&mut tx, &key, provider_secrets.as_deref()).await?;
    if key.expires_at != former_end {
        reminders::forgo_past(ctx, &mut tx, &key).await?;
    }
    let warnings = warnings::of_changed(ctx, &key, settings.as_ref());
    audit::record(&mut tx, ctx, Event::on_key(Action::KeyUpdated, account, id).with(Detail::Changed, changed)).await?;
    tx.commit().await?;
    ctx.app().key_checks.forget_account(account);
    Ok(Changed { key: usage::with_last_use(ctx, key.at(ctx.now())), warnings })
}

async fn apply(ctx: &Context, tx: &mut Writer, mut key: ApiKey, changes: Changes) -> Result<(ApiKey, Option<Vec<u8>>)> {
    let sealed = api_keys::find_sealed(&mut *tx, key.user_id, key.id).await?.ok_or(Code::NotFound)?;
    let data_key = account_keys::open(tx, ctx, key.user_id, account_keys::CURRENT).await?;
    let provider = changes.provider.or_else(|| provider::find(&key.provider)).unwrap_or_else(provider::custom);
    let provider_changes = provider.id != key.provider;
    if provider_changes && key.kind == KeyKind::Stored {
        provider::prefix_of(provider, open_value(&data_key, &sealed)?.expose()).clone_into(&mut key.prefix);
    }
    let mut provider_secrets = sealed.parts.provider_secrets.clone();
    if changes.provider_config.is_some() || provider_changes {
        // under another provider more settings may be secret; what is masked stays secret until it is sent anew in clear
        let known = provider_config::open(provider_secrets.as_deref(), &data_key, key.id)?;
        let given = changes.provider_config.unwrap_or_else(|| key.provider_config.clone());
        let divided = provider_config::divide(&given, provider, &known, &data_key, key.id)?;
        key.provider_config = divided.shown;
        provider_secrets = divided.sealed;
    }
    key.provider = provider.id.into();
    if let Some(name) = changes.name {
        key.name = name;
    }
    if let Some(tags) = changes.tags {
        key.tags = tags;
    }
    if let Some(scopes) = changes.scopes {
        key.scopes = scopes;
    }
    if let Some(enabled) = changes.enabled {
        key.enabled = enabled;
    }
    if let Some(allowed_ips) = changes.allowed_ips {
        key.allowed_ips = allowed_ips;
    }
    changes.rate_limit.apply(&mut key.rate_limit);
    changes.environment.apply(&mut key.environment);
    changes.note.apply(&mut key.note);
    changes.expires_at.apply(&mut key.expires_at);
    key.revision += 1;
    key.updated_at = ctx.now();
    Ok((key, provider_secrets))
}
