//! Getting ready: reach the database, bring the schema up to date, open the keyring.

use std::sync::Arc;

use crate::{
    core::{
        app::App,
        context::Context,
        crypto::keyring::{self, Keyring, WrappedKey},
        database::{Db, Reach},
        error::{Error, Result},
        limits::Sharing,
    },
    repositories,
};

/// Why the server is not ready.
#[derive(Debug)]
pub enum NotReady {
    /// The operator has to mend something: the variable and a sentence. Trying again does not help.
    Refused {
        /// The variable to look at.
        variable: &'static str,
        /// What is wrong and what to do.
        sentence: String,
    },
    /// The database is away; trying again will help.
    Away(Error),
}

impl From<Error> for NotReady {
    fn from(error: Error) -> Self {
        match error {
            Error::Unavailable { part: "migrations", cause } => Self::Refused {
                variable: "DATABASE_URL",
                sentence: cause.map(|cause| cause.to_string()).unwrap_or_default(),
            },
            other => Self::Away(other),
        }
    }
}

/// Prepares the database and opens the keyring; may be called again after `Away`.
///
/// # Errors
/// `NotReady`.
pub async fn prepare(ctx: &Context) -> Result<(), NotReady> {
    let app = ctx.app();
    if app.is_prepared() {
        return Ok(());
    }
    match app.db.reach().await {
        Reach::Reached => {}
        Reach::Refused(sentence) => return Err(NotReady::Refused { variable: "DATABASE_URL", sentence }),
        Reach::Away(error) => return Err(NotReady::Away(error)),
    }
    if app.config.auto_migrate {
        let done = app.db.migrate().await?;
        if !done.is_empty() {
            tracing::info!(migrations = done.join(", "), "the database was brought up to date");
        }
    } else {
        let pending = app.db.pending_migrations().await?;
        if !pending.is_empty() {
            let sentence = format!("the database lacks {}; run `vault-api migrate`", pending.join(", "));
            return Err(NotReady::Refused { variable: "AUTO_MIGRATE", sentence });
        }
    }
    let keyring = open_keyring(ctx).await?;
    let _ = app.keyring.set(Arc::new(keyring));
    Ok(())
}

/// Opens the keyring, or makes it where the database is new. Several servers may do it at once.
async fn open_keyring(ctx: &Context) -> Result<Keyring, NotReady> {
    let app = ctx.app();
    let mut tx = app.db.write().await?;
    let (deployment, rows) = if let Some(deployment) = repositories::keyring::find_deployment(&mut tx).await? {
        (deployment, repositories::keyring::list(&mut tx).await?)
    } else {
        Db::lock_schema(&mut tx).await?;
        match repositories::keyring::find_deployment(&mut tx).await? {
            Some(deployment) => (deployment, repositories::keyring::list(&mut tx).await?),
            None => create_keyring(ctx, &mut tx).await?,
        }
    };
    tx.commit().await?;
    keyring::open(&app.config.master_key, deployment.as_bytes(), &rows)
        .map_err(|fault| NotReady::Refused { variable: "CRYPTO_MASTER_KEY", sentence: fault.to_string() })
}

async fn create_keyring(
    ctx: &Context,
    tx: &mut crate::core::database::Writer,
) -> Result<(uuid::Uuid, Vec<WrappedKey>)> {
    let deployment = ctx.new_id();
    let rows = keyring::create(&ctx.app().config.master_key, deployment.as_bytes())?;
    repositories::keyring::insert_deployment(tx, deployment, ctx.now()).await?;
    for row in &rows {
        repositories::keyring::insert(tx, row, ctx.now()).await?;
    }
    Ok((deployment, rows))
}

/// A part of the server and whether it works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// `database`, `migrations` or `redis`.
    pub name: &'static str,
    /// Whether it works.
    pub state: PartState,
}

/// Whether a part works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartState {
    /// It works.
    Ok,
    /// It does not, and the server does its work without it.
    Away,
    /// It does not, and the server can not do its work.
    Failing,
}

/// Whether the server can do its work, part by part.
pub async fn readiness(app: &App) -> Vec<Part> {
    let state = |works| if works { PartState::Ok } else { PartState::Failing };
    let database = state(matches!(app.db.reach().await, Reach::Reached));
    let mut parts =
        vec![Part { name: "database", state: database }, Part { name: "migrations", state: state(app.is_prepared()) }];
    match app.limits.sharing() {
        Sharing::None => {}
        Sharing::Shared => parts.push(Part { name: "redis", state: PartState::Ok }),
        Sharing::Away => parts.push(Part { name: "redis", state: PartState::Away }),
    }
    parts
}
