//! The handles of the running server: what every act needs and what tests replace.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

use super::{
    clock::Clock,
    configuration::Configuration,
    crypto::{account::AccountKey, jwt::Jwt, keyring::Keyring},
    database::Db,
    error::{Error, Result},
    hashing::Hasher,
    ids::Ids,
    key_cache::KeyCache,
    limits::Limits,
    mailer::Mailer,
    queue::{BatchQueue, Batches},
    session_cache::SessionCache,
    stripe::Stripe,
    system,
    usage_tally::UsageTally,
};
use crate::models::{
    audit::NewEntry,
    ids::{ProgramTokenId, SessionId, UserId},
};

/// When and from which address tokens for programs were used.
pub type ProgramsSeen = HashMap<ProgramTokenId, (chrono::DateTime<chrono::Utc>, String)>;

/// The running server's handles. Cloning it counts one reference, which every request does several times.
#[derive(Clone)]
pub struct App(Arc<Handles>);

impl std::ops::Deref for App {
    type Target = Handles;

    fn deref(&self) -> &Handles {
        &self.0
    }
}

/// The handles.
#[derive(Clone)]
pub struct Handles {
    /// The database.
    pub db: Db,
    /// The configuration.
    pub config: Arc<Configuration>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New identifiers.
    pub ids: Ids,
    /// Access and reset tokens.
    pub jwt: Jwt,
    /// Password hashing.
    pub hasher: Hasher,
    /// Sessions and programs in memory.
    pub sessions: Arc<SessionCache>,
    /// Sessions that were seen and are to be marked so.
    pub seen: Arc<RwLock<HashMap<SessionId, chrono::DateTime<chrono::Utc>>>>,
    /// Generated keys in memory, by their values.
    pub key_checks: Arc<KeyCache>,
    /// Tokens for programs that were used, when and from where, to be written down.
    pub programs_seen: Arc<RwLock<ProgramsSeen>>,
    /// Data keys of accounts, open in memory.
    pub account_keys: Arc<AccountKeyCache>,
    /// Audit entries that are committed in batches.
    pub audit: BatchQueue<NewEntry>,
    /// Uses of keys that are counted and not written down yet.
    pub usage: Arc<UsageTally>,
    /// How often who did what: requests, wrong passwords.
    pub limits: Arc<Limits>,
    /// Turns of imports and exports.
    pub bulk: Arc<Semaphore>,
    /// The way out for mails.
    pub mailer: Arc<dyn Mailer>,
    /// Wakes the mail job.
    pub mail_is_due: Arc<Notify>,
    /// Wakes the billing job.
    pub billing_is_due: Arc<Notify>,
    /// Who takes the money, where it is configured.
    pub stripe: Option<Arc<Stripe>>,
    /// The keyring, once the database has given it.
    pub keyring: Arc<OnceLock<Arc<Keyring>>>,
    /// The base of links: `WEB_BASE_URL`, or the address we listen on.
    pub base_url: Arc<str>,
}

/// What stands outside the program, and what tests replace.
pub struct Outside {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The way out for mails.
    pub mailer: Arc<dyn Mailer>,
}

impl App {
    /// Opens the database and puts the handles together; nothing is read from the database yet. The second part of
    /// the answer is for the job that writes audit entries.
    ///
    /// # Errors
    /// `Unavailable` where the database file can not be opened.
    pub async fn open(
        configuration: Configuration,
        base_url: String,
        outside: Outside,
    ) -> Result<(Self, Batches<NewEntry>)> {
        let db = Db::open(&configuration.database).await?;
        let (audit, batches) = BatchQueue::new("audit");
        let limits = Limits::open(&configuration, outside.clock.clone()).await?;
        let handles = Handles {
            db,
            limits: Arc::new(limits),
            clock: outside.clock,
            ids: Ids::default(),
            jwt: Jwt::new(&configuration.jwt_secret),
            hasher: Hasher::start(system::cores(), configuration.bcrypt_cost)?,
            sessions: Arc::new(SessionCache::default()),
            seen: Arc::default(),
            key_checks: Arc::default(),
            programs_seen: Arc::default(),
            bulk: Arc::new(Semaphore::new(BULK_AT_ONCE)),
            account_keys: Arc::new(AccountKeyCache::default()),
            audit,
            usage: Arc::default(),
            mailer: outside.mailer,
            mail_is_due: Arc::new(Notify::new()),
            billing_is_due: Arc::new(Notify::new()),
            stripe: configuration.billing.settings().cloned().map(Stripe::new).map(Arc::new),
            keyring: Arc::new(OnceLock::new()),
            base_url: base_url.into(),
            config: Arc::new(configuration),
        };
        Ok((Self(Arc::new(handles)), batches))
    }

    /// The same handles with another way out for mails.
    #[must_use]
    pub fn with_mailer(&self, mailer: Arc<dyn Mailer>) -> Self {
        Self(Arc::new(Handles { mailer, ..(*self.0).clone() }))
    }

    /// The same handles with another way to Stripe.
    #[must_use]
    pub fn with_stripe(&self, stripe: Option<Arc<Stripe>>) -> Self {
        Self(Arc::new(Handles { stripe, ..(*self.0).clone() }))
    }

    /// The keyring.
    ///
    /// # Errors
    /// `Unavailable` until the database was reached for the first time.
    pub fn keyring(&self) -> Result<&Arc<Keyring>> {
        self.keyring.get().ok_or(Error::Unavailable { part: "database", cause: None })
    }

    /// The way to `/` for a browser: `/`, or the path of `WEB_BASE_URL` where a proxy serves us under one.
    #[must_use]
    pub fn root(&self) -> String {
        let path = url::Url::parse(&self.base_url).map(|base| base.path().trim_end_matches('/').to_owned());
        path.unwrap_or_default() + "/"
    }

    /// Whether the database was reached, migrated and its keyring opened.
    #[must_use]
    pub fn is_prepared(&self) -> bool {
        self.keyring.get().is_some()
    }
}

/// How many imports and exports are under way at once.
const BULK_AT_ONCE: usize = 2;

const MOST_ACCOUNT_KEYS: usize = 10_000;

/// The open data keys of the accounts that were used last.
#[derive(Default)]
pub struct AccountKeyCache {
    keys: RwLock<HashMap<(Uuid, i64), Arc<AccountKey>>>,
}

impl AccountKeyCache {
    /// The open key, if it is in memory.
    pub fn get(&self, account: UserId, version: i64) -> Option<Arc<AccountKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(&(account.0, version)).cloned()
    }

    /// Keeps an open key.
    pub fn keep(&self, account: UserId, version: i64, key: Arc<AccountKey>) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= MOST_ACCOUNT_KEYS {
            keys.clear();
        }
        keys.insert((account.0, version), key);
    }

    /// Forgets the keys of a deleted account.
    pub fn forget(&self, account: UserId) {
        self.keys.write().unwrap_or_else(PoisonError::into_inner).retain(|(owner, _), _| *owner != account.0);
    }
}
