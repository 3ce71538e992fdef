//! From where an account signed in before. There its owner has a row of wrong passwords apart from the strangers'
//! (`services::guesses`), so that nobody can keep the owner out.

use chrono::TimeDelta;

use super::mails;
use crate::{
    core::{context::Context, database::Writer, error::Result},
    models::{ids::UserId, mail::MailKind, user::User},
    repositories::{known_devices, mail_outbox, users},
};

/// How long a place is known after the last sign-in from there.
pub const KNOWN_FOR: TimeDelta = TimeDelta::days(90);

/// Whether the account signed in from the client's address before. Without an account the same is asked, for nobody.
///
/// # Errors
/// As the database fails.
pub async fn is_known(ctx: &Context, account: Option<UserId>) -> Result<bool> {
    let account = account.unwrap_or(UserId(uuid::Uuid::nil()));
    let digest = digest(ctx, account)?;
    let since = ctx.now() - KNOWN_FOR;
    Ok(known_devices::find(&mut ctx.db().read().await?, account, &digest, since).await?.is_some())
}

/// Notes that the account's owner proved to be at the client's address; tells whether that is new.
///
/// # Errors
/// As the database fails.
pub async fn remember(ctx: &Context, tx: &mut Writer, account: UserId) -> Result<bool> {
    let digest = digest(ctx, account)?;
    let is_new = known_devices::insert(tx, account, &digest, ctx.now()).await?;
    if !is_new {
        known_devices::touch(tx, account, &digest, ctx.now()).await?;
    }
    Ok(is_new)
}

/// Notes that the account signs in from the client's address, and tells its owner by mail where that is a place from
/// which it never did; the first place is no news.
///
/// # Errors
/// As the database fails.
pub(super) async fn greet(ctx: &Context, tx: &mut Writer, user: &User) -> Result<()> {
    if remember(ctx, tx, user.id).await? && users::has_signed_in(&mut *tx, user.id).await? {
        mail_outbox::insert(tx, &mails::queued(ctx, MailKind::NewDevice, user)).await?;
    }
    Ok(())
}

/// The place as it is kept: the table alone tells no address, nor that two accounts share one.
fn digest(ctx: &Context, account: UserId) -> Result<[u8; 32]> {
    Ok(ctx.app().keyring()?.token().sign(&[b"known-device", account.0.as_bytes(), &ctx.client().network()]))
}
