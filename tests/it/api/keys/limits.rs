//! `allowed_ips` and `rate_limit` of generated keys.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{generate, path_of, value_of};
use crate::support::{Actor, at_once};

async fn verdict(actor: &Actor<'_>, key: &Value, more: Value) -> Value {
    let mut body = json!({ "api_key": value_of(key) });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    actor.post("/api/keys/verify", body).await.expect(200).json()
}

on_both! {
    async fn the_limits_come_back_in_their_written_form_and_change(app: TestApp) {
        let alice = app.member("alice").await;
        let limit = json!({ "limit": 100, "window_seconds": 60 });
        let made = generate(&alice, json!({ "allowed_ips": ["203.0.113.9/24", "2001:DB8::/32", "203.0.113.0/24", "198.51.100.7/32"], "rate_limit": limit })).await;

        assert_eq!(made["allowed_ips"], json!(["203.0.113.0/24", "2001:db8::/32", "198.51.100.7"]));
        assert_eq!(made["rate_limit"], limit);
        assert_eq!(alice.get("/api/keys").await.json()["data"][0]["rate_limit"], limit);
        let changed = alice.patch(&path_of(&made, ""), json!({ "allowed_ips": [], "rate_limit": null })).await.expect(200).json();
        assert_eq!((&changed["allowed_ips"], &changed["rate_limit"]), (&json!([]), &Value::Null));
        assert_eq!(alice.trail().await.last().map(String::as_str), Some("key.updated"));
    }

    async fn limits_that_make_no_sense_are_refused_with_every_fault(app: TestApp) {
        let alice = app.member("alice").await;

        let body = json!({ "name": "a", "allowed_ips": ["10.0.0.1", "ten", "10.0.0.0/33"], "rate_limit": { "limit": 0, "window_seconds": 86_401, "more": 1 } });
        let refused = alice.post("/api/keys", body).await.expect_problem(422, "validation_failed");
        let expected = [("allowed_ips[1]", "invalid_format"), ("allowed_ips[2]", "invalid_format"), ("rate_limit.limit", "out_of_range"), ("rate_limit.more", "unknown_field"), ("rate_limit.window_seconds", "out_of_range")];
        assert_eq!(refused.faults(), expected.map(|(field, code)| (field.to_owned(), code.to_owned())));
        for limit in [json!(5), json!({}), json!({ "limit": "5", "window_seconds": 1.5 })] {
            alice.post("/api/keys", json!({ "name": "a", "rate_limit": limit })).await.expect_problem(422, "validation_failed");
        }
        let many: Vec<_> = (0..51).map(|number| format!("10.0.0.{number}")).collect();
        alice.post("/api/keys", json!({ "name": "a", "allowed_ips": many })).await.expect_problem(422, "validation_failed");
    }

    async fn a_stored_key_can_have_none(app: TestApp) {
        let alice = app.member("alice").await;
        let limits = json!({ "allowed_ips": ["10.0.0.1"], "rate_limit": { "limit": 1, "window_seconds": 1 } });
        let conflict = [("allowed_ips".to_owned(), "conflict".to_owned()), ("rate_limit".to_owned(), "conflict".to_owned())];

        let mut body = limits.clone();
        body["name"] = json!("a");
        body["value"] = json!("v");
        assert_eq!(alice.post("/api/keys", body).await.expect_problem(422, "validation_failed").faults(), conflict);
        let stored = alice.store("a", "v").await;
        assert_eq!(alice.patch(&path_of(&stored, ""), limits).await.expect_problem(422, "validation_failed").faults(), conflict);
        alice.patch(&path_of(&stored, ""), json!({ "allowed_ips": [], "rate_limit": null })).await.expect(200);
    }

    async fn a_key_is_good_from_its_own_networks_alone(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({ "allowed_ips": ["203.0.113.0/24", "2001:db8::/32"] })).await;

        for (ip, expected) in [("203.0.113.200", "valid"), ("::ffff:203.0.113.1", "valid"), ("2001:db8:1::1", "valid"), ("203.0.114.1", "forbidden_ip"), ("2001:db9::1", "forbidden_ip")] {
            assert_eq!(verdict(&alice, &made, json!({ "ip": ip })).await["code"], expected, "{ip}");
        }
        // an address that nobody tells is none of them
        assert_eq!(verdict(&alice, &made, json!({})).await["code"], "forbidden_ip");
    }

    async fn a_scope_must_be_one_of_the_keys_own(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({ "scopes": ["orders:read", "files:*"] })).await;

        for (scope, expected) in [("orders:read", "valid"), ("ORDERS:READ", "valid"), ("files:write", "valid"), ("orders:write", "insufficient_scope"), ("orders", "insufficient_scope")] {
            assert_eq!(verdict(&alice, &made, json!({ "scope": scope })).await["code"], expected, "{scope}");
        }
        let without = generate(&alice, json!({ "name": "none" })).await;
        assert_eq!(verdict(&alice, &without, json!({ "scope": "x" })).await["code"], "insufficient_scope");
    }

    async fn so_many_uses_pass_in_any_window_and_refusals_cost_none(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({ "scopes": ["a"], "rate_limit": { "limit": 3, "window_seconds": 60 } })).await;
        let code = async || verdict(&alice, &made, json!({})).await["code"].clone();

        for _ in 0..10 {
            assert_eq!(verdict(&alice, &made, json!({ "scope": "b" })).await["code"], "insufficient_scope");
        }
        assert_eq!(code().await, "valid");
        app.clock.advance(TimeDelta::seconds(30));
        assert_eq!((code().await, code().await), (json!("valid"), json!("valid")));
        let refused = verdict(&alice, &made, json!({})).await;
        assert_eq!((&refused["valid"], &refused["code"], &refused["retry_after"]), (&json!(false), &json!("rate_limited"), &json!(30)));
        app.clock.advance(TimeDelta::seconds(30));
        // the first is a window old, the two others are not
        assert_eq!((code().await, code().await), (json!("valid"), json!("rate_limited")));
        app.clock.advance(TimeDelta::seconds(30));
        assert_eq!((code().await, code().await, code().await), (json!("valid"), json!("valid"), json!("rate_limited")));
    }

    async fn of_many_uses_at_once_exactly_so_many_pass(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({ "rate_limit": { "limit": 10, "window_seconds": 3600 } })).await;

        let codes = at_once(100, async |_| { verdict(&alice, &made, json!({})).await["code"].as_str().unwrap().to_owned() }).await;

        assert_eq!(codes.iter().filter(|code| *code == "valid").count(), 10);
        assert_eq!(codes.iter().filter(|code| *code == "rate_limited").count(), 90);
    }

    async fn a_former_value_counts_against_the_same_limit(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({ "rate_limit": { "limit": 2, "window_seconds": 60 } })).await;
        let rotated = alice.post(&path_of(&made, "/rotate"), json!({})).await.expect(200).json();

        let codes = [verdict(&alice, &made, json!({})).await, verdict(&alice, &rotated, json!({})).await, verdict(&alice, &made, json!({})).await];

        assert_eq!(codes.map(|verdict| verdict["code"].clone()), ["valid", "valid", "rate_limited"]);
    }
}
