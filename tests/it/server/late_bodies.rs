//! A body that arrives after its session ended: nothing of it is done.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use serde_json::json;

use crate::support::{Engine, Vault, pause, register};

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
