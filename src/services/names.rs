//! What keys, tokens and accounts are called, for those who read of them by their identifiers.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::{
    core::{context::Context, error::Result},
    models::{audit::Entry, ids::ApiKeyId, permission::Permission},
    repositories::names,
};

/// The names of the member's keys and tokens that entries of the own trail tell of, in one question; what is deleted has
/// none.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn of_entries(ctx: &Context, entries: &[Entry]) -> Result<HashMap<Uuid, String>> {
    ctx.require(Permission::ReadOwnAudit)?;
    let objects = entries.iter().filter(|entry| matches!(entry.object_type.as_str(), "key" | "token"));
    let objects = objects.filter_map(|entry| entry.object_id);
    let ids: BTreeSet<_> = objects.chain(entries.iter().filter_map(Entry::program)).collect();
    list(ctx, ids).await
}

/// The addresses of accounts, in one question; what is deleted has none.
///
/// # Errors
/// `Forbidden` to whoever may not read accounts.
pub async fn of_accounts(ctx: &Context, accounts: BTreeSet<Uuid>) -> Result<HashMap<Uuid, String>> {
    ctx.require(Permission::ReadAccounts)?;
    let ids: Vec<_> = accounts.into_iter().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    names::list_addresses(&mut ctx.db().read().await?, &ids).await
}

/// The names of the member's keys.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn of_keys(ctx: &Context, keys: &[ApiKeyId]) -> Result<HashMap<Uuid, String>> {
    ctx.require(Permission::ReadKeys)?;
    list(ctx, keys.iter().map(|key| key.0).collect()).await
}

async fn list(ctx: &Context, ids: BTreeSet<Uuid>) -> Result<HashMap<Uuid, String>> {
    let account = ctx.account()?;
    let ids: Vec<_> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    names::list(&mut ctx.db().read().await?, account, &ids).await
}
