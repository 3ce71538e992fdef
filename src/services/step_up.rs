//! Proof that the person is there: what dangerous acts ask for, and how a sign-in is renewed.
//!
//! Deleting the account, changing its address, ending the second factor, making new recovery codes and changing somebody's
//! account as an administrator begin with `require`; showing a value does where the operator says so (`REVEAL_STEP_UP`).

use chrono::TimeDelta;

use super::{
    audit::{self, Event},
    mfa::{self, Checked},
    passwords,
};
use crate::{
    core::{
        context::Context,
        error::{Error, Result},
        secret::SecretText,
        texts::{
            faults::{Fault, FaultKind},
            problems::Code,
        },
    },
    models::{audit::Action, permission::Permission, second_factor::GivenCode},
    repositories::{login_sessions, users},
};

/// Refuses a member whose sign-in is older than `STEP_UP_MINUTES` and was not renewed since.
///
/// # Errors
/// `reauthentication_required`; `Unauthenticated` without a sign-in.
pub fn require(ctx: &Context) -> Result<()> {
    let age = ctx.now() - ctx.member()?.authenticated_at;
    if age > TimeDelta::minutes(ctx.app().config.proof.step_up_minutes) {
        return Err(Code::ReauthenticationRequired.into());
    }
    Ok(())
}

/// As `require`, where showing a value asks for it. A program is not asked: the person who made its token was.
///
/// # Errors
/// `reauthentication_required`.
pub fn require_for_reveal(ctx: &Context) -> Result<()> {
    if ctx.app().config.proof.reveal_step_up && ctx.program().is_none() { require(ctx) } else { Ok(()) }
}

/// Renews the member's sign-in with the password, and with a code where there is a second factor.
///
/// # Errors
/// `wrong_password`; `wrong_code`; `too_many_codes`; a fault of `code` where it is needed and missing.
pub async fn reauthenticate(ctx: &Context, password: &SecretText, code: Option<&GivenCode>) -> Result<()> {
    ctx.require(Permission::SecureOwnAccount)?;
    let member = ctx.member()?;
    let (account, session) = (member.user.id, member.session);
    if member.user.second_factor_at.is_some() && code.is_none() {
        return Err(code_is_missing());
    }
    let checked = passwords::confirm(ctx, password).await?;
    let mut tx = ctx.write_for(Some(account)).await?;
    users::lock(&mut tx, account).await?;
    let user = users::find(&mut tx, account).await?.ok_or(Code::Unauthenticated)?;
    if users::find_password(&mut tx, account).await?.as_ref() != Some(&checked) {
        // changed while we checked; the same password renewed may be sent again
        return Err(Error::Busy { retry_after: 1 });
    }
    if user.second_factor_at.is_some() {
        let code = code.ok_or_else(code_is_missing)?;
        match mfa::check(&mut tx, ctx, &user, code).await? {
            Checked::Right => {}
            Checked::Wrong => return mfa::refuse(ctx, tx, account).await,
            Checked::Paused { retry_after } => return Err(Error::Paused { retry_after }),
        }
    }
    if !login_sessions::set_authenticated(&mut tx, account, session, ctx.now()).await? {
        return Err(Code::Unauthenticated.into());
    }
    audit::record(&mut tx, ctx, Event::on_session(Action::SignInRenewed, account, session)).await?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(account);
    // of a recovery code, where it was one
    ctx.app().mail_is_due.notify_one();
    Ok(())
}

fn code_is_missing() -> Error {
    Error::fault(Fault::new("code", FaultKind::Required))
}
