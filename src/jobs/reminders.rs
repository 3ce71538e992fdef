//! Queues the mails about keys that expire: at the start and every hour.

use std::time::Duration;

use super::Stop;
use crate::{core::app::App, services::reminders};

const EVERY: Duration = Duration::from_hours(1);
/// While the database is away, and after a failure.
const RETRY_EVERY: Duration = Duration::from_secs(10);

/// Runs until the server stops.
pub(super) async fn run(app: App, mut stop: Stop) {
    loop {
        let is_done = tokio::select! {
            done = look(&app) => done,
            () = super::stopped(&mut stop) => return,
        };
        tokio::select! {
            () = tokio::time::sleep(if is_done { EVERY } else { RETRY_EVERY }) => {}
            () = super::stopped(&mut stop) => return,
        }
    }
}

async fn look(app: &App) -> bool {
    if !app.is_prepared() {
        return false;
    }
    match reminders::queue_due(&super::context(app, "reminders")).await {
        Ok(mails) => {
            tracing::debug!(mails, "looked for keys that expire");
            true
        }
        Err(error) => {
            tracing::warn!(%error, "the mails about keys that expire have to wait");
            false
        }
    }
}
