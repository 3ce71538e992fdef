//! Sign-ins: opening, checking, listing and ending them. See `models::session` for their states.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    audit::{self, Event},
    guesses::{self, Checked},
    known_devices, mfa, passwords,
};
use crate::{
    core::{
        app::App,
        context::Context,
        crypto::{
            jwt::{LastToken, Purpose, Said, TokenIds},
            password::Verdict,
            refresh_token::RefreshToken,
        },
        database::Writer,
        error::{Error, Result},
        secret::SecretText,
        texts::problems::Code,
    },
    models::{
        audit::Action,
        audit_details::Detail,
        email::Email,
        ids::{SessionId, UserId},
        page::{Page, PageRequest},
        permission::Permission,
        session::{Opened, Session, SignIn, SignedIn},
        user::User,
    },
    repositories::{device_logins, login_sessions, users},
};

/// How often a session is marked as used, at most.
const SEEN_EVERY: TimeDelta = TimeDelta::seconds(60);

/// Signs in with address and password; where there is a second factor, asks for it.
///
/// # Errors
/// `invalid_credentials`, the same in words and time whether or not the address has an account; `Busy`.
pub async fn log_in(ctx: &Context, email: Option<&Email>, password: &SecretText) -> Result<SignIn> {
    let (tx, user) = prove(ctx, email, password).await?;
    match user.second_factor_at {
        None => Ok(SignIn::Opened(admit(ctx, tx, &user).await?)),
        Some(_) => Ok(SignIn::Challenge(mfa::ask(ctx, tx, &user).await?)),
    }
}

/// Checks address and password: the account, held by an open transaction.
///
/// # Errors
/// As `log_in`.
pub(super) async fn prove(ctx: &Context, email: Option<&Email>, password: &SecretText) -> Result<(Writer, User)> {
    let pepper = ctx.app().keyring()?.pepper();
    for _ in 0..passwords::TRIES {
        let (user, stored) = candidate(ctx, email).await?;
        let row = guesses::row_for_sign_in(ctx, email, user.as_ref().map(|user| user.id)).await?;
        let verdict = match guesses::check(ctx, row, password, stored.clone()).await? {
            Checked::Compared(verdict) => verdict,
            // a right password is answered like a wrong one
            Checked::TooSoon(_) => Verdict::Wrong,
        };
        let (Some(user), Some(stored), true) =
            (user.as_ref().filter(|user| may_sign_in(ctx, user)), stored, verdict != Verdict::Wrong)
        else {
            return refuse(ctx, user.map(|user| user.id)).await;
        };
        let renewed = match verdict {
            // a renewal may wait for the next sign-in when there is much to do
            Verdict::RightButOld => ctx.app().hasher.hash(pepper, password).await.ok(),
            _ => None,
        };
        if let Some(tx) = lock_checked(ctx, user, &stored, renewed).await? {
            return Ok((tx, user.clone()));
        }
        // the stored hash changed while we checked: the same password renewed, or another one
    }
    Err(Error::Busy { retry_after: 1 })
}

/// Where neither a registration nor a mail may tell whether an address has an account, a sign-in right after the
/// registration must not: an account that may do nothing before the proof gets none.
fn may_sign_in(ctx: &Context, user: &User) -> bool {
    let config = &ctx.app().config;
    let is_hidden = config.enumeration_protection && config.require_verified_email && !user.email_verified;
    user.is_enabled() && !is_hidden
}

async fn refuse<T>(ctx: &Context, account: Option<UserId>) -> Result<T> {
    let mut tx = ctx.write_for(account).await?;
    audit::record(&mut tx, ctx, Event::on_account(Action::SignInRefused, account)).await?;
    tx.commit().await?;
    Err(Code::InvalidCredentials.into())
}

/// The account with this address and its hash. Without an account the same questions are asked, for nobody.
async fn candidate(ctx: &Context, email: Option<&Email>) -> Result<(Option<User>, Option<String>)> {
    let mut reader = ctx.db().read().await?;
    let user = match email {
        Some(email) => users::find_by_email(&mut reader, email).await?,
        None => None,
    };
    let id = user.as_ref().map_or(UserId(uuid::Uuid::nil()), |user| user.id);
    let stored = users::find_password(&mut reader, id).await?;
    Ok((user, stored))
}

/// A transaction that holds an account whose password was checked against the hash `checked`; `None` where that is not
/// the hash any more, or where a second factor came or went meanwhile.
async fn lock_checked(ctx: &Context, user: &User, checked: &str, renewed: Option<String>) -> Result<Option<Writer>> {
    let mut tx = ctx.write_for(Some(user.id)).await?;
    users::lock(&mut tx, user.id).await?;
    let current = users::find_password(&mut tx, user.id).await?;
    let is_same = users::find(&mut tx, user.id)
        .await?
        .is_some_and(|now| now.is_enabled() && now.second_factor_at == user.second_factor_at);
    if current.as_deref() != Some(checked) || !is_same {
        return Ok(None);
    }
    if let Some(hash) = renewed {
        users::set_password(&mut tx, user.id, checked, &hash, ctx.now()).await?;
        audit::record(&mut tx, ctx, Event::on_account(Action::PasswordRehashed, Some(user.id))).await?;
    }
    Ok(Some(tx))
}

/// Opens a session of the API for somebody who proved all that was asked; `tx` holds the account.
pub(super) async fn admit(ctx: &Context, tx: Writer, user: &User) -> Result<Opened> {
    let life = TimeDelta::days(ctx.app().config.refresh_token_days);
    let session = open(ctx, tx, user, life).await?;
    give_tokens(ctx, user.clone(), &session)
}

/// Opens a session that lives so long, for somebody who proved all that was asked; `tx` holds the account.
pub(super) async fn open(ctx: &Context, mut tx: Writer, user: &User, life: TimeDelta) -> Result<Session> {
    let session = Session {
        id: SessionId(ctx.new_id()),
        user_id: user.id,
        ip: ctx.client().ip_text(),
        user_agent: ctx.client().user_agent.to_string(),
        created_at: ctx.now(),
        last_seen_at: ctx.now(),
        expires_at: Session::end_of_life(ctx.now(), ctx.now(), life),
        refresh_count: 0,
        refreshed_at: None,
    };
    login_sessions::insert(&mut tx, &session).await?;
    known_devices::greet(ctx, &mut tx, user).await?;
    users::set_last_sign_in(&mut tx, user.id, ctx.now()).await?;
    audit::record(&mut tx, ctx, Event::on_session(Action::SignedIn, user.id, session.id)).await?;
    tx.commit().await?;
    ctx.app().mail_is_due.notify_one();
    Ok(session)
}

/// The tokens of an open session: an access token that begins now, and the refresh token that counts.
pub(super) fn give_tokens(ctx: &Context, user: User, session: &Session) -> Result<Opened> {
    let life = TimeDelta::minutes(ctx.app().config.jwt_expiration_minutes);
    let expires_at = (ctx.now() + life).min(session.expires_at);
    let ids = TokenIds { account: user.id.0, session: session.id.0, token: ctx.new_id() };
    let token = ctx.app().jwt.sign(Purpose::Access, ids, ctx.now(), expires_at)?;
    let refresh = RefreshToken { session: session.id.0, count: session.refresh_count };
    Ok(Opened {
        user,
        access_token: SecretText::new(token),
        expires_in: (expires_at - ctx.now()).num_seconds(),
        refresh_token: refresh.write(ctx.app().keyring()?.token()),
    })
}

/// Who an access token speaks for, if its session is open: from memory where nothing changed. `connection`: what it came
/// over, where that is known.
///
/// # Errors
/// `Unauthenticated`; `Unavailable` where the database must be asked and is away.
pub async fn authenticate(app: &App, token: &str, connection: Option<&LastToken>) -> Result<SignedIn> {
    let now = app.clock.now();
    let claims = match connection {
        Some(connection) => app.jwt.verify_on(connection, token, now),
        None => app.jwt.verify(Purpose::Access, token, now),
    };
    signed_in_by(app, claims.ok_or(Code::Unauthenticated)?, now).await
}

/// Who a good token or cookie speaks for, if its session is open: from memory where nothing changed.
pub(super) async fn signed_in_by(app: &App, claims: Said, now: DateTime<Utc>) -> Result<SignedIn> {
    let id = SessionId(claims.sid);
    // what was missing may have been proved on another server a moment ago
    let known = app.sessions.get(id).filter(|known| !lacks_proof(app, &known.user));
    let signed_in = if let Some(signed_in) = known {
        signed_in
    } else {
        // apart: the usual way, from memory, is the smaller and quicker for it
        Box::pin(find_signed_in(app, id, now)).await?
    };
    if signed_in.user.id.0 != claims.sub || signed_in.expires_at <= now {
        return Err(Code::Unauthenticated.into());
    }
    Ok(signed_in)
}

async fn find_signed_in(app: &App, id: SessionId, now: DateTime<Utc>) -> Result<SignedIn> {
    let began = app.sessions.generation();
    let mut reader = app.db.read().await?;
    let found = login_sessions::find_signed_in(&mut reader, id, now).await?.ok_or(Code::Unauthenticated)?;
    app.sessions.keep(began, found.clone());
    mark_seen(app, &found, now);
    Ok(found)
}

/// Whether something that is required was not proved when the account was read.
pub(super) fn lacks_proof(app: &App, user: &User) -> bool {
    let lacks_factor = user.second_factor_at.is_none() && app.config.proof.require_mfa.asks(user.role);
    lacks_factor || (app.config.require_verified_email && !user.email_verified)
}

/// Notes that a session was used; a job writes it down.
fn mark_seen(app: &App, signed_in: &SignedIn, now: DateTime<Utc>) {
    if now - signed_in.last_seen_at >= SEEN_EVERY {
        let mut seen = app.seen.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        seen.insert(signed_in.session, now);
    }
}

/// The member's open sessions, newest first.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn list(ctx: &Context, page: PageRequest) -> Result<Page<Session>> {
    ctx.require(Permission::ManageOwnAccount)?;
    let rows = login_sessions::list(&mut ctx.db().read().await?, ctx.account()?, page, ctx.now()).await?;
    Ok(Page::cut(rows, page.limit, |session| session.id.0))
}

/// Ends one of the member's sessions.
///
/// # Errors
/// `not_found` where the member has no such session.
pub async fn end(ctx: &Context, id: SessionId) -> Result<()> {
    ctx.require(Permission::ManageOwnAccount)?;
    let account = ctx.account()?;
    let mut tx = ctx.write_for(Some(account)).await?;
    if !login_sessions::delete(&mut tx, account, id).await? {
        return Err(Code::NotFound.into());
    }
    ended(ctx, tx, account, id).await
}

/// Ends the member's sessions but the one of this request, and lets in no program that was approved and has not come yet;
/// tells how many.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn end_others(ctx: &Context) -> Result<u64> {
    ctx.require(Permission::ManageOwnAccount)?;
    let (account, kept) = (ctx.account()?, ctx.session()?);
    let mut tx = ctx.write_for(Some(account)).await?;
    let ended = login_sessions::delete_all_but(&mut tx, account, Some(kept)).await?;
    device_logins::delete_all(&mut tx, account).await?;
    let event = Event::on_account(Action::SessionsEnded, Some(account)).with(Detail::Sessions, ended);
    audit::record(&mut tx, ctx, event.with(Detail::Kept, kept.to_string())).await?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(account);
    Ok(ended)
}

/// Ends the member's own session.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn log_out(ctx: &Context) -> Result<()> {
    ctx.require(Permission::SignOut)?;
    let (account, id) = (ctx.account()?, ctx.session()?);
    let mut tx = ctx.write_for(Some(account)).await?;
    if !login_sessions::delete(&mut tx, account, id).await? {
        // another request was quicker
        return Ok(());
    }
    ended(ctx, tx, account, id).await
}

async fn ended(ctx: &Context, mut tx: Writer, account: UserId, id: SessionId) -> Result<()> {
    audit::record(&mut tx, ctx, Event::on_session(Action::SessionEnded, account, id)).await?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(account);
    Ok(())
}
