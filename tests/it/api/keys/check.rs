//! `GET /api/keys/check`: a proxy's question.

use serde_json::{Value, json};
use vault_api::models::api_key;

use super::{generate, path_of, value_of};
use crate::support::{Actor, Reply, TestApp};

/// The word of an answer whose body is empty.
#[track_caller]
fn word(answer: &Reply) -> (u16, &str) {
    assert!(answer.body.is_empty(), "{}", answer.text());
    assert!(answer.header("x-request-id").len() > 8);
    (answer.status, answer.header("x-vault-code"))
}

async fn with_token(actor: &Actor<'_>, path: &str, value: &str) -> Reply {
    actor.call_with("GET", path, None, &[("x-api-key", value)]).await
}

async fn of_vault(app: &TestApp, actor: &Actor<'_>, headers: &[(&str, &str)]) -> Reply {
    app.call_with("GET", &format!("/api/keys/check?vault={}", actor.id), None, headers).await
}

on_both! {
    async fn a_good_key_is_let_in_with_its_identifier_and_scopes(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({ "scopes": ["orders:read", "orders:write"] })).await;
        let (id, value) = (made["id"].as_str().unwrap(), value_of(&made));
        let bearer = format!("Bearer {value}");

        for answer in [
            with_token(&alice, "/api/keys/check", &value).await,
            with_token(&alice, "/api/keys/check?scope=orders:read", &value).await,
            of_vault(&app, &alice, &[("x-api-key", &value)]).await,
            of_vault(&app, &alice, &[("authorization", &bearer)]).await,
            // what else the client sends there is the upstream's own business
            of_vault(&app, &alice, &[("x-api-key", &value), ("authorization", "Bearer whatever")]).await,
        ] {
            assert_eq!(word(&answer), (200, "valid"));
            assert_eq!((answer.header("x-vault-key-id"), answer.header("x-vault-scopes")), (id, "orders:read orders:write"));
            assert_eq!((answer.header("x-vault-version"), answer.header("x-vault-former"), answer.header("cache-control")), ("1", "", "no-store"));
        }
    }

    async fn every_refusal_is_401_or_403_with_its_word_and_nothing_else(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let made = generate(&alice, json!({ "scopes": ["a"] })).await;
        let value = value_of(&made);
        let unknown = api_key::generate_value(None).unwrap().expose().clone();

        assert_eq!(word(&app.call("GET", "/api/keys/check", None).await), (401, "unauthenticated"));
        assert_eq!(word(&alice.get("/api/keys/check").await), (401, "unauthenticated"));
        let stranger = app.call_with("GET", "/api/keys/check", None, &[("x-api-key", &value), ("authorization", "Bearer x")]).await;
        assert_eq!(word(&stranger), (401, "unauthenticated"));
        assert_eq!(stranger.header("www-authenticate"), "Bearer");
        assert_eq!(word(&with_token(&alice, "/api/keys/check", "vk_live_x").await), (401, "malformed"));
        assert_eq!(word(&with_token(&alice, "/api/keys/check", &unknown).await), (401, "not_found"));
        assert_eq!(word(&with_token(&bob, "/api/keys/check", &value).await), (401, "not_found"));
        assert_eq!(word(&of_vault(&app, &bob, &[("x-api-key", &value)]).await), (401, "not_found"));
        assert_eq!(word(&of_vault(&app, &alice, &[]).await), (401, "unauthenticated"));
        assert_eq!(word(&of_vault(&app, &alice, &[("x-api-key", &value), ("x-api-key", &value)]).await), (401, "unauthenticated"));
        let refused = with_token(&alice, "/api/keys/check?scope=b", &value).await;
        assert_eq!((word(&refused), refused.header("x-vault-key-id")), ((403, "insufficient_scope"), ""));
        alice.patch(&path_of(&made, ""), json!({ "enabled": false })).await.expect(200);
        assert_eq!(word(&with_token(&alice, "/api/keys/check", &value).await), (401, "disabled"));
        alice.delete(&path_of(&made, "")).await.expect(204);
        assert_eq!(word(&with_token(&alice, "/api/keys/check", &value).await), (401, "revoked"));
    }

    async fn a_former_value_says_so(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({})).await;
        alice.post(&path_of(&made, "/rotate"), json!({})).await.expect(200);

        let answer = with_token(&alice, "/api/keys/check", &value_of(&made)).await;

        assert_eq!((word(&answer), answer.header("x-vault-version"), answer.header("x-vault-former")), ((200, "valid"), "1", "true"));
    }

    async fn a_key_that_is_used_too_often_is_403_with_the_time_to_wait(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({ "rate_limit": { "limit": 1, "window_seconds": 90 } })).await;

        assert_eq!(word(&with_token(&alice, "/api/keys/check", &value_of(&made)).await), (200, "valid"));
        let refused = with_token(&alice, "/api/keys/check", &value_of(&made)).await;

        assert_eq!((word(&refused), refused.header("retry-after")), ((403, "rate_limited"), "90"));
    }

    async fn a_question_that_makes_no_sense_is_a_problem_of_whoever_configured_it(app: TestApp) {
        for query in ["?vault=x", "?scope=a%20b", "?more=1"] {
            app.call("GET", &format!("/api/keys/check{query}"), None).await.expect_problem(422, if query == "?more=1" { "unknown_field" } else { "validation_failed" });
        }
    }
}

on_both! {
    with [("TRUSTED_PROXIES", "10.0.0.0/8")];

    async fn the_address_is_the_clients_as_a_trusted_proxy_tells_it(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({ "allowed_ips": ["203.0.113.0/24"] })).await;
        let (path, value) = (format!("/api/keys/check?vault={}", alice.id), value_of(&made));

        for (peer, forwarded, expected) in [
            ("10.0.0.1", "203.0.113.9", (200, "valid")),
            ("10.0.0.1", "203.0.113.9, 198.51.100.1", (403, "forbidden_ip")),
            ("203.0.113.5", "198.51.100.1", (200, "valid")),
            ("198.51.100.1", "203.0.113.9", (403, "forbidden_ip")),
        ] {
            let answer = app.call_from_with(peer, "GET", &path, None::<Value>, &[("x-api-key", &value), ("x-forwarded-for", forwarded)]).await;
            assert_eq!(word(&answer), expected, "{peer} {forwarded}");
        }
    }
}

on_both! {
    with [("RATE_LIMIT_VERIFY_PER_MINUTE", "5")];

    async fn a_client_that_tries_keys_is_told_to_wait_by_403(app: TestApp) {
        let alice = app.member("alice").await;
        for _ in 0..5 {
            assert_eq!(word(&of_vault(&app, &alice, &[("x-api-key", "x")]).await), (401, "malformed"));
        }

        let refused = of_vault(&app, &alice, &[("x-api-key", "x")]).await;

        assert_eq!(word(&refused), (403, "too_many_requests"));
        assert!(!refused.header("retry-after").is_empty());
        assert_eq!(refused.header("ratelimit-policy"), r#""verify";q=5;w=60"#);
    }
}

on_both! {
    async fn an_empty_scope_is_refused_and_opens_nothing(app: TestApp) {
        let alice = app.member("alice").await;
        let value = value_of(&generate(&alice, json!({})).await);
        let vault = alice.get("/api/auth/me").await.expect(200).json()["id"].as_str().unwrap().to_owned();

        let path = format!("/api/keys/check?vault={vault}&scope=");
        app.call_with("GET", &path, None, &[("x-api-key", &value)]).await.expect_problem(422, "validation_failed");
    }
}
