//! The app in this process: the real router and a real database, with the test's own clock and mailbox.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{body::Body, http::Request};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::sync::watch;
use tower::ServiceExt as _;
use vault_api::{
    core::{
        app::{App, Outside},
        client::Client,
        clock::Clock as _,
        configuration::{self, MailWay},
        context::{Actor as ActorKind, Context},
        database::Location,
        language::Language,
        mailer::{self, Mailer},
    },
    jobs,
    repositories::mail_outbox,
    routes::{self, Entrance, Web},
    services::{sessions, start},
};

use super::{Actor, Mailbox, ManualClock, Reply, WIDE_LIMITS, postgres};

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// An app of a test's own.
pub struct TestApp {
    pub app: App,
    pub clock: Arc<ManualClock>,
    pub mails: Arc<Mailbox>,
    pub engine: Engine,
    /// The configuration's variables, for a second app on the same database.
    pub settings: BTreeMap<String, String>,
    router: Entrance,
    stop: watch::Sender<bool>,
    folder: Option<tempfile::TempDir>,
}

impl TestApp {
    /// An app on a database of its own.
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, &[]).await
    }

    /// An app on a database of its own, with these variables set.
    pub async fn start_with(engine: Engine, settings: &[(&str, &str)]) -> Self {
        Self::start_at(engine, settings, Arc::new(ManualClock::new())).await
    }

    /// An app on a database of its own, with these variables set and this clock.
    pub async fn start_at(engine: Engine, settings: &[(&str, &str)], clock: Arc<ManualClock>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.path().join("vault.db").display()),
            Engine::Postgres => postgres::fresh_database().await,
        };
        let mut all = BTreeMap::from([
            ("BCRYPT_COST".to_owned(), "4".to_owned()),
            ("DATA_DIR".to_owned(), folder.path().display().to_string()),
            ("DATABASE_URL".to_owned(), url),
            ("DATABASE_MAX_CONNECTIONS".to_owned(), "6".to_owned()),
        ]);
        all.extend(WIDE_LIMITS.map(|(name, value)| (name.to_owned(), value.to_owned())));
        all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let mut app = Self::open(engine, all, clock).await;
        app.folder = Some(folder);
        app
    }

    /// A second app on the same database, as another server would be.
    pub async fn sibling(&self) -> Self {
        let mut sibling = Self::with(self.engine, self.settings.clone()).await;
        sibling.clock.advance(self.clock.now() - sibling.clock.now());
        sibling.folder = None;
        sibling
    }

    /// An app with exactly these settings.
    pub async fn with(engine: Engine, settings: BTreeMap<String, String>) -> Self {
        Self::open(engine, settings, Arc::new(ManualClock::new())).await
    }

    async fn open(engine: Engine, settings: BTreeMap<String, String>, clock: Arc<ManualClock>) -> Self {
        let configuration = configuration::read(&settings).expect("a sound configuration");
        let mails = Arc::new(Mailbox::default());
        // where a mail server is set, mails go there instead of into the mailbox
        let mailer: Arc<dyn Mailer> = match &configuration.mail_way {
            MailWay::Smtp(_) | MailWay::SendGrid(_) => mailer::of(&configuration),
            MailWay::Folder | MailWay::None => mails.clone(),
        };
        let outside = Outside { clock: clock.clone(), mailer };
        let base = configuration.web_base_url.clone().unwrap_or_else(|| "http://vault.test".into());
        let (app, batches) = App::open(configuration, base, outside).await.expect("the app opens");
        start::prepare(&jobs::context(&app, "test")).await.expect("the database is ready");
        let (stop, stopping) = watch::channel(false);
        drop(jobs::start(&app, batches, &stopping));
        let router = routes::build(Web { app: app.clone(), metrics: None, stopping, simulated_stripe: None });
        Self { app, clock, mails, engine, settings, router, stop, folder: None }
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        Reply::new(head.status.as_u16(), head.headers, bytes)
    }

    /// Sends a request of a visitor.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        self.call_with(method, path, body, &[]).await
    }

    /// Sends a request with these headers.
    pub async fn call_with(&self, method: &str, path: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).expect("a request")).await
    }

    /// Sends a request over a connection from this address.
    pub async fn call_from(&self, peer: &str, method: &str, path: &str, body: Option<Value>) -> Reply {
        self.call_from_with(peer, method, path, body, &[]).await
    }

    /// Sends a request over a connection from this address, with these headers.
    pub async fn call_from_with(
        &self,
        peer: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let peer = routes::Peer((peer.parse::<std::net::IpAddr>().expect("an address"), 40_000).into());
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.extension(peer).body(body).expect("a request")).await
    }

    /// Somebody who registered and signed in as `name@example.com`.
    pub async fn member(&self, name: &str) -> Actor<'_> {
        Actor::register(self, name).await
    }

    /// The context of a signed-in actor, for tests of services.
    pub async fn context(&self, actor: &Actor<'_>) -> Context {
        let member = sessions::authenticate(&self.app, &actor.token, None).await.expect("a signed-in actor");
        let client =
            Client { request_id: "test".into(), ip: None, user_agent: "test".into(), language: Language::English };
        Context::new(self.app.clone(), client, ActorKind::Member(member))
    }

    /// The context of the operator.
    pub fn operator(&self) -> Context {
        jobs::context(&self.app, "test")
    }

    /// Waits until the outbox is empty, a short while at most: a registration's mail is out of the way then.
    pub async fn settle_mails(&self) {
        for _ in 0..100 {
            let mut reader = self.app.db.read().await.expect("a connection");
            if mail_outbox::count(&mut reader).await.expect("a count") == 0 {
                return;
            }
            drop(reader);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until the outbox job has delivered `count` mails to this address.
    pub async fn wait_for_mails(&self, address: &str, count: usize) -> Vec<vault_api::core::mailer::Mail> {
        for _ in 0..200 {
            let mails = self.mails.to(address);
            if mails.len() >= count {
                return mails;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{count} mails to {address} were expected, {} came", self.mails.to(address).len());
    }

    /// Runs one statement on the database behind the app's back; rows as text, columns joined by `|`.
    pub async fn sql(&self, statement: &str) -> String {
        match &self.app.config.database {
            Location::Sqlite { path } => {
                let statement = statement.replace("auth.", "");
                run("sqlite3", &[path.to_str().expect("a path"), ".timeout 5000", &statement]).await
            }
            Location::Postgres { url, .. } => {
                run("psql", &["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", url.expose(), "-c", statement])
                    .await
            }
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}

/// Runs a program and gives what it printed.
async fn run(program: &'static str, arguments: &[&str]) -> String {
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    tokio::task::spawn_blocking(move || {
        let output = std::process::Command::new(program)
            .args(&arguments)
            .env("PATH", postgres::path_with_postgres())
            .output()
            .unwrap_or_else(|error| {
                panic!("{program} does not run ({error}); ./scripts/install-test-tools installs it")
            });
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    })
    .await
    .expect("the program ends")
}
