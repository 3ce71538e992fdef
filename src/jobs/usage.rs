//! Writes down what was counted of the uses of keys: every 20 seconds, and earlier where much was counted.

use std::time::Duration;

use super::Stop;
use crate::{core::app::App, services::usage};

const EVERY: Duration = Duration::from_secs(20);
/// After a failure nothing is tried for so long, however much is counted.
const PAUSE: Duration = Duration::from_secs(2);

/// Runs until the server stops. The last counts are written by `finish`, once no request is under way.
pub(super) async fn run(app: App, mut stop: Stop) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = app.usage.is_full.notified() => {}
            () = super::stopped(&mut stop) => return,
        }
        if !write_down(&app).await {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Writes down what was counted last.
pub(super) async fn finish(app: &App) {
    write_down(app).await;
}

async fn write_down(app: &App) -> bool {
    if !app.is_prepared() {
        return true;
    }
    match usage::flush(&super::context(app, "usage")).await {
        Ok(rows) => {
            tracing::debug!(rows, "wrote down how keys were used");
            true
        }
        Err(error) => {
            tracing::warn!(%error, "how keys were used can not be written down; trying again");
            false
        }
    }
}
