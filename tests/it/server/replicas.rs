//! Several servers on one database: they start together, share one keyring, and believe each other's logouts.

use std::time::Duration;

use super::wire::eventually;
use crate::support::{Server, Vault, register};

fn five(vault: &Vault) -> Vec<Server> {
    std::thread::scope(|scope| {
        let starting: Vec<_> = (0..5).map(|_| scope.spawn(|| vault.start())).collect();
        starting.into_iter().map(|server| server.join().expect("a server")).collect()
    })
}

on_each_database! {
    fn five_servers_that_start_at_once_on_an_empty_database_share_one_keyring(vault: Vault) {
        let servers = five(&vault);

        for server in &servers {
            eventually(Duration::from_secs(30), "ready", || server.call("GET", "/ready", None, None).status == 200);
        }
        let alice = register(&servers[0], "alice");
        for (number, server) in servers.iter().enumerate() {
            let value = format!("a value that server {number} sealed");
            let id = alice.store(server, &format!("key {number}"), &value);
            for other in &servers {
                assert_eq!(alice.reveal(other, &id), value);
            }
        }
        assert_eq!(vault.sql("select count(*) from auth.deployment"), "1");
        assert_eq!(vault.sql("select count(*) from auth.keyring"), "5");
        let secrets = std::fs::read_dir(vault.data()).unwrap().flatten().filter(|file| file.file_name().to_string_lossy().contains(".tmp")).count();
        assert_eq!(secrets, 0, "a temporary file of a secret was left behind");
        drop(servers);
        vault.run(&["audit", "verify"]).expect(0);
    }

    fn a_logout_on_one_server_counts_on_another_within_two_seconds(vault: Vault) {
        let (here, there) = (vault.start(), vault.start());
        let alice = register(&here, "alice");
        let other = alice.sign_in(&there);
        for server in [&here, &there] {
            alice.call(server, "GET", "/api/auth/me", None).expect(200);
        }

        alice.call(&here, "POST", "/api/auth/logout", None).expect(204);

        alice.call(&here, "GET", "/api/auth/me", None).expect_problem(401, "unauthenticated");
        eventually(Duration::from_secs(2), "refused on the other server", || alice.call(&there, "GET", "/api/auth/me", None).status == 401);
        there.call("GET", "/api/auth/me", Some(&other), None).expect(200);
    }

    fn writers_on_three_servers_leave_one_unbroken_trail(vault: Vault) {
        let servers = [vault.start(), vault.start(), vault.start()];
        let alice = register(&servers[0], "alice");

        std::thread::scope(|scope| {
            for (number, server) in servers.iter().enumerate() {
                let alice = &alice;
                scope.spawn(move || {
                    for turn in 0..15 {
                        let value = format!("value {number} {turn} of a certain length");
                        let id = alice.store(server, &format!("key {number} {turn}"), &value);
                        assert_eq!(alice.reveal(server, &id), value);
                    }
                });
            }
        });

        drop(servers);
        let done = vault.run(&["audit", "verify"]).expect(0);
        assert!(done.output.starts_with("92 entries"), "{}", done.output);
    }
}
