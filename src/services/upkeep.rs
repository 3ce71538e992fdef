//! Keeping the house: what expired is removed, what was seen is written down.

use chrono::TimeDelta;

use crate::{
    core::{context::Context, error::Result},
    repositories::{
        device_logins, idempotency_keys, key_usage, known_devices, login_challenges, login_sessions, mail_links,
        password_resets, program_tokens,
    },
};

/// How long an `Idempotency-Key` is remembered.
pub const IDEMPOTENCY_LIFE: TimeDelta = TimeDelta::hours(24);

/// Removes what expired.
///
/// # Errors
/// As the database fails.
pub async fn sweep(ctx: &Context) -> Result<()> {
    let mut tx = ctx.db().write().await?;
    let now = ctx.now();
    let sessions = login_sessions::delete_expired(&mut tx, now).await?;
    let resets = password_resets::delete_expired(&mut tx, now).await?;
    let links = mail_links::delete_expired(&mut tx, now).await?;
    let answers = idempotency_keys::delete_until(&mut tx, now - IDEMPOTENCY_LIFE).await?;
    let mails = super::mails::sweep(&mut tx, now).await?;
    let devices = known_devices::delete_until(&mut tx, now - super::known_devices::KNOWN_FOR).await?;
    let challenges = login_challenges::delete_expired(&mut tx, now).await?;
    let logins = device_logins::delete_expired(&mut tx, now).await?;
    let tokens = program_tokens::delete_until(&mut tx, now - super::program_tokens::KEPT_FOR).await?;
    let counts = key_usage::delete_before(&mut tx, (now - super::usage::KEPT_FOR).date_naive()).await?;
    let events = super::billing::sweep(&mut tx, now).await?;
    let reminders = super::reminders::sweep(&mut tx, now).await?;
    tx.commit().await?;
    tracing::debug!(
        events,
        reminders,
        counts,
        sessions,
        resets,
        links,
        answers,
        mails,
        devices,
        challenges,
        tokens,
        logins,
        "removed what expired"
    );
    Ok(())
}

/// Writes down which sessions were used.
///
/// # Errors
/// As the database fails; what was not written is noted again at the sessions' next use.
pub async fn write_last_seen(ctx: &Context) -> Result<()> {
    let seen = std::mem::take(&mut *ctx.app().seen.write().unwrap_or_else(std::sync::PoisonError::into_inner));
    if seen.is_empty() {
        return Ok(());
    }
    let mut seen: Vec<_> = seen.into_iter().collect();
    // always in the same order, so that two servers never wait for each other
    seen.sort_unstable();
    let mut tx = ctx.db().write().await?;
    for (session, at) in seen {
        login_sessions::set_last_seen(&mut tx, session, at).await?;
    }
    tx.commit().await
}
