//! A token's life: made and shown once, used, revoked; and what the trail tells of it.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vault_api::{core::clock::Clock as _, models::program_token::is_well_formed, services::program_tokens};

use super::{answer, call, token, token_with};
use crate::api::auth::{NEW_PASSWORD, recovery_token};

fn in_hours(app: &crate::support::TestApp, hours: i64) -> String {
    (app.clock.now() + TimeDelta::hours(hours)).to_rfc3339()
}

on_both! {
    async fn a_new_token_is_shown_once_and_kept_as_a_hash(app: TestApp) {
        let alice = app.member("alice").await;
        let body = json!({ "name": " billing bot ", "scopes": ["keys:read", "keys:write"], "expires_at": in_hours(&app, 1), "allowed_ips": ["203.0.113.9", "198.51.100.7/24"] });

        let made = alice.post("/api/tokens", body).await.expect(201);

        assert_eq!(made.header("cache-control"), "no-store");
        let made = made.json();
        let text = made["token"].as_str().unwrap();
        assert!(text.starts_with("vkt_") && text.len() == 46 && is_well_formed(text), "{text}");
        assert_eq!((&made["name"], &made["prefix"], &made["last4"]), (&json!("billing bot"), &json!("vkt_"), &json!(&text[42..])));
        assert_eq!((&made["scopes"], &made["allowed_ips"]), (&json!(["keys:read", "keys:write"]), &json!(["203.0.113.9", "198.51.100.0/24"])));
        assert_eq!((&made["last_used_at"], &made["revoked"]), (&Value::Null, &json!(false)));
        let list = alice.get("/api/tokens").await.expect(200);
        assert!(!list.text().contains(text) && list.json()["data"][0]["token"].is_null());
        assert_eq!(list.json()["data"][0]["id"], made["id"]);
        let kept = app.sql(if app.engine == crate::support::Engine::Sqlite { "select *, hex(digest) from program_tokens" } else { "select *, encode(digest, 'hex') from auth.program_tokens" }).await;
        assert!(!kept.contains(text) && !kept.to_lowercase().contains(&hex::encode(text)), "{kept}");
    }

    async fn a_token_works_for_its_account_and_its_use_is_told(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let id = alice.store("a", "the value").await["id"].as_str().unwrap().to_owned();
        let (_, all) = token(&alice, &["keys:read", "keys:reveal", "keys:write"]).await;
        let (_, of_bob) = token(&bob, &["keys:read", "keys:reveal", "keys:write"]).await;

        assert_eq!(call(&app, &all, "GET", "/api/auth/me", None).await.expect(200).json()["email"], "alice@example.com");
        assert_eq!(call(&app, &all, "GET", &format!("/api/keys/{id}/decrypt"), None).await.expect(200).json()["api_key"], "the value");
        for (method, path) in [("GET", format!("/api/keys/{id}")), ("GET", format!("/api/keys/{id}/decrypt")), ("DELETE", format!("/api/keys/{id}")), ("PATCH", format!("/api/keys/{id}"))] {
            call(&app, &of_bob, method, &path, (method == "PATCH").then(|| json!({ "note": "x" }))).await.expect_problem(404, "not_found");
        }
        let listed = alice.get("/api/tokens").await.json()["data"][0]["last_used_at"].clone();
        assert_eq!(listed.as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap(), app.clock.now());
    }

    async fn what_a_program_did_is_in_the_trail_with_its_token(app: TestApp) {
        let alice = app.member("alice").await;
        let (token_id, all) = token(&alice, &["keys:reveal", "keys:write"]).await;
        let made = call(&app, &all, "POST", "/api/keys", Some(json!({ "name": "a", "value": "v" }))).await.expect(201).json();
        call(&app, &all, "POST", &format!("/api/keys/{}/reveal", made["id"].as_str().unwrap()), None).await.expect(200);
        alice.delete(&format!("/api/tokens/{token_id}")).await.expect(204);

        let trail = alice.get("/api/audit").await.expect(200).json();

        let entries = trail["data"].as_array().unwrap();
        let of = |action: &str| entries.iter().find(|entry| entry["action"] == action).unwrap_or_else(|| panic!("{action}: {trail}"));
        for action in ["key.created", "key.revealed"] {
            assert_eq!((&of(action)["details"]["token_id"], &of(action)["actor_id"]), (&json!(token_id), &json!(alice.id)));
        }
        for action in ["token.created", "token.revoked"] {
            assert_eq!((&of(action)["object_id"], &of(action)["object_type"], &of(action)["details"]["token_id"]), (&json!(token_id), &json!("token"), &Value::Null));
        }
        assert_eq!(of("token.created")["details"]["scopes"], json!(["keys:reveal", "keys:write"]));
        assert_eq!(of("session.created")["details"]["token_id"], Value::Null);
    }

    async fn a_revoked_token_is_refused_at_once_here_and_within_a_second_elsewhere(app: TestApp) {
        let (alice, bob, other) = (app.member("alice").await, app.member("bob").await, app.sibling().await);
        let (id, token) = token(&alice, &["keys:read"]).await;
        assert_eq!((answer(&app, &token).await.0, answer(&other, &token).await.0), (200, 200));
        bob.delete(&format!("/api/tokens/{id}")).await.expect_problem(404, "not_found");
        assert_eq!(answer(&app, &token).await.0, 200);

        alice.delete(&format!("/api/tokens/{id}")).await.expect(204);

        assert_eq!(answer(&app, &token).await, (401, "unauthenticated".into()));
        tokio::time::sleep(std::time::Duration::from_millis(1050)).await;
        assert_eq!(answer(&other, &token).await, (401, "unauthenticated".into()));
        alice.delete(&format!("/api/tokens/{id}")).await.expect(204);
        assert_eq!(alice.get("/api/tokens").await.json()["data"], json!([]));
        let revoked = alice.get("/api/tokens?revoked=true").await.json()["data"][0].clone();
        assert_eq!((&revoked["id"], &revoked["revoked"]), (&json!(id), &json!(true)));
        assert!(revoked["revoked_at"].is_string());
    }

    async fn last_use_is_written_down_and_lasts(app: TestApp) {
        let (alice, other) = (app.member("alice").await, app.sibling().await);
        let (_, token) = token(&alice, &["keys:read"]).await;
        app.call_from_with("203.0.113.9", "GET", "/api/keys", None, &[("authorization", &format!("Bearer {token}"))]).await.expect(200);

        program_tokens::write_last_used(&app.operator()).await.unwrap();

        let bearer = format!("Bearer {}", alice.token);
        let seen = other.call_with("GET", "/api/tokens", None, &[("authorization", &bearer)]).await.expect(200).json()["data"][0].clone();
        assert!(seen["last_used_at"].is_string(), "{seen}");
        assert_eq!(seen["last_used_ip"], "203.0.113.9");
    }

    async fn an_expired_token_is_refused_and_says_so(app: TestApp) {
        let alice = app.member("alice").await;
        let (_, token) = token_with(&alice, &["keys:read"], json!({ "expires_at": in_hours(&app, 1) })).await;
        assert_eq!(answer(&app, &token).await.0, 200);

        app.clock.advance(TimeDelta::hours(1));

        assert_eq!(answer(&app, &token).await, (401, "token_expired".into()));
    }

    async fn a_deleted_or_disabled_account_takes_its_tokens_with_it(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let root = crate::api::admin::staff(&app, "root", vault_api::models::user::Role::Admin).await;
        let (of_alice, of_bob) = (token(&alice, &["keys:read"]).await.1, token(&bob, &["keys:read"]).await.1);
        assert_eq!((answer(&app, &of_alice).await.0, answer(&app, &of_bob).await.0), (200, 200));

        alice.call("DELETE", "/api/auth/me", Some(json!({ "password": alice.password }))).await.expect(204);
        root.patch(&format!("/api/admin/users/{}", bob.id), json!({ "disabled": true })).await.expect(200);

        assert_eq!(answer(&app, &of_alice).await, (401, "unauthenticated".into()));
        assert_eq!(answer(&app, &of_bob).await, (401, "unauthenticated".into()));
        assert_eq!(app.sql("select count(*) from auth.program_tokens").await, "1");
    }

    async fn a_reset_password_revokes_the_tokens_unless_the_owner_keeps_them(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let (of_alice, of_bob) = (token(&alice, &["keys:read"]).await.1, token(&bob, &["keys:read"]).await.1);
        // a reset of an address that was never proved takes away what a stranger may have made
        app.sql("update auth.\"user\" set \"emailVerified\" = true").await;

        let (for_alice, for_bob) = (recovery_token(&app, &alice.email, 1).await, recovery_token(&app, &bob.email, 1).await);
        app.call("POST", "/api/auth/reset", Some(json!({ "token": for_alice, "password": NEW_PASSWORD }))).await.expect(204);
        app.call("POST", "/api/auth/reset", Some(json!({ "token": for_bob, "password": NEW_PASSWORD, "keep_tokens": true }))).await.expect(204);

        assert_eq!(answer(&app, &of_alice).await, (401, "unauthenticated".into()));
        assert_eq!(answer(&app, &of_bob).await.0, 200);
    }

    async fn a_changed_password_keeps_the_tokens(app: TestApp) {
        let alice = app.member("alice").await;
        let (_, token) = token(&alice, &["keys:read"]).await;

        alice.post("/api/auth/password", json!({ "current_password": alice.password, "new_password": NEW_PASSWORD })).await.expect(204);

        assert_eq!(answer(&app, &token).await.0, 200);
    }
}
