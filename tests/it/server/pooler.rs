//! PgBouncer in transaction mode between the server and PostgreSQL.

use std::{
    io::Write as _,
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::json;

use super::wire::eventually;
use crate::support::{PostgresServer, Server, Vault, as_postgres_user, empty_database, register};

/// A pooler of the test's own; gone with it.
struct Pooler {
    port: u16,
    process: Child,
    _folder: tempfile::TempDir,
}

impl Pooler {
    /// As Debian ships it, but for `more` lines of configuration.
    fn start(server: &PostgresServer, more: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("vault-pooler-").tempdir().expect("a folder");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
        let file = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 4\nmax_client_conn = 300\n{more}\n",
            server.port
        );
        std::fs::File::create(&file).and_then(|mut file| file.write_all(text.as_bytes())).expect("the configuration");
        let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"]
            .into_iter()
            .find(|path| std::path::Path::new(path).exists())
            .unwrap_or("pgbouncer");
        let mut command = Command::new(program);
        command.arg("-q").arg(&file).current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // it refuses to run as root, as PostgreSQL does
        as_postgres_user(&mut command, &[folder.path(), &file]);
        let process = command.spawn().unwrap_or_else(|error| {
            panic!("pgbouncer does not run ({error}); ./scripts/install-test-tools installs it")
        });
        let pooler = Self { port, process, _folder: folder };
        eventually(Duration::from_secs(10), "pgbouncer listens", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        pooler
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Takes what clients send at the start of a connection and it does not know itself.
const FORGIVING: &str = "ignore_startup_parameters = extra_float_digits,options";
const FOUND: &str = "a transaction-mode pooler stands before the database";

#[test]
fn a_transaction_mode_pooler_is_found_and_two_hundred_requests_at_once_are_right() {
    let (database, name) = empty_database();
    let pooler = Pooler::start(database, FORGIVING);
    let vault = Vault::on_url(pooler.url(&name));
    vault.run(&["migrate"]).expect(0);
    let server = vault.start();
    let alice = register(&server, "alice");
    let id = alice.store(&server, "known", "a value that is revealed by many");

    let wrong: Vec<String> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..200)
            .map(|number| {
                let (server, alice, id) = (&server, &alice, &id);
                scope.spawn(move || {
                    let body = json!({ "name": format!("key {number}"), "value": format!("value-{number:032}") });
                    // the answer has to be the one to this question, not another client's
                    let (method, path, body, wanted, word) = match number % 5 {
                        0 => ("POST", "/api/keys".to_owned(), Some(&body), 201, format!("value-{number:032}")),
                        1 => ("GET", "/api/keys?q=known".to_owned(), None, 200, id.clone()),
                        2 => (
                            "GET",
                            format!("/api/keys/{id}/decrypt"),
                            None,
                            200,
                            "a value that is revealed by many".to_owned(),
                        ),
                        3 => ("GET", "/api/audit?limit=10".to_owned(), None, 200, "key.".to_owned()),
                        _ => ("GET", "/api/auth/me".to_owned(), None, 200, alice.email.clone()),
                    };
                    let reply = alice.call(server, method, &path, body);
                    let is_right = reply.status == wanted && reply.text().contains(&word);
                    (!is_right).then(|| format!("{method} {path}: {} {}", reply.status, reply.text()))
                })
            })
            .collect();
        clients.into_iter().filter_map(|client| client.join().expect("a client")).collect()
    });

    assert!(server.log().contains(FOUND), "{}", server.log());
    assert!(wrong.is_empty(), "{} of 200: {:#?}", wrong.len(), &wrong[..wrong.len().min(5)]);
    let count =
        alice.call(&server, "GET", "/api/keys?limit=100", None).expect(200).json()["data"].as_array().unwrap().len();
    assert_eq!(count, 41);
    drop(server);
    vault.run(&["audit", "verify"]).expect(0);
}

#[test]
fn five_servers_at_once_through_a_pooler_agree_on_one_database() {
    let (database, name) = empty_database();
    let pooler = Pooler::start(database, FORGIVING);
    let vault = Vault::on_url(pooler.url(&name));

    let servers: Vec<Server> = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..5).map(|_| scope.spawn(|| vault.start())).collect();
        starting.into_iter().map(|server| server.join().expect("a server")).collect()
    });

    for server in &servers {
        eventually(Duration::from_secs(10), "ready", || server.call("GET", "/ready", None, None).status == 200);
        assert!(server.log().contains(FOUND), "{}", server.log());
    }
    let alice = register(&servers[0], "alice");
    let id = alice.store(&servers[1], "shared", "a value that every server opens");
    for server in &servers {
        assert_eq!(alice.reveal(server, &id), "a value that every server opens");
    }
}

#[test]
fn a_pooler_with_nothing_but_defaults_is_enough() {
    let (database, name) = empty_database();
    let pooler = Pooler::start(database, "");

    Vault::on_url(pooler.url(&name)).run(&["migrate"]).expect(0);
}

#[test]
fn without_a_pooler_none_is_found() {
    let (database, name) = empty_database();
    let vault = Vault::on_url(database.url(&name));
    let server = vault.start();

    assert!(!server.log().contains(FOUND), "{}", server.log());
}
