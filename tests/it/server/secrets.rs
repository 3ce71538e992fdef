//! Planted markers: nothing that is secret is found where it must not be, in any usual spelling.

use std::{path::Path, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use super::wire::eventually;
use crate::support::{Engine, Faults, Server, Shop, Vault, dump, register, rest};

const VALUE: &str = "MARKER-value-6b1f0c9e72d84a35";
const CONFIG: &str = "MARKER-config-91c7e3d05fa24b68";
const PASSWORD: &str = "MARKER-password-52e8a0b7c4f19d36";
const NEXT_PASSWORD: &str = "MARKER-after-reset-0d4f8b27e6a1";
const WRONG_KEY: &str = "sk_test_MARKERwrong4d81f6a90c27b35e";
const NEXT_WEBHOOK: &str = "whsec_MARKERnext7c05e2b8f1a49d63";
const NOTE_OF_REFUSED: &str = "MARKER-refused-value-77aa41c05b";

/// A marker as it is, in base64 at each of the three alignments, and in hexadecimal.
fn spellings(marker: &str) -> Vec<Vec<u8>> {
    let mut all =
        vec![marker.as_bytes().to_vec(), hex::encode(marker).into_bytes(), hex::encode_upper(marker).into_bytes()];
    for shift in 0..3 {
        let encoded = STANDARD.encode([&vec![b' '; shift][..], marker.as_bytes()].concat());
        // the letters at both ends also hold bits of the neighbours
        let inner = &encoded[4..encoded.len() - 4];
        all.push(inner.as_bytes().to_vec());
        all.push(inner.replace('+', "-").replace('/', "_").into_bytes());
    }
    all
}

#[track_caller]
fn holds_none(place: &str, content: &[u8], markers: &[&str]) {
    assert!(!content.is_empty(), "{place} is empty");
    for marker in markers {
        for spelling in spellings(marker) {
            let found = content.windows(spelling.len()).position(|window| window == spelling);
            assert_eq!(found, None, "{place} holds {marker} as {}", String::from_utf8_lossy(&spelling));
        }
    }
}

/// Every file of a folder but the mails, with its folders.
fn files(folder: &Path, into: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            if entry.file_name() != "mail" {
                files(&path, into);
            }
        } else {
            into.push((path.display().to_string(), std::fs::read(&path).expect("a file")));
        }
    }
}

/// The token of the recovery mail.
fn mailed_token(vault: &Vault) -> String {
    let mut token = String::new();
    eventually(Duration::from_secs(10), "the recovery mail", || {
        let Ok(folder) = std::fs::read_dir(vault.data().join("mail")) else { return false };
        for file in folder.flatten().filter(|file| file.path().extension().is_some_and(|extension| extension == "eml"))
        {
            let text = std::fs::read_to_string(file.path()).unwrap_or_default();
            if let Some(rest) = text.split("/reset?token=").nth(1) {
                token = rest
                    .split(|letter: char| letter.is_whitespace() || letter == '>')
                    .next()
                    .unwrap_or_default()
                    .to_owned();
            }
        }
        !token.is_empty()
    });
    token
}

/// Uses every door through which a secret comes in; the tokens that it was given.
fn use_everything(vault: &Vault, server: &Server) -> (String, String) {
    let mut alice = register(server, "alice");
    let change = json!({ "current_password": alice.password, "new_password": PASSWORD });
    alice.call(server, "POST", "/api/auth/password", Some(&change)).expect(204);
    alice.password = PASSWORD.into();
    alice.token = alice.sign_in(server);
    let body = json!({
        "name": "Supabase", "provider": "supabase", "value": VALUE, "note": "a note in clear",
        "provider_config": { "url": "https://example.supabase.co", "service_role_key": CONFIG },
    });
    let made = alice.call(server, "POST", "/api/keys", Some(&body)).expect(201).json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(alice.reveal(server, id), VALUE);
    alice
        .call(
            server,
            "PATCH",
            &format!("/api/keys/{id}"),
            Some(&json!({ "name": "Supabase 2", "provider_config": { "service_role_key": CONFIG } })),
        )
        .expect(200);
    // refusals say no more than successes
    alice.call(server, "POST", "/api/keys", Some(&body)).expect(409);
    alice
        .call(
            server,
            "POST",
            "/api/keys",
            Some(&json!({ "name": "", "value": NOTE_OF_REFUSED, "unknown": NOTE_OF_REFUSED })),
        )
        .expect(422);
    let wrong = json!({ "email": alice.email, "password": NEXT_PASSWORD });
    server.call("POST", "/api/auth/login", None, Some(&wrong)).expect(401);
    server.call("POST", "/api/auth/recover", None, Some(&json!({ "email": alice.email }))).expect(202);
    let reset = mailed_token(vault);
    let session = alice.token.clone();
    server
        .call("POST", "/api/auth/reset", None, Some(&json!({ "token": reset, "password": NEXT_PASSWORD })))
        .expect(204);
    server.call("POST", "/api/auth/reset", None, Some(&json!({ "token": reset, "password": PASSWORD }))).expect(400);
    (session, reset)
}

on_each_database! {
    fn no_secret_is_in_the_log_the_database_or_the_folder(vault: Vault) {
        let vault = vault.with("RUST_LOG", "trace");
        let server = vault.start();
        let (session, reset) = use_everything(&vault, &server);
        let log = server.log();
        // what identifies a token is its signature; the head is the same for all
        let (session, reset) = (session.rsplit('.').next().unwrap(), reset.rsplit('.').next().unwrap());
        let markers = [VALUE, CONFIG, PASSWORD, NEXT_PASSWORD, NOTE_OF_REFUSED, session];
        let at_rest = [VALUE, CONFIG, PASSWORD, NEXT_PASSWORD, NOTE_OF_REFUSED, session, reset];

        assert!(log.contains("DEBUG"), "the log is not at its most talkative");
        holds_none("the log", log.as_bytes(), &markers);
        // the development mail is shown in the log, and nowhere else does its token appear
        assert_eq!(log.matches(reset).count(), log.matches("/reset?token=").count(), "the log holds the reset token outside the mail");
        nothing_at_rest_holds(&vault, &at_rest);
    }

    fn no_secret_of_stripe_s_is_in_the_log_the_database_the_folder_or_an_answer(vault: Vault) {
        let shop = Shop::open();
        let vault = shop.sells_to(vault).with("RUST_LOG", "trace");
        let secret = |name: &str| vault.settings.iter().find(|(known, _)| known == name).expect("a secret").1.clone();
        let (key, webhook) = (secret("STRIPE_SECRET_KEY"), secret("STRIPE_WEBHOOK_SECRET"));
        let markers = [key.as_str(), &webhook, WRONG_KEY, NEXT_WEBHOOK];
        let server = vault.start();
        let mut answers = use_billing(&shop, &vault, &server);
        let first = server.log();
        drop(server);
        // a key that Stripe refuses, and a secret that is being changed
        let other = vault.with("STRIPE_SECRET_KEY", WRONG_KEY).with("STRIPE_WEBHOOK_SECRET", &format!("{webhook},{NEXT_WEBHOOK}"));
        let server = other.start();
        let bob = register(&server, "bob");
        answers += &bob.call(&server, "POST", "/api/billing/checkout", None).expect(503).text();
        shop.deliver_all(&server);
        let checked = other.run(&["check"]).expect(1);
        let reconciled = other.run(&["billing", "reconcile"]).expect(1);
        answers += &(server.call("GET", "/metrics", None, None).text() + &server.call("GET", "/ready", None, None).text());
        let commands = [checked.output, checked.errors, reconciled.output, reconciled.errors].concat();

        for log in [first, server.log()] {
            assert!(log.contains("TRACE") && log.contains("asked Stripe"), "the log is not at its most talkative");
            holds_none("the log", log.as_bytes(), &markers);
        }
        assert!(commands.contains("Stripe answered 401"), "{commands}");
        holds_none("what the commands say", commands.as_bytes(), &markers);
        holds_none("an answer", answers.as_bytes(), &markers);
        nothing_at_rest_holds(&other, &markers);
    }
}

/// Uses every door of billing, also those that are shut; what was answered.
fn use_billing(shop: &Shop, vault: &Vault, server: &Server) -> String {
    let alice = register(server, "alice");
    shop.subscribe(vault, server, &alice);
    shop.deliver_all(server);
    let mut answers = String::new();
    for (method, path) in [
        ("POST", "/api/billing/checkout"),
        ("POST", "/api/billing/portal"),
        ("GET", "/api/billing/subscription"),
        ("GET", "/api/billing/invoices"),
        ("GET", "/api/audit"),
        ("GET", "/billing/success?session_id=cs_unknown"),
        ("GET", "/billing/cancelled"),
        ("GET", "/openapi.json"),
    ] {
        let answer = alice.call(server, method, path, None);
        answers += &format!("{:?}{}", answer.headers, answer.text());
    }
    let forged = "POST /api/billing/webhook HTTP/1.1\r\nHost: x\r\nConnection: close\r\nStripe-Signature: t=1,v1=00\r\nContent-Length: 2\r\n\r\n{}";
    answers += &server.raw(forged.as_bytes()).expect("an answer").expect(400).text();
    shop.stand_in.set_faults(Faults { refuses_with: Some(500), ..Faults::default() });
    answers += &alice.call(server, "POST", "/api/billing/portal", None).expect(503).text();
    shop.stand_in.set_faults(Faults::default());
    rest(vault);
    answers
}

/// Looks through the folder, with the write-ahead log, before anything is tidied up; and through the database.
fn nothing_at_rest_holds(vault: &Vault, markers: &[&str]) {
    let mut all = Vec::new();
    files(&vault.data(), &mut all);
    assert!(
        vault.engine == Engine::Postgres || all.iter().any(|(name, _)| name.ends_with("-wal")),
        "no write-ahead log was read"
    );
    if vault.engine == Engine::Postgres {
        all.push(("the dump".into(), dump(vault).into_bytes()));
    }
    for (name, content) in all.iter().filter(|(_, content)| !content.is_empty()) {
        holds_none(name, content, markers);
    }
}

#[test]
fn the_spellings_find_what_is_planted() {
    for prefix in ["", "a", "ab", "abc"] {
        let planted = STANDARD.encode(format!("{prefix}{VALUE} and more"));
        assert!(
            spellings(VALUE).iter().any(|spelling| planted.contains(std::str::from_utf8(spelling).unwrap())),
            "{prefix}"
        );
    }
}
