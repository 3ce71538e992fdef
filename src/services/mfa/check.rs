//! Looks at a code: of an app, or a recovery code. The account's row of `second_factors` is locked meanwhile, so that
//! of many who try at once each counts.

use super::place;
use crate::{
    core::{
        context::Context,
        crypto::{account::sealed_with, totp::TotpSecret},
        database::{Conn, Writer},
        error::{Error, Result},
        secret::SecretText,
        texts::problems::Code,
    },
    models::{
        audit::Action,
        audit_details::Detail,
        ids::UserId,
        mail::MailKind,
        second_factor::{GivenCode, SecondFactor},
        user::User,
    },
    repositories::{mail_outbox, recovery_codes, second_factors},
    services::{
        account_keys,
        audit::{self, Event},
        mails,
    },
};

/// What a look at a code found.
pub(in crate::services) enum Checked {
    /// It is right, and used up once the transaction is committed.
    Right,
    /// It is wrong or was used before; what was counted must be committed.
    Wrong,
    /// It was not looked at: too many were wrong.
    Paused {
        /// Seconds to wait.
        retry_after: u32,
    },
}

/// Looks at a code of an account whose second factor is on. The owner hears by mail of a recovery code that was used, once
/// the caller committed it.
///
/// # Errors
/// `mfa_not_on`.
pub(in crate::services) async fn check(
    tx: &mut Writer,
    ctx: &Context,
    user: &User,
    code: &GivenCode,
) -> Result<Checked> {
    let account = user.id;
    let factor = second_factors::lock(tx, account).await?;
    let factor = factor.filter(|factor| factor.confirmed_at.is_some()).ok_or(Code::MfaNotOn)?;
    let GivenCode::Recovery(text) = code else { return check_totp(tx, ctx, account, &factor, code).await };
    // eighty random bits are not guessed: no pause keeps the owner from them
    if !recovery_codes::spend(tx, account, &digest(ctx, account, text)?).await? {
        return Ok(Checked::Wrong);
    }
    let left = recovery_codes::count(&mut *tx, account).await?;
    let event = Event::on_account(Action::RecoveryCodeUsed, Some(account)).with(Detail::Left, left);
    audit::record(tx, ctx, event).await?;
    // a visitor is on the way in; a member proves again to be there
    let purpose = if ctx.member().is_ok() { "act" } else { "sign_in" };
    let mail = mails::queued(ctx, MailKind::RecoveryCodeUsed, user).with("left", left.to_string());
    mail_outbox::insert(tx, &mail.with("for", purpose)).await?;
    Ok(Checked::Right)
}

/// Looks at a code of an app. A recovery code is none.
///
/// # Errors
/// `Internal` where the secret was changed.
pub(super) async fn check_totp(
    tx: &mut Writer,
    ctx: &Context,
    account: UserId,
    factor: &SecondFactor,
    code: &GivenCode,
) -> Result<Checked> {
    if let Some(retry_after) = factor.pause_left(ctx.now()) {
        return Ok(Checked::Paused { retry_after });
    }
    if let GivenCode::Totp(digits) = code {
        let secret = open(&mut *tx, ctx, account, factor).await?;
        if let Some(step) = secret.step_of(digits.expose(), ctx.now())
            && second_factors::use_step(tx, account, step).await?
        {
            return Ok(Checked::Right);
        }
    }
    second_factors::count_failure(tx, account, factor.next_pause(ctx.now())).await?;
    Ok(Checked::Wrong)
}

/// The secret of a second factor.
///
/// # Errors
/// `Internal` where it was changed.
pub(super) async fn open<'c>(
    conn: impl Into<Conn<'c>>,
    ctx: &Context,
    account: UserId,
    factor: &SecondFactor,
) -> Result<TotpSecret> {
    let version = sealed_with(&factor.sealed)
        .ok_or_else(|| Error::internal(format!("the second factor of {account} is not sealed in a known format")))?;
    let key = account_keys::open(conn, ctx, account, version).await?;
    Ok(TotpSecret::from_bytes(key.open(place(account), &factor.sealed).map_err(Error::internal)?))
}

/// Records a wrong code and commits what was counted.
///
/// # Errors
/// `wrong_code`, always.
pub(in crate::services) async fn refuse<T>(ctx: &Context, mut tx: Writer, account: UserId) -> Result<T> {
    audit::record(&mut tx, ctx, Event::on_account(Action::SecondFactorRefused, Some(account))).await?;
    tx.commit().await?;
    Err(Code::WrongCode.into())
}

/// The keyed hash of a recovery code.
pub(super) fn digest(ctx: &Context, account: UserId, code: &SecretText) -> Result<[u8; 32]> {
    let key = ctx.app().keyring()?.token();
    Ok(key.sign(&[b"recovery-code", account.0.as_bytes(), code.expose().as_bytes()]))
}
