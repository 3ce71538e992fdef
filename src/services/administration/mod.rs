//! Administration: reading accounts and figures, the first administrator, and repairs by the operator.
//!
//! `change` holds what an administrator does to an account; at the command line the operator calls the same.

mod change;

pub use change::{change, end_sessions, send_recovery};

use super::{
    accounts::{self, NewAccount},
    audit::{self, Event},
    mails, mfa,
};
use crate::{
    core::{context::Context, error::Result, random, secret::SecretText, texts::problems::Code},
    models::{
        account::{Account, AccountChanges, Backing, Statistics},
        audit::Action,
        email::Email,
        ids::UserId,
        mail::MailKind,
        page::{Page, PageRequest},
        permission::Permission,
        user::{Plan, Role, User},
    },
    repositories::{accounts as stored, billing_accounts, mail_outbox, users},
};

/// Accounts, newest first; `part` is looked for in address and name.
///
/// # Errors
/// `Forbidden` to whoever may not read accounts.
pub async fn list(ctx: &Context, part: Option<&str>, page: PageRequest) -> Result<Page<Account>> {
    ctx.require(Permission::ReadAccounts)?;
    let rows = stored::list(&mut ctx.db().read().await?, part, page, ctx.now()).await?;
    Ok(Page::cut(rows, page.limit, |account| account.user.id.0))
}

/// One account.
///
/// # Errors
/// `not_found`.
pub async fn find(ctx: &Context, id: UserId) -> Result<Account> {
    ctx.require(Permission::ReadAccounts)?;
    stored::find(&mut ctx.db().read().await?, id, ctx.now()).await?.ok_or_else(|| Code::NotFound.into())
}

/// What stands behind the plan of an account.
///
/// # Errors
/// `Forbidden` to whoever may not read accounts.
pub async fn backing(ctx: &Context, id: UserId) -> Result<Backing> {
    ctx.require(Permission::ReadAccounts)?;
    change::backing(&mut ctx.db().read().await?, ctx, id).await
}

/// The figures of the vault.
///
/// # Errors
/// `Forbidden` to whoever may not read accounts.
pub async fn statistics(ctx: &Context) -> Result<Statistics> {
    ctx.require(Permission::ReadAccounts)?;
    let mut reader = ctx.db().read().await?;
    let waiting = (mail_outbox::count(&mut reader).await?, billing_accounts::count_waiting(&mut reader).await?);
    stored::count(&mut reader, waiting, ctx.now()).await
}

/// Makes an administrator; without a password, one is made up and returned.
///
/// # Errors
/// `email_taken`; a fault of `password`.
pub async fn create_administrator(
    ctx: &Context,
    email: Email,
    password: Option<SecretText>,
) -> Result<(User, Option<SecretText>)> {
    ctx.require(Permission::AdministerAccounts)?;
    let made = match &password {
        Some(_) => None,
        None => Some(SecretText::new(random::base62(24)?)),
    };
    let password = password.or_else(|| made.clone()).unwrap_or_else(|| SecretText::from(""));
    let user = accounts::create(ctx, NewAccount { email, password, name: String::new() }, Role::Admin).await?;
    Ok((user, made))
}

/// Gives the account with this address another role.
///
/// # Errors
/// `not_found`; `last_administrator`.
pub async fn set_role(ctx: &Context, email: &Email, role: Role) -> Result<User> {
    change_by_email(ctx, email, AccountChanges { role: Some(role), ..AccountChanges::default() }).await
}

/// Gives the account with this address another plan.
///
/// # Errors
/// `not_found`.
pub async fn set_plan(ctx: &Context, email: &Email, plan: Plan) -> Result<User> {
    change_by_email(ctx, email, AccountChanges { plan: Some(plan), ..AccountChanges::default() }).await
}

/// Takes the second factor of the account with this address away, as for somebody who lost phone and recovery codes.
/// The owner gets a mail. For the operator, who made sure who asks.
///
/// # Errors
/// `not_found`.
pub async fn reset_second_factor(ctx: &Context, email: &Email) -> Result<User> {
    ctx.require(Permission::AdministerAccounts)?;
    let found = users::find_by_email(&mut ctx.db().read().await?, email).await?;
    let user = found.ok_or(Code::NotFound)?;
    let mut tx = ctx.write_for(Some(user.id)).await?;
    users::lock(&mut tx, user.id).await?;
    mfa::clear(&mut tx, user.id).await?;
    mail_outbox::insert(&mut tx, &mails::queued(ctx, MailKind::SecondFactorOff, &user)).await?;
    audit::record(&mut tx, ctx, Event::on_account(Action::SecondFactorOff, Some(user.id))).await?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(user.id);
    ctx.app().mail_is_due.notify_one();
    Ok(user)
}

async fn change_by_email(ctx: &Context, email: &Email, changes: AccountChanges) -> Result<User> {
    ctx.require(Permission::AdministerAccounts)?;
    let found = users::find_by_email(&mut ctx.db().read().await?, email).await?;
    let id = found.ok_or(Code::NotFound)?.id;
    Ok(change(ctx, id, changes).await?.user)
}
