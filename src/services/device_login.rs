//! Letting a program in from a browser (RFC 8628): the program shows a code, a person signs in and approves it, the
//! program collects a session of its own. See `models::device_login` for the states.

use chrono::TimeDelta;

use super::{
    audit::{self, Event},
    mfa::{self, Checked},
    sessions, step_up,
};
use crate::{
    core::{
        context::Context,
        database::Writer,
        error::{Error, Result},
        random,
        secret::SecretText,
        texts::{
            faults::{Fault, FaultKind},
            problems::Code,
        },
    },
    models::{
        audit::Action,
        device_login::{Begun, DeviceLogin, new_user_code, read_user_code},
        email::Email,
        ids::UserId,
        permission::Permission,
        second_factor::GivenCode,
        session::Opened,
        user::User,
    },
    repositories::{device_logins, users},
};

const LIFE: TimeDelta = TimeDelta::minutes(10);
/// 256 bits.
const CODE_CHARACTERS: usize = 43;

/// Begins: two new codes.
///
/// # Errors
/// As the database fails.
pub async fn begin(ctx: &Context) -> Result<Begun> {
    let device_code = SecretText::new(random::base62(CODE_CHARACTERS)?);
    let user_code = new_user_code()?;
    let login = DeviceLogin {
        account: None,
        ip: ctx.client().ip_text(),
        user_agent: ctx.client().user_agent.to_string(),
        refused_at: None,
        created_at: ctx.now(),
        expires_at: ctx.now() + LIFE,
    };
    let mut tx = ctx.db().write().await?;
    let digests = (device_digest(ctx, &device_code)?, user_digest(ctx, &user_code)?);
    device_logins::insert(&mut tx, &digests.0, &digests.1, &login).await?;
    tx.commit().await?;
    Ok(Begun { device_code, user_code, expires_in: LIFE.num_seconds() })
}

/// Who waits with this code.
///
/// # Errors
/// `invalid_user_code`.
pub async fn find(ctx: &Context, user_code: &str) -> Result<DeviceLogin> {
    let digest = user_digest(ctx, user_code)?;
    let found = device_logins::find_waiting(&mut ctx.db().read().await?, &digest, ctx.now()).await?;
    found.ok_or_else(|| Code::InvalidUserCode.into())
}

/// Approves with the proofs of a sign-in: address, password, and a code where there is a second factor.
///
/// # Errors
/// `invalid_user_code`; `invalid_credentials`; a fault of `code`; `wrong_code`; `too_many_codes`; `Busy`.
pub async fn approve_with_password(
    ctx: &Context,
    user_code: &str,
    email: Option<&Email>,
    password: &SecretText,
    code: Option<&GivenCode>,
) -> Result<()> {
    find(ctx, user_code).await?;
    let (mut tx, user) = sessions::prove(ctx, email, password).await?;
    if user.second_factor_at.is_some() {
        let Some(code) = code else {
            // what the right password wrote stays
            tx.commit().await?;
            return Err(Error::fault(Fault::new("code", FaultKind::Required)));
        };
        match mfa::check(&mut tx, ctx, &user, code).await? {
            Checked::Right => {}
            Checked::Wrong => return mfa::refuse(ctx, tx, user.id).await,
            Checked::Paused { retry_after } => return Err(Error::Paused { retry_after }),
        }
    }
    finish(ctx, tx, user_code, user.id).await
}

/// Approves as a member whose sign-in is fresh.
///
/// # Errors
/// `reauthentication_required`; `invalid_user_code`.
pub async fn approve(ctx: &Context, user_code: &str) -> Result<()> {
    ctx.require(Permission::ManageOwnAccount)?;
    step_up::require(ctx)?;
    let account = ctx.account()?;
    let mut tx = ctx.write_for(Some(account)).await?;
    users::lock(&mut tx, account).await?;
    finish(ctx, tx, user_code, account).await
}

async fn finish(ctx: &Context, mut tx: Writer, user_code: &str, account: UserId) -> Result<()> {
    if !device_logins::approve(&mut tx, &user_digest(ctx, user_code)?, account, ctx.now()).await? {
        return Err(Code::InvalidUserCode.into());
    }
    audit::record(&mut tx, ctx, Event::on_account(Action::DeviceApproved, Some(account))).await?;
    tx.commit().await
}

/// Refuses a program; whoever has its code may.
///
/// # Errors
/// `invalid_user_code`.
pub async fn refuse(ctx: &Context, user_code: &str) -> Result<()> {
    let mut tx = ctx.db().write().await?;
    if !device_logins::refuse(&mut tx, &user_digest(ctx, user_code)?, ctx.now()).await? {
        return Err(Code::InvalidUserCode.into());
    }
    tx.commit().await
}

/// Hands the session over to the program, once.
///
/// # Errors
/// `authorization_pending`; `access_denied`; `expired_token`.
pub async fn collect(ctx: &Context, device_code: &SecretText) -> Result<Opened> {
    let digest = device_digest(ctx, device_code)?;
    let found = device_logins::find(&mut ctx.db().read().await?, &digest, ctx.now()).await?;
    let login = found.ok_or(Code::ExpiredToken)?;
    if login.refused_at.is_some() {
        return Err(Code::AccessDenied.into());
    }
    let account = login.account.ok_or(Code::AuthorizationPending)?;
    let mut tx = ctx.write_for(Some(account)).await?;
    users::lock(&mut tx, account).await?;
    if !device_logins::delete(&mut tx, &digest).await? {
        return Err(Code::ExpiredToken.into());
    }
    let user = users::find(&mut tx, account).await?.filter(User::is_enabled).ok_or(Code::AccessDenied)?;
    sessions::admit(ctx, tx, &user).await
}

fn device_digest(ctx: &Context, code: &SecretText) -> Result<[u8; 32]> {
    Ok(ctx.app().keyring()?.token().sign(&[b"device code", code.expose().as_bytes()]))
}

fn user_digest(ctx: &Context, code: &str) -> Result<[u8; 32]> {
    let code = read_user_code(code).ok_or(Code::InvalidUserCode)?;
    Ok(ctx.app().keyring()?.token().sign(&[b"user code", code.as_bytes()]))
}
