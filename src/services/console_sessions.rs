//! Sign-ins to the console. They are sessions like those of the API, opened with the same proofs and ended by the same
//! acts, but they live shorter, and what opens them is a cookie that no other door takes.
//!
//! Invariants, cited by the tests:
//! 1. A cookie is worth nothing `CONSOLE_IDLE_MINUTES` after the last page that was asked for with it.
//! 2. However busy, a session of the console ends `CONSOLE_SESSION_HOURS` after its sign-in.

use chrono::{DateTime, TimeDelta, Utc};

use super::{mfa, sessions};
use crate::{
    core::{
        app::App,
        context::Context,
        crypto::jwt::{Purpose, Said, TokenIds},
        database::Writer,
        error::Result,
        secret::SecretText,
        texts::problems::Code,
    },
    models::{
        email::Email,
        second_factor::GivenCode,
        session::{ConsoleSession, ConsoleSignIn, SignedIn},
        user::User,
    },
    repositories::recovery_codes,
};

/// How old a cookie becomes before a newer one takes its place.
const RENEWED_AFTER: TimeDelta = TimeDelta::minutes(1);

/// Signs in with address and password; where there is a second factor, asks for it.
///
/// # Errors
/// `invalid_credentials`, the same in words and time whether or not the address has an account; `Busy`.
pub async fn log_in(ctx: &Context, email: Option<&Email>, password: &SecretText) -> Result<ConsoleSignIn> {
    let (tx, user) = sessions::prove(ctx, email, password).await?;
    if user.second_factor_at.is_some() {
        return Ok(ConsoleSignIn::Challenge(mfa::ask(ctx, tx, &user).await?));
    }
    Ok(ConsoleSignIn::Opened(open(ctx, tx, user, None).await?))
}

/// Completes a sign-in with a challenge and a code.
///
/// # Errors
/// `invalid_challenge`; `wrong_code`; `too_many_codes`.
pub async fn answer_challenge(ctx: &Context, challenge: &SecretText, code: &GivenCode) -> Result<ConsoleSession> {
    let (mut tx, user) = mfa::pass(ctx, challenge, code).await?;
    let codes_left = match code {
        GivenCode::Recovery(_) => Some(recovery_codes::count(&mut tx, user.id).await?),
        GivenCode::Totp(_) => None,
    };
    open(ctx, tx, user, codes_left).await
}

async fn open(ctx: &Context, tx: Writer, user: User, codes_left: Option<i64>) -> Result<ConsoleSession> {
    let life = TimeDelta::hours(ctx.app().config.console.session_hours);
    let session = sessions::open(ctx, tx, &user, life).await?;
    let ids = TokenIds { account: user.id.0, session: session.id.0, token: ctx.new_id() };
    let cookie = bake(ctx.app(), ids, ctx.now(), session.expires_at)?;
    Ok(ConsoleSession { cookie, user: Box::new(user), codes_left })
}

/// Who a cookie speaks for, if its session is open, and the newer cookie that takes its place, where it is time for one.
///
/// # Errors
/// `Unauthenticated`; `Unavailable` where the database must be asked and is away.
pub async fn authenticate(app: &App, cookie: &str) -> Result<(SignedIn, Option<SecretText>)> {
    let now = app.clock.now();
    let claims = app.jwt.verify(Purpose::Console, cookie, now).ok_or(Code::Unauthenticated)?;
    let signed_in = sessions::signed_in_by(app, claims, now).await?;
    let is_fresh = now.timestamp() - claims.iat < RENEWED_AFTER.num_seconds();
    let renewed = if is_fresh {
        None
    } else {
        let ids = TokenIds { account: claims.sub, session: claims.sid, token: app.ids.next(now) };
        Some(bake(app, ids, now, signed_in.expires_at)?)
    };
    Ok((signed_in, renewed))
}

/// A session that was looked at, as it is now: after an act that changed it.
///
/// # Errors
/// `Unauthenticated` where it ended.
pub async fn look_again(app: &App, signed_in: &SignedIn) -> Result<SignedIn> {
    let now = app.clock.now();
    let (sub, sid) = (signed_in.user.id.0, signed_in.session.0);
    let claims = Said { sub, sid, jti: sid, iat: now.timestamp(), exp: signed_in.expires_at.timestamp() };
    sessions::signed_in_by(app, claims, now).await
}

fn bake(app: &App, ids: TokenIds, now: DateTime<Utc>, session_ends: DateTime<Utc>) -> Result<SecretText> {
    let idle = TimeDelta::minutes(app.config.console.idle_minutes);
    let expires_at = (now + idle).min(session_ends);
    Ok(SecretText::new(app.jwt.sign(Purpose::Console, ids, now, expires_at)?))
}
