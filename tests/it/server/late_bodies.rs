//! A body that arrives after its session ended: nothing of it is done.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use serde_json::json;

use crate::support::{Engine, Member, Server, Vault, pause, register};

#[test]
fn a_session_that_ended_while_its_body_was_on_the_way_writes_nothing() {
    let vault = Vault::new(Engine::Sqlite);
    let server = vault.start();
    let alice = register(&server, "alice");
    let other = alice.sign_in(&server);
    let body = json!({ "name": "late", "value": "a value that comes too late" }).to_string();
    let head = format!(
        "POST /api/keys HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {other}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        server.address,
        body.len()
    );
    let mut stream = TcpStream::connect(server.address).expect("the server accepts");
    stream.write_all(format!("{head}{}", &body[..5]).as_bytes()).expect("written");
    pause(Duration::from_millis(300));

    server.call("POST", "/api/auth/logout", Some(&other), None).expect(204);
    stream.write_all(&body.as_bytes()[5..]).expect("written");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");

    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    let keys = alice.call(&server, "GET", "/api/keys", None).expect(200).json();
    assert_eq!(keys["data"].as_array().expect("data").len(), 0);
}

/// Sends the head of a request and the beginning of its body.
fn begin(server: &Server, token: &str, line: &str, body: &str) -> TcpStream {
    let head = format!(
        "{line} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        server.address,
        body.len()
    );
    let mut stream = TcpStream::connect(server.address).expect("the server accepts");
    stream.write_all(format!("{head}{}", body.get(..2).unwrap_or_default()).as_bytes()).expect("written");
    stream
}

on_each_database! {
    fn a_role_that_was_taken_while_the_body_was_on_its_way_counts_no_more(vault: Vault) {
        let server = vault.start();
        let (first, second) = (register(&server, "first"), register(&server, "second"));
        for email in ["first@example.com", "second@example.com"] {
            vault.run(&["admin", "set-role", email, "admin"]).expect(0);
        }
        pause(Duration::from_millis(1100));
        let id = |member: &Member| {
            let me = member.call(&server, "GET", "/api/auth/me", None).expect(200).json();
            me["id"].as_str().expect("an id").to_owned()
        };
        let (mine, others) = (id(&second), id(&first));
        let body = r#"{"role":"admin"}"#;
        let mut stream = begin(&server, &second.token, &format!("PATCH /api/admin/users/{mine}"), body);
        pause(Duration::from_millis(300));

        first.call(&server, "PATCH", &format!("/api/admin/users/{mine}"), Some(&json!({ "role": "user" }))).expect(200);
        stream.write_all(&body.as_bytes()[2..]).expect("written");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");

        assert!(answer.starts_with("HTTP/1.1 503 ") || answer.starts_with("HTTP/1.1 403 "), "{answer}");
        second.call(&server, "GET", &format!("/api/admin/users/{others}"), None).expect(403);
    }

    fn a_client_that_leaves_does_not_keep_what_it_revoked_alive(vault: Vault) {
        let vault = vault.with("RATE_LIMIT_API_PER_MINUTE", "100000");
        let server = vault.start();
        let alice = register(&server, "alice");
        for round in 0..40 {
            let made = alice.call(&server, "POST", "/api/keys", Some(&json!({ "name": format!("key {round}") }))).expect(201).json();
            let (id, value) = (made["id"].as_str().expect("an id"), made["api_key"].as_str().expect("a value"));
            let verdict = || {
                let asked = json!({ "api_key": value });
                let answer = alice.call(&server, "POST", "/api/keys/verify", Some(&asked)).expect(200).json();
                answer["code"].as_str().expect("a code").to_owned()
            };
            assert_eq!(verdict(), "valid");
            let head = format!(
                "DELETE /api/keys/{id} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
                server.address, alice.token
            );
            let mut stream = TcpStream::connect(server.address).expect("the server accepts");
            stream.write_all(head.as_bytes()).expect("written");
            pause(Duration::from_millis(round % 10));
            drop(stream);
            verdict();
            pause(Duration::from_millis(60));

            let is_revoked = alice.call(&server, "GET", &format!("/api/keys/{id}"), None).expect(200).json()["revoked"] == true;
            assert!(!is_revoked || verdict() == "revoked", "in round {round} a revoked key was valid");
        }
    }
}
