//! Refreshing a session: each refresh token is spent by its use, and a spent one that comes again ends the session.

use chrono::TimeDelta;

use super::{
    audit::{self, Event},
    limits, mails, sessions,
};
use crate::{
    core::{
        context::Context, crypto::refresh_token::RefreshToken, database::Writer, error::Result, secret::SecretText,
        texts::problems::Code,
    },
    models::{
        audit::Action,
        ids::SessionId,
        mail::MailKind,
        session::{Opened, Session},
        user::User,
    },
    repositories::{login_sessions, mail_outbox, users},
};

/// Gives the next tokens of a session for its refresh token.
///
/// The token before the last may come again for half a minute, when its answer was lost: the same next tokens are
/// given then, so that a session never has two lines of descent.
///
/// # Errors
/// `invalid_refresh_token`; `refresh_token_reused`, after which the session is over and its owner gets a mail; `TooMany`.
pub async fn refresh(ctx: &Context, token: &SecretText) -> Result<Opened> {
    let token = RefreshToken::read(ctx.app().keyring()?.token(), token.expose()).ok_or(Code::InvalidRefreshToken)?;
    let id = SessionId(token.session);
    limits::spend_refresh(ctx, id).await?;
    let session = login_sessions::find(&mut ctx.db().read().await?, id).await?.ok_or(Code::InvalidRefreshToken)?;
    let mut tx = ctx.write_for(Some(session.user_id)).await?;
    let user = users::find(&mut tx, session.user_id).await?.filter(User::is_enabled);
    let user = user.ok_or(Code::InvalidRefreshToken)?;
    let life = TimeDelta::days(ctx.app().config.refresh_token_days);
    let expires_at = Session::end_of_life(session.created_at, ctx.now(), life);
    if login_sessions::refresh(&mut tx, id, token.count, ctx.now(), expires_at).await? {
        audit::record(&mut tx, ctx, Event::on_session(Action::SessionRefreshed, user.id, id)).await?;
        tx.commit().await?;
        let session = Session { refresh_count: token.count + 1, expires_at, ..session };
        return sessions::give_tokens(ctx, user, &session);
    }
    let current = login_sessions::find(&mut tx, id).await?.filter(|session| session.expires_at > ctx.now());
    let current = current.ok_or(Code::InvalidRefreshToken)?;
    if current.may_be_retried(token.count, ctx.now()) {
        drop(tx);
        return sessions::give_tokens(ctx, user, &current);
    }
    end_stolen(ctx, tx, &user, id).await?;
    Err(Code::RefreshTokenReused.into())
}

/// Ends a session whose refresh token two have: its owner and somebody else, and we can not tell who is who.
async fn end_stolen(ctx: &Context, mut tx: Writer, user: &User, id: SessionId) -> Result<()> {
    if !login_sessions::delete(&mut tx, user.id, id).await? {
        // another request was quicker, and has said it all
        return Ok(());
    }
    mail_outbox::insert(&mut tx, &mails::queued(ctx, MailKind::RefreshTokenReused, user)).await?;
    audit::record(&mut tx, ctx, Event::on_session(Action::RefreshTokenReused, user.id, id)).await?;
    tx.commit().await?;
    ctx.app().sessions.forget_account(user.id);
    ctx.app().mail_is_due.notify_one();
    Ok(())
}
