//! The uses of keys are counted by the real program: none is lost at its end, little at a crash.

use std::time::Duration;

use serde_json::Value;

use super::wire::{eventually, wait_for_end};
use crate::support::{Member, Server, register};

const VALUE: &str = "sk-proj-0123456789abcdefghij";

fn reveals(server: &Server, alice: &Member, id: &str) -> Value {
    let usage = alice.call(server, "GET", &format!("/api/keys/{id}/usage?days=2"), None).expect(200).json();
    let all: i64 = usage["data"].as_array().unwrap().iter().map(|day| day["reveals"].as_i64().unwrap()).sum();
    all.into()
}

on_each_database! {
    fn sigterm_loses_no_use_of_a_key_also_of_those_under_way(vault: Vault) {
        let mut server = vault.start();
        let alice = register(&server, "alice");
        let id = alice.store(&server, "OpenAI", VALUE);

        let answered: usize = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..4)
                .map(|_| {
                    let (server, alice, id) = (&server, &alice, &id);
                    scope.spawn(move || {
                        let path = format!("/api/keys/{id}/decrypt");
                        (0..500)
                            .take_while(|_| {
                                matches!(server.try_call("GET", &path, Some(&alice.token), None), Ok(answer) if answer.status == 200)
                            })
                            .count()
                    })
                })
                .collect();
            crate::support::pause(Duration::from_millis(400));
            server.signal("TERM");
            clients.into_iter().map(|client| client.join().expect("a client")).sum()
        });
        assert_eq!(wait_for_end(&mut server.child, Duration::from_secs(15)), Some(0), "{}", server.log());

        let server = vault.start();
        assert!((4..2000).contains(&answered), "the end did not come in the middle: {answered}");
        assert_eq!(reveals(&server, &alice, &id), answered, "{}", server.log());
        let key = alice.call(&server, "GET", &format!("/api/keys/{id}"), None).expect(200).json();
        assert!(key["last_used_at"].is_string(), "{key}");
    }

    fn kill_9_loses_at_most_the_uses_of_the_last_half_minute(vault: Vault) {
        let server = vault.start();
        let alice = register(&server, "alice");
        let id = alice.store(&server, "OpenAI", VALUE);
        for _ in 0..7 {
            assert_eq!(alice.reveal(&server, &id), VALUE);
        }
        eventually(Duration::from_secs(30), "the counts are written down", || {
            vault.sql("select coalesce(sum(reveals), 0) from auth.key_usage") == "7"
        });
        alice.reveal(&server, &id);

        server.signal("KILL");
        drop(server);

        let server = vault.start();
        let counted = reveals(&server, &alice, &id);
        assert!(counted == 7 || counted == 8, "{counted}");
    }
}
