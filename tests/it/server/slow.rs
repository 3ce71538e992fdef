//! Slow clients: cut off in time, and nobody else waits for them.

use std::{
    io::Write as _,
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use super::wire::{Heard, listen};
use crate::support::{Engine, Vault, pause};

const CLIENTS: usize = 30;
/// Ten seconds for a head, and two for a busy machine.
const HEAD_LIMIT: Duration = Duration::from_secs(12);
/// Fifteen seconds for a body, and two for a busy machine.
const BODY_LIMIT: Duration = Duration::from_secs(17);

/// Sends `start` and then one byte each 400 ms, until the server closes or it is hopeless.
fn drip(address: SocketAddr, start: &str, hopeless: Duration) -> (Duration, Heard) {
    let began = Instant::now();
    let mut stream = TcpStream::connect(address).expect("the server accepts");
    stream.write_all(start.as_bytes()).expect("written");
    let mut heard = String::new();
    while began.elapsed() < hopeless {
        let _ = stream.write_all(b"a");
        let part = listen(&mut stream, Instant::now(), Duration::from_millis(400));
        heard += &part.text;
        if part.is_closed {
            let status =
                heard.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).and_then(|digits| digits.parse().ok());
            return (began.elapsed(), Heard { status, text: heard, is_closed: true, took: began.elapsed() });
        }
    }
    (began.elapsed(), Heard { status: None, text: heard, is_closed: false, took: began.elapsed() })
}

#[test]
fn slow_heads_and_slow_bodies_are_cut_off_while_others_are_served_quickly() {
    let vault = Vault::new(Engine::Sqlite);
    let server = vault.start();
    let address = server.address;
    let head = format!("GET /health HTTP/1.1\r\nHost: {address}\r\nX-Slow: ");
    let body = format!(
        "POST /api/auth/login HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
    );
    let chunked = format!(
        "POST /api/auth/login HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5000\r\n"
    );

    std::thread::scope(|scope| {
        let heads: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(|| drip(address, &head, HEAD_LIMIT))).collect();
        let bodies: Vec<_> = [&body, &chunked, &body, &chunked]
            .map(|start| scope.spawn(move || drip(address, start, BODY_LIMIT)))
            .into();
        let silent = scope.spawn(|| drip(address, "", HEAD_LIMIT));
        let mut normal = Vec::new();
        for _ in 0..80 {
            let began = Instant::now();
            server.call("GET", "/health", None, None).expect(200);
            normal.push(began.elapsed());
            pause(Duration::from_millis(100));
        }

        normal.sort();
        println!("a normal client beside {CLIENTS} slow ones: median {:?}, slowest {:?}", normal[40], normal[79]);
        assert!(normal[76] < Duration::from_millis(400), "{normal:?}");
        for client in heads.into_iter().chain([silent]) {
            let (after, heard) = client.join().expect("a client");
            assert!(heard.is_closed, "a slow head is still there after {after:?}");
        }
        for client in bodies {
            let (after, heard) = client.join().expect("a client");
            assert!(heard.is_closed, "a slow body is still there after {after:?}: {}", heard.text);
            assert!(heard.status.is_none_or(|status| status == 408), "{}", heard.text);
            assert!(after > Duration::from_secs(8), "a body was given only {after:?}");
        }
    });

    assert!(!server.log().contains("panicked"), "{}", server.log());
}

#[test]
fn a_client_that_reads_nothing_does_not_hold_the_server_up() {
    let vault = Vault::new(Engine::Sqlite);
    let server = vault.start();
    let request =
        format!("GET /docs/assets/swagger-ui-bundle.js HTTP/1.1\r\nHost: {}\r\n\r\n", server.address).repeat(20);
    let mut deaf: Vec<TcpStream> =
        (0..40).map(|_| TcpStream::connect(server.address).expect("the server accepts")).collect();
    for client in &mut deaf {
        client.set_write_timeout(Some(Duration::from_secs(2))).expect("a limit");
        let _ = client.write_all(request.as_bytes());
    }

    for _ in 0..20 {
        let began = Instant::now();
        server.call("GET", "/health", None, None).expect(200);
        assert!(began.elapsed() < Duration::from_secs(1), "/health took {:?}", began.elapsed());
    }
}
