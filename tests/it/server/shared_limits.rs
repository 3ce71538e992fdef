//! Limits of several servers that share a Redis: exact, without an address in clear, and harmless when it is away.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::wire::eventually;
use crate::support::{DEFAULT_LIMITS, RedisServer, Reply, Server, Vault, pause, register};

const WRONG: &str = "une girafe en pyjama rouge";

fn vault_with(vault: Vault, redis: &RedisServer) -> Vault {
    let vault = vault.with("REDIS_URL", &redis.url()).with("TRUSTED_PROXIES", "127.0.0.0/8");
    DEFAULT_LIMITS.into_iter().fold(vault, |vault, (name, value)| vault.with(name, value))
}

/// Sends a request as this client would through a trusted proxy.
fn call_as(server: &Server, client: &str, path: &str, body: &Value) -> Reply {
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: {client}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    server.raw(format!("{head}{body}").as_bytes()).unwrap_or_else(|error| panic!("{path}: {error}\n{}", server.log()))
}

fn log_in_as(server: &Server, client: &str, email: &str, password: &str) -> Reply {
    call_as(server, client, "/api/auth/login", &json!({ "email": email, "password": password }))
}

fn redis_of(server: &Server) -> Value {
    server.call("GET", "/ready", None, None).expect(200).json()["checks"]["redis"].clone()
}

/// A hundred sign-ins at once over both servers: how many were not refused, and how long it took.
fn a_hundred_sign_ins(servers: [&Server; 2], client: &str) -> (u64, Duration) {
    let (began, passed) = (Instant::now(), Mutex::new(0));
    std::thread::scope(|scope| {
        for number in 0..100 {
            let passed = &passed;
            scope.spawn(move || {
                let email = format!("nobody{number}@example.com");
                match log_in_as(servers[number % 2], client, &email, WRONG).status {
                    401 => *passed.lock().unwrap() += 1,
                    429 => {}
                    other => panic!("{other}"),
                }
            });
        }
    });
    (passed.into_inner().unwrap(), began.elapsed())
}

on_each_database! {
    fn a_hundred_sign_ins_at_once_over_two_servers_never_pass_the_limit_by_one(vault: Vault) {
        let redis = RedisServer::start();
        let vault = vault_with(vault, &redis);
        let (here, there) = (vault.start(), vault.start());
        assert_eq!((redis_of(&here), redis_of(&there)), (json!("ok"), json!("ok")));

        for round in 0..5 {
            let (passed, took) = a_hundred_sign_ins([&here, &there], &format!("192.0.2.{round}"));

            // one more is due after each six seconds
            let due = 10 + took.as_secs() / 6;
            assert!((10..=due).contains(&passed), "{passed} of {due} in {took:?}");
        }
    }

    fn wrong_passwords_on_two_servers_are_one_row_and_redis_holds_no_address(vault: Vault) {
        let redis = RedisServer::start();
        let vault = vault_with(vault, &redis);
        let (here, there) = (vault.start(), vault.start());
        let alice = register(&here, "alice");
        for turn in 0..8 {
            log_in_as([&here, &there][turn % 2], &format!("192.0.2.{turn}"), &alice.email, WRONG).expect(401);
        }

        log_in_as(&there, "192.0.2.99", &alice.email, &alice.password).expect_problem(401, "invalid_credentials");
        alice.sign_in(&there);
        for name in redis.names().into_iter().filter(|name| name != "vault:limit:probe") {
            let hash = name.strip_prefix("vault:limit:").unwrap_or_else(|| panic!("{name}"));
            assert!(hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
        }
        assert!(redis.names().len() > 1);
    }

    fn a_redis_that_takes_no_writes_is_away_too(vault: Vault) {
        let redis = RedisServer::start();
        let vault = vault_with(vault, &redis);
        let server = vault.start();
        let alice = register(&server, "alice");

        redis.configure("maxmemory", "1");
        alice.sign_in(&server);
        eventually(Duration::from_secs(5), "a full Redis is away", || redis_of(&server) == "away");
        eventually(Duration::from_secs(5), "a word in the log", || server.log().contains("Redis is away"));
        alice.sign_in(&server);

        redis.configure("maxmemory", "0");
        eventually(Duration::from_secs(5), "Redis is back", || redis_of(&server) == "ok");
    }

    fn redis_killed_and_started_again_under_load_costs_no_sign_in_and_heals(vault: Vault) {
        let mut redis = RedisServer::start();
        let vault = vault_with(vault, &redis);
        let server = vault.start();
        let alice = register(&server, "alice");
        let slowest = Mutex::new(Duration::ZERO);
        let is_over = std::sync::atomic::AtomicBool::new(false);

        std::thread::scope(|scope| {
            for client in 0..2 {
                let (server, alice, slowest, is_over) = (&server, &alice, &slowest, &is_over);
                scope.spawn(move || {
                    for turn in 0..10_000 {
                        if is_over.load(std::sync::atomic::Ordering::SeqCst) {
                            return;
                        }
                        let began = Instant::now();
                        // every sign-in from a new address, which no limit stops
                        log_in_as(server, &format!("10.{client}.{}.{}", turn / 250, turn % 250), &alice.email, &alice.password).expect(200);
                        let mut slowest = slowest.lock().unwrap();
                        *slowest = (*slowest).max(began.elapsed());
                    }
                });
            }
            let rest = || {
                pause(Duration::from_millis(500));
                redis.signal("KILL");
                eventually(Duration::from_secs(3), "Redis is said to be away", || redis_of(&server) == "away");
                pause(Duration::from_millis(500));
                redis.start_again();
                eventually(Duration::from_secs(5), "Redis is back", || redis_of(&server) == "ok");
                // one that hangs is away too
                redis.signal("STOP");
                eventually(Duration::from_secs(3), "a Redis that hangs is away", || redis_of(&server) == "away");
                // longer than a hiccup, which nobody is told of
                pause(Duration::from_millis(1500));
                redis.signal("CONT");
                eventually(Duration::from_secs(5), "Redis is back again", || redis_of(&server) == "ok");
            };
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(rest));
            is_over.store(true, std::sync::atomic::Ordering::SeqCst);
            outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        });

        let log = server.log();
        assert_eq!(log.matches("Redis is away: each server counts alone until it is back").count(), 2, "{log}");
        assert_eq!(log.matches("Redis is back: the servers count together again").count(), 2, "{log}");
        assert!(slowest.into_inner().unwrap() < Duration::from_secs(3));
        assert!(!redis.names().is_empty(), "the servers count in Redis again");
        let metrics = server.call("GET", "/metrics", None, None).text();
        assert!(metrics.contains("vault_redis_up 1"), "{metrics}");
    }
}

#[test]
fn while_redis_is_away_from_the_start_a_server_counts_alone() {
    let mut redis = RedisServer::start();
    redis.signal("KILL");
    let vault = vault_with(Vault::new(crate::support::Engine::Sqlite), &redis);

    let server = vault.start();

    assert_eq!(redis_of(&server), "away");
    for _ in 0..10 {
        log_in_as(&server, "192.0.2.1", "nobody@example.com", WRONG).expect(401);
    }
    let refused = log_in_as(&server, "192.0.2.1", "nobody@example.com", WRONG).expect_problem(429, "too_many_requests");
    assert_eq!(refused.header("ratelimit-policy"), r#""auth";q=10;w=60"#);
    let metrics = server.call("GET", "/metrics", None, None).text();
    assert!(
        metrics.contains(r#"vault_rate_limited_total{limit="auth"} 1"#) && metrics.contains("vault_redis_up 0"),
        "{metrics}"
    );
    redis.start_again();
    eventually(Duration::from_secs(5), "Redis is back", || redis_of(&server) == "ok");
}

#[test]
fn check_tries_redis() {
    let redis = RedisServer::start();
    let vault = Vault::new(crate::support::Engine::Sqlite);

    let sound = vault.run_with(&["check"], &[("REDIS_URL", &redis.url())], "").expect(0);
    assert!(sound.output.contains("redis          ok"), "{}", sound.output);
    let without = vault.run(&["check"]).expect(0);
    assert!(without.output.contains("redis          none"), "{}", without.output);
    redis.signal("KILL");
    let gone = vault.run_with(&["check"], &[("REDIS_URL", &redis.url())], "").expect(1);
    assert!(gone.errors.contains("REDIS_URL: "), "{}", gone.errors);
}

#[test]
fn limits_may_not_be_turned_off_in_production() {
    let vault = Vault::new(crate::support::Engine::Sqlite);
    let key = vault.run(&["generate-key"]).expect(0).output;
    let secrets = [
        ("ENVIRONMENT", "production"),
        ("CRYPTO_MASTER_KEY", key.trim()),
        ("JWT_SECRET", "0123456789abcdefghijklmnopqrstuvwxyz"),
        ("BCRYPT_COST", "10"),
    ];

    let mut settings = secrets.to_vec();
    settings.push(("RATE_LIMIT_ENABLED", "false"));
    let done = vault.run_with(&["serve", "--port", "0"], &settings, "").expect(78);

    assert!(done.errors.lines().any(|line| line.starts_with("vault-api: RATE_LIMIT_ENABLED: ")), "{}", done.errors);
}
