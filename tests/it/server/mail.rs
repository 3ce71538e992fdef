//! Mails of the real program: a kill between any two steps loses none, counters tell, and `/dev/mail` shows them.

use std::time::Duration;

use serde_json::{Value, json};

use super::wire::eventually;
use crate::support::{Engine, Member, Server, SmtpSink, Vault, header, register};

/// What the outbox's minutes would bring.
const TIME_PASSES: &str = "update auth.mail_outbox set \"nextAttemptAt\" = \"createdAt\"";

fn recover(server: &Server, email: &str) {
    server.call("POST", "/api/auth/recover", None, Some(&json!({ "email": email }))).expect(202);
}

/// Registers, and waits until the mail of the registration has left.
fn registered(server: &Server, sink: &SmtpSink) -> Member {
    let alice = register(server, "alice");
    sink.wait_for(1);
    alice
}

/// The recovery mails that came.
fn recoveries(mails: Vec<Value>) -> Vec<Value> {
    mails.into_iter().filter(|mail| header(mail, "Subject") == "Set a new password for Vault API").collect()
}

on_each_database! {
    fn a_mail_outlives_a_kill_before_and_during_its_sending(vault: Vault) {
        let sink = SmtpSink::start();
        let vault = vault.with("SMTP_URL", &sink.plain_url()).with("MAIL_FROM", "Vault API <no-reply@vault.test>");
        let server = vault.start();
        let alice = registered(&server, &sink);

        sink.set_mode("hang");
        recover(&server, &alice.email);
        sink.wait_for_attempts(2);
        server.signal("KILL");
        drop(server);
        assert_eq!(vault.sql("select count(*) from auth.mail_outbox"), "1", "the mail is lost");

        vault.sql(TIME_PASSES);
        sink.set_mode("accept");
        let server = vault.start();
        let came = recoveries(sink.wait_for(2));
        eventually(Duration::from_secs(5), "an empty outbox", || vault.sql("select count(*) from auth.mail_outbox") == "0");

        assert_eq!((came.len(), sink.attempts()), (1, 3));
        let link = came[0]["plain"].as_str().unwrap().split_whitespace().find(|word| word.contains("token=")).unwrap().to_owned();
        let token = link.split("token=").nth(1).unwrap();
        server.call("POST", "/api/auth/reset", None, Some(&json!({ "token": token, "password": "trois canards sur un toit" }))).expect(204);
    }

    fn a_kill_right_after_the_answer_loses_no_mail(vault: Vault) {
        let sink = SmtpSink::start();
        let vault = vault.with("SMTP_URL", &sink.plain_url());
        let mut server = vault.start();
        let alice = registered(&server, &sink);
        for round in 1..=4 {
            recover(&server, &alice.email);
            server.signal("KILL");
            drop(server);
            vault.sql(TIME_PASSES);
            server = vault.start();
            eventually(Duration::from_secs(5), "an empty outbox", || vault.sql("select count(*) from auth.mail_outbox") == "0");

            let mut times = std::collections::BTreeMap::<String, usize>::new();
            for mail in recoveries(sink.received()) {
                *times.entry(header(&mail, "Message-ID")).or_default() += 1;
            }
            assert_eq!(times.len(), round, "a mail is missing");
            assert!(times.values().all(|times| *times <= 2), "more than one duplicate for a kill: {times:?}");
        }
    }
}

#[test]
fn the_counters_tell_of_mails_that_do_not_leave() {
    let sink = SmtpSink::start();
    let vault = Vault::new(Engine::Sqlite).with("SMTP_URL", &sink.plain_url());
    let server = vault.start();
    let alice = registered(&server, &sink);
    let shows = |line: &str| server.call("GET", "/metrics", None, None).text().lines().any(|found| found == line);
    recover(&server, &alice.email);
    sink.wait_for(2);
    sink.set_mode("later");
    recover(&server, &alice.email);
    sink.wait_for_attempts(3);
    sink.set_mode("never");
    recover(&server, &alice.email);

    for line in [
        "vault_mail_outbox 1",
        "vault_mail_given_up 1",
        "vault_mail_attempts_total{kind=\"recovery\",outcome=\"sent\"} 1",
        "vault_mail_attempts_total{kind=\"recovery\",outcome=\"postponed\"} 1",
        "vault_mail_attempts_total{kind=\"recovery\",outcome=\"given_up\"} 1",
    ] {
        eventually(Duration::from_secs(15), line, || shows(line));
    }
    eventually(Duration::from_secs(15), "an age", || {
        let text = server.call("GET", "/metrics", None, None).text();
        text.lines().any(|line| line.starts_with("vault_mail_oldest_seconds ") && !line.ends_with(" 0"))
    });
    server.call("GET", "/ready", None, None).expect(200);
    assert!(server.log().contains("a mail could not be sent and is given up"), "{}", server.log());
    assert!(!server.log().contains("token="), "{}", server.log());
}

/// The address of the newest mail's page.
fn newest(server: &Server) -> String {
    let list = server.call("GET", "/dev/mail", None, None).expect(200).text();
    let path = list.split("href=\"").find(|part| part.starts_with("/dev/mail/")).expect("a mail");
    path.split('?').next().expect("a path").to_owned()
}

#[test]
fn in_development_the_mails_are_shown() {
    let vault = Vault::new(Engine::Sqlite);
    let server = vault.start();
    let hello = server.call("GET", "/dev/mail?lang=fr", None, None).expect(200).text();
    assert!(hello.contains("Pas encore de message"), "{hello}");
    let alice = register(&server, "alice");
    recover(&server, &alice.email);
    eventually(Duration::from_secs(10), "the mail", || {
        vault.data().join("mail").read_dir().is_ok_and(|all| all.count() == 2)
    });

    let path = newest(&server);
    let list = server.call("GET", "/dev/mail", None, None).expect(200).text();
    assert!(list.contains("<time datetime=\"20") && !list.contains("+0000"), "{list}");
    let shown = server.call("GET", &path, None, None).expect(200);
    let plain = server.call("GET", &format!("{path}?view=plain"), None, None).expect(200).text();
    let html = server.call("GET", &format!("{path}/html"), None, None).expect(200);

    assert!(
        shown.text().contains("Set a new password for Vault API") && shown.text().contains("sandbox="),
        "{}",
        shown.text()
    );
    assert!(plain.contains("/reset?token=") && plain.contains("alice@example.com"), "{plain}");
    assert!(
        html.text().contains("/reset?token=") && html.text().contains("<table role=\"presentation\""),
        "{}",
        html.text()
    );
    let token = plain.split("token=").nth(1).unwrap().split_whitespace().next().unwrap();
    server
        .call(
            "POST",
            "/api/auth/reset",
            None,
            Some(&json!({ "token": token, "password": "trois canards sur un toit" })),
        )
        .expect(204);
    let policy = |reply: &crate::support::Reply| reply.header("content-security-policy").to_owned();
    assert!(policy(&shown).contains("default-src 'none'") && policy(&shown).contains("frame-src 'self'"));
    assert!(policy(&html).contains("sandbox") && !policy(&html).contains("script"), "{}", policy(&html));
    assert_eq!(html.header("x-frame-options"), "SAMEORIGIN");
    assert_eq!(shown.header("x-frame-options"), "DENY");
    for wrong in ["/dev/mail/1", "/dev/mail/..%2f..%2fjwt_secret", "/dev/mail/01920000-0000-7000-8000-000000000001"] {
        server.call("GET", wrong, None, None).expect(404);
    }
    // another site's name for our address
    let rebound = server
        .raw(b"GET /dev/mail HTTP/1.1\r\nHost: evil.example.com\r\nConnection: close\r\n\r\n")
        .expect("an answer");
    rebound.expect(404);
    // whoever a tunnel on this machine brings
    for path in ["/dev/mail", &path, &format!("{path}/html")] {
        for head in super::simulated_stripe::PASSED_ON {
            let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{head}\r\n\r\n");
            server.raw(request.as_bytes()).expect("an answer").expect(404);
        }
    }
}

#[test]
fn where_mails_leave_there_is_nothing_to_show() {
    let sink = SmtpSink::start();
    let vault = Vault::new(Engine::Sqlite).with("SMTP_URL", &sink.plain_url());

    vault.start().call("GET", "/dev/mail", None, None).expect(404);
}

#[test]
fn in_production_there_is_nothing_to_show() {
    let vault = Vault::in_production(Engine::Sqlite);
    let server = vault.start();

    server.call("GET", "/dev/mail", None, None).expect(404);
    assert!(server.log().contains("SMTP_URL and SENDGRID_API_KEY are not set"), "{}", server.log());
}

#[test]
fn under_a_path_of_a_proxy_the_pages_lead_there() {
    let vault = Vault::new(Engine::Sqlite).with("WEB_BASE_URL", "https://example.com/vault");
    let server = vault.start();

    for (page, status) in [("/confirm-address?token=x", 200), ("/reset?token=x", 400), ("/", 200)] {
        let html = server.call("GET", page, None, None).expect(status).text();
        assert!(html.contains("href=\"/vault/assets/console/app.css?v="), "{page}: {html}");
        assert!(!html.contains("=\"/assets") && !html.contains("action=\"/confirm"), "{page}: {html}");
    }
    let html = server.call("GET", "/confirm-address?token=x", None, None).text();
    assert!(html.contains("action=\"/vault/confirm-address\""), "{html}");
    let html = server.call("GET", "/reset?token=x", None, None).text();
    assert!(html.contains("href=\"/vault/forgot-password\""), "{html}");
}
