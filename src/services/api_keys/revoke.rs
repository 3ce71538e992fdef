//! Ending keys, and taking that back for ten minutes: a wrong click must not cost a key that others use. The states are in
//! `models::api_key`.

use std::collections::BTreeSet;

use super::{create::keep_to_plan, refuse_value_in_grace};
use crate::{
    core::{
        context::Context,
        error::{Error, Result},
        texts::problems::Code,
    },
    models::{api_key::ApiKey, audit::Action, ids::ApiKeyId, permission::Permission},
    repositories::{api_keys, key_versions, users},
    services::{
        audit::{self, Event},
        usage,
    },
};

/// Revokes one of the member's keys. A key that is revoked already stays so.
///
/// # Errors
/// `not_found` where it is not there or not the member's.
pub async fn revoke(ctx: &Context, id: ApiKeyId) -> Result<()> {
    revoke_all(ctx, &[id]).await.map(|_| ())
}

/// Revokes several of the member's keys, all or none; tells which were active.
///
/// # Errors
/// `not_found` where one is not there or not the member's.
pub async fn revoke_all(ctx: &Context, ids: &[ApiKeyId]) -> Result<Vec<ApiKeyId>> {
    ctx.require(Permission::RevokeKeys)?;
    let account = ctx.account()?;
    let mut tx = ctx.write_for(Some(account)).await?;
    let (mut revoked, mut events) = (Vec::new(), Vec::new());
    for id in in_order(ids) {
        if !api_keys::set_revoked(&mut tx, account, id, ctx.now()).await? {
            // who revoked it may still wait for the commit that we read from
            api_keys::find(&mut tx, account, id).await?.ok_or(Code::NotFound)?;
            continue;
        }
        key_versions::end_grace(&mut tx, account, id, ctx.now()).await?;
        events.push(Event::on_key(Action::KeyRevoked, account, id));
        revoked.push(id);
    }
    if !events.is_empty() {
        audit::record_all(&mut tx, ctx, events).await?;
    }
    tx.commit().await?;
    if !revoked.is_empty() {
        ctx.app().key_checks.forget_account(account);
    }
    Ok(revoked)
}

/// Takes the revocation of one of the member's keys back. A key that is active stays as it is; the grace of former
/// values stays ended.
///
/// # Errors
/// `not_found`; `reinstate_too_late` ten minutes after; `PlanLimit`; `duplicate_name` or `duplicate_value` where another
/// active key took its place.
pub async fn reinstate(ctx: &Context, id: ApiKeyId) -> Result<ApiKey> {
    let mut keys = reinstate_all(ctx, &[id]).await?;
    keys.pop().ok_or_else(|| Error::internal("a key was neither found nor refused"))
}

/// Takes the revocation of several of the member's keys back, all or none.
///
/// # Errors
/// As `reinstate`.
pub async fn reinstate_all(ctx: &Context, ids: &[ApiKeyId]) -> Result<Vec<ApiKey>> {
    ctx.require(Permission::WriteKeys)?;
    let account = ctx.account()?;
    let mut tx = ctx.write_for(Some(account)).await?;
    // the account before its keys, as an import does
    users::lock(&mut tx, account).await?;
    let (mut keys, mut events) = (Vec::new(), Vec::new());
    for id in in_order(ids) {
        if !api_keys::lock(&mut tx, account, id).await? {
            return Err(Code::NotFound.into());
        }
        let mut key = api_keys::find(&mut tx, account, id).await?.ok_or(Code::NotFound)?;
        if key.revoked {
            if !key.is_reinstatable(ctx.now()) {
                return Err(Code::ReinstateTooLate.into());
            }
            key.revision += 1;
            key.updated_at = ctx.now();
            events.push(Event::on_key(Action::KeyReinstated, account, id));
        }
        keys.push(key);
    }
    if !events.is_empty() {
        keep_to_plan(ctx, &mut tx, account, i64::try_from(events.len()).unwrap_or(i64::MAX)).await?;
    }
    for key in keys.iter_mut().filter(|key| key.revoked) {
        api_keys::set_reinstated(&mut tx, key).await?;
        let print = api_keys::find_fingerprint(&mut tx, account, key.id).await?.ok_or(Code::NotFound)?;
        let print = print.try_into().map_err(|_| Error::internal("a fingerprint of another length"))?;
        refuse_value_in_grace(ctx, &mut tx, key, &print).await?;
        (key.revoked, key.revoked_at) = (false, None);
    }
    if !events.is_empty() {
        audit::record_all(&mut tx, ctx, events).await?;
    }
    tx.commit().await?;
    ctx.app().key_checks.forget_account(account);
    Ok(keys.into_iter().map(|key| usage::with_last_use(ctx, key.at(ctx.now()))).collect())
}

/// Each key once, and always in the same order, so that two who hold several never wait for each other.
pub(super) fn in_order(ids: &[ApiKeyId]) -> BTreeSet<ApiKeyId> {
    ids.iter().copied().collect()
}
