//! Getting ready: many servers at once, a newer schema, another master key, a changed keyring.

use std::{collections::BTreeMap, sync::Arc};

use vault_api::{
    core::{
        app::{App, Outside},
        configuration,
    },
    jobs,
    services::start::{self, NotReady},
};

use crate::support::{Engine, Mailbox, ManualClock, empty_database};

const MASTER: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const ANOTHER: &str = "RkVEQ0JBOTg3NjU0MzIxMEZFRENCQTk4NzY1NDMyMTA=";

/// A server that has opened its database, but is not ready yet.
async fn server(settings: &BTreeMap<String, String>) -> App {
    let configuration = configuration::read(settings).expect("a sound configuration");
    let outside = Outside { clock: Arc::new(ManualClock::new()), mailer: Arc::new(Mailbox::default()) };
    App::open(configuration, "http://vault.test".into(), outside).await.expect("the app opens").0
}

async fn prepare(app: &App) -> Result<(), NotReady> {
    start::prepare(&jobs::context(app, "test")).await
}

/// The sentence with which a start is refused, and the variable that it names.
async fn refusal(app: &App) -> (&'static str, String) {
    match prepare(app).await {
        Err(NotReady::Refused { variable, sentence }) => (variable, sentence),
        other => panic!("the start was not refused: {other:?}"),
    }
}

/// The settings of a server on an empty database; the folder must be kept.
fn on_empty_database(engine: Engine) -> (BTreeMap<String, String>, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = match engine {
        Engine::Sqlite => format!("sqlite://{}", folder.path().join("vault.db").display()),
        Engine::Postgres => {
            let (server, name) = empty_database();
            server.url(&name)
        }
    };
    let settings = [
        ("BCRYPT_COST", "4"),
        ("DATA_DIR", folder.path().to_str().expect("a path")),
        ("DATABASE_URL", &url),
        ("DATABASE_MAX_CONNECTIONS", "3"),
        ("CRYPTO_MASTER_KEY", MASTER),
    ];
    (settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(), folder)
}

fn with(settings: &BTreeMap<String, String>, name: &str, value: &str) -> BTreeMap<String, String> {
    let mut settings = settings.clone();
    settings.insert(name.to_owned(), value.to_owned());
    settings
}

on_both! {
    async fn five_servers_that_start_at_once_on_an_empty_database_share_one_keyring(app: TestApp) {
        for _ in 0..4 {
            let (settings, _folder) = on_empty_database(app.engine);
            let opened = tokio::join!(server(&settings), server(&settings), server(&settings), server(&settings), server(&settings));
            let apps = [opened.0, opened.1, opened.2, opened.3, opened.4];

            let mut starts = tokio::task::JoinSet::new();
            for app in apps.clone() {
                starts.spawn(async move { prepare(&app).await });
            }
            for outcome in starts.join_all().await {
                outcome.expect("ready");
            }

            let codes: Vec<_> = apps.iter().map(|app| app.keyring().expect("open").audit().sign(&[b"the same"])).collect();
            assert!(codes.iter().all(|code| *code == codes[0]), "the servers do not share one keyring");
        }
    }

    async fn a_server_that_is_ready_stays_so_when_it_is_asked_again(app: TestApp) {
        let before = app.sql_dump().await;

        prepare(&app.app).await.expect("ready");
        prepare(&server(&app.settings).await).await.expect("ready");

        assert_eq!(app.sql_dump().await, before, "a second start wrote something");
    }

    async fn another_master_key_is_refused_with_both_fingerprints_and_nothing_is_written(app: TestApp) {
        let alice = app.member("alice").await;
        alice.store("one", "sk-proj-aValueUnderTheFirstMasterKey").await;
        let before = app.sql_dump().await;
        let other = server(&with(&app.settings, "CRYPTO_MASTER_KEY", ANOTHER)).await;

        let (variable, sentence) = refusal(&other).await;

        let wanted = app.sql("select \"wrappedBy\" from auth.keyring where purpose = 'root'").await;
        let given = vault_api::core::crypto::keyring::fingerprint(&other.config.master_key);
        assert_eq!(variable, "CRYPTO_MASTER_KEY");
        assert!(sentence.contains(&wanted) && sentence.contains(&given) && wanted != given, "{sentence}");
        assert!(!sentence.contains(ANOTHER) && !sentence.contains(&app.settings["DATA_DIR"]), "{sentence}");
        assert!(!other.is_prepared());
        assert_eq!(app.sql_dump().await, before, "a server with another master key wrote something");
    }

    async fn a_changed_keyring_is_refused(app: TestApp) {
        for purpose in ["root", "index", "pepper", "token", "audit"] {
            let place = format!("from auth.keyring where purpose = '{purpose}'");
            let sealed = app.sql_hex("sealed", &place).await;
            let last = if sealed.ends_with('0') { "1" } else { "0" };
            let changed = format!("{}{last}", &sealed[..sealed.len() - 1]);
            app.sql(&format!("update auth.keyring set sealed = {} where purpose = '{purpose}'", app.sql_bytes(&changed))).await;

            let (variable, sentence) = refusal(&server(&app.settings).await).await;

            assert_eq!(variable, "CRYPTO_MASTER_KEY");
            assert!(sentence.contains(purpose), "{sentence}");
            app.sql(&format!("update auth.keyring set sealed = {} where purpose = '{purpose}'", app.sql_bytes(&sealed))).await;
        }
        prepare(&server(&app.settings).await).await.expect("ready again");
    }

    async fn a_keyring_of_another_deployment_is_refused(app: TestApp) {
        app.sql(&format!("update auth.deployment set id = {}", app.sql_id("11111111-2222-3333-4444-555555555555"))).await;

        let (variable, _) = refusal(&server(&app.settings).await).await;

        assert_eq!(variable, "CRYPTO_MASTER_KEY");
    }

    async fn a_database_of_a_newer_version_is_refused(app: TestApp) {
        let now = "'2026-01-01T00:00:00+00:00'";
        app.sql(&format!(
            "insert into auth.vault_migrations (version, name, checksum, \"appliedAt\") values (99, '0099_later', {}, {now})",
            app.sql_bytes("00")
        ))
        .await;
        let before = app.sql_dump().await;

        for settings in [app.settings.clone(), with(&app.settings, "AUTO_MIGRATE", "false")] {
            let (variable, sentence) = refusal(&server(&settings).await).await;
            assert_eq!(variable, "DATABASE_URL");
            assert!(sentence.contains("newer version") && sentence.contains("0099_later"), "{sentence}");
        }

        assert_eq!(app.sql_dump().await, before);
    }

    async fn a_released_migration_that_was_changed_is_refused(app: TestApp) {
        app.sql(&format!("update auth.vault_migrations set checksum = {} where version = 2", app.sql_bytes("00"))).await;

        let (_, sentence) = refusal(&server(&app.settings).await).await;

        assert!(sentence.contains("0002_keys"), "{sentence}");
    }

    async fn without_leave_to_migrate_an_empty_database_is_refused_and_stays_empty(app: TestApp) {
        let (settings, _folder) = on_empty_database(app.engine);
        let first = server(&with(&settings, "AUTO_MIGRATE", "false")).await;

        let (variable, sentence) = refusal(&first).await;

        assert_eq!(variable, "AUTO_MIGRATE");
        assert!(sentence.contains("0001_accounts") && sentence.contains("vault-api migrate"), "{sentence}");
        first.db.migrate().await.expect("migrated by hand");
        prepare(&first).await.expect("ready");
    }

    async fn migrating_a_second_time_does_nothing(app: TestApp) {
        let (settings, _folder) = on_empty_database(app.engine);
        let first = server(&settings).await;

        let (once, twice) = (first.db.migrate().await.unwrap(), first.db.migrate().await.unwrap());

        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite")).unwrap().count();
        assert_eq!((once.len(), twice.len()), (files, 0));
        assert_eq!(first.db.pending_migrations().await.unwrap(), Vec::<&str>::new());
    }
}
