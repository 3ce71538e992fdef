//! The second factor: setting it up, ending it, and its recovery codes. See `models::second_factor` for its states.
//!
//! `check` looks at a code wherever one is asked for; `challenge` is the second step of a sign-in.

mod challenge;
mod check;

pub use challenge::log_in;
pub(super) use challenge::{ask, pass};
pub(super) use check::{Checked, check, refuse};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use chrono::{DateTime, Utc};

use super::{
    account_keys,
    audit::{self, Event},
    mails, step_up,
};
use crate::{
    core::{
        context::Context,
        crypto::{
            account::Place,
            totp::{self, TotpSecret},
        },
        database::Writer,
        error::{Error, Result},
        random,
        secret::SecretText,
        texts::problems::Code,
    },
    models::{
        audit::Action,
        ids::UserId,
        mail::MailKind,
        permission::Permission,
        second_factor::{Enrolment, FactorState, GivenCode, RECOVERY_CODES, recovery_code},
        user::User,
    },
    repositories::{
        device_logins, login_challenges, login_sessions, mail_outbox, recovery_codes, second_factors, users,
    },
};

/// Whether the member has a second factor.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn state(ctx: &Context) -> Result<FactorState> {
    ctx.require(Permission::SecureOwnAccount)?;
    let user = &ctx.member()?.user;
    let mut reader = ctx.db().read().await?;
    Ok(FactorState {
        enabled_at: user.second_factor_at,
        recovery_codes_left: recovery_codes::count(&mut reader, user.id).await?,
        recovery_codes_made_at: recovery_codes::made_at(&mut reader, user.id).await?,
        is_required: ctx.app().config.proof.require_mfa.asks(user.role),
    })
}

/// Begins to set one up: a new secret, shown once. Nothing asks for its codes before `confirm`.
///
/// # Errors
/// `reauthentication_required`; `mfa_already_on`.
pub async fn begin(ctx: &Context) -> Result<Enrolment> {
    ctx.require(Permission::SecureOwnAccount)?;
    step_up::require(ctx)?;
    let user = &ctx.member()?.user;
    let secret = TotpSecret::make()?;
    let sealed = account_keys::open_current(ctx, user.id).await?.seal(place(user.id), secret.bytes())?;
    let mut tx = ctx.write_for(Some(user.id)).await?;
    let is_anew = second_factors::lock(&mut tx, user.id).await?.is_some();
    if !second_factors::begin(&mut tx, user.id, &sealed, ctx.now()).await? {
        return Err(Code::MfaAlreadyOn.into());
    }
    tx.commit().await?;
    Ok(Enrolment { is_anew, ..enrolment(&secret, user)? })
}

/// The pending one once more, for whoever knows its secret already: a page that was asked with a wrong code. `None` where
/// another one is pending by now.
///
/// # Errors
/// `reauthentication_required`.
pub async fn show_again(ctx: &Context, known: &SecretText) -> Result<Option<Enrolment>> {
    ctx.require(Permission::SecureOwnAccount)?;
    step_up::require(ctx)?;
    let user = &ctx.member()?.user;
    let mut reader = ctx.db().read().await?;
    let pending = second_factors::find(&mut reader, user.id).await?.filter(|factor| factor.confirmed_at.is_none());
    let Some(pending) = pending else { return Ok(None) };
    let secret = check::open(&mut reader, ctx, user.id, &pending).await?;
    let is_known = verify_slices_are_equal(secret.base32().expose().as_bytes(), known.expose().as_bytes()).is_ok();
    if is_known { enrolment(&secret, user).map(Some) } else { Ok(None) }
}

fn enrolment(secret: &TotpSecret, user: &User) -> Result<Enrolment> {
    let url = secret.url(user.email.as_str())?;
    Ok(Enrolment { secret: secret.base32(), qr_svg: totp::qr_svg(&url)?, url, is_anew: false })
}

/// Takes away a second factor, its recovery codes and the sign-ins that wait for a code.
pub(super) async fn clear(tx: &mut Writer, account: UserId) -> Result<()> {
    second_factors::delete(tx, account).await?;
    recovery_codes::delete_all(tx, account).await?;
    login_challenges::delete_all(tx, account).await?;
    users::set_second_factor(tx, account, None).await?;
    Ok(())
}

/// Turns it on with a code of the pending secret, and ends the other sessions, which were opened without it. The
/// recovery codes are shown this once.
///
/// # Errors
/// `reauthentication_required`; `mfa_not_on` where none was begun; `mfa_already_on`; `wrong_code`; `too_many_codes`.
pub async fn confirm(ctx: &Context, code: &GivenCode) -> Result<Vec<SecretText>> {
    ctx.require(Permission::SecureOwnAccount)?;
    step_up::require(ctx)?;
    let member = ctx.member()?;
    let account = member.user.id;
    let mut tx = ctx.write_for(Some(account)).await?;
    users::lock(&mut tx, account).await?;
    let pending = second_factors::lock(&mut tx, account).await?.ok_or(Code::MfaNotOn)?;
    if pending.confirmed_at.is_some() {
        return Err(Code::MfaAlreadyOn.into());
    }
    match check::check_totp(&mut tx, ctx, account, &pending, code).await? {
        Checked::Right => {}
        Checked::Wrong => return refuse(ctx, tx, account).await,
        Checked::Paused { retry_after } => return Err(Error::Paused { retry_after }),
    }
    // as the row says, not as the session remembers
    let is_unproved = users::find(&mut tx, account).await?.is_none_or(|user| !user.email_verified);
    second_factors::confirm(&mut tx, account, is_unproved, ctx.now()).await?;
    users::set_second_factor(&mut tx, account, Some(ctx.now())).await?;
    let codes = make_codes(&mut tx, ctx, account).await?;
    login_sessions::delete_all_but(&mut tx, account, Some(member.session)).await?;
    device_logins::delete_all(&mut tx, account).await?;
    mail_outbox::insert(&mut tx, &mails::queued(ctx, MailKind::SecondFactorOn, &member.user)).await?;
    audit::record(&mut tx, ctx, Event::on_account(Action::SecondFactorOn, Some(account))).await?;
    finish(ctx, tx, account).await?;
    Ok(codes)
}

/// Ends the second factor, pending or on. Where there is none, nothing happens.
///
/// # Errors
/// `reauthentication_required`.
pub async fn turn_off(ctx: &Context) -> Result<()> {
    ctx.require(Permission::ManageOwnAccount)?;
    step_up::require(ctx)?;
    let user = &ctx.member()?.user;
    let mut tx = ctx.write_for(Some(user.id)).await?;
    users::lock(&mut tx, user.id).await?;
    let was = second_factors::lock(&mut tx, user.id).await?;
    clear(&mut tx, user.id).await?;
    if was.is_none_or(|factor| factor.confirmed_at.is_none()) {
        return tx.commit().await;
    }
    mail_outbox::insert(&mut tx, &mails::queued(ctx, MailKind::SecondFactorOff, user)).await?;
    audit::record(&mut tx, ctx, Event::on_account(Action::SecondFactorOff, Some(user.id))).await?;
    finish(ctx, tx, user.id).await
}

/// New recovery codes in the place of all others, shown this once.
///
/// # Errors
/// `reauthentication_required`; `mfa_not_on`.
pub async fn renew_recovery_codes(ctx: &Context) -> Result<Vec<SecretText>> {
    let (account, mut tx) = begin_renewal(ctx).await?;
    let codes = replace_codes(&mut tx, ctx, account).await?;
    tx.commit().await?;
    Ok(codes)
}

/// The same in the place of those that were made at this moment, or where none is left. `None`, and nothing happens, where
/// there are others by now: so a form that is sent twice makes no second set, of which nobody would know that the first
/// is worth nothing.
///
/// # Errors
/// `reauthentication_required`; `mfa_not_on`.
pub async fn renew_codes_of(ctx: &Context, made_at: Option<DateTime<Utc>>) -> Result<Option<Vec<SecretText>>> {
    let (account, mut tx) = begin_renewal(ctx).await?;
    let present = recovery_codes::made_at(&mut tx, account).await?;
    if present.is_some() && present != made_at {
        return Ok(None);
    }
    let codes = replace_codes(&mut tx, ctx, account).await?;
    tx.commit().await?;
    Ok(Some(codes))
}

async fn begin_renewal(ctx: &Context) -> Result<(UserId, Writer)> {
    ctx.require(Permission::ManageOwnAccount)?;
    step_up::require(ctx)?;
    let account = ctx.account()?;
    let mut tx = ctx.write_for(Some(account)).await?;
    users::lock(&mut tx, account).await?;
    let factor = second_factors::lock(&mut tx, account).await?;
    factor.and_then(|factor| factor.confirmed_at).ok_or(Code::MfaNotOn)?;
    Ok((account, tx))
}

async fn replace_codes(tx: &mut Writer, ctx: &Context, account: UserId) -> Result<Vec<SecretText>> {
    let codes = make_codes(tx, ctx, account).await?;
    audit::record(tx, ctx, Event::on_account(Action::RecoveryCodesMade, Some(account))).await?;
    Ok(codes)
}

async fn make_codes(tx: &mut Writer, ctx: &Context, account: UserId) -> Result<Vec<SecretText>> {
    recovery_codes::delete_all(tx, account).await?;
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let code = recovery_code(random::bytes()?);
        if let GivenCode::Recovery(normal) = GivenCode::read(code.expose()) {
            recovery_codes::insert(tx, account, &check::digest(ctx, account, &normal)?, ctx.now()).await?;
        }
        codes.push(code);
    }
    Ok(codes)
}

async fn finish(ctx: &Context, tx: Writer, account: UserId) -> Result<()> {
    tx.commit().await?;
    ctx.app().sessions.forget_account(account);
    ctx.app().mail_is_due.notify_one();
    Ok(())
}

/// Where the secret stands: what it is sealed for.
fn place(account: UserId) -> Place<'static> {
    Place { record: account.0, field: "totp", version: 1 }
}
