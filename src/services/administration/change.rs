//! What an administrator does to an account. Each act is in the trail of the account, with who did it, and its owner
//! is told by mail.
//!
//! Invariants, cited by the tests:
//! 1. One administrator who may sign in always stays, whatever is done at the same moment: whoever may take one away
//!    first waits for all other changes of administrators.
//! 2. A disabled account has no session, no reset token, and gets none.
//! 3. Nobody learns or sets a password here, and no token is answered.

use crate::{
    core::{
        context::Context,
        database::{Conn, Writer},
        error::Result,
        texts::problems::Code,
    },
    models::{
        account::{Account, AccountChanges, Backing},
        audit::Action,
        audit_details::Detail,
        ids::UserId,
        mail::{MailCause, MailKind},
        permission::Permission,
        user::{Plan, Role, User},
    },
    repositories::{accounts as stored, billing_accounts, device_logins, login_sessions, mail_outbox, users},
    services::{
        audit::{self, Event},
        mails, passwords, step_up,
    },
};

/// Changes an account; what stays as it is leaves no entry and no mail. An administrator may change every account,
/// their own too, as long as one administrator stays. It asks for a fresh sign-in: whoever finds a console open must not
/// make themselves an administrator.
///
/// # Errors
/// `reauthentication_required`; `not_found`; `last_administrator`; `subscription_active` where PRO is paid for.
pub async fn change(ctx: &Context, id: UserId, changes: AccountChanges) -> Result<Account> {
    ctx.require(Permission::AdministerAccounts)?;
    if !ctx.is_operator() {
        step_up::require(ctx)?;
    }
    let mut tx = ctx.write_for(Some(id)).await?;
    // before any other row is touched: two who demote each other would wait for one another for ever
    let administrators =
        if changes.may_take_an_administrator() { users::lock_and_count_administrators(&mut tx).await? } else { 0 };
    still_permitted(ctx, &mut tx).await?;
    users::lock(&mut tx, id).await?;
    let before = users::find(&mut tx, id).await?.ok_or(Code::NotFound)?;
    if changes.may_take_an_administrator() && is_active_administrator(&before) && administrators <= 1 {
        return Err(Code::LastAdministrator.into());
    }
    let mut events = Vec::new();
    set_role(&mut tx, ctx, &before, changes, &mut events).await?;
    set_plan(&mut tx, ctx, &before, changes, &mut events).await?;
    set_disabled(&mut tx, ctx, &before, changes, &mut events).await?;
    for event in events {
        audit::record(&mut tx, ctx, event).await?;
    }
    let after = stored::find(&mut tx, id, ctx.now()).await?.ok_or(Code::NotFound)?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(id);
    ctx.app().key_checks.forget_account(id);
    ctx.app().mail_is_due.notify_one();
    Ok(after)
}

/// Refuses somebody who is no administrator any more: what they began before must not end after.
async fn still_permitted(ctx: &Context, tx: &mut Writer) -> Result<()> {
    let Some(actor) = ctx.actor_id() else { return Ok(()) };
    let actor = users::find(tx, actor).await?;
    if actor.is_some_and(|actor| actor.is_enabled() && actor.role.permits(Permission::AdministerAccounts)) {
        return Ok(());
    }
    Err(Code::Forbidden.into())
}

fn is_active_administrator(user: &User) -> bool {
    user.role == Role::Admin && user.is_enabled()
}

async fn set_role(
    tx: &mut Writer,
    ctx: &Context,
    before: &User,
    changes: AccountChanges,
    events: &mut Vec<Event>,
) -> Result<()> {
    let Some(role) = changes.role.filter(|role| *role != before.role) else { return Ok(()) };
    users::set_role(tx, before.id, role, ctx.now()).await?;
    let mail = mails::queued(ctx, MailKind::RoleChanged, before).with("role", role.as_str());
    mail_outbox::insert(tx, &mail).await?;
    let event = Event::on_account(Action::RoleChanged, Some(before.id));
    events.push(event.with(Detail::From, before.role.as_str()).with(Detail::To, role.as_str()));
    Ok(())
}

async fn set_plan(
    tx: &mut Writer,
    ctx: &Context,
    before: &User,
    changes: AccountChanges,
    events: &mut Vec<Event>,
) -> Result<()> {
    let Some(plan) = changes.plan else { return Ok(()) };
    let backing = backing(tx, ctx, before.id).await?;
    // what is paid for, no administrator takes away
    if plan == Plan::Free && backing.holds_the_plan() {
        return Err(Code::SubscriptionActive.into());
    }
    let (paid_for, is_granted) = (backing.paid_for(), backing.is_granted);
    // nobody is given what they pay for already: it would stay when they stop
    let grants = plan == Plan::Pro && (is_granted || paid_for == Plan::Free);
    let after = if grants { Plan::Pro } else { paid_for };
    if grants == is_granted && after == before.plan {
        return Ok(());
    }
    users::set_plan_granted(tx, before.id, grants).await?;
    users::set_plan(tx, before.id, after, ctx.now()).await?;
    let event = Event::on_account(Action::PlanChanged, Some(before.id));
    events.push(event.with(Detail::From, before.plan.as_str()).with(Detail::To, after.as_str()));
    Ok(())
}

/// What stands behind an account's plan.
pub(super) async fn backing<C>(conn: &mut C, ctx: &Context, id: UserId) -> Result<Backing>
where
    for<'c> &'c mut C: Into<Conn<'c>>,
{
    let known = billing_accounts::find(&mut *conn, id).await?;
    // without Stripe nothing is paid for, nor in its other mode
    let is_live = ctx.app().stripe.as_ref().map(|stripe| stripe.settings().is_live);
    let known = known.filter(|known| is_live.is_some() && known.is_live == is_live);
    let is_granted = users::is_plan_granted(conn, id).await?;
    Ok(Backing { subscription: known.and_then(|known| known.subscription), is_granted })
}

async fn set_disabled(
    tx: &mut Writer,
    ctx: &Context,
    before: &User,
    changes: AccountChanges,
    events: &mut Vec<Event>,
) -> Result<()> {
    let Some(disabled) = changes.disabled.filter(|disabled| *disabled == before.is_enabled()) else { return Ok(()) };
    users::set_disabled(tx, before.id, disabled.then(|| ctx.now()), ctx.now()).await?;
    let (kind, action) = if disabled {
        passwords::end_everything(tx, before.id, None).await?;
        (MailKind::AccountDisabled, Action::AccountDisabled)
    } else {
        (MailKind::AccountEnabled, Action::AccountEnabled)
    };
    mail_outbox::insert(tx, &mails::queued(ctx, kind, before)).await?;
    events.push(Event::on_account(action, Some(before.id)));
    Ok(())
}

/// Ends all sessions of an account.
///
/// # Errors
/// `not_found`.
pub async fn end_sessions(ctx: &Context, id: UserId) -> Result<()> {
    ctx.require(Permission::AdministerAccounts)?;
    let mut tx = ctx.write_for(Some(id)).await?;
    users::find(&mut tx, id).await?.ok_or(Code::NotFound)?;
    let ended = login_sessions::delete_all_but(&mut tx, id, None).await?;
    device_logins::delete_all(&mut tx, id).await?;
    audit::record(&mut tx, ctx, Event::on_account(Action::SessionsEnded, Some(id)).with(Detail::Sessions, ended))
        .await?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(id);
    Ok(())
}

/// Has a recovery mail sent to an account's owner, who alone sees the token.
///
/// # Errors
/// `not_found`; `account_disabled`, since a disabled account gets none.
pub async fn send_recovery(ctx: &Context, id: UserId) -> Result<()> {
    ctx.require(Permission::AdministerAccounts)?;
    let mut tx = ctx.write_for(Some(id)).await?;
    let user = users::find(&mut tx, id).await?.ok_or(Code::NotFound)?;
    if !user.is_enabled() {
        return Err(Code::AccountDisabled.into());
    }
    let mut mail = mails::queued(ctx, MailKind::Recovery, &user);
    // the owner's trail tells of the mail, not from where an administrator works
    mail.cause = MailCause { request_id: mail.cause.request_id, ..MailCause::default() };
    mail_outbox::insert(&mut tx, &mail).await?;
    audit::record(&mut tx, ctx, Event::on_account(Action::RecoverySent, Some(id))).await?;
    tx.commit().await?;
    ctx.app().mail_is_due.notify_one();
    Ok(())
}
