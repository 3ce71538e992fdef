//! `/api/auth/me`: reading, renaming and deleting one's account.

use chrono::TimeDelta;
use serde_json::json;

use super::{NEW_PASSWORD, assert_dies_soon, assert_refused, log_in, read_me, register};
use crate::support::{Actor, Reply, TestApp};

/// Makes this account an administrator, behind the app's back.
async fn make_administrator(app: &TestApp, actor: &Actor<'_>) {
    app.sql(&format!(r#"update auth."user" set role = 'admin' where email = '{}'"#, actor.email)).await;
}

/// Tries to delete the actor's account.
async fn delete_me(actor: &Actor<'_>, password: &str) -> Reply {
    actor.call("DELETE", "/api/auth/me", Some(json!({ "password": password }))).await
}

on_both! {
    async fn members_read_their_own_account(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);

        let read = (alice.get("/api/auth/me").await.expect(200).json(), bob.get("/api/auth/me").await.expect(200).json());

        assert_eq!((read.0["id"].as_str(), read.1["id"].as_str()), (Some(alice.id.as_str()), Some(bob.id.as_str())));
        assert_eq!((read.0["email"].as_str(), read.0["name"].as_str()), (Some("alice@example.com"), Some("alice")));
        assert!(read.0.get("password").is_none());
    }

    async fn a_new_name_is_trimmed_and_seen_at_once(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        alice.get("/api/auth/me").await.expect(200);
        app.clock.advance(TimeDelta::seconds(5));

        let changed = alice.patch("/api/auth/me", json!({ "name": "  Alice Ünal 🦊 " })).await.expect(200).json();

        assert_eq!(changed["name"], "Alice Ünal 🦊");
        assert!(changed["updated_at"].as_str() > changed["created_at"].as_str());
        assert_eq!(alice.get("/api/auth/me").await.expect(200).json(), changed);
        assert_eq!(bob.get("/api/auth/me").await.expect(200).json()["name"], "bob");
        assert_eq!(alice.trail().await.last().map(String::as_str), Some("account.updated"));
    }

    async fn the_language_is_changed_alone_or_with_the_name_and_mails_follow_it(app: TestApp) {
        let alice = app.member("alice").await;
        assert_eq!(alice.get("/api/auth/me").await.expect(200).json()["language"], "en");

        let changed = alice.patch("/api/auth/me", json!({ "language": "fr" })).await.expect(200).json();
        assert_eq!((changed["language"].as_str(), changed["name"].as_str()), (Some("fr"), Some("alice")));
        let body = json!({ "current_password": alice.password, "new_password": NEW_PASSWORD });
        alice.post("/api/auth/password", body).await.expect(204);
        assert_eq!(app.wait_for_mails(&alice.email, 1).await[0].subject, "Votre mot de passe Vault API a été changé");

        let changed = alice.patch("/api/auth/me", json!({ "name": "Alice", "language": "en" })).await.expect(200).json();
        assert_eq!((changed["language"].as_str(), changed["name"].as_str()), (Some("en"), Some("Alice")));
        let entry = alice.get("/api/audit?limit=1").await.expect(200).json()["data"][0].clone();
        assert_eq!(entry["details"]["changed"], "name, language");
        for (language, code) in [(json!("de"), "invalid_choice"), (json!("FR"), "invalid_choice"), (json!(""), "invalid_choice"), (json!(7), "wrong_type"), (json!(null), "required")] {
            let reply = alice.patch("/api/auth/me", json!({ "language": language })).await.expect_problem(422, "validation_failed");
            assert_eq!(reply.faults(), [("language".to_owned(), code.to_owned())]);
        }
    }

    async fn a_name_may_be_empty(app: TestApp) {
        let alice = app.member("alice").await;

        for name in ["", "   "] {
            let changed = alice.patch("/api/auth/me", json!({ "name": name })).await.expect(200).json();
            assert_eq!(changed["name"], "");
        }
    }

    async fn a_name_that_can_not_be_kept_is_refused(app: TestApp) {
        let alice = app.member("alice").await;
        let overlong = "é".repeat(101);
        let refused = [
            (json!({ "name": "a\u{0}b" }), "invalid_characters"),
            (json!({ "name": "a\nb" }), "invalid_characters"),
            (json!({ "name": overlong }), "too_long"),
            (json!({ "name": 7 }), "wrong_type"),
            (json!({ "name": null }), "required"),
            (json!({}), "required"),
        ];

        for (body, code) in refused {
            let reply = alice.patch("/api/auth/me", body).await.expect_problem(422, "validation_failed");
            assert_eq!(reply.faults(), [("name".to_owned(), code.to_owned())]);
        }
        for field in ["email", "role", "plan", "email_verified", "password"] {
            let reply = alice.patch("/api/auth/me", json!({ "name": "Eve", field: "admin" })).await;
            reply.expect_problem(422, "unknown_field");
        }

        assert_eq!(alice.get("/api/auth/me").await.expect(200).json()["name"], "alice");
        alice.patch("/api/auth/me", json!({ "name": "é".repeat(100) })).await.expect(200);
    }

    async fn an_account_is_not_deleted_with_a_wrong_password(app: TestApp) {
        let alice = app.member("alice").await;
        alice.store("OpenAI", "sk-proj-abcdefghijklmnopqrstuvwx").await;

        let reply = delete_me(&alice, "une girafe en pyjama rouge").await;

        reply.expect_problem(403, "wrong_password");
        alice.call("DELETE", "/api/auth/me", None).await.expect_problem(415, "unsupported_media_type");
        alice.get("/api/auth/me").await.expect(200);
        assert_eq!(alice.get("/api/keys").await.expect(200).json()["data"].as_array().map(Vec::len), Some(1));
        assert_eq!(alice.trail().await.last().map(String::as_str), Some("password.refused"));
    }

    async fn nothing_of_a_deleted_account_is_left_but_its_trail(app: TestApp) {
        let (alice, sibling) = (app.member("alice").await, app.sibling().await);
        let second = alice.sign_in().await;
        alice.store("OpenAI", "sk-proj-abcdefghijklmnopqrstuvwx").await;
        alice.call_with("POST", "/api/keys", Some(json!({ "name": "Other", "value": "zq7Kd0wPxLm3" })), &[("idempotency-key", "once")]).await.expect(201);
        read_me(&sibling, &alice.token).await.expect(200);

        delete_me(&alice, &alice.password).await.expect(204);

        assert_refused(alice.get("/api/auth/me").await);
        assert_refused(read_me(&app, &second).await);
        assert_dies_soon(&sibling, &alice.token).await;
        for table in [r#""user""#, "api_keys", "login_sessions", "account_keys", "password_resets", "idempotency_keys"] {
            assert_eq!(app.sql(&format!("select count(*) from auth.{table}")).await, "0", "{table}");
        }
        assert_eq!(app.sql("select count(*) from auth.audit_trail where action = 'account.deleted'").await, "1");
        log_in(&app, &alice.email, &alice.password).await.expect_problem(401, "invalid_credentials");
    }

    async fn a_deletion_touches_nobody_else(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let id = bob.store("OpenAI", "sk-proj-abcdefghijklmnopqrstuvwx").await["id"].as_str().unwrap().to_owned();

        delete_me(&alice, &alice.password).await.expect(204);

        bob.get(&format!("/api/keys/{id}/decrypt")).await.expect(200);
        log_in(&app, &bob.email, &bob.password).await.expect(200);
    }

    async fn who_registers_a_deleted_address_anew_sees_nothing_old(app: TestApp) {
        let alice = app.member("alice").await;
        let id = alice.store("OpenAI", "sk-proj-abcdefghijklmnopqrstuvwx").await["id"].as_str().unwrap().to_owned();
        delete_me(&alice, &alice.password).await.expect(204);

        let again = app.member("alice").await;

        assert_ne!(again.id, alice.id);
        assert_eq!(again.get("/api/keys").await.expect(200).json()["data"], json!([]));
        again.get(&format!("/api/keys/{id}/decrypt")).await.expect_problem(404, "not_found");
        assert_eq!(again.trail().await, ["account.created", "session.created"]);
        assert_refused(alice.get("/api/auth/me").await);
        again.store("OpenAI", "sk-proj-abcdefghijklmnopqrstuvwx").await;
    }

    async fn the_last_administrator_stays(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        make_administrator(&app, &alice).await;

        let alone = delete_me(&alice, &alice.password).await;
        make_administrator(&app, &bob).await;
        let of_two = delete_me(&alice, &alice.password).await;

        alone.expect_problem(409, "last_administrator");
        of_two.expect(204);
        delete_me(&bob, &bob.password).await.expect_problem(409, "last_administrator");
        bob.get("/api/auth/me").await.expect(200);
    }

    async fn a_disabled_administrator_does_not_count(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        make_administrator(&app, &alice).await;
        make_administrator(&app, &bob).await;
        app.sql(r#"update auth."user" set "disabledAt" = '2026-01-01T00:00:00Z' where email = 'bob@example.com'"#).await;

        let reply = delete_me(&alice, &alice.password).await;

        reply.expect_problem(409, "last_administrator");
    }

    async fn of_two_administrators_who_leave_at_once_one_stays(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        make_administrator(&app, &alice).await;
        make_administrator(&app, &bob).await;

        let (one, other) = tokio::join!(delete_me(&alice, &alice.password), delete_me(&bob, &bob.password));

        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409], "{} {}", one.text(), other.text());
        assert_eq!(app.sql(r#"select count(*) from auth."user" where role = 'admin'"#).await, "1");
    }

    async fn a_deleted_address_is_free_for_another_password(app: TestApp) {
        let alice = app.member("alice").await;
        delete_me(&alice, &alice.password).await.expect(204);

        register(&app, &alice.email, NEW_PASSWORD).await.expect(201);

        log_in(&app, &alice.email, &alice.password).await.expect_problem(401, "invalid_credentials");
        log_in(&app, &alice.email, NEW_PASSWORD).await.expect(200);
    }
}
