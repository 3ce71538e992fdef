//! Two servers on one database: what one changes of a key counts on the other within a second.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Member, RedisServer, Server, pause, register};

fn code(server: &Server, member: &Member, value: &str) -> String {
    let verdict =
        member.call(server, "POST", "/api/keys/verify", Some(&json!({ "api_key": value }))).expect(200).json();
    verdict["code"].as_str().expect("a code").to_owned()
}

/// How long after `since` the other server still said `valid`.
fn last_valid(server: &Server, member: &Member, value: &str, since: Instant) -> Duration {
    let mut last = Duration::ZERO;
    while since.elapsed() < Duration::from_secs(2) {
        let asked = since.elapsed();
        if code(server, member, value) == "valid" {
            last = asked;
        }
    }
    last
}

on_each_database! {
    fn a_revocation_counts_at_once_here_and_within_a_second_there(vault: Vault) {
        let (here, there) = (vault.start(), vault.start());
        let alice = register(&here, "alice");
        for turn in 0..3 {
            let made = alice.call(&here, "POST", "/api/keys", Some(&json!({ "name": format!("key {turn}") }))).expect(201).json();
            let (id, value) = (made["id"].as_str().unwrap(), made["api_key"].as_str().unwrap());
            assert_eq!([code(&here, &alice, value), code(&there, &alice, value)], ["valid", "valid"]);
            // so that the other server's memory is fresh when the key goes
            pause(Duration::from_millis(300 * turn));
            code(&there, &alice, value);

            alice.call(&here, "DELETE", &format!("/api/keys/{id}"), None).expect(204);
            let revoked = Instant::now();

            assert_eq!(code(&here, &alice, value), "revoked");
            let late = last_valid(&there, &alice, value, revoked);
            assert!(late <= Duration::from_secs(1), "still valid {late:?} after the answer");
        }
    }

    fn a_keys_own_limit_is_one_for_servers_that_share_a_redis(vault: Vault) {
        let redis = RedisServer::start();
        let vault = vault.with("REDIS_URL", &redis.url());
        let (here, there) = (vault.start(), vault.start());
        let alice = register(&here, "alice");
        let body = json!({ "name": "a", "rate_limit": { "limit": 20, "window_seconds": 3600 } });
        let made = alice.call(&here, "POST", "/api/keys", Some(&body)).expect(201).json();
        let value = made["api_key"].as_str().unwrap();

        let codes: Vec<String> = std::thread::scope(|scope| {
            let asked: Vec<_> = (0..60).map(|turn| {
                let server = if turn % 2 == 0 { &here } else { &there };
                let alice = &alice;
                scope.spawn(move || code(server, alice, value))
            }).collect();
            asked.into_iter().map(|asked| asked.join().expect("an answer")).collect()
        });

        assert_eq!(codes.iter().filter(|code| *code == "valid").count(), 20, "{codes:?}");
        assert_eq!(codes.iter().filter(|code| *code == "rate_limited").count(), 40, "{codes:?}");
    }
}
