//! `POST /api/auth/login`.

use serde_json::{Value, json};

use super::{NEW_PASSWORD, assert_dies_soon, log_in, read_me, register};
use crate::support::Reply;

/// Written by passlib 1.7.4 for "correct horse battery".
const PASSLIB: [&str; 4] = [
    "$2a$04$qjtwIEp3I/pRI/9TU9K0k.VYvI50.Xm5sqE1GwHjh7L1blpWTiiEa",
    "$2b$04$n/pPYjX4ME4nW1JSoCT3JeYWDQkiE1kF2oSFZ2ixtZQEoUmDxicee",
    "$2y$04$wDoJu078ZNcs08Z8qh92L.rrCUdnQ5Yoz7a2pZbE1deTkd/Sntci.",
    "$argon2id$v=19$m=1024,t=2,p=2$Rej9H4PQWgsBQKgVgpByLg$9d6C5G3dOGf3jtZx11breEe/BB8q3sM8HxBkpb58WbU",
];

/// A refused sign-in's body, without what differs from request to request.
#[track_caller]
fn refusal(reply: Reply) -> Value {
    let reply = reply.expect_problem(401, "invalid_credentials");
    assert_eq!(reply.header("www-authenticate"), "Bearer");
    let mut body = reply.json();
    body.as_object_mut().unwrap().remove("request_id");
    body
}

on_both! {
    async fn a_sign_in_gives_a_token_that_opens_the_account(app: TestApp) {
        let user = register(&app, "alice@example.com", NEW_PASSWORD).await.expect(201).json();

        let reply = log_in(&app, "alice@example.com", NEW_PASSWORD).await.expect(200);

        let tokens = reply.json();
        let mut members: Vec<_> = tokens.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["access_token", "expires_in", "refresh_token", "token_type", "user"]);
        assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("bearer"), &json!(30 * 24 * 60 * 60)));
        assert_eq!(tokens["user"], user);
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(read_me(&app, tokens["access_token"].as_str().unwrap()).await.expect(200).json(), user);
    }

    async fn the_address_is_taken_in_any_case_and_with_spaces_around(app: TestApp) {
        register(&app, "alice@example.com", NEW_PASSWORD).await.expect(201);

        let reply = log_in(&app, "  ALICE@Example.com ", NEW_PASSWORD).await;

        assert_eq!(reply.expect(200).json()["user"]["email"], "alice@example.com");
    }

    async fn an_unknown_address_is_refused_like_a_wrong_password(app: TestApp) {
        let alice = app.member("alice").await;

        let wrong = log_in(&app, &alice.email, "une girafe en pyjama rouge").await;
        let unknown = log_in(&app, "nobody@example.com", &alice.password).await;
        let impossible = log_in(&app, "no address at all", &alice.password).await;

        let wrong = refusal(wrong);
        assert_eq!(refusal(unknown), wrong);
        assert_eq!(refusal(impossible), wrong);
    }

    async fn a_letter_after_72_bytes_counts(app: TestApp) {
        let start: String = "zq7!Kd0wPx".chars().cycle().take(72).collect();
        register(&app, "alice@example.com", &format!("{start}A")).await.expect(201);

        let other = log_in(&app, "alice@example.com", &format!("{start}B")).await;
        let shorter = log_in(&app, "alice@example.com", &start).await;
        let longer = log_in(&app, "alice@example.com", &format!("{start}AA")).await;

        refusal(other);
        refusal(shorter);
        refusal(longer);
        log_in(&app, "alice@example.com", &format!("{start}A")).await.expect(200);
    }

    async fn what_follows_a_nul_counts(app: TestApp) {
        register(&app, "alice@example.com", "girafe\u{0}en pyjama vert").await.expect(201);

        let other = log_in(&app, "alice@example.com", "girafe\u{0}en pyjama rouge").await;
        let shorter = log_in(&app, "alice@example.com", "girafe").await;

        refusal(other);
        refusal(shorter);
        log_in(&app, "alice@example.com", "girafe\u{0}en pyjama vert").await.expect(200);
    }

    async fn composed_and_decomposed_letters_are_the_same_password(app: TestApp) {
        let (composed, decomposed) = ("un caf\u{e9} sans lait ni sucre", "un cafe\u{301} sans lait ni sucre");
        register(&app, "alice@example.com", composed).await.expect(201);
        register(&app, "bob@example.com", decomposed).await.expect(201);

        let alice = log_in(&app, "alice@example.com", decomposed).await;
        let bob = log_in(&app, "bob@example.com", composed).await;

        alice.expect(200);
        bob.expect(200);
        refusal(log_in(&app, "alice@example.com", "un cafe sans lait ni sucre").await);
    }

    async fn sign_ins_at_once_that_renew_an_old_hash_all_succeed(app: TestApp) {
        let alice = app.member("alice").await;
        app.sql(&format!(r#"update auth."user" set password = '{}'"#, PASSLIB[1])).await;

        let answers = crate::support::at_once(4, |_| log_in(&app, &alice.email, "correct horse battery")).await;

        for answer in answers {
            answer.expect(200);
        }
        let renewals = app.sql("select count(*) from auth.audit_trail where action = 'password.rehashed'").await;
        assert_eq!(renewals, "1");
    }

    async fn hashes_of_the_old_service_sign_in_and_are_renewed(app: TestApp) {
        let alice = app.member("alice").await;
        for hash in PASSLIB {
            app.sql(&format!(r#"update auth."user" set password = '{hash}'"#)).await;

            refusal(log_in(&app, &alice.email, "correct horse batterz").await);
            assert_eq!(app.sql(r#"select password from auth."user""#).await, hash);
            log_in(&app, &alice.email, "correct horse battery").await.expect(200);

            let renewed = app.sql(r#"select password from auth."user""#).await;
            assert!(renewed.starts_with("v1$"), "{hash} became {renewed}");
            log_in(&app, &alice.email, "correct horse battery").await.expect(200);
            assert_eq!(app.sql(r#"select password from auth."user""#).await, renewed, "a new hash is renewed again");
        }

        let renewals = app.sql("select count(*) from auth.audit_trail where action = 'password.rehashed'").await;
        assert_eq!(renewals, "4");
    }

    async fn a_disabled_account_is_refused_like_a_wrong_password_and_its_token_dies(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        alice.get("/api/auth/me").await.expect(200);
        let wrong = refusal(log_in(&app, &alice.email, "une girafe en pyjama rouge").await);

        app.sql(r#"update auth."user" set "disabledAt" = '2026-01-01T00:00:00Z' where email = 'alice@example.com'"#).await;

        assert_eq!(refusal(log_in(&app, &alice.email, &alice.password).await), wrong);
        assert_dies_soon(&app, &alice.token).await;
        bob.get("/api/auth/me").await.expect(200);
    }

    async fn a_refused_sign_in_is_in_the_owners_trail_alone(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);

        refusal(log_in(&app, &alice.email, "une girafe en pyjama rouge").await);

        assert_eq!(alice.trail().await, ["account.created", "session.created", "session.refused"]);
        assert_eq!(bob.trail().await, ["account.created", "session.created"]);
        let details = app.sql("select details from auth.audit_trail where action = 'session.refused'").await;
        assert!(!details.contains("girafe"), "{details}");
    }

    async fn every_fault_of_a_sign_in_is_told_at_once(app: TestApp) {
        let body = json!({ "email": 1, "remember": true });

        let reply = app.call("POST", "/api/auth/login", Some(body)).await.expect_problem(422, "validation_failed");

        let faults = [("email", "wrong_type"), ("password", "required"), ("remember", "unknown_field")];
        assert_eq!(reply.faults(), faults.map(|(field, code)| (field.to_owned(), code.to_owned())));
    }

    async fn a_sign_in_without_any_hash_in_the_database_is_refused(app: TestApp) {
        let alice = app.member("alice").await;
        app.sql(r#"update auth."user" set password = ''"#).await;

        let reply = log_in(&app, &alice.email, &alice.password).await;

        refusal(reply);
    }
}
