//! Broken, lying, oversized and forged requests: a refusal each, and the server goes on as if nothing was.

use std::{
    io::Write as _,
    net::TcpStream,
    time::{Duration, Instant},
};

use super::wire::{listen, memory, talk};
use crate::support::{Engine, Member, Server, Vault, register};

const PATIENCE: Duration = Duration::from_secs(5);
/// What one hostile request may leave behind, in KiB.
const MOST_GROWTH: u64 = 32 * 1024;

/// A server with somebody on it; afterwards it has to be as it was.
fn with_a_server(act: impl FnOnce(&Server, &Member)) {
    let vault = Vault::new(Engine::Sqlite);
    let server = vault.start();
    let alice = register(&server, "alice");
    let id = alice.store(&server, "before", "a value from before the attack");
    act(&server, &alice);
    assert_eq!(alice.reveal(&server, &id), "a value from before the attack");
    for word in ["panicked", "internal error"] {
        assert!(!server.log().contains(word), "the log says {word}:\n{}", server.log());
    }
}

/// Each of these is answered with one of its statuses, or (where 0 is among them) closed without an answer, soon.
fn refuses(server: &Server, cases: &[(&str, Vec<u8>, &[u16])]) {
    for (what, bytes, statuses) in cases {
        let heard = talk(server.address, bytes, PATIENCE);
        let status = heard.status.unwrap_or(0);
        assert!(statuses.contains(&status), "{what}: {status} is none of {statuses:?}: {}", heard.text);
        assert!(heard.took < Duration::from_secs(3), "{what}: took {:?}", heard.took);
        for leak in ["panicked", "src/", "sqlx", "hyper", "stack backtrace"] {
            assert!(!heard.text.contains(leak), "{what}: the answer says {leak}: {}", heard.text);
        }
    }
}

fn get(path: &str, more: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}\r\n").into_bytes()
}

fn post(more: &str, body: &str) -> Vec<u8> {
    format!("POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n{more}\r\n{body}").into_bytes()
}

const LOGIN: &str = r#"{"email":"alice@example.com","password":"une girafe en pyjama vert"}"#;

#[test]
fn broken_http_is_refused() {
    with_a_server(|server, _| {
        let length = LOGIN.len();
        refuses(
            server,
            &[
                ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(20), &[0, 400]),
                ("binary", (0..=255_u8).cycle().take(4096).collect(), &[0, 400]),
                ("no version", b"GET /health\r\n\r\n".to_vec(), &[0, 400]),
                ("HTTP/9.9", b"GET /health HTTP/9.9\r\nHost: a\r\n\r\n".to_vec(), &[0, 400, 505]),
                ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), &[0, 400, 405, 505]),
                ("a NUL in the path", get("/health\0", ""), &[0, 400]),
                ("a NUL in a header", get("/health", "X-A: a\0b\r\n"), &[0, 400]),
                ("a space in a header's name", get("/health", "X A: b\r\n"), &[0, 400]),
                ("a folded header", get("/health", "X-A: a\r\n b\r\n"), &[0, 200, 400]),
                ("a bare line feed", b"GET /health HTTP/1.1\nHost: a\nConnection: close\n\n".to_vec(), &[0, 200, 400]),
                ("a path that is no path", get("health", ""), &[0, 400, 404]),
                (
                    "two Content-Lengths that differ",
                    post(&format!("Content-Length: {length}\r\nContent-Length: 3\r\n"), LOGIN),
                    &[0, 400],
                ),
                ("a negative Content-Length", post("Content-Length: -1\r\n", LOGIN), &[0, 400]),
                ("a huge Content-Length", post("Content-Length: 99999999999999999999\r\n", LOGIN), &[0, 400, 413]),
                ("a Content-Length in words", post("Content-Length: ten\r\n", LOGIN), &[0, 400]),
                ("chunks of no length", post("Transfer-Encoding: chunked\r\n", "zz\r\nhello\r\n0\r\n\r\n"), &[0, 400]),
                (
                    "chunks of endless length",
                    post("Transfer-Encoding: chunked\r\n", "ffffffffffffffffff\r\nhello\r\n"),
                    &[0, 400, 413],
                ),
                ("an unknown transfer coding", post("Transfer-Encoding: gzip\r\n", LOGIN), &[0, 400, 415, 501]),
                ("chunked twice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), &[0, 400, 501]),
            ],
        );
    });
}

#[test]
fn a_request_smuggled_behind_another_is_never_answered() {
    with_a_server(|server, _| {
        let smuggled = "GET /api/auth/me HTTP/1.1\r\nHost: a\r\n\r\n";
        let both = post(
            &format!("Content-Length: {}\r\nTransfer-Encoding: chunked\r\n", 5 + smuggled.len()),
            &format!("0\r\n\r\n{smuggled}"),
        );
        let heard = talk(server.address, &both, Duration::from_secs(2));

        assert!(heard.text.matches("HTTP/1.1 ").count() <= 1, "two answers: {}", heard.text);
        assert_ne!(heard.status, Some(200), "{}", heard.text);
    });
}

#[test]
fn oversized_heads_are_refused() {
    with_a_server(|server, _| {
        let before = memory(server);
        let many: String = (0..200).map(|number| format!("X-Header-{number}: a\r\n")).collect();
        refuses(
            server,
            &[
                ("a path of 64 KB", get(&format!("/{}", "a".repeat(64 * 1024)), ""), &[0, 400, 414, 431]),
                ("a path of 9 KB", get(&format!("/{}", "a".repeat(9 * 1024)), ""), &[414]),
                ("200 headers", get("/health", &many), &[0, 400, 431]),
                (
                    "a header of 1 MiB",
                    get("/health", &format!("X-Big: {}\r\n", "a".repeat(1024 * 1024))),
                    &[0, 400, 431],
                ),
                (
                    "a token of 20 KB",
                    get("/api/auth/me", &format!("Authorization: Bearer {}\r\n", "a".repeat(20 * 1024))),
                    &[400, 401, 431],
                ),
            ],
        );

        let growth = memory(server).saturating_sub(before);
        assert!(growth < MOST_GROWTH, "the memory grew by {growth} KiB");
    });
}

#[test]
fn a_body_that_is_not_what_its_head_says_is_refused() {
    with_a_server(|server, _| {
        let length = LOGIN.len();
        refuses(server, &[
            ("gzip", post(&format!("Content-Length: {length}\r\nContent-Encoding: gzip\r\n"), LOGIN), &[415]),
            ("brotli", post(&format!("Content-Length: {length}\r\nContent-Encoding: br\r\n"), LOGIN), &[415]),
            ("shorter than it says", post("Content-Length: 10\r\n", LOGIN), &[400]),
            ("a form", format!("POST /api/auth/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{LOGIN}").into_bytes(), &[415]),
            ("no type", format!("POST /api/auth/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{LOGIN}").into_bytes(), &[415]),
            ("no UTF-8", [post("Content-Length: 14\r\n", ""), b"{\"email\":\"\xff\"}x".to_vec()].concat(), &[400]),
            ("UTF-16", [post("Content-Length: 8\r\n", ""), b"\xff\xfe{\0}\0\0\0".to_vec()].concat(), &[400]),
            ("not a number", post("Content-Length: 14\r\n", r#"{"email": NaN}"#), &[400]),
            ("an array", post("Content-Length: 2\r\n", "[]"), &[422]),
            ("a word", post("Content-Length: 4\r\n", "null"), &[422]),
        ]);
        let deep = "[".repeat(50_000);
        refuses(server, &[("50,000 brackets", post(&format!("Content-Length: {}\r\n", deep.len()), &deep), &[400])]);
        let longer = talk(server.address, &post("Content-Length: 5000\r\n", LOGIN)[..], Duration::from_secs(1));
        assert_eq!(longer.status, None, "answered before the body was there: {}", longer.text);
    });
}

#[test]
fn large_bodies_are_refused_at_once_and_leave_no_memory_behind() {
    with_a_server(|server, alice| {
        let before = memory(server);
        let mut most = before;
        for megabytes in [1, 50] {
            for length in
                [format!("Content-Length: {}\r\n", megabytes << 20), "Transfer-Encoding: chunked\r\n".to_owned()]
            {
                for authorization in [String::new(), format!("Authorization: Bearer {}\r\n", alice.token)] {
                    let path = if authorization.is_empty() { "/api/auth/login" } else { "/api/keys" };
                    let head = format!(
                        "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{authorization}{length}\r\n"
                    );
                    let began = Instant::now();
                    let mut stream = TcpStream::connect(server.address).expect("the server accepts");
                    stream.set_write_timeout(Some(PATIENCE)).expect("a limit");
                    let mut is_open = stream.write_all(head.as_bytes()).is_ok();
                    let piece = "a".repeat(64 * 1024);
                    let chunk = format!("{:x}\r\n{piece}\r\n", piece.len());
                    for _ in 0..megabytes * 16 {
                        is_open = is_open
                            && stream
                                .write_all(if length.starts_with('T') { &chunk } else { &piece }.as_bytes())
                                .is_ok();
                        most = most.max(memory(server));
                    }
                    // where the rest was cut off, the kernel may drop the answer with it
                    let heard = listen(&mut stream, began, PATIENCE);
                    assert!(heard.status.is_none_or(|status| status == 413), "{megabytes} MiB: {}", heard.text);
                    assert!(
                        heard.status == Some(413) || heard.is_closed,
                        "{megabytes} MiB of {length}: neither refused nor closed"
                    );
                    assert!(
                        began.elapsed() <= PATIENCE + Duration::from_secs(1),
                        "{megabytes} MiB took {:?}",
                        began.elapsed()
                    );
                }
            }
        }
        println!("memory before {before} KiB, at most {most} KiB");
        assert!(most - before < MOST_GROWTH, "the memory grew by {} KiB", most - before);
    });
}

#[test]
fn forged_and_doubled_credentials_open_nothing() {
    with_a_server(|server, alice| {
        let parts: Vec<&str> = alice.token.split('.').collect();
        let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
        let bearer = |token: &str| get("/api/auth/me", &format!("Authorization: Bearer {token}\r\n"));
        let cases = [
            ("alg none without a signature", bearer(&format!("{none}.{}.", parts[1]))),
            ("alg none with a signature", bearer(&format!("{none}.{}.{}", parts[1], parts[2]))),
            ("no signature", bearer(&format!("{}.{}.", parts[0], parts[1]))),
            ("a cut signature", bearer(&alice.token[..alice.token.len() - 4])),
            (
                "two headers",
                get(
                    "/api/auth/me",
                    &format!("Authorization: Bearer {0}\r\nAuthorization: Bearer {0}\r\n", alice.token),
                ),
            ),
            (
                "a good one behind a bad one",
                get("/api/auth/me", &format!("Authorization: Bearer x\r\nAuthorization: Bearer {}\r\n", alice.token)),
            ),
            ("Basic", get("/api/auth/me", &format!("Authorization: Basic {}\r\n", alice.token))),
            ("a cookie", get("/api/auth/me", &format!("Cookie: access_token={0}; token={0}\r\n", alice.token))),
            ("in the query", get(&format!("/api/auth/me?access_token={}", alice.token), "")),
            ("five parts", bearer(&format!("{}.a.b", alice.token))),
        ];
        for (what, bytes) in cases {
            let heard = talk(server.address, &bytes, PATIENCE);
            assert_eq!(heard.status, Some(401), "{what}: {}", heard.text);
            assert!(heard.text.to_ascii_lowercase().contains("www-authenticate: bearer"), "{what}: {}", heard.text);
        }
        assert_eq!(talk(server.address, &bearer(&alice.token), PATIENCE).status, Some(200));
    });
}

#[test]
fn tricks_with_paths_and_methods_reach_nothing() {
    with_a_server(|server, alice| {
        let token = format!("Authorization: Bearer {}\r\n", alice.token);
        for path in [
            "/..;/api/keys",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/docs/assets/%2e%2e%2f%2e%2e%2fCargo.toml",
            "/docs/assets/../../Cargo.toml",
            "/docs/assets/..%5c..%5cCargo.toml",
            "/assets/%00page.css",
            "/.env",
            "/.git/HEAD",
            "/data/vault.db",
            "//api//keys",
            "/API/KEYS",
            "/api/keys;x=1",
            "/api/keys/%2e%2e/keys",
            "/api/keys/..%2f..%2fkeys",
            "/api/keys/%ff%fe",
            "/api/auth/admin/create-test-user",
            "/test-db",
            "/debug",
            "/actuator",
            "/docs/assets/",
            "/api/keys/00000000-0000-0000-0000-000000000000",
        ] {
            let heard = talk(server.address, &get(path, &token), PATIENCE);
            assert!(matches!(heard.status, Some(400 | 404)), "{path}: {}", heard.text);
            assert!(heard.text.contains("application/problem+json"), "{path}: {}", heard.text);
        }
        for method in ["TRACE", "CONNECT", "PROPFIND", "BREW"] {
            for path in ["/", "/api/keys", "/health"] {
                let heard = talk(
                    server.address,
                    &format!("{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{token}\r\n").into_bytes(),
                    PATIENCE,
                );
                assert!(matches!(heard.status, Some(400 | 404 | 405 | 501)), "{method} {path}: {}", heard.text);
                assert!(!heard.text.contains(&alice.token), "{method} {path} echoes the token");
            }
        }
        for target in ["CONNECT example.com:443", "GET http://example.com/api/keys", "OPTIONS *"] {
            let heard = talk(
                server.address,
                &format!("{target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").into_bytes(),
                PATIENCE,
            );
            assert!(heard.status.is_none_or(|status| (400..500).contains(&status)), "{target}: {}", heard.text);
        }
    });
}
