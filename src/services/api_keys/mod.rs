//! The keys in the vault: storing or generating, reading, changing, revealing, revoking. One file for each verb;
//! `provider_config` divides the provider's settings into what is shown and what is encrypted.

mod create;
mod export;
mod import;
mod provider_config;
mod replace;
mod reveal;
mod update;

pub use create::{Outcome, Repeatable, create};
pub use export::export;
pub use import::{begin_import, import};
pub use reveal::reveal;
pub use update::update;

use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;

use super::audit::{self, Event};
use crate::{
    core::{
        context::Context,
        error::{Error, Result},
        texts::problems::Code,
    },
    models::{
        api_key::ApiKey,
        audit::Action,
        ids::{ApiKeyId, UserId},
        key_requests::Filter,
        page::{Page, PageRequest},
        permission::Permission,
    },
    repositories::api_keys,
};

/// The field names to which the encrypted parts are bound.
const VALUE: &str = "value";
const PROVIDER_CONFIG: &str = "provider_config";
/// The provider's settings are not versioned with the value.
const UNVERSIONED: i64 = 0;

/// How long an import or export waits for the ones before it.
const TURN_PATIENCE: Duration = Duration::from_secs(10);

/// The keyed hash by which a value is found among those of its account.
fn fingerprint(ctx: &Context, account: UserId, value: &str) -> Result<[u8; 32]> {
    Ok(ctx.app().keyring()?.index().sign(&[b"value", account.0.as_bytes(), value.as_bytes()]))
}

/// Waits until few enough imports and exports are under way: each holds many values in memory.
async fn take_turn(ctx: &Context) -> Result<OwnedSemaphorePermit> {
    let turn = tokio::time::timeout(TURN_PATIENCE, ctx.app().bulk.clone().acquire_owned()).await;
    turn.ok().and_then(|turn| turn.ok()).ok_or(Error::Busy { retry_after: 5 })
}

/// One of the member's keys, masked.
///
/// # Errors
/// `not_found` where it is not there or not the member's.
pub async fn read(ctx: &Context, id: ApiKeyId) -> Result<ApiKey> {
    ctx.require(Permission::ReadKeys)?;
    let key = api_keys::find(&mut ctx.db().read().await?, ctx.account()?, id).await?;
    key.ok_or_else(|| Code::NotFound.into())
}

/// The member's keys, masked, newest first.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn list(ctx: &Context, filter: &Filter, page: PageRequest) -> Result<Page<ApiKey>> {
    ctx.require(Permission::ReadKeys)?;
    let rows = api_keys::list(&mut ctx.db().read().await?, ctx.account()?, filter, page).await?;
    Ok(Page::cut(rows, page.limit, |key| key.id.0))
}

/// Revokes one of the member's keys, for good. A key that is revoked already stays so.
///
/// # Errors
/// `not_found` where it is not there or not the member's.
pub async fn revoke(ctx: &Context, id: ApiKeyId) -> Result<()> {
    ctx.require(Permission::RevokeKeys)?;
    let account = ctx.account()?;
    let mut tx = ctx.write_for(Some(account)).await?;
    if !api_keys::set_revoked(&mut tx, account, id, ctx.now()).await? {
        api_keys::find(&mut tx, account, id).await?.ok_or(Code::NotFound)?;
        // who revoked it may still wait for the commit that we read from
        return tx.commit().await;
    }
    audit::record(&mut tx, ctx, Event::on_key(Action::KeyRevoked, account, id)).await?;
    tx.commit().await
}
