//! PostgreSQL that is absent, killed, frozen: honest 503s at once, and no restart of ours afterwards.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;

use super::wire::eventually;
use crate::support::{Member, PostgresServer, Server, Vault, pause, register};

/// No request may take longer, whatever the database does.
const LIMIT: Duration = Duration::from_secs(3);

/// What a load saw.
#[derive(Default)]
struct Seen {
    statuses: BTreeMap<u16, u32>,
    /// The first answer that should not be, in words.
    wrong: Option<String>,
    slowest: Duration,
    acknowledged: BTreeMap<String, String>,
}

/// Sends reads, reveals and writes until told to stop.
fn load(server: &Server, alice: &Member, known: &str, stop: &AtomicBool) -> Seen {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let mut seen = Seen::default();
    for turn in 0..20_000 {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let value = format!("value-{number:032}");
        let body = json!({ "name": format!("key {number}"), "value": value });
        let (method, path, body) = match turn % 4 {
            0 => ("POST", "/api/keys".to_owned(), Some(&body)),
            1 => ("GET", "/api/keys?limit=5".to_owned(), None),
            2 => ("GET", format!("/api/keys/{known}/decrypt"), None),
            _ => ("GET", "/api/auth/me".to_owned(), None),
        };
        let began = Instant::now();
        match server.try_call(method, &path, Some(&alice.token), body) {
            Ok(reply) => {
                *seen.statuses.entry(reply.status).or_default() += 1;
                if reply.status == 201 {
                    seen.acknowledged.insert(reply.json()["id"].as_str().expect("an id").to_owned(), value);
                } else if reply.status != 200 && (reply.status != 503 || reply.header("retry-after").is_empty()) {
                    seen.wrong.get_or_insert_with(|| {
                        format!("{method} {path}: {} {:?} {}", reply.status, reply.headers, reply.text())
                    });
                }
            }
            Err(error) => {
                seen.wrong.get_or_insert_with(|| format!("{method} {path}: {error}"));
            }
        }
        seen.slowest = seen.slowest.max(began.elapsed());
        pause(Duration::from_millis(5));
    }
    seen
}

/// Runs the load while `fault` happens and for a second after it, and judges what it saw.
fn under_load(server: &Server, alice: &Member, known: &str, fault: impl FnOnce()) -> BTreeMap<String, String> {
    let stop = AtomicBool::new(false);
    let all = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let seen = load(server, alice, known, &stop);
                all.lock().unwrap().push(seen);
            });
        }
        pause(Duration::from_millis(500));
        fault();
        pause(Duration::from_secs(1));
        stop.store(true, Ordering::SeqCst);
    });
    let mut acknowledged = BTreeMap::new();
    for seen in all.into_inner().unwrap() {
        println!("{:?}, slowest {:?}", seen.statuses, seen.slowest);
        assert_eq!(seen.wrong, None, "{}", server.log());
        assert!(seen.slowest < LIMIT, "a request took {:?}", seen.slowest);
        assert!(seen.statuses.contains_key(&503), "the fault was not felt: {:?}", seen.statuses);
        acknowledged.extend(seen.acknowledged);
    }
    acknowledged
}

/// The server does all its work again within ten seconds, and lost nothing that it acknowledged.
fn heals(server: &Server, alice: &Member, acknowledged: &BTreeMap<String, String>) {
    eventually(Duration::from_secs(10), "ready again", || server.call("GET", "/ready", None, None).status == 200);
    // connections that died in the pool may cost a request each, for a moment
    eventually(Duration::from_secs(5), "reads again", || alice.call(server, "GET", "/api/keys", None).status == 200);
    let id = alice.store(server, "after the fault", "as good as new, and long enough");
    assert_eq!(alice.reveal(server, &id), "as good as new, and long enough");
    for (id, value) in acknowledged {
        assert_eq!(&alice.reveal(server, id), value, "the acknowledged key {id}");
    }
    assert!(!server.log().contains("internal error") && !server.log().contains("panicked"), "{}", server.log());
}

#[test]
fn without_its_database_the_server_lives_says_so_and_works_as_soon_as_it_comes() {
    let database = PostgresServer::start(&["fsync=off"]);
    database.stop("INT");
    let vault = Vault::on_url(database.url("postgres"));

    let server = vault.start();

    let began = Instant::now();
    server.call("GET", "/health", None, None).expect(200);
    assert!(began.elapsed() < Duration::from_millis(500), "/health took {:?}", began.elapsed());
    let ready = server.call("GET", "/ready", None, None).expect(503);
    assert_eq!(ready.json()["checks"]["database"], "failing", "{}", ready.text());
    assert!(!ready.header("retry-after").is_empty());
    let credentials = json!({ "email": "alice@example.com", "password": "une girafe en pyjama vert" });
    for (method, path, token, body) in [
        ("POST", "/api/auth/login", None, Some(&credentials)),
        ("POST", "/api/auth/register", None, Some(&credentials)),
        ("GET", "/api/keys", Some("a.b.c"), None),
    ] {
        let began = Instant::now();
        let reply = server.call(method, path, token, body).expect_problem(503, "unavailable");
        assert!(!reply.header("retry-after").is_empty(), "{path}");
        assert!(began.elapsed() < LIMIT, "{path} took {:?}", began.elapsed());
    }

    database.start_again();

    eventually(Duration::from_secs(10), "ready without a restart", || {
        server.call("GET", "/ready", None, None).status == 200
    });
    let alice = register(&server, "alice");
    let id = alice.store(&server, "OpenAI", "sk-proj-0123456789abcdefghij");
    assert_eq!(alice.reveal(&server, &id), "sk-proj-0123456789abcdefghij");
}

#[test]
fn a_database_that_is_killed_under_load_costs_only_503s_and_loses_nothing() {
    let database = PostgresServer::start(&[]);
    let vault = Vault::on_url(database.url("postgres"));
    let server = vault.start();
    let alice = register(&server, "alice");
    let known = alice.store(&server, "known", "a value that is revealed under load");

    let acknowledged = under_load(&server, &alice, &known, || {
        database.stop("KILL");
        pause(Duration::from_secs(3));
        database.start_again();
    });

    heals(&server, &alice, &acknowledged);
}

#[test]
fn a_database_that_is_frozen_under_load_costs_only_503s_within_three_seconds() {
    let database = PostgresServer::start(&["fsync=off"]);
    let vault = Vault::on_url(database.url("postgres"));
    let server = vault.start();
    let alice = register(&server, "alice");
    let known = alice.store(&server, "known", "a value that is revealed under load");
    let mut health = Vec::new();

    let acknowledged = under_load(&server, &alice, &known, || {
        database.signal("STOP");
        for _ in 0..50 {
            let began = Instant::now();
            server.call("GET", "/health", None, None).expect(200);
            health.push(began.elapsed());
            pause(Duration::from_millis(100));
        }
        let began = Instant::now();
        server.call("GET", "/ready", None, None).expect(503);
        assert!(began.elapsed() < LIMIT, "/ready took {:?}", began.elapsed());
        database.signal("CONT");
    });

    health.sort();
    println!("/health while frozen: median {:?}, slowest {:?}", health[25], health[49]);
    assert!(health[45] < Duration::from_millis(400), "{health:?}");
    heals(&server, &alice, &acknowledged);
}

#[test]
fn a_database_that_turns_read_only_answers_503_to_writes_and_heals() {
    let database = PostgresServer::start(&["fsync=off"]);
    let vault = Vault::on_url(database.url("postgres"));
    let server = vault.start();
    let alice = register(&server, "alice");
    let body = json!({ "name": "refused", "value": "a value that is not written now" });

    database.psql("postgres", "alter system set default_transaction_read_only = on");
    database.psql("postgres", "select pg_reload_conf()");
    eventually(Duration::from_secs(5), "the database refuses writes", || {
        let reply = alice.call(&server, "POST", "/api/keys", Some(&body));
        assert!(matches!(reply.status, 201 | 409 | 503), "{} {}", reply.status, reply.text());
        reply.status == 503
    });
    alice.call(&server, "GET", "/api/keys", None).expect(200);
    database.psql("postgres", "alter system reset default_transaction_read_only");
    database.psql("postgres", "select pg_reload_conf()");

    heals(&server, &alice, &BTreeMap::new());
}
