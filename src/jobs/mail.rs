//! Sends what waits in the outbox: at once when a mail was put there, and every few seconds.

use std::time::Duration;

use super::Stop;
use crate::{core::app::App, services::mails};

const EVERY: Duration = Duration::from_secs(5);

/// Runs until the server stops.
pub(super) async fn run(app: App, mut stop: Stop) {
    loop {
        tokio::select! {
            () = app.mail_is_due.notified() => {}
            () = tokio::time::sleep(EVERY) => {}
            () = super::stopped(&mut stop) => return,
        }
        if !app.is_prepared() {
            continue;
        }
        loop {
            let ctx = super::context(&app, "mail");
            match mails::send_next(&ctx).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::warn!(%error, "the outbox can not be worked on; trying again");
                    break;
                }
            }
            if *stop.borrow() {
                return;
            }
        }
    }
}
