//! Reminders that keys expire: one mail for an account and a stage (30, 7, 1 days before), however many keys it is about.
//!
//! Invariants, cited by the tests:
//! 1. A key is told of once in each stage and for each date: what is told is noted in the transaction that queues the
//!    mail, under the lock of the account, however many servers look.
//! 2. Only the nearest stage is told, and none whose moment was over when the date was set.
//! 3. A stage that could not be told in time (the server stood still, the address was not proved) is told late, while
//!    no nearer one has taken its place.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::mails;
use crate::{
    core::{
        context::Context,
        database::Writer,
        error::{Error, Result},
    },
    models::{
        api_key::ApiKey,
        ids::{ApiKeyId, UserId},
        mail::{MailKind, QueuedMail},
        reminder::{ExpiringKey, STAGES, Stage},
        user::User,
    },
    repositories::{key_reminders, mail_outbox, users},
};

/// Keys that are looked at in one go.
const AT_ONCE: i64 = 500;
/// Keys that one mail is about; what is more waits for the next mail.
const MOST_IN_A_MAIL: i64 = 5000;
/// Keys that one mail names; the others are counted.
const MOST_NAMED: usize = 20;

/// Queues the mails that are due now; tells how many.
///
/// # Errors
/// As the database fails; what was queued before stays so.
pub async fn queue_due(ctx: &Context) -> Result<usize> {
    let mut mails = 0;
    for stage in STAGES {
        let (after, until) = stage.window(ctx.now());
        // behind the last key of that very moment
        let mut place = (after, ApiKeyId(Uuid::max()));
        loop {
            let due = key_reminders::list_due(&mut ctx.db().read().await?, stage, place, until, AT_ONCE).await?;
            let Some(last) = due.last() else { break };
            place = (last.expires_at, last.id);
            let accounts: BTreeSet<UserId> =
                due.iter().filter(|key| is_due(key, stage)).map(|key| key.account).collect();
            for account in accounts {
                mails += usize::from(tell(ctx, account, stage).await?);
            }
        }
    }
    if mails > 0 {
        ctx.app().mail_is_due.notify_one();
    }
    Ok(mails)
}

/// Queues one account's mail of a stage; tells whether there was something to say.
async fn tell(ctx: &Context, account: UserId, stage: Stage) -> Result<bool> {
    let mut tx = ctx.db().write().await?;
    // another server may be at it: who comes second finds nothing left to tell
    if !users::lock(&mut tx, account).await? {
        return Ok(false);
    }
    let Some(user) = users::find(&mut tx, account).await? else { return Ok(false) };
    if !user.is_enabled() || !user.email_verified {
        return Ok(false);
    }
    let window = stage.window(ctx.now());
    let due = key_reminders::list_due_of_account(&mut tx, account, stage, window, MOST_IN_A_MAIL).await?;
    let mut told = Vec::new();
    for key in due.into_iter().filter(|key| is_due(key, stage)) {
        if key_reminders::insert(&mut tx, key.id, key.expires_at, stage, ctx.now()).await? {
            told.push(key);
        }
    }
    if !told.is_empty() {
        mail_outbox::insert(&mut tx, &mail(ctx, &user, stage, &told)?).await?;
    }
    tx.commit().await?;
    Ok(!told.is_empty())
}

fn is_due(key: &ExpiringKey, stage: Stage) -> bool {
    !stage.is_needless(key.expires_at, key.created_at)
}

/// The mail to an account about these keys, soonest first.
fn mail(ctx: &Context, user: &User, stage: Stage, keys: &[ExpiringKey]) -> Result<QueuedMail> {
    let named: Vec<(String, DateTime<Utc>)> =
        keys.iter().take(MOST_NAMED).map(|key| (label(key), key.expires_at)).collect();
    let named = serde_json::to_string(&named).map_err(Error::internal)?;
    let mail = mails::queued(ctx, MailKind::KeyExpiring, user)
        .with("keys", named)
        .with("count", keys.len().to_string())
        .with("within", stage.days.to_string());
    Ok(match keys {
        [key] => mail.with("name", label(key)).with("days", days_left(key.expires_at, ctx.now()).to_string()),
        _ => mail,
    })
}

/// A key's name with its environment: the same name may be there in several.
fn label(key: &ExpiringKey) -> String {
    match &key.environment {
        Some(environment) => format!("{} ({environment})", key.name),
        None => key.name.clone(),
    }
}

/// As people count days: tomorrow is one, whatever the hour.
fn days_left(expires_at: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    (expires_at.date_naive() - now.date_naive()).num_days()
}

/// Notes for a date that was just set that the stages whose moment is over are not to be told.
///
/// # Errors
/// As the database fails.
pub(super) async fn forgo_past(ctx: &Context, tx: &mut Writer, key: &ApiKey) -> Result<()> {
    let Some(expires_at) = key.expires_at else { return Ok(()) };
    for stage in STAGES.into_iter().filter(|stage| stage.is_needless(expires_at, ctx.now())) {
        key_reminders::insert(tx, key.id, expires_at, stage, ctx.now()).await?;
    }
    Ok(())
}

/// Removes what is noted of dates that are over.
pub(super) async fn sweep(tx: &mut Writer, now: DateTime<Utc>) -> Result<u64> {
    key_reminders::delete_expired(tx, now - TimeDelta::days(1)).await
}
