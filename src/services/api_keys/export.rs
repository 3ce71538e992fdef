//! Showing many values at once: all are decrypted in memory, one entry is recorded, and only then anything leaves.

use std::collections::HashMap;

use super::{provider_config, reveal::open_value};
use crate::{
    core::{
        context::Context,
        crypto::account::sealed_with,
        database::Reader,
        error::{Error, Result},
        texts::problems::Code,
    },
    models::{
        api_key::{ApiKey, SealedKey, SealedParts},
        audit::Action,
        audit_details::Detail,
        export::{ExportFilter, Exported},
        ids::{ApiKeyId, UserId},
        key_requests::Filter,
        page::PageRequest,
        permission::Permission,
    },
    repositories::{api_key_lists, api_keys_in_bulk},
    services::{
        account_keys,
        audit::{self, Event},
        limits::{self, Limit},
        step_up,
        usage::{self, Use},
    },
};

/// The most bytes of values in one export.
const MOST_BYTES: i64 = 64 * 1024 * 1024;
/// How many keys are read at once.
const AT_ONCE: i64 = 500;

/// The active keys of the member with their values, by environment and name. The audit entry is committed before
/// anything leaves. `use_` is what it counts as of each key: whoever fetches values may be about to use them, a file that is
/// kept is a copy.
///
/// # Errors
/// `reauthentication_required` for a person whose sign-in is not fresh; `export_too_large`; `TooMany`; `Unavailable` where
/// the entry could not be committed.
pub async fn export(ctx: &Context, filter: &ExportFilter, use_: Use) -> Result<Vec<Exported>> {
    ctx.require(Permission::RevealKeys)?;
    if ctx.program().is_none() {
        step_up::require(ctx)?;
    }
    let account = ctx.account()?;
    limits::spend_caller(ctx, Limit::Export).await?;
    let _turn = super::take_turn(ctx).await?;
    let mut reader = ctx.db().read().await?;
    if api_keys_in_bulk::count_bytes(&mut reader, account, filter.environment.as_deref()).await? > MOST_BYTES {
        return Err(Code::ExportTooLarge.into());
    }
    let opened = open_all(ctx, &mut reader, account, filter).await;
    drop(reader);
    let action = if opened.is_ok() { Action::KeysExported } else { Action::KeyRevealFailed };
    let mut event = Event::on_account(action, Some(account)).with(Detail::Format, filter.format.as_str());
    if let Ok(exported) = &opened {
        event = event.with(Detail::Keys, exported.len());
    }
    if let Some(environment) = &filter.environment {
        event = event.with(Detail::Environment, environment.as_str());
    }
    audit::record_alone(ctx, event).await?;
    let mut exported = opened?;
    for Exported { key, .. } in &exported {
        usage::note(ctx, key.id, account, key.version, use_);
    }
    exported.sort_by(|left, right| order(&left.key).cmp(&order(&right.key)));
    Ok(exported)
}

fn order(key: &ApiKey) -> (Option<&str>, &str) {
    (key.environment.as_deref(), &key.name)
}

async fn open_all(ctx: &Context, reader: &mut Reader, account: UserId, filter: &ExportFilter) -> Result<Vec<Exported>> {
    let wanted = Filter { environment: filter.environment.clone(), ..Filter::default() };
    let mut page = PageRequest { limit: AT_ONCE, before: None };
    let mut exported = Vec::new();
    loop {
        let keys = api_key_lists::list(&mut *reader, account, &wanted, page, ctx.now()).await?;
        let has_more = i64::try_from(keys.len()).is_ok_and(|length| length > AT_ONCE);
        let (Some(newest), Some(oldest)) = (keys.first().map(|key| key.id), keys.last().map(|key| key.id)) else {
            return Ok(exported);
        };
        let sealed = sealed_parts(reader, account, oldest, newest).await?;
        let count = keys.len() - usize::from(has_more);
        for key in keys.into_iter().take(count) {
            page.before = Some(key.id.0);
            // a key that was revoked a moment ago has no parts any more
            if let Some(sealed) = sealed.get(&key.id) {
                exported.push(open(ctx, reader, key, sealed).await?);
            }
        }
        if !has_more {
            return Ok(exported);
        }
    }
}

async fn sealed_parts(
    reader: &mut Reader,
    account: UserId,
    first: ApiKeyId,
    last: ApiKeyId,
) -> Result<HashMap<ApiKeyId, SealedKey>> {
    let rows = api_keys_in_bulk::list_sealed(&mut *reader, account, first, last).await?;
    let sealed = rows.into_iter().map(|row| {
        let parts = SealedParts { value: row.value, provider_secrets: row.provider_secrets };
        let sealed = SealedKey {
            id: row.id,
            revoked: false,
            version: row.version,
            provider_config: serde_json::Map::new(),
            parts,
        };
        (row.id, sealed)
    });
    Ok(sealed.collect())
}

async fn open(ctx: &Context, reader: &mut Reader, mut key: ApiKey, sealed: &SealedKey) -> Result<Exported> {
    let version = sealed_with(&sealed.parts.value)
        .ok_or_else(|| Error::internal(format!("key {} is not sealed in a known format", key.id)))?;
    let data_key = account_keys::open(reader, ctx, key.user_id, version).await?;
    let value = open_value(&data_key, sealed)?;
    let secrets = provider_config::open(sealed.parts.provider_secrets.as_deref(), &data_key, key.id)?;
    key.version = sealed.version;
    key.provider_config.extend(secrets);
    Ok(Exported { key, value })
}
