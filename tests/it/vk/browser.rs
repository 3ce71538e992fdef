//! `vk login` with the browser: the page `/device` of the real server, its form filled in as a person would.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Stdio},
};

use url::form_urlencoded;

use super::*;
use crate::support::Reply;

/// A `vk login` that waits for somebody to confirm its code.
struct Waiting {
    vk: Child,
    errors: BufReader<std::process::ChildStderr>,
    page: String,
    code: String,
}

impl Waiting {
    fn begin(machine: &Machine, more: &[&str]) -> Self {
        let arguments = [&["login", "--url", &machine.url], more].concat();
        let mut command = machine.command(&arguments);
        let mut vk = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut errors = BufReader::new(vk.stderr.take().unwrap());
        let mut line = String::new();
        errors.read_line(&mut line).unwrap();
        let page = line.split_whitespace().find(|word| word.starts_with("http")).unwrap_or_else(|| panic!("{line}"));
        let code = line.split_whitespace().last().unwrap();
        Self { page: page.to_owned(), code: code.to_owned(), vk, errors }
    }

    /// How it ended, and what it said since.
    fn end(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.errors.read_to_string(&mut said).unwrap();
        (self.vk.wait().unwrap().code(), said)
    }

    /// Opens the page, types the code, and sends the form that comes with these fields filled in.
    fn answer(&self, server: &Server, fields: &[(&str, &str)]) -> Reply {
        assert_eq!(self.page, format!("http://{}/device", server.address));
        let first = server.call("GET", "/device", None, None).expect(200).text();
        assert!(first.contains("name=\"code\""), "{first}");
        let second = server.call("GET", &format!("/device?code={}&lang=en", self.code), None, None).expect(200).text();
        assert!(second.contains("method=\"post\" action=\"/device\"") && second.contains("vk/"), "{second}");
        for (name, _) in fields {
            assert!(second.contains(&format!("name=\"{name}\"")), "no field {name}: {second}");
        }
        let form = form_urlencoded::Serializer::new(String::new());
        let form = { form }.append_pair("code", &self.code).extend_pairs(fields).finish();
        let request = format!(
            "POST /device HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            server.address,
            form.len()
        );
        server.raw(request.as_bytes()).expect("an answer")
    }
}

/// Signs in on this machine as a person does who opens the link.
pub fn log_in(machine: &Machine, server: &Server, member: &Member) {
    let waiting = Waiting::begin(machine, &[]);
    waiting.answer(server, &[("email", &member.email), ("password", &member.password)]).expect(200);
    let (code, said) = waiting.end();
    assert_eq!(code, Some(0), "{said}");
}

on_each_database! {
    fn who_confirms_the_code_is_signed_in_and_signed_out_again(vault: Vault) {
        let server = vault.start();
        let alice = register(&server, "alice");
        let machine = Machine::new(&server);

        let waiting = Waiting::begin(&machine, &["--no-browser"]);
        waiting.answer(&server, &[("email", &alice.email), ("password", "wrong")]).expect(401);
        waiting.answer(&server, &[("email", &alice.email), ("password", &alice.password)]).expect(200);
        let (code, said) = waiting.end();

        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("alice@example.com") && said.contains("session.json"), "{said}");
        let status = machine.json(&["status"]);
        assert_eq!((&status["kind"], &status["user"]["email"]), (&"session".into(), &"alice@example.com".into()));
        machine.run_with(&["set", "A"], &[], "value").expect(0);
        machine.run(&["logout"]).expect(0);
        machine.run(&["ls"]).expect(3);
        let sessions = alice.call(&server, "GET", "/api/auth/sessions", None).expect(200).text();
        assert!(!sessions.contains("vk/"), "its session is still open: {sessions}");
    }

    fn who_refuses_stays_outside_and_so_does_who_is_too_late(vault: Vault) {
        let server = vault.start();
        let alice = register(&server, "alice");
        let machine = Machine::new(&server);

        let waiting = Waiting::begin(&machine, &[]);
        waiting.answer(&server, &[("answer", "refuse")]).expect(200);
        let refused = waiting.end();
        let waiting = Waiting::begin(&machine, &["--lang", "fr"]);
        vault.sql("update auth.device_logins set \"expiresAt\" = \"createdAt\"");
        let late = waiting.end();

        assert!(refused.0 == Some(3) && refused.1.contains("refused in the browser"), "{refused:?}");
        assert!(late.0 == Some(3) && late.1.contains("Relancez vk login"), "{late:?}");
        assert!(!machine.profile().exists());
        let sessions = alice.call(&server, "GET", "/api/auth/sessions", None).expect(200).text();
        assert!(!sessions.contains("vk/"), "{sessions}");
    }
}
