//! A flood of sign-ins: hashing is slow by design, and nobody else may feel it.

use std::{
    net::SocketAddr,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::wire::{Line, memory};
use crate::support::{DEFAULT_LIMITS, Member, Server, pause, register};

const CLIENTS: usize = 64;
const LENGTH: Duration = Duration::from_secs(5);
/// On a quiet machine 50 ms are usual.
const LIMIT: Duration = Duration::from_millis(400);
/// Other programs on the machine may spoil a flood, but not three; a server that lets others wait fails them all.
const ATTEMPTS: u32 = 3;

/// How long the slowest but one in a hundred took.
fn p99(what: &str, mut times: Vec<Duration>) -> Duration {
    assert!(!times.is_empty(), "{what}: none was seen");
    times.sort();
    let quantile = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    println!(
        "{what}: {} answers, p50 {:?}, p99 {:?}, slowest {:?}",
        times.len(),
        quantile(50),
        quantile(99),
        times[times.len() - 1]
    );
    quantile(99)
}

/// Signs in wrongly until the flood is over: how long refusals took, and answers after a hash.
fn sign_in_wrongly(address: SocketAddr, client: usize, over: &AtomicBool) -> (Vec<Duration>, Vec<Duration>) {
    let mut line = Line::open(address).expect("a connection");
    let (mut refused, mut hashed) = (Vec::new(), Vec::new());
    for turn in 0..100_000 {
        // ever new addresses: each has a few tries before it has to wait
        let body = format!(r#"{{"email":"nobody{client}-{turn}@example.com","password":"a wrong password"}}"#);
        if over.load(Ordering::SeqCst) {
            break;
        }
        let answer = line.ask("POST", "/api/auth/login", None, &body).expect("an answer");
        match answer.status {
            503 => {
                assert!(answer.head.contains("retry-after: "), "{}", answer.head);
                refused.push(answer.took);
                // an eager client, but not one that only burns this machine's cores
                pause(Duration::from_millis(20));
            }
            401 => hashed.push(answer.took),
            other => panic!("{other}: {}", answer.body),
        }
    }
    (refused, hashed)
}

/// Asks every 20 ms as long as the flood lasts; how long each answer took.
fn ask_for_a_while(address: SocketAddr, path: &str, token: Option<&str>) -> Vec<Duration> {
    let mut line = Line::open(address).expect("a connection");
    let (began, mut times) = (Instant::now(), Vec::new());
    while began.elapsed() < LENGTH {
        let answer = line.ask("GET", path, token, "").expect("an answer");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        times.push(answer.took);
        pause(Duration::from_millis(20));
    }
    times
}

/// One flood: the p99 of health, of an ordinary request, and of refusals.
fn flood(server: &Server, alice: &Member) -> [Duration; 3] {
    let (address, over) = (server.address, AtomicBool::new(false));
    let (refused, hashed) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let (health, me) = std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (over, refused, hashed) = (&over, &refused, &hashed);
            scope.spawn(move || {
                let (mine, done) = sign_in_wrongly(address, client, over);
                refused.lock().unwrap().extend(mine);
                hashed.lock().unwrap().extend(done);
            });
        }
        let health = scope.spawn(move || ask_for_a_while(address, "/health", None));
        let me = scope.spawn(move || ask_for_a_while(address, "/api/auth/me", Some(&alice.token)));
        let answers = (health.join().expect("/health is served"), me.join().expect("others are served"));
        over.store(true, Ordering::SeqCst);
        answers
    });
    p99("sign-ins that were hashed for", hashed.into_inner().unwrap());
    [p99("/health", health), p99("/api/auth/me", me), p99("refused sign-ins", refused.into_inner().unwrap())]
}

/// Three seconds of wrong sign-ins from one address: how many were refused for their number, and how many were answered
/// that the vault can not reach its database.
fn flood_within_the_limits(server: &Server) -> [u64; 2] {
    let over = AtomicBool::new(false);
    let [refused, unavailable] = [AtomicU64::new(0), AtomicU64::new(0)];
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (over, refused, unavailable) = (&over, &refused, &unavailable);
            scope.spawn(move || {
                let mut line = Line::open(server.address).expect("a connection");
                let mut turn = 0;
                while !over.load(Ordering::SeqCst) {
                    turn += 1;
                    let body =
                        format!(r#"{{"email":"nobody{client}-{turn}@example.com","password":"a wrong password"}}"#);
                    let answer = line.ask("POST", "/api/auth/login", None, &body).expect("an answer");
                    match answer.status {
                        401 => {}
                        429 => _ = refused.fetch_add(1, Ordering::SeqCst),
                        503 => _ = unavailable.fetch_add(1, Ordering::SeqCst),
                        other => panic!("{other}: {}\n{}", answer.body, server.log()),
                    }
                }
            });
        }
        pause(Duration::from_secs(3));
        over.store(true, Ordering::SeqCst);
    });
    [refused.into_inner(), unavailable.into_inner()]
}

/// A counter of the server's, as `/metrics` shows it.
fn counter(server: &Server, name: &str) -> u64 {
    let text = server.call("GET", "/metrics", None, None).expect(200).text();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or_default()
}

on_each_database! {
    fn at_the_limits_as_they_are_a_flood_from_one_address_costs_ten_hashes_a_minute(vault: Vault) {
        let vault = DEFAULT_LIMITS.into_iter().fold(vault, |vault, (name, value)| vault.with(name, value));
        let mut log = String::new();
        for _ in 0..ATTEMPTS {
            let server = vault.start();
            let began = Instant::now();
            let [refused, unavailable] = flood_within_the_limits(&server);
            if unavailable > 0 {
                log = server.log();
                continue;
            }
            let hashed = counter(&server, "vault_passwords_compared_total ");
            println!("{:?}: {hashed} hashes, {refused} refusals in {:?}", vault.engine, began.elapsed());
            assert!((10..=10 + began.elapsed().as_secs() / 6).contains(&hashed), "{hashed}");
            assert!(refused > 1000, "{refused}");
            return;
        }
        panic!("sign-ins were answered 503 in each of {ATTEMPTS} floods:\n{log}");
    }

    fn a_flood_of_sign_ins_costs_nobody_else_anything(vault: Vault) {
        let vault = vault.with("BCRYPT_COST", "12");
        let server = vault.start();
        let alice = register(&server, "alice");
        let before = memory(&server);
        let mut seen = Vec::new();
        for _ in 0..ATTEMPTS {
            let figures = flood(&server, &alice);
            let growth = memory(&server).saturating_sub(before);
            println!("{:?}: memory {before} KiB, +{growth} KiB", vault.engine);
            assert!(growth < 64 * 1024, "the memory grew by {growth} KiB");
            alice.sign_in(&server);
            if figures.iter().all(|figure| *figure < LIMIT) {
                return;
            }
            seen.push(figures);
        }
        panic!("p99 of /health, /api/auth/me and refusals in {ATTEMPTS} floods: {seen:?}, where {LIMIT:?} is allowed");
    }
}
