//! The life of an account, over a real mail server: register, verify, recover, refresh, a replay, a disabled account, the trail.

use serde_json::{Value, json};

use crate::support::{Server, SmtpSink, header};

const PASSWORD: &str = "une girafe en pyjama vert";
const NEXT_PASSWORD: &str = "trois loutres et un parapluie";
const ROOT_PASSWORD: &str = "quatre hiboux sur un tracteur";

fn post(server: &Server, path: &str, body: &Value) -> crate::support::Reply {
    server.call("POST", path, None, Some(body))
}

/// The token in the newest mail's link to this page.
fn mailed(mails: &[Value], page: &str) -> String {
    let text = mails.last().expect("a mail")["plain"].as_str().expect("a text");
    let (_, rest) = text.split_once(&format!("{page}?token=")).unwrap_or_else(|| panic!("no link to {page}: {text}"));
    rest.split_whitespace().next().expect("a token").to_owned()
}

fn text(of: &Value, name: &str) -> String {
    of[name].as_str().unwrap_or_else(|| panic!("no {name}: {of}")).to_owned()
}

fn log_in(server: &Server, email: &str, password: &str) -> Value {
    post(server, "/api/auth/login", &json!({ "email": email, "password": password })).expect(200).json()
}

on_each_database! {
    fn an_account_from_its_registration_to_its_end(vault: Vault) {
        let sink = SmtpSink::start();
        let vault = vault.with("SMTP_URL", &sink.plain_url()).with("MAIL_FROM", "Vault API <no-reply@vault.test>").with("REQUIRE_VERIFIED_EMAIL", "true");
        let server = vault.start();
        let alice = json!({ "email": "alice@example.com", "password": PASSWORD });

        // register → the mail arrives in a real SMTP server → verify
        post(&server, "/api/auth/register", &alice).expect(201);
        let before = text(&log_in(&server, "alice@example.com", PASSWORD), "access_token");
        server.call("GET", "/api/keys", Some(&before), None).expect_problem(403, "email_not_verified");
        let mails = sink.wait_for(1);
        assert_eq!(header(&mails[0], "To"), "alice@example.com");
        post(&server, "/api/auth/verify-email", &json!({ "token": mailed(&mails, "/verify") })).expect(204);
        server.call("GET", "/api/keys", Some(&before), None).expect(200);

        // → recover by mail
        post(&server, "/api/auth/recover", &json!({ "email": "alice@example.com" })).expect(202);
        let token = mailed(&sink.wait_for(2), "/reset");
        post(&server, "/api/auth/reset", &json!({ "token": token, "password": NEXT_PASSWORD })).expect(204);
        server.call("GET", "/api/keys", Some(&before), None).expect(401);

        // → refresh → a replayed refresh token ends the session and mails the owner
        let first = log_in(&server, "alice@example.com", NEXT_PASSWORD);
        let next = |token: &str| post(&server, "/api/auth/refresh", &json!({ "refresh_token": token }));
        let second = next(&text(&first, "refresh_token")).expect(200).json();
        let third = next(&text(&second, "refresh_token")).expect(200).json();
        next(&text(&first, "refresh_token")).expect_problem(401, "refresh_token_reused");
        server.call("GET", "/api/auth/me", Some(&text(&third, "access_token")), None).expect(401);
        let mails = sink.wait_for(4);
        let subjects: Vec<_> = mails.iter().map(|mail| header(mail, "Subject")).collect();
        assert_eq!(subjects[2..], ["Your Vault API password was changed", "We ended a session of your Vault API account"]);

        // → an administrator disables the account
        vault.run_with(&["admin", "create", "--email", "root@example.com", "--password-stdin"], &[], ROOT_PASSWORD).expect(0);
        let root = text(&log_in(&server, "root@example.com", ROOT_PASSWORD), "access_token");
        let open = text(&log_in(&server, "alice@example.com", NEXT_PASSWORD), "access_token");
        let users = server.call("GET", "/api/admin/users?q=alice", Some(&root), None).expect(200).json();
        let id = text(&users["data"][0], "id");
        server.call("PATCH", &format!("/api/admin/users/{id}"), Some(&root), Some(&json!({ "disabled": true }))).expect(200);
        server.call("GET", "/api/auth/me", Some(&open), None).expect(401);
        post(&server, "/api/auth/login", &json!({ "email": "alice@example.com", "password": NEXT_PASSWORD })).expect(401);
        assert_eq!(header(sink.wait_for(5).last().unwrap(), "To"), "alice@example.com");

        // → all of it in the audit trail, whose chain holds
        let trail = server.call("GET", &format!("/api/admin/audit?limit=100&user_id={id}"), Some(&root), None).expect(200).json();
        let mut actions: Vec<_> = trail["data"].as_array().unwrap().iter().map(|entry| text(entry, "action")).collect();
        actions.reverse();
        assert_eq!(actions, [
            "account.created", "session.created", "account.address_verified", "password.recovery_requested", "password.reset", "session.created",
            "session.refreshed", "session.refreshed", "session.refresh_token_reused", "session.created", "account.disabled", "session.refused",
        ]);
        vault.run(&["audit", "verify"]).expect(0);
    }
}
