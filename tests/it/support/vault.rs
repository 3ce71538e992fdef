//! A vault of the real program: a folder, a database, and the program's commands on both.

use std::{
    io::{Read, Write as _},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{Engine, PostgresServer, Reply, Server, empty_database, path_with_postgres, pause, program};

/// `on_each_database! { fn a_sentence_that_can_be_false(vault: Vault) { … } }` makes two tests of the real program.
macro_rules! on_each_database {
    ($($(#[$attribute:meta])* fn $name:ident($vault:ident: Vault) $body:block)+) => { $(
        mod $name {
            #[allow(unused_imports, reason = "each test uses its own part of what the file imports")]
            use super::*;

            fn scenario($vault: crate::support::Vault) $body

            $(#[$attribute])*
            #[test]
            fn sqlite() {
                scenario(crate::support::Vault::new(crate::support::Engine::Sqlite));
            }

            $(#[$attribute])*
            #[test]
            fn postgres() {
                scenario(crate::support::Vault::new(crate::support::Engine::Postgres));
            }
        }
    )+ };
}

/// A folder and an empty database for the real program.
pub struct Vault {
    pub engine: Engine,
    pub folder: tempfile::TempDir,
    /// The variables that every command gets.
    pub settings: Vec<(String, String)>,
    database: Option<(&'static PostgresServer, String)>,
}

/// What a command did.
pub struct Done {
    pub status: ExitStatus,
    pub output: String,
    pub errors: String,
}

impl Vault {
    /// On SQLite nothing at all is configured; on PostgreSQL the address is.
    pub fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = (engine == Engine::Postgres).then(empty_database);
        let settings = database.iter().map(|(server, name)| ("DATABASE_URL".to_owned(), server.url(name))).collect();
        Self { engine, folder, settings, database }
    }

    /// In production, with the secrets that are asked for there.
    pub fn in_production(engine: Engine) -> Self {
        Self::new(engine)
            .with("ENVIRONMENT", "production")
            .with("BCRYPT_COST", "10")
            .with("JWT_SECRET", "tVn3yq8Fz1Lk0cW7rXbD5mHs2aGpUe9J")
            .with("CRYPTO_MASTER_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
    }

    /// On a PostgreSQL server of the test's own.
    pub fn on_url(url: String) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { engine: Engine::Postgres, folder, settings: vec![("DATABASE_URL".into(), url)], database: None }
    }

    /// Sets one more variable for every command.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// The folder of the program's own files.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A server on it.
    pub fn start(&self) -> Server {
        self.try_start().unwrap_or_else(|log| panic!("the server did not start:\n{log}"))
    }

    /// A server on it; where it ends instead, what it wrote to stderr.
    pub fn try_start(&self) -> Result<Server, String> {
        Server::try_start(self.folder.path(), &self.borrowed())
    }

    /// A server on it, with these options of `serve`'s.
    pub fn start_with(&self, options: &[&str]) -> Server {
        Server::try_start_with(self.folder.path(), &self.borrowed(), options)
            .unwrap_or_else(|log| panic!("the server did not start:\n{log}"))
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Done {
        self.run_with(arguments, &[], "")
    }

    /// Runs a command to its end, with more variables and this on its standard input.
    pub fn run_with(&self, arguments: &[&str], settings: &[(&str, &str)], input: &str) -> Done {
        let mut all = self.borrowed();
        all.extend_from_slice(settings);
        run_to_the_end(program(self.folder.path(), &all).args(arguments), input)
    }

    /// Runs one statement behind the program's back; rows as text, columns joined by `|`.
    pub fn sql(&self, statement: &str) -> String {
        match &self.database {
            Some((server, name)) => server.psql(name, statement),
            None => ask_sqlite(&self.data().join("vault.db"), &statement.replace("auth.", "")),
        }
    }

    fn borrowed(&self) -> Vec<(&str, &str)> {
        self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

/// Runs one statement of SQLite's own shell.
pub fn ask_sqlite(file: &Path, statement: &str) -> String {
    let output = Command::new("sqlite3")
        .arg(file)
        .args([".timeout 5000", statement])
        .output()
        .unwrap_or_else(|error| panic!("sqlite3 does not run ({error}); ./scripts/install-test-tools installs it"));
    assert!(output.status.success(), "sqlite3: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Runs a program to its end, at most two minutes.
pub fn run_to_the_end(command: &mut Command, input: &str) -> Done {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
    let (output, errors) = (read_aside(child.stdout.take()), read_aside(child.stderr.take()));
    // a program that reads nothing may be gone already
    let _ = child.stdin.take().expect("stdin").write_all(input.as_bytes());
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("the program's end") {
            break status;
        }
        if began.elapsed() > Duration::from_secs(120) {
            let _ = child.kill();
            panic!("the program did not end within two minutes");
        }
        pause(Duration::from_millis(10));
    };
    Done { status, output: output.join().expect("stdout"), errors: errors.join().expect("stderr") }
}

fn read_aside(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    let mut pipe = pipe.expect("a pipe");
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

impl Done {
    /// What it printed, if it ended with this code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "stdout:\n{}\nstderr:\n{}", self.output, self.errors);
        self
    }
}

/// `pg_dump` of a database, as text.
pub fn dump(vault: &Vault) -> String {
    let url = &vault.settings.iter().find(|(name, _)| name == "DATABASE_URL").expect("PostgreSQL").1;
    let output = Command::new("pg_dump")
        .args(["--inserts", "-d", url])
        .env("PATH", path_with_postgres())
        .output()
        .unwrap_or_else(|error| panic!("pg_dump does not run ({error}); ./scripts/install-test-tools installs it"));
    assert!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Somebody who signed in to a running server.
#[derive(Clone)]
pub struct Member {
    pub email: String,
    pub password: String,
    pub token: String,
}

/// Registers `name@example.com` and signs in.
pub fn register(server: &Server, name: &str) -> Member {
    let mut member = Member {
        email: format!("{name}@example.com"),
        password: "une girafe en pyjama vert".into(),
        token: String::new(),
    };
    let body = json!({ "email": member.email, "password": member.password, "name": name });
    server.call("POST", "/api/auth/register", None, Some(&body)).expect(201);
    member.token = member.sign_in(server);
    member
}

impl Member {
    /// Opens one more session; its access token.
    pub fn sign_in(&self, server: &Server) -> String {
        let body = json!({ "email": self.email, "password": self.password });
        let tokens = server.call("POST", "/api/auth/login", None, Some(&body)).expect(200).json();
        tokens["access_token"].as_str().expect("a token").to_owned()
    }

    /// Sends a request with this member's token.
    pub fn call(&self, server: &Server, method: &str, path: &str, body: Option<&Value>) -> Reply {
        server.call(method, path, Some(&self.token), body)
    }

    /// Stores a value; its identifier.
    pub fn store(&self, server: &Server, name: &str, value: &str) -> String {
        let reply = self.call(server, "POST", "/api/keys", Some(&json!({ "name": name, "value": value })));
        assert_eq!(reply.status, 201, "{}\n{}", reply.text(), server.log());
        let made = reply.json();
        made["id"].as_str().expect("an id").to_owned()
    }

    /// The value of a key in clear.
    pub fn reveal(&self, server: &Server, id: &str) -> String {
        let reply = self.call(server, "GET", &format!("/api/keys/{id}/decrypt"), None);
        assert_eq!(reply.status, 200, "{}\n{}", reply.text(), server.log());
        let revealed = reply.json();
        revealed["api_key"].as_str().expect("a value").to_owned()
    }
}
