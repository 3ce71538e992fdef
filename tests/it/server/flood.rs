//! A flood of sign-ins: hashing is slow by design, and nobody else may feel it.

use std::{
    net::SocketAddr,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::wire::{Line, memory};
use crate::support::{pause, register};

const CLIENTS: usize = 64;
const LENGTH: Duration = Duration::from_secs(5);

/// The quantile of sorted times.
fn quantile(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
}

fn describe(what: &str, times: &mut [Duration]) -> Duration {
    assert!(!times.is_empty(), "{what}: none was seen");
    times.sort();
    let p99 = quantile(times, 99);
    println!("{what}: {} answers, p50 {:?}, p99 {p99:?}, slowest {:?}", times.len(), quantile(times, 50), times[times.len() - 1]);
    p99
}

/// Asks every 20 ms; how long each answer took.
fn ask_for_a_while(address: SocketAddr, path: &str, token: Option<&str>, length: Duration) -> Vec<Duration> {
    let mut line = Line::open(address).expect("a connection");
    let (began, mut times) = (Instant::now(), Vec::new());
    while began.elapsed() < length {
        let answer = line.ask("GET", path, token, "").expect("an answer");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        times.push(answer.took);
        pause(Duration::from_millis(20));
    }
    times
}

on_each_database! {
    fn a_flood_of_sign_ins_costs_nobody_else_anything(vault: Vault) {
        let engine = vault.engine;
        let vault = vault.with("BCRYPT_COST", "12");
        let server = vault.start();
        let alice = register(&server, "alice");
        let before = memory(&server);
        let mut most = before;
        let address = server.address;
        let mut quick = Vec::new();
        // what other programs on this machine cost is no fault of the flood
        let mut calm = ask_for_a_while(address, "/api/auth/me", Some(&alice.token), Duration::from_secs(2));
        describe("before the flood", &mut calm);
        let limit = Duration::from_millis(400) + calm[calm.len() - 1] * 3;
        let over = AtomicBool::new(false);
        let (refused, served) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));

        std::thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (server, over, refused, served) = (&server, &over, &refused, &served);
                scope.spawn(move || {
                    let body = format!(r#"{{"email":"nobody{client}@example.com","password":"a wrong password"}}"#);
                    let mut line = Line::open(server.address).expect("a connection");
                    for _ in 0..100_000 {
                        if over.load(Ordering::SeqCst) {
                            return;
                        }
                        let answer = line.ask("POST", "/api/auth/login", None, &body).expect("an answer");
                        match answer.status {
                            503 => {
                                assert!(answer.head.contains("retry-after: "), "{}", answer.head);
                                refused.lock().unwrap().push(answer.took);
                                // an eager client, but not one that only burns this machine's cores
                                pause(Duration::from_millis(20));
                            }
                            401 => served.lock().unwrap().push(answer.took),
                            other => panic!("{other}: {}", answer.body),
                        }
                    }
                });
            }
            let others: Vec<_> = [("/health", None), ("/api/auth/me", Some(alice.token.as_str()))]
                .map(|(path, token)| scope.spawn(move || ask_for_a_while(address, path, token, LENGTH)))
                .into();
            let began = Instant::now();
            while began.elapsed() < LENGTH {
                most = most.max(memory(&server));
                pause(Duration::from_millis(50));
            }
            for times in others {
                quick.push(times.join().expect("all others are served"));
            }
            over.store(true, Ordering::SeqCst);
        });

        let (mut refused, mut served) = (refused.into_inner().unwrap(), served.into_inner().unwrap());
        let growth = most - before;
        println!("{engine:?}: memory {before} +{growth} KiB");
        let (health, me) = (describe("/health", &mut quick[0]), describe("/api/auth/me", &mut quick[1]));
        let refusals = describe("refused sign-ins", &mut refused);
        describe("served sign-ins", &mut served);
        assert!(health < limit && me < limit, "p99 {health:?}, {me:?}, where {limit:?} is allowed");
        assert!(refusals < limit, "a refusal took {refusals:?}");
        assert!(growth < 64 * 1024, "the memory grew by {growth} KiB");
        alice.sign_in(&server);
    }
}
