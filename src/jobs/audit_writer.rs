//! Commits audit entries of reveals in batches: what came while the last commit was under way goes into the next.

use crate::{
    core::{
        app::App,
        queue::{Batches, Ticket},
    },
    models::audit::NewEntry,
    services::audit,
};

const MOST_AT_ONCE: usize = 128;

/// Runs until the server has answered its last request.
pub(super) async fn run(app: App, mut batches: Batches<NewEntry>) {
    let mut waiting: Vec<Ticket<NewEntry>> = Vec::with_capacity(MOST_AT_ONCE);
    while batches.recv_many(&mut waiting, MOST_AT_ONCE).await > 0 {
        let (entries, askers): (Vec<_>, Vec<_>) = waiting.drain(..).map(|ticket| (ticket.work, ticket.done)).unzip();
        let ctx = super::context(&app, "audit");
        let outcome = audit::record_batch(&ctx, entries).await.map_err(|error| error.to_string());
        for asker in askers {
            let _ = asker.send(outcome.clone());
        }
    }
}
