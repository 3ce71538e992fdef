//! Imports in the real program: killed in the middle, and files that are too large over a real socket.

use std::time::Duration;

use crate::support::{Engine, Member, Server, ask_sqlite, pause, register};

const KEYS: usize = 4000;

fn request(server: &Server, alice: &Member, body: &str) -> Vec<u8> {
    let head = format!(
        "POST /api/keys/import HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n",
        server.address,
        alice.token,
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

on_each_database! {
    fn an_import_that_is_killed_in_the_middle_leaves_nothing_and_can_be_sent_again(vault: Vault) {
        let mut server = vault.start();
        let alice = register(&server, "alice");
        let file: String = (0..KEYS).map(|number| format!("KILLED_{number}='value number {number}'\n")).collect();
        let mut acknowledged = false;
        let mut interrupted = 0;
        for moment in [40, 120, 250, 400, 700] {
            std::thread::scope(|scope| {
                let sent = request(&server, &alice, &file);
                let server = &server;
                let answer = scope.spawn(move || server.raw(&sent).ok().map(|answer| answer.status));
                pause(Duration::from_millis(moment));
                server.signal("KILL");
                acknowledged |= answer.join().expect("a sender") == Some(200);
            });
            drop(server);
            if vault.engine == Engine::Sqlite {
                assert_eq!(ask_sqlite(&vault.data().join("vault.db"), "pragma integrity_check"), "ok");
            }
            server = vault.start();
            let keys = vault.sql("select count(*) from auth.api_keys");
            assert!(keys == KEYS.to_string() || (keys == "0" && !acknowledged), "killed after {moment} ms: {keys} keys");
            interrupted += usize::from(keys == "0");
            if keys != "0" {
                break;
            }
        }
        assert!(interrupted > 0, "no import was interrupted");

        let last = server.raw(&request(&server, &alice, &file)).expect("an answer").expect(200).json();

        assert_eq!(last["new"].as_u64().unwrap() + last["same"].as_u64().unwrap(), KEYS as u64);
        assert_eq!(vault.sql("select count(*) from auth.api_keys"), KEYS.to_string());
        assert_eq!(vault.sql("select count(*) from auth.audit_trail where action = 'key.created'"), KEYS.to_string());
        let ids = alice.call(&server, "GET", "/api/keys?limit=1&q=killed_7", None).expect(200).json();
        let id = ids["data"][0]["id"].as_str().unwrap();
        assert!(alice.reveal(&server, id).starts_with("value number 7"));
        assert!(!server.log().contains("value number"));
        drop(server);
        vault.run(&["audit", "verify"]).expect(0);
    }

    fn a_file_of_fifty_megabytes_is_refused_before_it_is_read(vault: Vault) {
        let server = vault.start();
        let alice = register(&server, "alice");
        let head = format!(
            "POST /api/keys/import HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\nContent-Type: text/plain\r\nContent-Length: 52428800\r\n\r\nA=b\n",
            alice.token
        );

        server.raw(head.as_bytes()).expect("an answer").expect_problem(413, "body_too_large");

        // one that does not say how long it is
        let chunk = format!("{:x}\r\n{}\r\n", 1024 * 1024, "#".repeat(1024 * 1024));
        let chunked = head.replace("Content-Length: 52428800", "Transfer-Encoding: chunked").replace("A=b\n", &chunk.repeat(9));
        server.raw(chunked.as_bytes()).expect("an answer").expect_problem(413, "body_too_large");
        alice.call(&server, "GET", "/api/keys", None).expect(200);
    }
}
