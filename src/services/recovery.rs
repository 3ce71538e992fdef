//! Recovering an account: a mail with a token that works once, for a quarter of an hour, for the newest mail alone.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    audit::{self, Event},
    guesses, known_devices, limits, mails, mfa, passwords, program_tokens,
};
use crate::{
    core::{
        context::Context,
        crypto::{
            jwt::{Purpose, TokenIds},
            keyring::Keyring,
        },
        error::{Error, Result},
        random,
        secret::SecretText,
        texts::{faults::Fault, problems::Code},
    },
    models::{
        api_key::REINSTATED_WITHIN,
        audit::Action,
        email::Email,
        ids::UserId,
        mail::{MailKind, QueuedMail},
        user::User,
    },
    repositories::{api_keys, mail_outbox, password_resets, second_factors, users},
};

/// Puts a recovery mail on its way. Whether the address has an account is found out later, by the job that
/// sends it: here, known and unknown addresses are the same work. Beyond the mailbox's limit nothing is sent, and the
/// answer is the same.
///
/// # Errors
/// `TooMany` where the client asks for too many; as the database fails.
pub async fn request(ctx: &Context, email: &Email) -> Result<()> {
    if !limits::may_send(ctx, "recovery", email).await? {
        return Ok(());
    }
    mails::send_to_address(ctx, MailKind::Recovery, email.clone()).await
}

/// Makes the token of a recovery mail; any older one is worth nothing from here on.
pub(super) async fn make_token(ctx: &Context, user: &User, mail: &QueuedMail) -> Result<SecretText> {
    let token_id = random::uuid()?;
    let expires_at = ctx.now() + TimeDelta::minutes(ctx.app().config.jwt_reset_minutes);
    let ids = TokenIds { account: user.id.0, session: token_id, token: token_id };
    let token = ctx.app().jwt.sign(Purpose::Reset, ids, ctx.now(), expires_at)?;
    let mut tx = ctx.write_for(Some(user.id)).await?;
    password_resets::replace(&mut tx, user.id, &digest(ctx.app().keyring()?, token_id), ctx.now(), expires_at).await?;
    if mail.attempts == 0 {
        // once for each request, in the name of who asked, however often the mail is tried
        let event = Event::on_account(Action::RecoveryRequested, Some(user.id)).caused_by(&mail.cause);
        audit::record(&mut tx, ctx, event).await?;
    }
    tx.commit().await?;
    Ok(SecretText::new(token))
}

/// What comes of the account's tokens for programs when its password is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokens {
    /// They are revoked: whoever knew the old password may have made one.
    Revoke,
    /// The owner says that he only forgot the password; his programs go on.
    Keep,
}

/// Sets a new password with a mail's token, and ends every session of the account. Answers whether a second factor that
/// was set up before the address was proved ended with it.
///
/// # Errors
/// `invalid_token`; a fault of `password`; `Busy`.
pub async fn reset(ctx: &Context, token: &SecretText, password: &SecretText, tokens: Tokens) -> Result<bool> {
    let claims = ctx.app().jwt.verify(Purpose::Reset, token.expose(), ctx.now()).ok_or(Code::InvalidToken)?;
    let (account, digest) = (UserId(claims.sub), digest(ctx.app().keyring()?, claims.jti));
    let user = current_holder(ctx, account, &digest, ctx.now()).await?;
    if let Some(kind) = passwords::fault(ctx, password, &user.email, &user.name).await? {
        return Err(Error::fault(Fault::new("password", kind)));
    }
    let hash = ctx.app().hasher.hash(ctx.app().keyring()?.pepper(), password).await?;
    let mut tx = ctx.write_for(Some(account)).await?;
    users::lock(&mut tx, account).await?;
    if !password_resets::spend(&mut tx, account, &digest, ctx.now()).await? {
        return Err(Code::InvalidToken.into());
    }
    let before = users::find_password(&mut tx, account).await?.ok_or(Code::InvalidToken)?;
    users::set_password(&mut tx, account, &before, &hash, ctx.now()).await?;
    passwords::end_everything(&mut tx, account, None).await?;
    if tokens == Tokens::Revoke || !user.email_verified {
        program_tokens::revoke_all(&mut tx, ctx, account).await?;
    }
    if !user.email_verified {
        // the mail proves the address; whoever registered it without that proof may have been a stranger
        users::set_email_verified(&mut tx, account, ctx.now()).await?;
        api_keys::disable_generated(&mut tx, account, ctx.now(), ctx.now() - REINSTATED_WITHIN).await?;
    }
    let mut told = mails::queued(ctx, MailKind::PasswordChanged, &user);
    let factor = second_factors::lock(&mut tx, account).await?;
    let ended = factor.filter(|factor| factor.is_unproved || !user.email_verified);
    // a pending one protected nothing yet
    let was_on = ended.as_ref().is_some_and(|factor| factor.confirmed_at.is_some());
    if ended.is_some() {
        mfa::clear(&mut tx, account).await?;
    }
    if was_on {
        told = told.with("second_factor", "ended");
    }
    known_devices::remember(ctx, &mut tx, account).await?;
    mail_outbox::insert(&mut tx, &told).await?;
    audit::record(&mut tx, ctx, Event::on_account(Action::PasswordReset, Some(account))).await?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(account);
    ctx.app().key_checks.forget_account(account);
    guesses::forget(ctx, &user.email).await;
    ctx.app().mail_is_due.notify_one();
    Ok(was_on)
}

/// Whether a mail's token would set a password now, for the page with the form. Nothing is spent.
///
/// # Errors
/// `invalid_token`.
pub async fn check(ctx: &Context, token: &SecretText) -> Result<()> {
    let claims = ctx.app().jwt.verify(Purpose::Reset, token.expose(), ctx.now()).ok_or(Code::InvalidToken)?;
    let digest = digest(ctx.app().keyring()?, claims.jti);
    current_holder(ctx, UserId(claims.sub), &digest, ctx.now()).await.map(drop)
}

async fn current_holder(ctx: &Context, account: UserId, digest: &[u8], now: DateTime<Utc>) -> Result<User> {
    let mut reader = ctx.db().read().await?;
    if !password_resets::is_current(&mut reader, account, digest, now).await? {
        return Err(Code::InvalidToken.into());
    }
    let user = users::find(&mut reader, account).await?;
    user.filter(User::is_enabled).ok_or_else(|| Code::InvalidToken.into())
}

fn digest(keyring: &Keyring, token_id: Uuid) -> [u8; 32] {
    keyring.token().sign(&[b"reset", token_id.as_bytes()])
}
