//! The keys in the vault: storing or generating, reading, changing, revealing, revoking. One file for each verb;
//! `provider_config` divides the provider's settings into what is shown and what is encrypted, `kind` tells what stored
//! keys can not have, `warnings` tells what looks like a mistake.

mod create;
mod export;
mod import;
mod kind;
mod memory;
mod provider_config;
mod retag;
mod reveal;
mod revoke;
mod rotate;
mod update;
mod verify;
mod versions;
pub mod warnings;

pub use create::room;
pub use create::{Outcome, create};
pub use export::export;
pub use import::{Imported, Remembered, begin_import, import, import_once};
pub use memory::Repeatable;
pub use retag::{Retagging, retag};
pub use reveal::reveal;
pub use revoke::{reinstate, reinstate_all, revoke, revoke_all};
pub use rotate::{end_grace, grace_of, restore, rotate};
pub use update::update;
pub use verify::{check_in, verify};
pub use versions::versions;

use std::{collections::BTreeSet, time::Duration};

use tokio::sync::OwnedSemaphorePermit;

use super::usage;
use crate::{
    core::{
        context::Context,
        database::Writer,
        error::{Error, Result},
        key_cache::Fingerprint,
        texts::problems::Code,
    },
    models::{
        api_key::ApiKey,
        ids::{ApiKeyId, UserId},
        key_requests::{Facets, Filter},
        page::{Page, PageRequest},
        permission::Permission,
    },
    repositories::{api_key_lists, api_keys, key_versions},
};

/// The field names to which the encrypted parts are bound.
const VALUE: &str = "value";
const PROVIDER_CONFIG: &str = "provider_config";
/// The provider's settings are not versioned with the value.
const UNVERSIONED: i64 = 0;

/// How long an import or export waits for the ones before it.
const TURN_PATIENCE: Duration = Duration::from_secs(10);

/// The keyed hash by which a value is found among those of its account.
fn fingerprint(ctx: &Context, account: UserId, value: &str) -> Result<Fingerprint> {
    Ok(ctx.app().keyring()?.index().sign(&[b"value", account.0.as_bytes(), value.as_bytes()]))
}

/// Refuses a value that still counts as a former one of another key. To be asked after the value was written: whoever
/// gave it away a moment ago has committed then.
async fn refuse_value_in_grace(ctx: &Context, tx: &mut Writer, key: &ApiKey, value: &Fingerprint) -> Result<()> {
    if key_versions::is_in_grace_elsewhere(tx, key.user_id, key.id, value, ctx.now()).await? {
        return Err(Code::DuplicateValue.into());
    }
    Ok(())
}

/// Waits until few enough imports and exports are under way: each holds much in memory.
pub(super) async fn take_turn(ctx: &Context) -> Result<OwnedSemaphorePermit> {
    let turn = tokio::time::timeout(TURN_PATIENCE, ctx.app().bulk.clone().acquire_owned()).await;
    turn.ok().and_then(Result::ok).ok_or(Error::Busy { retry_after: 5 })
}

/// One of the member's keys, masked.
///
/// # Errors
/// `not_found` where it is not there or not the member's.
pub async fn read(ctx: &Context, id: ApiKeyId) -> Result<ApiKey> {
    ctx.require(Permission::ReadKeys)?;
    let key = api_keys::find(&mut ctx.db().read().await?, ctx.account()?, id).await?;
    let key = key.ok_or(Code::NotFound)?;
    Ok(usage::with_last_use(ctx, key.at(ctx.now())))
}

/// The member's keys, masked, newest first.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn list(ctx: &Context, filter: &Filter, page: PageRequest) -> Result<Page<ApiKey>> {
    ctx.require(Permission::ReadKeys)?;
    let (account, now) = (ctx.account()?, ctx.now());
    let mut reader = ctx.db().read().await?;
    let rows = match filter.expiry(now) {
        Some((after, until)) => {
            api_key_lists::list_by_expiry(&mut reader, account, filter, page, (now, after, until)).await?
        }
        None => api_key_lists::list(&mut reader, account, filter, page, now).await?,
    };
    let mut page = Page::cut(rows, page.limit, |key| key.id.0);
    page.rows = page.rows.into_iter().map(|key| usage::with_last_use(ctx, key.at(now))).collect();
    // a use that is not written down yet is a use
    page.rows.retain(|key| key.last_used_at.unwrap_or(key.created_at) <= filter.unused_since(now));
    Ok(page)
}

/// What the member's active keys can be told apart by.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn facets(ctx: &Context) -> Result<Facets> {
    ctx.require(Permission::ReadKeys)?;
    let pairs = api_key_lists::list_kinds(&mut ctx.db().read().await?, ctx.account()?).await?;
    let (mut environments, mut providers) = (BTreeSet::new(), BTreeSet::new());
    for (environment, provider) in pairs {
        environments.extend(environment);
        providers.insert(provider);
    }
    Ok(Facets { environments: environments.into_iter().collect(), providers: providers.into_iter().collect() })
}
