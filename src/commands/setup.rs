//! Puts the handles together: what `serve` and the operator's commands have in common.

use super::End;
use crate::{
    core::{
        app::{App, Outside},
        clock,
        configuration::{self, Configuration},
        error::Result,
        mailer,
        queue::Batches,
        system,
    },
    jobs,
    models::audit::NewEntry,
    services::start::{self, NotReady},
};

/// Opens the database and puts the handles together; nothing is read from the database yet.
pub(super) async fn assemble(configuration: Configuration, base_url: String) -> Result<(App, Batches<NewEntry>)> {
    system::protect_memory();
    system::raise_file_limit();
    let mailer = mailer::of(&configuration);
    App::open(configuration, base_url, Outside { clock: clock::system(), mailer }).await
}

/// The handles, ready for an operator's command.
pub(super) async fn ready(configuration: Configuration) -> Result<App, End> {
    let base_url = configuration.web_base_url.clone().unwrap_or_default();
    let (app, _) = assemble(configuration, base_url).await.map_err(|error| End::NotDone(error.to_string()))?;
    start::prepare(&jobs::context(&app, "command")).await.map_err(explain)?;
    Ok(app)
}

/// How a command ends that could not get ready.
pub(super) fn explain(not_ready: NotReady) -> End {
    match not_ready {
        NotReady::Refused { variable, sentence } => End::BadConfiguration(vec![format!("{variable}: {sentence}")]),
        NotReady::Away(error) => End::NotDone(format!("{error}; check DATABASE_URL and whether the database runs")),
    }
}

/// `generate-key`.
pub(super) fn generate_key() -> End {
    match configuration::generate_master_key() {
        Ok(key) => {
            say!("{key}");
            End::Done
        }
        Err(sentence) => End::NotDone(sentence),
    }
}
