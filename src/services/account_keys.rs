//! Data keys: one for each account, made with it, opened once and then kept in memory.

use std::sync::Arc;

use crate::{
    core::{
        context::Context,
        crypto::account::{self, AccountKey},
        database::{Conn, Writer},
        error::{Error, Result},
    },
    models::ids::UserId,
    repositories::account_keys,
};

/// The version under which new values are encrypted.
pub(super) const CURRENT: i64 = 1;

/// Makes the data key of a new account.
///
/// # Errors
/// As the database fails.
pub(super) async fn create(tx: &mut Writer, ctx: &Context, account: UserId) -> Result<()> {
    let wrapped = account::create(ctx.app().keyring()?, account.0)?;
    account_keys::insert(tx, account, &wrapped, ctx.now()).await
}

/// The open data key of an account under which new values are encrypted; from memory, or on a connection of its own.
///
/// # Errors
/// As `open`.
pub(super) async fn open_current(ctx: &Context, account: UserId) -> Result<Arc<AccountKey>> {
    match ctx.app().account_keys.get(account, CURRENT) {
        Some(key) => Ok(key),
        None => open(&mut ctx.db().read().await?, ctx, account, CURRENT).await,
    }
}

/// The open data key of an account.
///
/// # Errors
/// `Internal` where it is missing or was changed.
pub(super) async fn open<'c>(
    conn: impl Into<Conn<'c>>,
    ctx: &Context,
    account: UserId,
    version: i64,
) -> Result<Arc<AccountKey>> {
    let cache = &ctx.app().account_keys;
    if let Some(key) = cache.get(account, version) {
        return Ok(key);
    }
    let wrapped = account_keys::find(conn, account, version)
        .await?
        .ok_or_else(|| Error::internal(format!("account {account} has no data key of version {version}")))?;
    let key = Arc::new(account::open(ctx.app().keyring()?, account.0, &wrapped)?);
    cache.keep(account, version, key.clone());
    Ok(key)
}
