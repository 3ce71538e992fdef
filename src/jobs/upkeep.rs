//! Removes what expired every hour, writes down every half minute which sessions and tokens were used.

use std::time::Duration;

use super::Stop;
use crate::{
    core::app::App,
    services::{program_tokens, upkeep},
};

const EVERY: Duration = Duration::from_secs(30);
const SWEEP_EVERY: u32 = 120;

/// Runs until the server stops; what was seen last is written before it ends.
pub(super) async fn run(app: App, mut stop: Stop) {
    let mut round: u32 = 0;
    loop {
        let is_over = tokio::select! {
            () = tokio::time::sleep(EVERY) => false,
            () = super::stopped(&mut stop) => true,
        };
        app.limits.sweep();
        if app.is_prepared() {
            let ctx = super::context(&app, "upkeep");
            let done = async {
                upkeep::write_last_seen(&ctx).await?;
                program_tokens::write_last_used(&ctx).await?;
                if round.is_multiple_of(SWEEP_EVERY) && !is_over {
                    upkeep::sweep(&ctx).await?;
                }
                Ok::<_, crate::core::error::Error>(())
            };
            if let Err(error) = done.await {
                tracing::warn!(%error, "upkeep has to wait");
            }
        }
        if is_over {
            return;
        }
        round = round.wrapping_add(1);
    }
}
