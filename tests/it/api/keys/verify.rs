//! `POST /api/keys/verify`.

use std::collections::BTreeMap;

use axum::{body::Body, http::Request};
use chrono::TimeDelta;
use serde_json::{Value, json};
use vault_api::{
    core::clock::Clock as _,
    models::{api_key, email::Email, user::Role},
    services::administration,
};

use super::{code_of, generate, path_of, value_of};
use crate::{api::admin::staff, support::TestApp};

fn in_an_hour(app: &TestApp) -> String {
    (app.clock.now() + TimeDelta::hours(1)).to_rfc3339()
}

on_both! {
    async fn a_good_key_is_valid_and_shown_masked(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({ "scopes": ["orders:read"] })).await;

        let answer = alice.post("/api/keys/verify", json!({ "api_key": value_of(&made) })).await.expect(200);

        assert!(!answer.text().contains(&value_of(&made)));
        assert_eq!(answer.header("cache-control"), "no-store");
        let verdict = answer.json();
        let mut key = alice.get(&path_of(&made, "")).await.expect(200).json();
        // the check itself was a use
        key["last_used_at"] = json!(null);
        assert_eq!(verdict, json!({ "valid": true, "code": "valid", "version": 1, "is_former": false, "key": key.take(), "retry_after": null }));
        // from memory the answer is the same
        assert_eq!(alice.post("/api/keys/verify", json!({ "api_key": value_of(&made) })).await.expect(200).json(), verdict);
    }

    async fn a_typing_mistake_is_told_and_costs_no_look_up(app: TestApp) {
        let alice = app.member("alice").await;
        let value = value_of(&generate(&alice, json!({})).await);
        app.app.db.close().await;

        for text in [
            format!("{}A", &value[..49]), value.to_uppercase(), format!("{value}\n"), format!(" {value}"), String::new(), "\0".into(), "sk-proj-x".into(),
            "x".repeat(60_000), format!("vk_live_{}", "é".repeat(21)),
        ] {
            if text == value { continue; }
            let verdict = alice.post("/api/keys/verify", json!({ "api_key": text })).await.expect(200).json();
            assert_eq!(verdict, json!({ "valid": false, "code": "malformed", "version": null, "is_former": false, "key": null, "retry_after": null }), "{text}");
        }
        let sound = api_key::generate_value(None).unwrap();
        alice.post("/api/keys/verify", json!({ "api_key": sound.expose() })).await.expect_problem(503, "unavailable");
    }

    async fn a_body_with_faults_tells_them_all(app: TestApp) {
        let alice = app.member("alice").await;

        let refused = alice.post("/api/keys/verify", json!({ "scope": "a b", "ip": "here", "more": 1 })).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.faults(), [("api_key", "required"), ("ip", "invalid_format"), ("more", "unknown_field"), ("scope", "invalid_format")].map(|(field, code)| (field.to_owned(), code.to_owned())));
        let refused = alice.post("/api/keys/verify", json!({ "api_key": 7 })).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.faults(), [("api_key".to_owned(), "wrong_type".to_owned())]);
        alice.post("/api/keys/verify", json!({ "api_key": "x".repeat(1 << 20) })).await.expect_problem(413, "body_too_large");
    }

    async fn a_key_of_somebody_else_or_nobody_is_not_found(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let of_bob = generate(&bob, json!({})).await;

        for value in [value_of(&of_bob), api_key::generate_value(None).unwrap().expose().clone()] {
            let verdict = alice.post("/api/keys/verify", json!({ "api_key": value })).await.expect(200).json();
            assert_eq!((verdict["code"].as_str(), &verdict["key"]), (Some("not_found"), &Value::Null));
        }
        assert_eq!(code_of(&bob, &value_of(&of_bob)).await, "valid");
    }

    async fn a_stored_value_is_no_generated_key(app: TestApp) {
        let alice = app.member("alice").await;
        let value = api_key::generate_value(None).unwrap();
        alice.store("theirs", value.expose()).await;

        assert_eq!(code_of(&alice, value.expose()).await, "not_found");
    }

    async fn a_key_made_a_moment_ago_verifies_at_once_even_if_it_was_asked_for_before(app: TestApp) {
        let alice = app.member("alice").await;
        for turn in 0..20 {
            let made = generate(&alice, json!({ "name": format!("key {turn}") })).await;
            assert_eq!(code_of(&alice, &value_of(&made)).await, "valid");
        }
    }

    async fn every_change_counts_from_the_next_check_on(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({ "scopes": ["a"] })).await;
        let (value, path) = (value_of(&made), path_of(&made, ""));
        assert_eq!(code_of(&alice, &value).await, "valid");

        alice.patch(&path, json!({ "enabled": false })).await.expect(200);
        assert_eq!(code_of(&alice, &value).await, "disabled");
        alice.patch(&path, json!({ "enabled": true, "expires_at": in_an_hour(&app) })).await.expect(200);
        assert_eq!(code_of(&alice, &value).await, "valid");
        app.clock.advance(TimeDelta::hours(1));
        assert_eq!(code_of(&alice, &value).await, "expired");
        alice.patch(&path, json!({ "expires_at": null })).await.expect(200);
        assert_eq!(code_of(&alice, &value).await, "valid");
        alice.delete(&path).await.expect(204);
        assert_eq!(code_of(&alice, &value).await, "revoked");
    }

    async fn of_several_reasons_the_first_of_the_documented_order_is_told(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({ "allowed_ips": ["192.0.2.1"], "expires_at": in_an_hour(&app), "rate_limit": { "limit": 1, "window_seconds": 60 } })).await;
        let path = path_of(&made, "");
        let wrong = json!({ "api_key": value_of(&made), "scope": "x", "ip": "198.51.100.1" });
        let ask = async || alice.post("/api/keys/verify", wrong.clone()).await.expect(200).json()["code"].clone();

        assert_eq!(ask().await, "forbidden_ip");
        let body = json!({ "api_key": value_of(&made), "scope": "x", "ip": "192.0.2.1" });
        assert_eq!(alice.post("/api/keys/verify", body).await.json()["code"], "insufficient_scope");
        app.clock.advance(TimeDelta::hours(1));
        assert_eq!(ask().await, "expired");
        alice.patch(&path, json!({ "enabled": false })).await.expect(200);
        assert_eq!(ask().await, "disabled");
        alice.delete(&path).await.expect(204);
        assert_eq!(ask().await, "revoked");
    }

    async fn the_keys_of_a_disabled_account_do_not_verify(app: TestApp) {
        let (alice, admin) = (app.member("alice").await, staff(&app, "admin", Role::Admin).await);
        let made = generate(&alice, json!({})).await;
        let path = format!("/api/keys/check?vault={}", alice.id);
        let value = value_of(&made);
        let ask = async || {
            let answer = app.call_with("GET", &path, None, &[("x-api-key", &value)]).await;
            (answer.status, answer.header("x-vault-code").to_owned())
        };
        assert_eq!(ask().await, (200, "valid".into()));

        admin.patch(&format!("/api/admin/users/{}", alice.id), json!({ "disabled": true })).await.expect(200);
        assert_eq!(ask().await, (401, "disabled".into()));
        admin.patch(&format!("/api/admin/users/{}", alice.id), json!({ "disabled": false })).await.expect(200);
        assert_eq!(ask().await, (200, "valid".into()));
        let token = alice.sign_in().await;
        let bearer = format!("Bearer {token}");
        app.call_with("DELETE", "/api/auth/me", Some(json!({ "password": alice.password })), &[("authorization", &bearer)]).await.expect(204);
        assert_eq!(ask().await, (401, "not_found".into()));
    }

    async fn a_check_writes_nothing(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({})).await;
        let before = app.sql("select * from auth.api_keys").await;
        let trail = alice.trail().await;

        for _ in 0..50 {
            assert_eq!(code_of(&alice, &value_of(&made)).await, "valid");
        }

        assert_eq!(app.sql("select * from auth.api_keys").await, before);
        assert_eq!(alice.trail().await, trail);
    }

    async fn a_check_that_goes_past_the_router_is_answered_as_one_that_goes_through_it(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({ "scopes": ["orders:read"] })).await;
        let asked = |more: &str| format!("{{\"api_key\":\"{}\"{more}}}", value_of(&made));
        let program = alice.post("/api/tokens", json!({ "name": "reader", "scopes": ["keys:read"] })).await.expect(201).json();
        let (token, program) = (format!("Bearer {}", alice.token), format!("Bearer {}", program["token"].as_str().unwrap()));
        alice.post("/api/keys/verify", json!({ "api_key": value_of(&made) })).await.expect(200);

        for (who, kind, body) in [
            (&*token, "application/json", asked("")),
            (&token, "application/json", asked(r#","scope":"Orders:Read""#)),
            (&token, "application/json", asked(r#","scope":"orders:write","ip":null"#)),
            (&token, "application/json", asked(r#","scope":"a b","more":1"#)),
            (&token, "application/json", asked(r#","api_key":"vk_live_x""#)),
            (&token, "application/json", asked(r#","ip":"192.0.2.7""#)),
            (&token, "application/json; charset=utf-8", r#"{"api_key":"\u0041\ud83d\ude00"}"#.into()),
            (&token, "application/json", format!("{} ", asked(""))),
            (&token, "application/json", format!("{}x", asked(""))),
            (&token, "application/json", "[]".into()),
            (&token, "application/json", "[\"vk_live_x\",null]".into()),
            (&token, "application/json", " [\"vk_live_x\",\"orders:read\"]".into()),
            (&token, "application/json", "\"\u{ff}".into()),
            (&token, "application/json", String::new()),
            (&token, "application/json", format!("\"{}\"", "x".repeat(70_000))),
            (&token, "text/plain", asked("")),
            (&program, "application/json", asked("")),
            ("Bearer x", "application/json", asked("")),
            ("", "application/json", asked("")),
        ] {
            let mut answers = Vec::new();
            // with a query it goes through the router
            for path in ["/api/keys/verify", "/api/keys/verify?a=b"] {
                let request = Request::post(path).header("authorization", who).header("content-type", kind).header("x-request-id", "same");
                let reply = app.send(request.body(Body::from(body.clone())).unwrap()).await;
                // what is left changes with each request; the length is hyper's to write on the way past the router
                let told = |name: &str, value: &str| if name == "ratelimit" { String::new() } else { value.to_owned() };
                let headers = reply.headers.iter().filter(|(name, _)| *name != "content-length");
                let mut headers: Vec<_> = headers.map(|(name, value)| (name.to_string(), told(name.as_str(), value.to_str().unwrap()))).collect();
                headers.sort();
                answers.push((reply.status, headers, reply.text()));
            }
            assert_eq!(answers[0], answers[1], "{who} {kind} {body:.80}");
        }
    }

    async fn a_member_who_may_not_act_may_not_verify(app: TestApp) {
        app.call("POST", "/api/keys/verify", Some(json!({ "api_key": "x" }))).await.expect_problem(401, "unauthenticated");
        let alice = app.member("alice").await;
        let email = Email::parse(&alice.email).unwrap();
        administration::set_role(&app.operator(), &email, Role::Support).await.unwrap();
        assert_eq!(code_of(&alice, "x").await, "malformed");
    }
}

on_both! {
    with [("RATE_LIMIT_API_PER_MINUTE", "20"), ("RATE_LIMIT_VERIFY_PER_MINUTE", "40")];

    async fn checks_have_a_limit_of_their_own_beside_that_of_other_requests(app: TestApp) {
        let alice = app.member("alice").await;
        let mut statuses = BTreeMap::new();

        for _ in 0..50 {
            let answer = alice.post("/api/keys/verify", json!({ "api_key": "x" })).await;
            *statuses.entry(answer.status).or_insert(0) += 1;
            if answer.status == 429 {
                assert_eq!(answer.header("ratelimit-policy"), r#""verify";q=40;w=60"#);
            }
        }

        assert_eq!(statuses, BTreeMap::from([(200, 40), (429, 10)]));
        alice.get("/api/keys").await.expect(200);
    }
}
