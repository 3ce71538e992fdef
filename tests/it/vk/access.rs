//! The way to the server: no credential follows a redirect, and a strange answer is told as what it is.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
};

use super::*;

/// A web server that is no vault: gives one answer to everything, and remembers what it was sent.
fn stranger(answer: &'static str) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heard = Arc::new(Mutex::new(String::new()));
    let keeps = heard.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut bytes = [0; 4096];
            let read = stream.read(&mut bytes).unwrap_or(0);
            keeps.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..read]));
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (url, heard)
}

fn machine() -> Machine {
    Machine { home: tempfile::tempdir().unwrap(), url: String::new() }
}

fn asked(url: &str) -> Done {
    machine().run_with(&["ls"], &[("VK_TOKEN", "vkt_secret"), ("VK_URL", url)], "")
}

#[test]
fn a_redirect_is_told_and_the_token_does_not_follow_it() {
    let (other, heard) = stranger("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    let answer = format!("HTTP/1.1 307 Temporary Redirect\r\nLocation: {other}/x\r\nContent-Length: 0\r\n\r\n");
    let (url, _) = stranger(answer.leak());

    let done = asked(&url).expect(6);

    assert!(done.errors.contains(&other), "{}", done.errors);
    assert_eq!(*heard.lock().unwrap(), "", "the request went on to the other server");
}

#[test]
fn an_answer_of_no_vault_says_so() {
    let (url, _) = stranger("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>");
    let done = asked(&url).expect(6);
    assert!(done.errors.contains("502") && done.errors.contains(&url), "{}", done.errors);

    let (url, _) = stranger("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>");
    asked(&url).expect(6);

    let (url, _) = stranger("SSH-2.0-OpenSSH_9.2\r\n");
    asked(&url).expect(6);
}

#[test]
fn a_problem_can_not_write_to_the_terminal() {
    let body = "{\"code\":\"x\",\"title\":\"a\\u001b]0;pwned\\u0007\",\"detail\":\"b\\u001b[2J\"}";
    let answer = format!("HTTP/1.1 422 X\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let (url, _) = stranger(answer.leak());

    let done = asked(&url).expect(5);

    assert!(!done.errors.contains('\u{1b}'), "{:?}", done.errors);
}
