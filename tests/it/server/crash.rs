//! `kill -9` at any moment: what was acknowledged is there, whole, and nothing else is half there.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use serde_json::json;

use super::wire::Line;
use crate::support::{Engine, Member, Server, ask_sqlite, pause, register};

const ROUNDS: usize = 5;
const WRITERS: usize = 6;
/// Bounds a round however fast the machine is.
const MOST_KEYS_PER_WRITER: usize = 150;

fn random(below: u64) -> u64 {
    RandomState::new().build_hasher().finish() % below
}

/// Writes keys until the server is gone; what it acknowledged, value by identifier.
fn write_until_killed(server: &Server, alice: &Member, label: &str, stop: &AtomicBool) -> BTreeMap<String, String> {
    let mut acknowledged = BTreeMap::new();
    let Ok(mut line) = Line::open(server.address) else { return acknowledged };
    for number in 0..MOST_KEYS_PER_WRITER {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let value = format!("secret-{label}-{number}-{:016x}", random(u64::MAX));
        let body = json!({ "name": format!("{label}-{number}"), "value": value }).to_string();
        // an error is the kill: nothing was promised
        let Ok(answer) = line.ask("POST", "/api/keys", Some(&alice.token), &body) else { break };
        assert_eq!(answer.status, 201, "{}", answer.body);
        let made: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
        acknowledged.insert(made["id"].as_str().expect("an id").to_owned(), value);
    }
    acknowledged
}

/// Every key of the account, through all pages.
fn all_keys(server: &Server, alice: &Member) -> Vec<String> {
    let mut ids = Vec::new();
    let mut path = "/api/keys?limit=100".to_owned();
    for _ in 0..100 {
        let page = alice.call(server, "GET", &path, None).expect(200).json();
        ids.extend(page["data"].as_array().unwrap().iter().map(|key| key["id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/api/keys?limit=100&cursor={cursor}"),
            None => return ids,
        }
    }
    panic!("the list has no end");
}

/// Reveals these keys over one connection.
fn reveal_all(server: &Server, alice: &Member, ids: &[String]) -> BTreeMap<String, String> {
    let mut line = Line::open(server.address).expect("a connection");
    let mut values = BTreeMap::new();
    for id in ids {
        let answer = line.ask("GET", &format!("/api/keys/{id}/decrypt"), Some(&alice.token), "").expect("an answer");
        assert_eq!(answer.status, 200, "half a key {id}: {}", answer.body);
        let revealed: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
        values.insert(id.clone(), revealed["api_key"].as_str().expect("a value").to_owned());
    }
    values
}

on_each_database! {
    fn no_acknowledged_key_is_lost_and_none_is_half_there_after_kill_9(vault: Vault) {
        let mut server = vault.start();
        let alice = register(&server, "alice");
        let mut ledger = BTreeMap::new();
        for round in 0..ROUNDS {
            let moment = Duration::from_millis(150 + random(900));
            let stop = AtomicBool::new(false);
            let acknowledged: Vec<BTreeMap<String, String>> = std::thread::scope(|scope| {
                let writers: Vec<_> = (0..WRITERS)
                    .map(|writer| {
                        let (server, alice, stop) = (&server, &alice, &stop);
                        scope.spawn(move || write_until_killed(server, alice, &format!("r{round}w{writer}"), stop))
                    })
                    .collect();
                pause(moment);
                server.signal("KILL");
                stop.store(true, Ordering::SeqCst);
                writers.into_iter().map(|writer| writer.join().expect("a writer")).collect()
            });
            let before = ledger.len();
            ledger.extend(acknowledged.into_iter().flatten());
            println!("round {round}: killed after {moment:?}, {} keys acknowledged", ledger.len() - before);
            drop(server);
            if vault.engine == Engine::Sqlite {
                assert_eq!(ask_sqlite(&vault.data().join("vault.db"), "pragma integrity_check"), "ok", "round {round}");
            }
            server = vault.start();
            let ids = all_keys(&server, &alice);
            let found = reveal_all(&server, &alice, &ids);
            for (id, value) in &ledger {
                assert_eq!(found.get(id), Some(value), "round {round}, killed after {moment:?}: the acknowledged key {id}");
            }
        }
        assert!(!ledger.is_empty(), "no round wrote anything");
        let keys = vault.sql("select count(*) from auth.api_keys");
        let entries = vault.sql("select count(*) from auth.audit_trail where action = 'key.created'");
        assert_eq!(keys, entries, "each key has its entry in the trail, and each entry its key");
        drop(server);
        vault.run(&["audit", "verify"]).expect(0);
    }
}
