//! The real program, started as an operator would, in a folder of its own.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value;

use super::{Reply, WIDE_LIMITS};

/// A running program. Dropped, it is killed.
pub struct Server {
    pub address: SocketAddr,
    pub child: Child,
    log: Arc<Mutex<String>>,
}

impl Server {
    /// Starts `serve`; where it ends instead, what it wrote to stderr.
    pub fn try_start(folder: &Path, settings: &[(&str, &str)]) -> Result<Self, String> {
        Self::try_start_with(folder, settings, &[])
    }

    /// Starts `serve` with these options; where it ends instead, what it wrote to stderr.
    pub fn try_start_with(folder: &Path, settings: &[(&str, &str)], options: &[&str]) -> Result<Self, String> {
        let mut command = program(folder, settings);
        command
            .args(["serve", "--port", "0"])
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        let log = Arc::new(Mutex::new(String::new()));
        let (errors, kept) = (child.stderr.take().expect("stderr"), log.clone());
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                let mut log = kept.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        let mut output = BufReader::new(child.stdout.take().expect("stdout"));
        let mut line = String::new();
        let _ = output.read_line(&mut line);
        // the rest of stdout must not fill its pipe
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        let address = line
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next())
            .and_then(|address| address.parse().ok());
        match address {
            Some(address) => Ok(Self { address, child, log }),
            None => {
                let _ = child.wait();
                let _ = reader.join();
                Err(log.lock().unwrap().clone())
            }
        }
    }

    /// What it wrote to stderr so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Sends a signal, as `TERM`, `KILL`, `STOP`.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().expect("kill runs").success());
    }

    /// Sends one request on a connection of its own and reads the answer to its end.
    pub fn call(&self, method: &str, path: &str, token: Option<&str>, body: Option<&Value>) -> Reply {
        self.try_call(method, path, token, body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}\n{}", self.log()))
    }

    /// Like `call`, where the server may be gone.
    pub fn try_call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> std::io::Result<Reply> {
        let body = body.map(ToString::to_string).unwrap_or_default();
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        if let Some(token) = token {
            head += &format!("Authorization: Bearer {token}\r\n");
        }
        if !body.is_empty() {
            head += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        }
        self.raw(format!("{head}\r\n{body}").as_bytes())
    }

    /// Sends these bytes and reads one answer, until the server closes or ten seconds are over.
    pub fn raw(&self, bytes: &[u8]) -> std::io::Result<Reply> {
        exchange(self.address, bytes)
    }
}

/// Sends these bytes to a server of HTTP and reads one answer, until it closes or ten seconds are over.
pub fn exchange(address: SocketAddr, bytes: &[u8]) -> std::io::Result<Reply> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.set_write_timeout(Some(Duration::from_secs(10)))?;
    // the server may refuse before it has read all: what it answered counts
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    parse(&answer).ok_or_else(|| read.err().unwrap_or_else(|| std::io::ErrorKind::UnexpectedEof.into()))
}

/// The program with these variables and no others that concern it, in `folder`.
pub fn program(folder: &Path, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vault-api"));
    command.env_clear().current_dir(folder).env("BCRYPT_COST", "4").env("RUST_LOG", "info");
    command.envs(WIDE_LIMITS);
    command.envs(settings.iter().copied());
    command
}

fn parse(answer: &[u8]) -> Option<Reply> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(answer.get(..end)?).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        headers.append(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?);
    }
    let body = answer.get(end + 4..)?;
    let body = if headers.get("transfer-encoding").is_some() { unchunk(body) } else { body.to_vec() };
    Some(Reply::new(status, headers, Bytes::from(body)))
}

fn unchunk(mut body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some(end) = body.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(String::from_utf8_lossy(&body[..end]).trim(), 16).unwrap_or(0);
        if size == 0 || body.len() < end + 2 + size {
            break;
        }
        out.extend_from_slice(&body[end + 2..end + 2 + size]);
        body = body.get(end + 2 + size + 2..).unwrap_or_default();
    }
    out
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
