//! Raw sockets, connections that are kept open, and what the kernel says of the server's memory.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::Child,
    time::{Duration, Instant},
};

use crate::support::{Server, pause};

/// What came back for some bytes.
#[derive(Debug)]
pub struct Heard {
    /// The status of the first answer, if there was one.
    pub status: Option<u16>,
    /// All that came.
    pub text: String,
    /// Whether the server closed the connection.
    pub is_closed: bool,
    /// Until the first bytes of an answer, or the end.
    pub took: Duration,
}

/// Sends these bytes and listens until the server closes or `patience` is over.
pub fn talk(address: SocketAddr, bytes: &[u8], patience: Duration) -> Heard {
    let began = Instant::now();
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5)).expect("the server accepts");
    stream.set_write_timeout(Some(patience)).expect("a limit");
    // a server that refuses early does not read the rest
    let _ = stream.write_all(bytes);
    listen(&mut stream, began, patience)
}

/// Listens until the server closes or `patience` is over.
pub fn listen(stream: &mut TcpStream, began: Instant, patience: Duration) -> Heard {
    let mut all = Vec::new();
    let mut took = None;
    let mut buffer = [0_u8; 8192];
    let is_closed = loop {
        let left = patience.saturating_sub(began.elapsed());
        if left.is_zero() {
            break false;
        }
        stream.set_read_timeout(Some(left)).expect("a limit");
        match stream.read(&mut buffer) {
            Ok(0) => break true,
            Ok(count) => {
                took.get_or_insert_with(|| began.elapsed());
                all.extend_from_slice(&buffer[..count]);
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => break false,
            Err(_) => break true,
        }
    };
    let text = String::from_utf8_lossy(&all).into_owned();
    let status = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).and_then(|digits| digits.parse().ok());
    Heard { status, text, is_closed, took: took.unwrap_or_else(|| began.elapsed()) }
}

/// A connection that is kept open between requests.
pub struct Line {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
}

/// One answer on a `Line`.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
    pub took: Duration,
}

impl Line {
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { address, stream: BufReader::new(stream) })
    }

    /// Sends one request and reads its answer.
    pub fn ask(&mut self, method: &str, path: &str, token: Option<&str>, body: &str) -> io::Result<Answer> {
        let began = Instant::now();
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        if let Some(token) = token {
            request += &format!("Authorization: Bearer {token}\r\n");
        }
        if !body.is_empty() {
            request += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        }
        self.stream.get_mut().write_all(format!("{request}\r\n{body}").as_bytes())?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let head = head.to_ascii_lowercase();
        let length = head
            .split("\r\n")
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|text| text.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        self.stream.read_exact(&mut body)?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        Ok(Answer { status, head, body: String::from_utf8_lossy(&body).into_owned(), took: began.elapsed() })
    }
}

/// The memory that the server holds, in KiB.
pub fn memory(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id())).expect("a living process");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number of kB")
}

/// The exit code of a program that ends within `limit`; `None` where it was killed by a signal.
pub fn wait_for_end(child: &mut Child, limit: Duration) -> Option<i32> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a status") {
            return status.code();
        }
        assert!(began.elapsed() < limit, "the program still runs after {limit:?}");
        pause(Duration::from_millis(10));
    }
}

/// Asks again and again until the answer is yes.
#[track_caller]
pub fn eventually(limit: Duration, what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < limit, "not within {limit:?}: {what}");
        pause(Duration::from_millis(50));
    }
}
