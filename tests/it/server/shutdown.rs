//! SIGTERM: what is under way is finished, nobody new comes in, the end is quick and clean.

use std::{
    io::Write as _,
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

use serde_json::json;

use super::wire::{Line, eventually, wait_for_end};
use crate::support::{Engine, Vault, pause, program, register, run_to_the_end};

on_each_database! {
    fn what_was_accepted_before_sigterm_is_answered_and_then_the_end_is_clean(vault: Vault) {
        let vault = vault.with("BCRYPT_COST", "12");
        let mut server = vault.start();
        let alice = register(&server, "alice");
        let id = alice.store(&server, "OpenAI", "sk-proj-0123456789abcdefghij");
        let body = json!({ "email": alice.email, "password": alice.password }).to_string();
        let address = server.address;

        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..20)
                .map(|number| {
                    let (body, token, id) = (&body, &alice.token, &id);
                    scope.spawn(move || {
                        let mut line = Line::open(address).expect("a connection");
                        // most are slow, some write to the trail
                        let answer = if number % 5 == 4 {
                            line.ask("GET", &format!("/api/keys/{id}/decrypt"), Some(token), "")
                        } else {
                            line.ask("POST", "/api/auth/login", None, body)
                        };
                        answer.expect("an accepted request is answered").status
                    })
                })
                .collect();
            pause(Duration::from_millis(250));
            server.signal("TERM");
            eventually(Duration::from_secs(2), "new connections are refused", || TcpStream::connect(address).is_err());
            clients.into_iter().map(|client| client.join().expect("a client")).collect()
        });

        // the queue before the hashing threads is short: some hear 503, which is an answer
        assert!(statuses.iter().all(|status| matches!(status, 200 | 503)), "{statuses:?}");
        assert!(statuses.iter().filter(|status| **status == 200).count() >= 10, "{statuses:?}");
        assert_eq!(wait_for_end(&mut server.child, Duration::from_secs(10)), Some(0), "{}", server.log());
        vault.run(&["audit", "verify"]).expect(0);
    }

    fn idle_connections_do_not_hold_up_the_end(vault: Vault) {
        let mut server = vault.start();
        let mut lines: Vec<Line> = (0..50).map(|_| Line::open(server.address).expect("a connection")).collect();
        for line in lines.iter_mut().take(25) {
            assert_eq!(line.ask("GET", "/health", None, "").expect("an answer").status, 200);
        }

        for name in ["TERM", "INT"] {
            let began = Instant::now();
            server.signal(name);

            assert_eq!(wait_for_end(&mut server.child, Duration::from_secs(15)), Some(0), "{}", server.log());
            println!("{name}: ended after {:?}", began.elapsed());
            assert!(began.elapsed() < Duration::from_secs(11), "{name}: ended after {:?}", began.elapsed());
            server = vault.start();
        }
    }
}

#[test]
fn a_second_sigterm_ends_the_server_at_once() {
    let vault = Vault::new(Engine::Sqlite);
    let mut server = vault.start();
    let mut slow = TcpStream::connect(server.address).expect("a connection");
    let head =
        "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{";
    slow.write_all(head.as_bytes()).expect("written");
    pause(Duration::from_millis(200));

    server.signal("TERM");
    pause(Duration::from_secs(1));
    assert!(server.child.try_wait().expect("a status").is_none(), "the slow request was cut off at the first signal");
    let began = Instant::now();
    server.signal("TERM");

    assert_eq!(wait_for_end(&mut server.child, Duration::from_secs(5)), Some(0));
    assert!(began.elapsed() < Duration::from_secs(4), "ended {:?} after the second signal", began.elapsed());
    assert!(server.log().contains("stopping at once"), "{}", server.log());
}

#[test]
fn a_port_that_is_taken_is_named_and_the_database_is_left_alone() {
    let vault = Vault::new(Engine::Sqlite);
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();

    let done = vault.run(&["serve", "--port", &port]).expect(78);

    assert_eq!(done.errors.lines().filter(|line| line.starts_with("vault-api: ")).count(), 1, "{}", done.errors);
    assert!(done.errors.contains("PORT: ") && done.errors.contains(&port), "{}", done.errors);
    assert!(!vault.data().join("vault.db").exists(), "the database was touched");
    let by_variable = run_to_the_end(program(vault.folder.path(), &[("PORT", &port)]).arg("serve"), "");
    assert!(by_variable.expect(78).errors.contains("PORT: "));
}

#[test]
fn a_hangup_of_the_terminal_does_not_lose_what_was_acknowledged() {
    let vault = Vault::new(Engine::Sqlite);
    let mut server = vault.start();
    let alice = register(&server, "alice");
    let id = alice.store(&server, "OpenAI", "sk-proj-0123456789abcdefghij");

    server.signal("HUP");
    pause(Duration::from_millis(300));
    let is_over = server.child.try_wait().expect("a status").is_some();
    let server = if is_over { vault.start() } else { server };

    assert_eq!(alice.reveal(&server, &id), "sk-proj-0123456789abcdefghij");
}
