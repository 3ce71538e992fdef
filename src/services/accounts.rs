//! Accounts: making, renaming and deleting them.

use super::{
    account_keys,
    audit::{self, Event},
    passwords, step_up,
};
use crate::{
    core::{
        context::Context,
        database::Writer,
        error::{Error, Result},
        secret::SecretText,
        texts::{faults::Fault, problems::Code},
    },
    models::{
        audit::Action,
        email::Email,
        ids::UserId,
        permission::Permission,
        user::{Plan, Role, User},
    },
    repositories::users,
};

/// What a new account is made of.
pub struct NewAccount {
    /// Its address.
    pub email: Email,
    /// Its password.
    pub password: SecretText,
    /// The person's name; may be empty.
    pub name: String,
}

/// Makes an account for whoever asks.
///
/// # Errors
/// `email_taken`; a fault of `password`; `Busy`.
pub async fn register(ctx: &Context, new: NewAccount) -> Result<User> {
    create(ctx, new, Role::User).await
}

/// Makes an account with a role.
pub(super) async fn create(ctx: &Context, new: NewAccount, role: Role) -> Result<User> {
    // a taken address is told before a quarter of a second is spent on the password
    if users::find_by_email(&mut ctx.db().read().await?, &new.email).await?.is_some() {
        return Err(Code::EmailTaken.into());
    }
    if let Some(kind) = passwords::fault(ctx, &new.password, &new.email, &new.name).await? {
        return Err(Error::fault(Fault::new("password", kind)));
    }
    let hash = ctx.app().hasher.hash(ctx.app().keyring()?.pepper(), &new.password).await?;
    let user = User {
        id: UserId(ctx.new_id()),
        email: new.email,
        name: new.name,
        role,
        email_verified: false,
        plan: Plan::Free,
        language: ctx.client().language,
        second_factor_at: None,
        disabled_at: None,
        created_at: ctx.now(),
        updated_at: ctx.now(),
    };
    let mut tx = ctx.write_for(Some(user.id)).await?;
    users::insert(&mut tx, &user, &hash).await?;
    account_keys::create(&mut tx, ctx, user.id).await?;
    audit::record(&mut tx, ctx, Event::on_account(Action::AccountCreated, Some(user.id)).with("role", role.as_str()))
        .await?;
    tx.commit().await?;
    Ok(user)
}

/// The member's account.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub fn me(ctx: &Context) -> Result<User> {
    ctx.require(Permission::SecureOwnAccount)?;
    Ok((*ctx.member()?.user).clone())
}

/// Changes the member's name.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn rename(ctx: &Context, name: &str) -> Result<User> {
    ctx.require(Permission::ManageOwnAccount)?;
    let account = ctx.account()?;
    let mut tx = ctx.write_for(Some(account)).await?;
    users::set_name(&mut tx, account, name, ctx.now()).await?;
    audit::record(&mut tx, ctx, Event::on_account(Action::AccountUpdated, Some(account)).with("changed", "name"))
        .await?;
    let user = users::find(&mut tx, account).await?.ok_or(Code::Unauthenticated)?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(account);
    Ok(user)
}

/// Deletes the member's account with its keys, sessions and data key. Its audit trail stays, for the operator.
///
/// # Errors
/// `reauthentication_required`; `wrong_password`; `last_administrator`.
pub async fn delete(ctx: &Context, password: &SecretText) -> Result<()> {
    ctx.require(Permission::ManageOwnAccount)?;
    step_up::require(ctx)?;
    let account = ctx.account()?;
    passwords::confirm(ctx, password).await?;
    let mut tx = ctx.write_for(Some(account)).await?;
    let user = users::find(&mut tx, account).await?.ok_or(Code::Unauthenticated)?;
    keep_an_administrator(&mut tx, &user).await?;
    users::delete(&mut tx, account).await?;
    audit::record(&mut tx, ctx, Event::on_account(Action::AccountDeleted, Some(account))).await?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(account);
    ctx.app().account_keys.forget(account);
    Ok(())
}

/// Refuses to take away the last administrator.
pub(super) async fn keep_an_administrator(tx: &mut Writer, leaving: &User) -> Result<()> {
    if leaving.role == Role::Admin && leaving.is_enabled() && users::lock_and_count_administrators(tx).await? <= 1 {
        return Err(Code::LastAdministrator.into());
    }
    Ok(())
}
