//! Puts the handles together: what `serve` and the operator's commands have in common.

use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;

use super::End;
use crate::{
    core::{
        app::{AccountKeyCache, App},
        clock,
        configuration::{self, Configuration, Stage},
        crypto::jwt::Jwt,
        database::Db,
        error::Result,
        hashing::Hasher,
        ids::Ids,
        mailer::{FolderMailer, Mailer, NoMailer},
        queue::{Batches, BatchQueue},
        session_cache::SessionCache,
        system,
    },
    jobs,
    models::audit::NewEntry,
    services::start::{self, NotReady},
};

/// Opens the database and puts the handles together; nothing is read from the database yet.
pub(super) async fn assemble(configuration: Configuration, base_url: String) -> Result<(App, Batches<NewEntry>)> {
    system::protect_memory();
    let db = Db::open(&configuration.database).await?;
    let (audit, batches) = BatchQueue::new("audit");
    let mailer: Arc<dyn Mailer> = match configuration.stage {
        Stage::Development => Arc::new(FolderMailer::new(configuration.data_dir.join("mail"))),
        Stage::Production => Arc::new(NoMailer),
    };
    let app = App {
        db,
        clock: clock::system(),
        ids: Ids::default(),
        jwt: Jwt::new(&configuration.jwt_secret),
        hasher: Hasher::start(system::cores(), configuration.bcrypt_cost)?,
        sessions: Arc::new(SessionCache::default()),
        seen: Arc::default(),
        account_keys: Arc::new(AccountKeyCache::default()),
        audit,
        mailer,
        mail_is_due: Arc::new(Notify::new()),
        keyring: Arc::new(OnceLock::new()),
        base_url: base_url.into(),
        config: Arc::new(configuration),
    };
    Ok((app, batches))
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
            println!("{key}");
            End::Done
        }
        Err(sentence) => End::NotDone(sentence),
    }
}
