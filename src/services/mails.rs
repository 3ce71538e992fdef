//! Sends the mails of the outbox: written when they are sent, so that no text and no token lies in the database.
//!
//! States of a mail, and what makes each:
//! - *waiting*: `queued` and `mail_outbox::insert`, in the transaction that causes it; again after `postpone`;
//! - *claimed*: `claim_next`; for a minute nobody else tries it, which is longer than any attempt lasts;
//! - *gone*: `attempt`, once it was accepted or there is nobody to send it to;
//! - *given up*: `attempt` where it is refused for good or its time is over; kept a week to be seen, then `sweep`.
//!
//! Invariants: (1) a mail is claimed by one server at a time; (2) a server that dies between sending and removing
//! sends once more after the minute, under the same Message-ID; (3) nothing is sent later than `patience` after it
//! was asked for.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::mail_links::{self, Link};
use crate::{
    core::{
        context::Context,
        database::Writer,
        error::Result,
        mailer::{Mail, Undelivered},
        texts::mails::{self, MailText, Particulars},
    },
    models::{
        email::Email,
        mail::{Backlog, MailCause, MailKind, QueuedMail},
        user::User,
    },
    repositories::{mail_outbox, users},
};

const CLAIM: TimeDelta = TimeDelta::seconds(60);
const GIVE_UP_AFTER: TimeDelta = TimeDelta::days(1);
const GIVEN_UP_KEPT: TimeDelta = TimeDelta::days(7);
const LONGEST_PAUSE_MINUTES: i64 = 60;

/// A mail to an account, to be put into the outbox within the transaction that causes it.
#[must_use]
pub(in crate::services) fn queued(ctx: &Context, kind: MailKind, user: &User) -> QueuedMail {
    QueuedMail { account: Some(user.id), ..to_address(ctx, kind, user.email.clone()) }
}

fn to_address(ctx: &Context, kind: MailKind, address: Email) -> QueuedMail {
    QueuedMail {
        id: ctx.new_id(),
        kind,
        account: None,
        address,
        details: BTreeMap::new(),
        cause: MailCause::from(ctx.client()),
        attempts: 0,
        created_at: ctx.now(),
    }
}

/// Puts a mail to an address on its way, in a transaction of its own. Whether the address has an account is found out
/// when the mail is written, so that here all addresses are the same work.
pub(in crate::services) async fn send_to_address(ctx: &Context, kind: MailKind, address: Email) -> Result<()> {
    send(ctx, &to_address(ctx, kind, address)).await
}

/// Puts a mail on its way, in a transaction of its own.
pub(in crate::services) async fn send(ctx: &Context, mail: &QueuedMail) -> Result<()> {
    let mut tx = ctx.db().write().await?;
    mail_outbox::insert(&mut tx, mail).await?;
    tx.commit().await?;
    ctx.app().mail_is_due.notify_one();
    Ok(())
}

/// What waits, for how long, and what was given up: one query.
///
/// # Errors
/// As the database fails.
pub async fn backlog(ctx: &Context) -> Result<Backlog> {
    mail_outbox::backlog(&mut ctx.db().read().await?).await
}

/// Takes the mail that has been due the longest; `None` where nothing is due or there is no way out.
///
/// # Errors
/// As the database fails.
pub async fn claim_next(ctx: &Context) -> Result<Option<QueuedMail>> {
    if !ctx.app().mailer.is_configured() {
        return Ok(None);
    }
    loop {
        let due = mail_outbox::find_due(&mut ctx.db().read().await?, ctx.now()).await?;
        let Some(mail) = due else { return Ok(None) };
        let mut tx = ctx.db().write().await?;
        if mail_outbox::claim(&mut tx, &mail, ctx.now() + CLAIM).await? {
            tx.commit().await?;
            return Ok(Some(mail));
        }
        // another server was quicker; there may be others
    }
}

/// Tries a claimed mail and writes down how it went.
///
/// # Errors
/// As the database fails. A mail that can not be delivered is no error: it is tried again later.
pub async fn attempt(ctx: &Context, mail: &QueuedMail) -> Result<()> {
    let outcome = deliver(ctx, mail).await;
    // the moment after the attempt, which may have taken its time
    let now = ctx.app().clock.now();
    let mut tx = ctx.db().write().await?;
    let word = match outcome {
        Ok(()) => {
            mail_outbox::delete(&mut tx, mail.id).await?;
            "sent"
        }
        Err(refused) => settle(ctx, &mut tx, mail, now, &refused).await?,
    };
    tx.commit().await?;
    metrics::counter!("vault_mail_attempts_total", "kind" => mail.kind.as_str(), "outcome" => word).increment(1);
    Ok(())
}

/// Takes and tries the mail that has been due the longest; tells whether there was one.
///
/// # Errors
/// As `claim_next` and `attempt`.
pub async fn send_next(ctx: &Context) -> Result<bool> {
    let Some(mail) = claim_next(ctx).await? else { return Ok(false) };
    attempt(ctx, &mail).await?;
    Ok(true)
}

/// Gives up what waits although its day is over (no mailer was configured), and removes what was kept long enough.
pub(super) async fn sweep(tx: &mut Writer, now: DateTime<Utc>) -> Result<u64> {
    // an hour more, so that what is under way at the end of its day is left to the attempt
    let since = now - GIVE_UP_AFTER - TimeDelta::minutes(LONGEST_PAUSE_MINUTES);
    let given_up = mail_outbox::give_up_old(tx, since, now, now + GIVEN_UP_KEPT).await?;
    if given_up > 0 {
        tracing::error!(mails = given_up, "mails waited for more than a day and are given up; is a mail server set?");
    }
    mail_outbox::delete_given_up(tx, now - GIVEN_UP_KEPT).await
}

/// How late a mail may be. One with a link that lives for minutes is not sent after them: it would surprise whoever
/// asked long ago, and has asked again since.
fn patience(ctx: &Context, kind: MailKind) -> TimeDelta {
    match kind {
        MailKind::Recovery => TimeDelta::minutes(ctx.app().config.jwt_reset_minutes).min(GIVE_UP_AFTER),
        _ => GIVE_UP_AFTER,
    }
}

/// Postpones a mail that did not leave, or gives it up.
async fn settle(
    ctx: &Context,
    tx: &mut Writer,
    mail: &QueuedMail,
    now: DateTime<Utc>,
    refused: &Undelivered,
) -> Result<&'static str> {
    let kind = mail.kind.as_str();
    let end = mail.created_at + patience(ctx, mail.kind);
    if refused.is_final || now >= end {
        tracing::error!(mail = %mail.id, kind, error = %refused, "a mail could not be sent and is given up");
        mail_outbox::give_up(tx, mail.id, now, now + GIVEN_UP_KEPT, &refused.sentence).await?;
        return Ok("given_up");
    }
    let minutes = 1_i64.checked_shl(u32::try_from(mail.attempts).unwrap_or(u32::MAX)).unwrap_or(i64::MAX);
    let pause = TimeDelta::minutes(minutes.clamp(1, LONGEST_PAUSE_MINUTES));
    let asked = refused.retry_after.and_then(|asked| TimeDelta::from_std(asked).ok()).unwrap_or_default();
    // the last attempt is made when the time is over, not left out
    let next = (now + pause.max(asked.min(GIVE_UP_AFTER))).min(end);
    tracing::warn!(mail = %mail.id, kind, error = %refused, "a mail could not be sent; trying again at {next}");
    mail_outbox::postpone(tx, mail.id, next, &refused.sentence).await?;
    Ok("postponed")
}

async fn deliver(ctx: &Context, mail: &QueuedMail) -> Result<(), Undelivered> {
    let ready = prepare(ctx, mail).await.map_err(|error| Undelivered::for_now(error.to_string()))?;
    match ready {
        Ready::Send(ready) => ctx.app().mailer.deliver(&ready).await,
        Ready::Nobody => Ok(()),
        Ready::TooLate => Err(Undelivered::for_good("it could not be sent in time")),
    }
}

enum Ready {
    Send(Box<Mail>),
    /// Nobody has this address, or there is nothing to say any more; nobody has been told.
    Nobody,
    TooLate,
}

async fn prepare(ctx: &Context, mail: &QueuedMail) -> Result<Ready> {
    let user = recipient(ctx, mail).await?;
    let Some(user) = user.filter(|user| user.is_enabled() || mail.kind == MailKind::AccountDisabled) else {
        return Ok(Ready::Nobody);
    };
    // the last attempt is due at that very moment, and made a little later
    if ctx.now() > mail.created_at + patience(ctx, mail.kind) + TimeDelta::minutes(1) {
        return Ok(Ready::TooLate);
    }
    let Some(text) = write(ctx, mail, &user).await? else { return Ok(Ready::Nobody) };
    Ok(Ready::Send(Box::new(Mail {
        from: ctx.app().config.mail_from.clone(),
        to: mail.address.to_string(),
        subject: text.subject,
        body: text.plain,
        html: text.html,
        id: mail.id.to_string(),
        date: ctx.now(),
    })))
}

async fn recipient(ctx: &Context, mail: &QueuedMail) -> Result<Option<User>> {
    let mut reader = ctx.db().read().await?;
    match mail.account {
        Some(account) => users::find(&mut reader, account).await,
        None => users::find_by_email(&mut reader, &mail.address).await,
    }
}

/// The mail's text with its one link; `None` where the link is worth nothing any more.
async fn write(ctx: &Context, mail: &QueuedMail, user: &User) -> Result<Option<MailText>> {
    let link = match mail_links::make(ctx, mail, user).await? {
        Link::To(link) => link,
        Link::Over => return Ok(None),
        Link::None if matches!(mail.kind, MailKind::InvoicePaid | MailKind::PaymentFailed) => invoice(ctx, mail),
        Link::None if mail.kind == MailKind::ProEnded => billing(ctx),
        Link::None if mail.kind == MailKind::RecoveryCodeUsed => security(ctx),
        Link::None => home(ctx),
    };
    let minutes = ctx.app().config.jwt_reset_minutes;
    Ok(Some(mails::write(user.language, &Particulars { mail, name: &user.name, link: &link, minutes })))
}

fn home(ctx: &Context) -> String {
    format!("{}/", ctx.app().base_url)
}

/// Where one sees the plan, the invoices and the way to pay.
fn billing(ctx: &Context) -> String {
    format!("{}/billing", ctx.app().base_url)
}

/// Where recovery codes are counted and made, and sessions are ended.
fn security(ctx: &Context) -> String {
    format!("{}/security", ctx.app().base_url)
}

/// The page of an invoice, which Stripe hosts: there it can be paid without signing in. Where there is none, our own:
/// a portal's page lives for minutes and is made when somebody asks.
fn invoice(ctx: &Context, mail: &QueuedMail) -> String {
    let link = mail.detail("link");
    // a stand-in for Stripe, close by, has no TLS
    let base = ctx.app().stripe.as_ref().map(|stripe| format!("{}/", stripe.settings().base));
    let is_known = link.starts_with("https://") || base.is_some_and(|base| link.starts_with(&base));
    let is_sound = is_known && !link.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    if is_sound { link.into() } else { billing(ctx) }
}
