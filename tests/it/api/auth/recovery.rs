//! `POST /api/auth/recover` and `/reset`.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;

use super::{
    NEW_PASSWORD, assert_dies_soon, assert_refused, log_in, read_me, recovery_token, register, reset, token_in,
};
use crate::support::{Reply, TestApp};

/// Asks for a recovery mail.
async fn recover(app: &TestApp, email: &str) -> Reply {
    app.call("POST", "/api/auth/recover", Some(json!({ "email": email }))).await
}

/// The token of a recovery mail, whichever of two servers sends it.
async fn token_of_either(app: &TestApp, sibling: &TestApp, email: &str) -> String {
    recover(app, email).await.expect(202);
    for _ in 0..200 {
        let mails = [app.mails.to(email), sibling.mails.to(email)].concat();
        if let Some(mail) = mails.first() {
            return token_in(&mail.body, "/reset").expect("a link");
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("no mail came to {email}");
}

on_both! {
    async fn known_and_unknown_addresses_get_the_same_answer(app: TestApp) {
        let alice = app.member("alice").await;

        let known = recover(&app, &alice.email).await.expect(202);
        let unknown = recover(&app, "nobody@example.com").await.expect(202);

        assert_eq!(known.text(), unknown.text());
        assert!(known.json()["message"].as_str().is_some_and(|message| !message.is_empty()));
        let names = |reply: &Reply| reply.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(&known), names(&unknown));
    }

    async fn an_unknown_address_gets_no_mail(app: TestApp) {
        let alice = app.member("alice").await;

        recover(&app, "nobody@example.com").await.expect(202);
        recover(&app, &alice.email).await.expect(202);

        app.wait_for_mails(&alice.email, 1).await;
        assert_eq!(app.mails.all().len(), 1);
        assert_eq!(app.sql("select count(*) from auth.mail_outbox where address = 'nobody@example.com'").await, "0");
        assert_eq!(app.sql("select count(*) from auth.password_resets").await, "1");
    }

    async fn a_disabled_account_gets_no_mail(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        app.sql(r#"update auth."user" set "disabledAt" = '2026-01-01T00:00:00Z' where email = 'alice@example.com'"#).await;

        recover(&app, &alice.email).await.expect(202);
        recover(&app, &bob.email).await.expect(202);

        app.wait_for_mails(&bob.email, 1).await;
        assert!(app.mails.to(&alice.email).is_empty());
    }

    async fn the_token_of_a_mail_sets_a_password_once(app: TestApp) {
        let alice = app.member("alice").await;
        let token = recovery_token(&app, &alice.email, 1).await;

        let first = reset(&app, &token, NEW_PASSWORD).await;
        let second = reset(&app, &token, "quatre hiboux sur un tracteur").await;

        first.expect(204);
        second.expect_problem(400, "invalid_token");
        log_in(&app, &alice.email, NEW_PASSWORD).await.expect(200);
        log_in(&app, &alice.email, &alice.password).await.expect_problem(401, "invalid_credentials");
        let mails = app.wait_for_mails(&alice.email, 2).await;
        assert_eq!(mails[1].subject, "Your Vault API password was changed");
    }

    async fn of_two_uses_of_a_token_at_once_one_counts(app: TestApp) {
        let alice = app.member("alice").await;
        let token = recovery_token(&app, &alice.email, 1).await;
        let other_password = "quatre hiboux sur un tracteur";

        let (one, other) = tokio::join!(reset(&app, &token, NEW_PASSWORD), reset(&app, &token, other_password));

        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 400], "{} {}", one.text(), other.text());
        let winner = if one.status == 204 { NEW_PASSWORD } else { other_password };
        log_in(&app, &alice.email, winner).await.expect(200);
    }

    async fn only_the_newest_of_two_mails_works(app: TestApp) {
        let alice = app.member("alice").await;
        let older = recovery_token(&app, &alice.email, 1).await;
        let newer = recovery_token(&app, &alice.email, 2).await;

        let by_the_older = reset(&app, &older, NEW_PASSWORD).await;
        let by_the_newer = reset(&app, &newer, NEW_PASSWORD).await;

        by_the_older.expect_problem(400, "invalid_token");
        by_the_newer.expect(204);
    }

    async fn a_mail_works_for_fifteen_minutes(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let (alices, bobs) = (recovery_token(&app, &alice.email, 1).await, recovery_token(&app, &bob.email, 1).await);

        app.clock.advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
        reset(&app, &alices, NEW_PASSWORD).await.expect(204);
        app.clock.advance(TimeDelta::seconds(1));

        reset(&app, &bobs, NEW_PASSWORD).await.expect_problem(400, "invalid_token");
        log_in(&app, &bob.email, &bob.password).await.expect(200);
    }

    async fn a_reset_ends_every_session_of_the_account_at_once(app: TestApp) {
        let (alice, bob, sibling) = (app.member("alice").await, app.member("bob").await, app.sibling().await);
        let second = alice.sign_in().await;
        read_me(&app, &second).await.expect(200);
        read_me(&sibling, &second).await.expect(200);
        let token = token_of_either(&app, &sibling, &alice.email).await;

        reset(&app, &token, NEW_PASSWORD).await.expect(204);

        assert_refused(alice.get("/api/auth/me").await);
        assert_refused(read_me(&app, &second).await);
        assert_dies_soon(&sibling, &second).await;
        bob.get("/api/auth/me").await.expect(200);
    }

    async fn texts_that_are_no_token_of_a_mail_are_refused(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let token = recovery_token(&app, &alice.email, 1).await;
        let (content, signature) = token.rsplit_once('.').unwrap();
        let flipped = format!("{content}.{}{}", if signature.starts_with('A') { "B" } else { "A" }, &signature[1..]);

        for text in ["garbage", "a.b.c", &flipped, content, &bob.token] {
            reset(&app, text, NEW_PASSWORD).await.expect_problem(400, "invalid_token");
        }

        reset(&app, "", NEW_PASSWORD).await.expect_problem(422, "validation_failed");
        log_in(&app, &alice.email, &alice.password).await.expect(200);
        reset(&app, &token, NEW_PASSWORD).await.expect(204);
    }

    async fn a_refused_password_spends_no_token(app: TestApp) {
        let alice = app.member("alice").await;
        let token = recovery_token(&app, &alice.email, 1).await;

        for (password, code) in [("short", "too_short"), ("password1234", "password_too_common"), ("alice@example.com", "password_too_common")] {
            let reply = reset(&app, &token, password).await.expect_problem(422, "validation_failed");
            assert_eq!(reply.faults(), [("password".to_owned(), code.to_owned())]);
        }

        alice.get("/api/auth/me").await.expect(200);
        reset(&app, &token, NEW_PASSWORD).await.expect(204);
    }

    async fn an_account_that_was_disabled_after_the_mail_can_not_be_reset(app: TestApp) {
        let alice = app.member("alice").await;
        let token = recovery_token(&app, &alice.email, 1).await;
        app.sql(r#"update auth."user" set "disabledAt" = '2026-01-01T00:00:00Z'"#).await;

        let reply = reset(&app, &token, NEW_PASSWORD).await;

        reply.expect_problem(400, "invalid_token");
    }

    async fn mails_speak_the_language_of_the_account(app: TestApp) {
        let body = json!({ "email": "aline@example.com", "password": "tulipes sous la pluie" });
        app.call_with("POST", "/api/auth/register", Some(body), &[("accept-language", "fr-FR, en;q=0.5")]).await.expect(201);
        register(&app, "alice@example.com", "tulipes sous la pluie").await.expect(201);

        let french = recovery_token(&app, "aline@example.com", 1).await;
        let english = recovery_token(&app, "alice@example.com", 1).await;

        let (aline, alice) = (app.mails.to("aline@example.com").remove(0), app.mails.to("alice@example.com").remove(0));
        assert_eq!(aline.subject, "Choisir un nouveau mot de passe pour Vault API");
        assert!(aline.body.starts_with("Bonjour") && aline.body.contains("15 minutes"), "{}", aline.body);
        assert_eq!(alice.subject, "Set a new password for Vault API");
        assert!(alice.body.starts_with("Hello") && alice.body.contains("15 minutes"), "{}", alice.body);
        reset(&app, &french, NEW_PASSWORD).await.expect(204);
        reset(&app, &english, NEW_PASSWORD).await.expect(204);
        assert_eq!(app.wait_for_mails("aline@example.com", 2).await[1].subject, "Votre mot de passe Vault API a été changé");
    }

    async fn the_answer_speaks_the_language_that_the_client_prefers(app: TestApp) {
        let body = json!({ "email": "alice@example.com" });

        let reply = app.call_with("POST", "/api/auth/recover", Some(body), &[("accept-language", "fr")]).await.expect(202);

        assert!(reply.json()["message"].as_str().unwrap().starts_with("Si cette adresse"));
    }

    async fn the_database_holds_no_token(app: TestApp) {
        let alice = app.member("alice").await;
        let token = recovery_token(&app, &alice.email, 1).await;

        let mut rows = String::new();
        for table in ["password_resets", "mail_outbox", "audit_trail"] {
            rows += &app.sql(&format!("select * from auth.{table}")).await;
        }

        assert!(!rows.contains(token.rsplit('.').next().unwrap()), "{rows}");
        assert_eq!(alice.trail().await.last().map(String::as_str), Some("password.recovery_requested"));
    }

    async fn the_trail_names_the_request_that_asked_for_the_mail(app: TestApp) {
        let alice = app.member("alice").await;
        let body = json!({ "email": alice.email });

        app.call_with("POST", "/api/auth/recover", Some(body), &[("x-request-id", "who-asked"), ("user-agent", "a browser")]).await.expect(202);
        app.wait_for_mails(&alice.email, 1).await;

        let page = alice.get("/api/audit?limit=1").await.expect(200).json();
        let entry = &page["data"][0];
        assert_eq!((entry["action"].as_str(), entry["request_id"].as_str(), entry["user_agent"].as_str()), (Some("password.recovery_requested"), Some("who-asked"), Some("a browser")));
    }

    async fn recovery_asks_for_an_address(app: TestApp) {
        let nothing = app.call("POST", "/api/auth/recover", Some(json!({}))).await;
        let no_address = recover(&app, "nobody").await;

        assert_eq!(nothing.expect_problem(422, "validation_failed").faults(), [("email".to_owned(), "required".to_owned())]);
        assert_eq!(no_address.expect_problem(422, "validation_failed").faults(), [("email".to_owned(), "invalid_format".to_owned())]);
    }
}
