//! The right to work on an account's billing: kept in the account's row, so that it holds over several servers, and
//! ended by time where its holder died.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    core::{
        context::Context,
        database::Writer,
        error::{Error, Result},
        texts::problems::Code,
    },
    models::{billing_account::Lease, ids::UserId},
    repositories::{billing_accounts, users},
};

/// How long a lease lasts without being held on to: longer than any one call to Stripe.
const LASTS: TimeDelta = TimeDelta::seconds(90);
/// No lease lasts longer, also of a server whose clock is a little ahead: one that does was made by a wrong clock.
pub(super) const BEYOND: TimeDelta = TimeDelta::minutes(10);
/// How often somebody who waits looks again.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Waits for the lease of an account, for so long at most.
///
/// # Errors
/// `Busy` where somebody else still has it; `Unauthenticated` where the account is gone.
pub(super) async fn acquire(ctx: &Context, account: UserId, patience: Duration) -> Result<Lease> {
    let deadline = tokio::time::Instant::now() + patience;
    loop {
        if let Some(lease) = try_acquire(ctx, account).await? {
            return Ok(lease);
        }
        if tokio::time::Instant::now() >= deadline {
            return Err(Error::Busy { retry_after: 2 });
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Takes the lease of an account, if nobody has it.
///
/// # Errors
/// `Unauthenticated` where the account is gone.
pub(super) async fn try_acquire(ctx: &Context, account: UserId) -> Result<Option<Lease>> {
    let now = ctx.app().clock.now();
    let known = billing_accounts::find(&mut ctx.db().read().await?, account).await?;
    // who waits asks without writing
    if known.as_ref().and_then(|known| known.leased_until).is_some_and(|until| until > now && until <= now + BEYOND) {
        return Ok(None);
    }
    let mut tx = ctx.write_for(Some(account)).await?;
    if !users::lock(&mut tx, account).await? {
        return Err(Code::Unauthenticated.into());
    }
    if known.is_none() {
        billing_accounts::insert(&mut tx, account, now).await?;
    }
    let lease = billing_accounts::claim(&mut tx, account, ctx.new_id(), now, (now + LASTS, now + BEYOND)).await?;
    tx.commit().await?;
    Ok(lease)
}

/// An open transaction of the lease's holder, who may write until it ends.
///
/// # Errors
/// `Busy` where the lease was lost: it ended, or the account was deleted. Nothing may be written then.
pub(super) async fn write(ctx: &Context, lease: &Lease) -> Result<Writer> {
    let mut tx = ctx.write_for(Some(lease.account)).await?;
    // all writers of an account lock it first
    users::lock(&mut tx, lease.account).await?;
    if billing_accounts::hold(&mut tx, lease, ctx.app().clock.now() + LASTS).await? {
        Ok(tx)
    } else {
        Err(Error::Busy { retry_after: 2 })
    }
}

/// Holds on to the lease, for the next call to Stripe.
///
/// # Errors
/// `Busy` where the lease was lost.
pub(super) async fn extend(ctx: &Context, lease: &Lease) -> Result<()> {
    write(ctx, lease).await?.commit().await
}

/// Gives the lease back. Where that fails it ends by itself.
pub(super) async fn release(ctx: &Context, lease: &Lease) {
    let given_back = async {
        let mut tx = ctx.write_for(Some(lease.account)).await?;
        billing_accounts::release(&mut tx, lease).await?;
        tx.commit().await
    };
    if let Err(error) = given_back.await {
        tracing::warn!(%error, "a lease could not be given back; it ends by itself");
    }
    // what was heard meanwhile waits for the worker
    ctx.app().billing_is_due.notify_one();
}

/// When a look that failed so many times before is tried again: after 5 seconds, twice as long each time, ten minutes
/// at most.
pub(super) fn next_try(now: DateTime<Utc>, failures: i64) -> DateTime<Utc> {
    let doubled = 5_i64.checked_shl(u32::try_from(failures).unwrap_or(u32::MAX)).unwrap_or(i64::MAX);
    now + TimeDelta::seconds(if failures > 10 { 600 } else { doubled.clamp(5, 600) })
}

/// What Stripe remembers a request by, so that the same one sent again makes nothing twice. It is made of all that the
/// request says: Stripe refuses another request under the same key.
pub(super) fn idempotency_key(ctx: &Context, what: &str, account: UserId, parts: &[&str]) -> Result<String> {
    let mut content = vec![what.as_bytes(), account.0.as_bytes()];
    content.extend(parts.iter().map(|part| part.as_bytes()));
    // keyed, and so of this deployment alone: two of them may share one account at Stripe
    let signed = ctx.app().keyring()?.token().sign(&content);
    Ok(format!("vault-{what}-{}", hex::encode(signed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::clock::{Clock as _, SystemClock};

    #[test]
    fn a_look_that_fails_is_tried_again_after_ever_longer_pauses() {
        let now = SystemClock.now();
        let pauses: Vec<i64> = [0, 1, 2, 5, 7, 20, 63, 64, i64::MAX]
            .into_iter()
            .map(|failures| (next_try(now, failures) - now).num_seconds())
            .collect();

        assert_eq!(pauses, [5, 10, 20, 160, 600, 600, 600, 600, 600]);
    }
}
