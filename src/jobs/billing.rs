//! Looks at Stripe for whoever an event came, a look failed or a day has passed, several at a time, so that one that hangs
//! holds up no other; and ends what deleted accounts paid for, one after the other and beside the looks, so that many of
//! them hold up nobody who pays.

use std::time::Duration;

use tokio::task::JoinSet;

use super::Stop;
use crate::{
    core::{app::App, error::Result},
    models::billing_account::Lease,
    services::billing,
};

const EVERY: Duration = Duration::from_secs(5);
const MOST_AT_ONCE: usize = 4;
/// All rows are read for it.
const COUNT_EVERY: Duration = Duration::from_mins(1);

/// Runs until the server stops; what is under way then is finished first, as far as the time allows. A look that was cut
/// off is taken up again once its lease has ended.
pub(super) async fn run(app: App, mut stop: Stop) {
    let (mut looks, mut farewells) = (JoinSet::new(), JoinSet::new());
    let mut clock = tokio::time::interval(EVERY);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut counting = tokio::time::interval(COUNT_EVERY);
    counting.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let is_called = tokio::select! {
            () = app.billing_is_due.notified() => true,
            _ = clock.tick() => true,
            _ = counting.tick() => {
                count(&app).await;
                false
            }
            Some(ended) = looks.join_next() => {
                report(ended);
                false
            }
            Some(ended) = farewells.join_next() => {
                report(ended);
                false
            }
            () = super::stopped(&mut stop) => break,
        };
        if app.stripe.is_none() || !app.is_prepared() {
            continue;
        }
        while looks.len() < MOST_AT_ONCE {
            match billing::claim_next(&super::context(&app, "billing")).await {
                Ok(Some(lease)) => {
                    looks.spawn(look(app.clone(), lease));
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "who is to be looked at in Stripe can not be found out; trying again");
                    break;
                }
            }
        }
        if is_called && farewells.is_empty() {
            farewells.spawn(say_farewells(app.clone(), stop.clone()));
        }
    }
    while let Some(ended) = looks.join_next().await {
        report(ended);
    }
    while let Some(ended) = farewells.join_next().await {
        report(ended);
    }
}

async fn look(app: App, lease: Lease) -> Result<()> {
    let changes = billing::look_at(&super::context(&app, "billing"), &lease).await?;
    if !changes.is_empty() {
        tracing::info!(account = %lease.account, "written down from Stripe: {}", billing::words(&changes));
    }
    Ok(())
}

/// Until none is due, or the server is about to stop.
async fn say_farewells(app: App, stop: Stop) -> Result<()> {
    while !*stop.borrow() && billing::say_next(&super::context(&app, "billing")).await? {}
    Ok(())
}

/// Shows in the counters how many wait.
async fn count(app: &App) {
    if app.stripe.is_none() || !app.is_prepared() {
        return;
    }
    match billing::count_waiting(&super::context(app, "billing")).await {
        #[expect(clippy::cast_precision_loss, reason = "a gauge of a count")]
        Ok(waiting) => metrics::gauge!("vault_billing_waiting").set(waiting as f64),
        Err(error) => tracing::debug!(%error, "who waits for a look at Stripe can not be counted"),
    }
}

fn report(ended: std::result::Result<Result<()>, tokio::task::JoinError>) {
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "a look at Stripe has to wait"),
        Err(error) => tracing::error!(%error, "a look at Stripe broke off; it is taken up again in a minute or two"),
    }
}
