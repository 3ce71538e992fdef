//! What the operator does at the command line: the first administrator, and repairs.

use super::{
    accounts::{self, NewAccount},
    audit::{self, Event},
};
use crate::{
    core::{context::Context, error::Result, random, secret::SecretText, texts::problems::Code},
    models::{
        audit::Action,
        email::Email,
        permission::Permission,
        user::{Plan, Role, User},
    },
    repositories::users,
};

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

/// Gives an account another role.
///
/// # Errors
/// `not_found`; `last_administrator`.
pub async fn set_role(ctx: &Context, email: &Email, role: Role) -> Result<User> {
    ctx.require(Permission::AdministerAccounts)?;
    let mut tx = ctx.db().write().await?;
    let user = users::find_by_email(&mut tx, email).await?.ok_or(Code::NotFound)?;
    if role != Role::Admin {
        accounts::keep_an_administrator(&mut tx, &user).await?;
    }
    users::set_role(&mut tx, user.id, role, ctx.now()).await?;
    let event = Event::on_account(Action::RoleChanged, Some(user.id))
        .with("from", user.role.as_str())
        .with("to", role.as_str());
    audit::record(&mut tx, ctx, event).await?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(user.id);
    Ok(User { role, ..user })
}

/// Gives an account another plan.
///
/// # Errors
/// `not_found`.
pub async fn set_plan(ctx: &Context, email: &Email, plan: Plan) -> Result<User> {
    ctx.require(Permission::AdministerAccounts)?;
    let mut tx = ctx.db().write().await?;
    let user = users::find_by_email(&mut tx, email).await?.ok_or(Code::NotFound)?;
    users::set_plan(&mut tx, user.id, plan, ctx.now()).await?;
    let event = Event::on_account(Action::PlanChanged, Some(user.id))
        .with("from", user.plan.as_str())
        .with("to", plan.as_str());
    audit::record(&mut tx, ctx, event).await?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(user.id);
    Ok(User { plan, ..user })
}
