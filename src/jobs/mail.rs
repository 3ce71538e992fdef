//! Sends what waits in the outbox: at once when a mail was put there, and every few seconds; several at a time, so
//! that a mail that hangs holds up no other.

use std::time::Duration;

use tokio::task::JoinSet;

use super::Stop;
use crate::{
    core::{app::App, error::Result},
    models::mail::QueuedMail,
    services::mails,
};

const EVERY: Duration = Duration::from_secs(5);
const MOST_AT_ONCE: usize = 8;

/// Runs until the server stops; what is under way then is finished first, as far as the time allows.
pub(super) async fn run(app: App, mut stop: Stop) {
    let mut under_way = JoinSet::new();
    let mut clock = tokio::time::interval(EVERY);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.mail_is_due.notified() => {}
            _ = clock.tick() => count(&app).await,
            Some(ended) = under_way.join_next() => report(ended),
            () = super::stopped(&mut stop) => break,
        }
        while app.is_prepared() && under_way.len() < MOST_AT_ONCE {
            match mails::claim_next(&super::context(&app, "mail")).await {
                Ok(Some(mail)) => {
                    under_way.spawn(attempt(app.clone(), mail));
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "the outbox can not be worked on; trying again");
                    break;
                }
            }
        }
    }
    while let Some(ended) = under_way.join_next().await {
        report(ended);
    }
}

async fn attempt(app: App, mail: QueuedMail) -> Result<()> {
    mails::attempt(&super::context(&app, "mail"), &mail).await
}

fn report(ended: std::result::Result<Result<()>, tokio::task::JoinError>) {
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "how a mail went could not be written down; it may be sent once more"),
        Err(error) => tracing::error!(%error, "an attempt to send a mail broke off; it is tried again in a minute"),
    }
}

/// Shows the backlog in the counters.
async fn count(app: &App) {
    if !app.is_prepared() {
        return;
    }
    match mails::backlog(&super::context(app, "mail")).await {
        #[expect(clippy::cast_precision_loss, reason = "gauges of counts")]
        Ok(backlog) => {
            let age = backlog.oldest_at.map_or(0, |at| (app.clock.now() - at).num_seconds());
            metrics::gauge!("vault_mail_outbox").set(backlog.waiting as f64);
            metrics::gauge!("vault_mail_oldest_seconds").set(age.max(0) as f64);
            metrics::gauge!("vault_mail_given_up").set(backlog.given_up as f64);
        }
        Err(error) => tracing::debug!(%error, "the outbox can not be counted"),
    }
}
