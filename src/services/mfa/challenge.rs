//! The second step of a sign-in: the right password gives a challenge, the challenge and a code give the session.
//!
//! A challenge lives five minutes, takes five codes and is worth nothing once it was answered, or once the password
//! was changed or reset, the second factor turned off, or the account disabled.

use chrono::TimeDelta;

use super::{Checked, check, refuse};
use crate::{
    core::{
        context::Context,
        database::Writer,
        error::{Error, Result},
        random,
        secret::SecretText,
        texts::problems::Code,
    },
    models::{
        audit::Action,
        second_factor::GivenCode,
        session::{Challenge, Opened},
        user::User,
    },
    repositories::{login_challenges, users},
    services::{
        audit::{self, Event},
        sessions,
    },
};

const LIFE: TimeDelta = TimeDelta::minutes(5);
const TRIES: i64 = 5;
/// 256 bits.
const TOKEN_CHARACTERS: usize = 43;

/// Asks for the second factor of somebody whose password is right; `tx` holds what that check wrote.
pub(in crate::services) async fn ask(ctx: &Context, mut tx: Writer, user: &User) -> Result<Challenge> {
    let token = SecretText::new(random::base62(TOKEN_CHARACTERS)?);
    login_challenges::insert(&mut tx, user.id, &digest(ctx, &token)?, ctx.now() + LIFE).await?;
    audit::record(&mut tx, ctx, Event::on_account(Action::SecondFactorAsked, Some(user.id))).await?;
    tx.commit().await?;
    Ok(Challenge { token, expires_in: LIFE.num_seconds() })
}

/// Completes a sign-in with a challenge and a code.
///
/// # Errors
/// `invalid_challenge`; `wrong_code`; `too_many_codes`.
pub async fn log_in(ctx: &Context, challenge: &SecretText, code: &GivenCode) -> Result<Opened> {
    let (tx, user) = pass(ctx, challenge, code).await?;
    sessions::admit(ctx, tx, &user).await
}

/// Spends a challenge with a code: the account, held by an open transaction.
///
/// # Errors
/// As `log_in`.
pub(in crate::services) async fn pass(
    ctx: &Context,
    challenge: &SecretText,
    code: &GivenCode,
) -> Result<(Writer, User)> {
    let digest = digest(ctx, challenge)?;
    let found = login_challenges::find_account(&mut ctx.db().read().await?, &digest, ctx.now()).await?;
    let account = found.ok_or(Code::InvalidChallenge)?;
    let mut tx = ctx.write_for(Some(account)).await?;
    users::lock(&mut tx, account).await?;
    let user = users::find(&mut tx, account).await?;
    let user = user.filter(|user| user.is_enabled() && user.second_factor_at.is_some());
    let user = user.ok_or(Code::InvalidChallenge)?;
    if !login_challenges::take_try(&mut tx, account, &digest, TRIES, ctx.now()).await? {
        return Err(Code::InvalidChallenge.into());
    }
    match check(&mut tx, ctx, &user, code).await? {
        Checked::Right => {}
        Checked::Wrong => return refuse(ctx, tx, account).await,
        Checked::Paused { retry_after } => return Err(Error::Paused { retry_after }),
    }
    login_challenges::delete(&mut tx, account, &digest).await?;
    Ok((tx, user))
}

fn digest(ctx: &Context, token: &SecretText) -> Result<[u8; 32]> {
    Ok(ctx.app().keyring()?.token().sign(&[b"login-challenge", token.expose().as_bytes()]))
}
