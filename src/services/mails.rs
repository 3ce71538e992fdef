//! Sends the mails of the outbox: written when they are sent, so that no text and no token lies in the database.
//!
//! States of a mail: *waiting* → *claimed* (nobody else tries it for a minute) → sent and gone, or waiting again
//! with a growing pause, or dropped after a day. A server that dies between sending and removing sends twice.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::recovery;
use crate::{
    core::{
        context::Context,
        error::{Error, Result},
        mailer::Mail,
        texts::mails::{self, MailText},
    },
    models::{
        mail::{MailCause, MailKind, QueuedMail},
        user::User,
    },
    repositories::{mail_outbox, users},
};

const CLAIM: TimeDelta = TimeDelta::seconds(60);
pub(super) const GIVE_UP_AFTER: TimeDelta = TimeDelta::days(1);
const LONGEST_PAUSE_MINUTES: i64 = 60;

/// A mail to an account, to be put into the outbox within the transaction that causes it.
#[must_use]
pub(in crate::services) fn queued(ctx: &Context, kind: MailKind, user: &User) -> QueuedMail {
    QueuedMail {
        id: ctx.new_id(),
        kind,
        account: Some(user.id),
        address: user.email.clone(),
        details: BTreeMap::new(),
        cause: MailCause::from(ctx.client()),
        attempts: 0,
        created_at: ctx.now(),
    }
}

/// Tries the mail that has been due the longest; tells whether there was one.
///
/// # Errors
/// As the database fails. A mail that can not be delivered is no error: it is tried again later.
pub async fn send_next(ctx: &Context) -> Result<bool> {
    if !ctx.app().mailer.is_configured() {
        return Ok(false);
    }
    let Some(mail) = mail_outbox::find_due(&mut ctx.db().read().await?, ctx.now()).await? else { return Ok(false) };
    let mut tx = ctx.db().write().await?;
    if !mail_outbox::claim(&mut tx, &mail, ctx.now() + CLAIM).await? {
        return Ok(true);
    }
    tx.commit().await?;
    let delivered = deliver(ctx, &mail).await;
    let mut tx = ctx.db().write().await?;
    match delivered {
        Ok(()) => mail_outbox::delete(&mut tx, mail.id).await?,
        Err(error) if ctx.now() - mail.created_at > GIVE_UP_AFTER => {
            tracing::warn!(mail = %mail.id, kind = mail.kind.as_str(), %error, "a mail could not be sent for a day and is dropped");
            mail_outbox::delete(&mut tx, mail.id).await?;
        }
        Err(error) => {
            let minutes = 1_i64.checked_shl(u32::try_from(mail.attempts).unwrap_or(u32::MAX)).unwrap_or(i64::MAX);
            let pause = TimeDelta::minutes(minutes.clamp(1, LONGEST_PAUSE_MINUTES));
            tracing::warn!(mail = %mail.id, kind = mail.kind.as_str(), %error, "a mail could not be sent; trying again in {} minutes", pause.num_minutes());
            mail_outbox::postpone(&mut tx, mail.id, ctx.now() + pause, &error.to_string()).await?;
        }
    }
    tx.commit().await?;
    Ok(true)
}

async fn deliver(ctx: &Context, mail: &QueuedMail) -> Result<()> {
    let user = recipient(ctx, mail).await?;
    // nobody has this address: nothing to send, and nobody has been told
    let Some(user) = user.filter(|user| user.is_enabled() || mail.kind == MailKind::AccountDisabled) else {
        return Ok(());
    };
    let text = write(ctx, mail, &user).await?;
    let ready = Mail {
        from: ctx.app().config.mail_from.clone(),
        to: mail.address.to_string(),
        subject: text.subject.into(),
        body: text.body,
        id: mail.id.to_string(),
        date: ctx.now().to_rfc2822(),
    };
    ctx.app().mailer.deliver(&ready)
}

async fn recipient(ctx: &Context, mail: &QueuedMail) -> Result<Option<User>> {
    let mut reader = ctx.db().read().await?;
    match mail.account {
        Some(account) => users::find(&mut reader, account).await,
        None => users::find_by_email(&mut reader, &mail.address).await,
    }
}

async fn write(ctx: &Context, mail: &QueuedMail, user: &User) -> Result<MailText> {
    Ok(match mail.kind {
        MailKind::Recovery => {
            let token = recovery::make_token(ctx, user, mail).await?;
            let link = format!("{}/reset?token={}", ctx.app().base_url, token.expose());
            mails::recovery(user.language, &link, ctx.app().config.jwt_reset_minutes)
        }
        MailKind::PasswordChanged => mails::password_changed(user.language),
        // nothing queues the other kinds yet: each gets its text together with what causes it
        kind => return Err(Error::internal(format!("there is no text for a mail of the kind {}", kind.as_str()))),
    })
}
