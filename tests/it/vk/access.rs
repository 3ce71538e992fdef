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

#[test]
fn no_proxy_hears_what_goes_in_clear() {
    let (url, heard) = stranger("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"data\":[]}");
    let (proxy, overheard) = stranger("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"data\":[]}");
    let names = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy", "HTTPS_PROXY"];
    let mut variables = vec![("VK_TOKEN", "vkt_secret"), ("VK_URL", url.as_str())];
    variables.extend(names.map(|name| (name, proxy.as_str())));

    machine().run_with(&["ls"], &variables, "").expect(0);
    assert!(heard.lock().unwrap().contains("Bearer vkt_secret"), "the server was not asked");
    assert_eq!(*overheard.lock().unwrap(), "", "the proxy heard the token");

    variables[1].1 = "http://vault.invalid";
    variables.push(("VK_INSECURE_HTTP", "1"));
    machine().run_with(&["ls"], &variables, "").expect(6);
    assert_eq!(*overheard.lock().unwrap(), "", "the proxy heard the token");

    variables[1].1 = "https://vault.invalid";
    machine().run_with(&["ls"], &variables, "").expect(6);
    let overheard = overheard.lock().unwrap();
    assert!(overheard.starts_with("CONNECT") && !overheard.contains("vkt_"), "{overheard}");
}

#[test]
fn a_name_with_a_value_behind_it_is_no_name() {
    let (url, heard) = stranger("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    for command in ["set", "generate"] {
        let variables = [("VK_TOKEN", "vkt_secret"), ("VK_URL", url.as_str())];
        let done = machine().run_with(&[command, "OPENAI=sk-proj-Zt4kQ9wLx2Vb"], &variables, "value").expect(2);
        assert!(done.errors.contains("vk set") && !done.errors.contains("Zt4kQ9"), "{}", done.errors);
    }
    assert_eq!(*heard.lock().unwrap(), "");
}

#[test]
fn a_value_can_not_write_to_the_terminal() {
    let body = "{\"data\":[],\"api_key\":\"vk_\\u001b]0;pwned\\u0007\",\"token\":\"vkt_\\u009b2J\"}";
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let (url, _) = stranger(answer.leak());
    for arguments in
        [&["generate", "A"][..], &["tokens", "create", "ci", "--scope", "keys:read"], &["generate", "A", "--json"]]
    {
        let machine = machine();
        let profile = serde_json::json!({ "url": url, "identity": "token:x", "place": "file", "kept": { "kind": "token", "token": "vkt_x" } });
        std::fs::create_dir_all(machine.profile().parent().unwrap()).unwrap();
        std::fs::write(machine.profile(), profile.to_string()).unwrap();
        Command::new("chmod").args(["600", machine.profile().to_str().unwrap()]).status().unwrap();

        let done = machine.at_terminal(arguments, "").expect(0);

        assert!(
            !done.output.contains("\u{1b}]0") && !done.output.contains('\u{9b}'),
            "{arguments:?}: {:?}",
            done.output
        );
        assert!(done.output.contains("u{9b}") || done.output.contains("1b"), "{:?}", done.output);
    }
}
