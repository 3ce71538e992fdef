//! The real nginx with the configuration of `docs/proxies.md`: a key lets in what it should, and nothing else.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

use super::wire::eventually;
use crate::support::{Server, Vault, register};

/// An upstream that answers with the head that it got.
pub fn upstream() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let (mut head, mut byte) = (Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
                head.push(byte[0]);
            }
            let answer = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", head.len());
            let _ = stream.write_all(&[answer.as_bytes(), &head].concat());
        }
    });
    port
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

/// A running nginx. Dropped, it is stopped.
pub struct Nginx {
    child: Child,
    pub port: u16,
    folder: tempfile::TempDir,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // its master takes its workers along
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// The blocks of nginx configuration in the document.
pub fn documented() -> Vec<String> {
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/proxies.md")).expect("the page");
    page.split("```nginx\n").skip(1).map(|rest| rest.split("```").next().expect("an end").to_owned()).collect()
}

impl Nginx {
    pub fn start(http: &str, server: &Server, port_of_upstream: u16) -> Self {
        let (folder, port) = (tempfile::tempdir().expect("a folder"), free_port());
        let http = http
            .replace("127.0.0.1:8080", &format!("127.0.0.1:{port}"))
            .replace("127.0.0.1:8000", &server.address.to_string())
            .replace("127.0.0.1:9000", &format!("127.0.0.1:{port_of_upstream}"));
        let folders: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|kind| format!("{kind}_temp_path {}/{kind};\n", folder.path().display()))
            .collect();
        let whole = format!(
            "daemon off;\nmaster_process off;\npid {0}/pid;\nerror_log {0}/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{folders}{http}\n}}\n",
            folder.path().display()
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, whole).expect("the configuration");
        let program = ["/usr/sbin/nginx", "/usr/bin/nginx"].into_iter().find(|path| Path::new(path).exists());
        let child = Command::new(program.unwrap_or("nginx"))
            .args(["-p", folder.path().to_str().expect("a path"), "-c", file.to_str().expect("a path")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("nginx does not run ({error}); ./scripts/install-test-tools installs it"));
        let nginx = Self { child, port, folder };
        eventually(Duration::from_secs(10), "nginx listens", || {
            std::net::TcpStream::connect(("127.0.0.1", nginx.port)).is_ok()
        });
        nginx
    }

    /// What a client gets: status and the whole answer.
    fn ask(&self, headers: &str) -> (u16, String) {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        write!(stream, "GET /orders HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n{headers}\r\n").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        let log = || std::fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default();
        (status.unwrap_or_else(|| panic!("{answer}\n{}", log())), answer)
    }

    pub fn status(&self, headers: &str) -> u16 {
        self.ask(headers).0
    }
}

on_each_database! {
    fn nginx_lets_in_who_shows_a_good_key_and_the_upstream_never_sees_it(vault: Vault) {
        let vault = vault.with("TRUSTED_PROXIES", "127.0.0.1");
        let server = vault.start();
        let alice = register(&server, "alice");
        let account = alice.call(&server, "GET", "/api/auth/me", None).expect(200).json()["id"].as_str().unwrap().to_owned();
        let make = |more: Value| {
            let mut body = json!({ "name": format!("for {more}"), "scopes": ["orders:read"] });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let made = alice.call(&server, "POST", "/api/keys", Some(&body)).expect(201).json();
            (made["id"].as_str().unwrap().to_owned(), made["api_key"].as_str().unwrap().to_owned())
        };
        let nginx = Nginx::start(&documented()[0].replace("ACCOUNT_ID", &account), &server, upstream());
        let (id, key) = make(json!({}));

        for headers in [format!("X-Api-Key: {key}\r\n"), format!("Authorization: Bearer {key}\r\n")] {
            let (status, answer) = nginx.ask(&headers);
            assert_eq!(status, 200, "{answer}");
            assert!(answer.contains(&format!("X-Vault-Key-Id: {id}")) && answer.contains("X-Vault-Scopes: orders:read"), "{answer}");
            assert!(!answer.contains(&key), "{answer}");
        }
        assert_eq!([nginx.status(""), nginx.status("X-Api-Key: vk_live_x\r\n"), nginx.status("Authorization: Basic YTpi\r\n")], [401, 401, 401]);

        let (_, other) = make(json!({ "scopes": ["orders:write"] }));
        let (_, elsewhere) = make(json!({ "allowed_ips": ["203.0.113.0/24"] }));
        let (_, here) = make(json!({ "allowed_ips": ["127.0.0.1"] }));
        let (_, seldom) = make(json!({ "rate_limit": { "limit": 1, "window_seconds": 60 } }));
        let with = |key: &str| nginx.status(&format!("X-Api-Key: {key}\r\n"));
        assert_eq!([with(&other), with(&elsewhere), with(&here), with(&seldom)], [403, 403, 200, 200]);
        let (status, answer) = nginx.ask(&format!("X-Api-Key: {seldom}\r\n"));
        assert_eq!((status, answer.contains("Retry-After: ")), (429, true), "{answer}");

        // rotated with grace both are let in, after it the new one alone, revoked none
        let rotated = alice.call(&server, "POST", &format!("/api/keys/{id}/rotate"), None).expect(200).json();
        let newer = rotated["api_key"].as_str().unwrap();
        assert_eq!([with(&key), with(newer)], [200, 200]);
        alice.call(&server, "POST", &format!("/api/keys/{id}/end-grace"), None).expect(200);
        assert_eq!([with(&key), with(newer)], [401, 200]);
        alice.call(&server, "DELETE", &format!("/api/keys/{id}"), None).expect(204);
        assert_eq!([with(&key), with(newer)], [401, 401]);
    }
}

#[test]
fn nginx_may_use_a_token_of_its_own() {
    let vault = Vault::new(crate::support::Engine::Sqlite);
    let server = vault.start();
    let alice = register(&server, "alice");
    let body = json!({ "name": "a", "scopes": ["orders:read"] });
    let made = alice.call(&server, "POST", "/api/keys", Some(&body)).expect(201).json();
    let blocks = documented();
    let http: String = blocks[0]
        .lines()
        .filter(|line| !line.contains("?vault=ACCOUNT_ID"))
        .map(|line| {
            let is_for_the_vault = line.contains("proxy_set_header Content-Length");
            if is_for_the_vault { format!("{line}\n{}", blocks[1]) } else { format!("{line}\n") }
        })
        .collect();
    // the second block says Authorization for the vault: the empty one of the first goes
    let (before, after) = http.split_once("location = /_vault").expect("the place");
    let http = format!(
        "{before}location = /_vault{}",
        after.replacen("        proxy_set_header Authorization \"\";\n", "", 1)
    );
    let nginx = Nginx::start(&http.replace("TOKEN", &alice.token), &server, upstream());

    assert_eq!(nginx.status(&format!("X-Api-Key: {}\r\n", made["api_key"].as_str().unwrap())), 200);
    assert_eq!(nginx.status("X-Api-Key: x\r\n"), 401);
}
