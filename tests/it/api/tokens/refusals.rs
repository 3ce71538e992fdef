//! What is no token, a token in the wrong place or hands, and tokens that may not be made.

use chrono::TimeDelta;
use serde_json::json;
use vault_api::{models::user::Role, services::administration};

use super::{answer, call, token, token_with};
use crate::{
    api::admin::staff,
    support::{Engine, TestApp},
};

on_both! {
    async fn faults_of_a_new_token_are_all_told(app: TestApp) {
        let alice = app.member("alice").await;
        let body = json!({ "name": "", "scopes": ["keys:read", "everything"], "expires_at": "2001-01-01T00:00:00Z", "allowed_ips": ["203.0.113.0/33", "10.0.0.1", "example.com"], "token": "vkt_x" });

        let refused = alice.post("/api/tokens", body).await.expect_problem(422, "validation_failed");

        let faults = refused.faults();
        let found: Vec<_> = faults.iter().map(|(field, code)| (field.as_str(), code.as_str())).collect();
        assert_eq!(found, [("allowed_ips[0]", "invalid_format"), ("allowed_ips[2]", "invalid_format"), ("expires_at", "in_the_past"), ("name", "too_short"), ("scopes[1]", "invalid_choice"), ("token", "unknown_field")]);
        for scopes in [json!([]), json!(null), json!("keys:read")] {
            alice.post("/api/tokens", json!({ "name": "a", "scopes": scopes })).await.expect_problem(422, "validation_failed");
        }
    }

    async fn what_is_no_token_of_ours_is_a_401(app: TestApp) {
        let alice = app.member("alice").await;
        let (_, good) = token(&alice, &["keys:read"]).await;
        let forged = { let body = format!("vkt_{}", "a".repeat(36)); format!("{body}{}", vault_api::core::random::to_base62(crc32fast::hash(body.as_bytes()), 6)) };

        for wrong in [forged.as_str(), "vkt_", "vkt_x", &good[..45], &format!("{good}x"), &good.to_uppercase(), &"vkt_".repeat(1000)] {
            let refused = call(&app, wrong, "GET", "/api/keys", None).await.expect_problem(401, "unauthenticated");
            assert_eq!(refused.header("www-authenticate"), "Bearer");
        }
        assert_eq!(answer(&app, &good).await.0, 200);
    }

    async fn a_token_is_no_access_token_nor_anything_else(app: TestApp) {
        let alice = app.member("alice").await;
        let (_, all) = token(&alice, &["keys:read", "keys:reveal", "keys:write", "keys:verify"]).await;

        app.call("POST", "/api/auth/refresh", Some(json!({ "refresh_token": all }))).await.expect_problem(401, "invalid_refresh_token");
        app.call("POST", "/api/auth/reset", Some(json!({ "token": all, "password": "trois loutres et un parapluie" }))).await.expect_problem(400, "invalid_token");
        app.call("POST", "/api/auth/verify-email", Some(json!({ "token": all }))).await.expect_problem(400, "invalid_token");
        app.call_with("GET", "/api/keys", None, &[("cookie", &format!("token={all}"))]).await.expect_problem(401, "unauthenticated");
    }

    async fn a_token_works_from_its_addresses_alone(app: TestApp) {
        let alice = app.member("alice").await;
        let (_, bound) = token_with(&alice, &["keys:read"], json!({ "allowed_ips": ["203.0.113.0/24", "2001:db8::1"] })).await;
        let bearer = format!("Bearer {bound}");
        let headers = [("authorization", bearer.as_str())];

        for peer in ["203.0.113.77", "2001:db8::1", "::ffff:203.0.113.1"] {
            app.call_from_with(peer, "GET", "/api/keys", None, &headers).await.expect(200);
        }
        for peer in ["203.0.114.1", "2001:db8::2", "127.0.0.1"] {
            app.call_from_with(peer, "GET", "/api/keys", None, &headers).await.expect_problem(403, "forbidden_ip");
        }
        // nobody has said that this address is a proxy of ours
        let forwarded = [("authorization", bearer.as_str()), ("x-forwarded-for", "203.0.113.77")];
        app.call_from_with("127.0.0.1", "GET", "/api/keys", None, &forwarded).await.expect_problem(403, "forbidden_ip");
        assert_eq!(answer(&app, &bound).await, (403, "forbidden_ip".into()));
    }

    async fn a_token_that_shows_values_asks_for_a_fresh_sign_in(app: TestApp) {
        let alice = app.member("alice").await;
        app.clock.advance(TimeDelta::hours(2));

        alice.post("/api/tokens", json!({ "name": "a", "scopes": ["keys:read", "keys:reveal"] })).await.expect_problem(401, "reauthentication_required");
        token(&alice, &["keys:read", "keys:write"]).await;
        alice.post("/api/auth/reauthenticate", json!({ "password": alice.password })).await.expect(204);
        token(&alice, &["keys:reveal"]).await;
    }

    async fn an_account_has_a_hundred_active_tokens_at_most(app: TestApp) {
        let alice = app.member("alice").await;
        let (first, _) = token(&alice, &["keys:read"]).await;
        for _ in 1..100 {
            token(&alice, &["keys:read"]).await;
        }

        alice.post("/api/tokens", json!({ "name": "a", "scopes": ["keys:read"] })).await.expect_problem(409, "too_many_tokens");
        alice.delete(&format!("/api/tokens/{first}")).await.expect(204);
        token(&alice, &["keys:read"]).await;
        assert!(alice.get("/api/tokens?limit=100").await.json()["data"].as_array().unwrap().len() == 100);
    }

    async fn a_token_never_makes_or_sees_tokens(app: TestApp) {
        let alice = app.member("alice").await;
        let (id, all) = token(&alice, &["keys:read", "keys:reveal", "keys:write", "keys:verify"]).await;

        let refused = call(&app, &all, "POST", "/api/tokens", Some(json!({ "name": "a", "scopes": ["keys:read"] }))).await.expect_problem(403, "insufficient_scope");
        assert_eq!(refused.header("www-authenticate"), "Bearer error=\"insufficient_scope\"");
        call(&app, &all, "GET", "/api/tokens", None).await.expect_problem(403, "insufficient_scope");
        call(&app, &all, "DELETE", &format!("/api/tokens/{id}"), None).await.expect_problem(403, "insufficient_scope");
    }
}

on_both! {
    with [("TRUSTED_PROXIES", "127.0.0.0/8")];

    async fn behind_a_proxy_the_clients_own_address_counts(app: TestApp) {
        let alice = app.member("alice").await;
        let (_, bound) = token_with(&alice, &["keys:read"], json!({ "allowed_ips": ["203.0.113.0/24"] })).await;
        let bearer = format!("Bearer {bound}");

        let from = |address: &'static str| { let (app, bearer) = (&app, bearer.as_str()); async move { app.call_from_with("127.0.0.1", "GET", "/api/keys", None, &[("authorization", bearer), ("x-forwarded-for", address)]).await } };

        from("203.0.113.5").await.expect(200);
        from("203.0.114.5").await.expect_problem(403, "forbidden_ip");
        from("203.0.113.5, 198.51.100.1").await.expect_problem(403, "forbidden_ip");
    }
}

on_both! {
    with [("REQUIRE_VERIFIED_EMAIL", "true"), ("REQUIRE_MFA", "admins"), ("REVEAL_STEP_UP", "true")];

    async fn what_an_account_must_prove_its_tokens_lack_too(app: TestApp) {
        let alice = app.member("alice").await;
        app.sql("update auth.\"user\" set \"emailVerified\" = true").await;
        let id = alice.store("a", "v").await["id"].as_str().unwrap().to_owned();
        let (_, all) = token(&alice, &["keys:read", "keys:reveal"]).await;
        app.clock.advance(TimeDelta::hours(3));
        // who made it was asked; the program is not
        call(&app, &all, "GET", &format!("/api/keys/{id}/decrypt"), None).await.expect(200);

        app.sql("update auth.\"user\" set \"emailVerified\" = false").await;
        app.app.sessions.forget_account(vault_api::models::ids::UserId(alice.id.parse().unwrap()));
        assert_eq!(answer(&app, &all).await, (403, "email_not_verified".into()));
        call(&app, &all, "GET", "/api/auth/me", None).await.expect(200);

        app.sql("update auth.\"user\" set \"emailVerified\" = true").await;
        assert_eq!(answer(&app, &all).await.0, 200);
        let email = vault_api::models::email::Email::parse(&alice.email).unwrap();
        administration::set_role(&app.operator(), &email, Role::Admin).await.unwrap();
        assert_eq!(answer(&app, &all).await, (403, "mfa_setup_required".into()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checksum_that_is_wrong_costs_no_look_up() {
    let app = TestApp::start(Engine::Sqlite).await;
    let alice = staff(&app, "alice", Role::User).await;
    let (_, good) = token(&alice, &["keys:read"]).await;
    app.app.db.close().await;

    let mut typo = good.clone();
    typo.replace_range(10..11, if &good[10..11] == "a" { "b" } else { "a" });

    call(&app, &typo, "GET", "/api/keys", None).await.expect_problem(401, "unauthenticated");
    assert_eq!(call(&app, &good, "GET", "/api/keys", None).await.status, 503);
}
