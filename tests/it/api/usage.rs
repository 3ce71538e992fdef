//! `GET /api/usage`: all keys of an account together.

use serde_json::{Value, json};
use vault_api::services::usage;

use crate::support::Actor;

async fn read(actor: &Actor<'_>, query: &str) -> Value {
    actor.get(&format!("/api/usage{query}")).await.expect(200).json()
}

async fn generated(actor: &Actor<'_>, name: &str) -> (String, String) {
    let made = actor.post("/api/keys", json!({ "name": name })).await.expect(201).json();
    (made["id"].as_str().unwrap().to_owned(), made["api_key"].as_str().unwrap().to_owned())
}

async fn verify(actor: &Actor<'_>, value: &str, scope: Option<&str>) {
    actor.post("/api/keys/verify", json!({ "api_key": value, "scope": scope })).await.expect(200);
}

on_both! {
    async fn uses_of_all_keys_are_added_once_before_and_after_they_are_written_down(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let (first, value) = generated(&alice, "first").await;
        let (_, other) = generated(&alice, "other").await;
        let (_, his) = generated(&bob, "his").await;
        for (actor, value) in [(&alice, &value), (&alice, &value), (&alice, &other), (&bob, &his)] {
            verify(actor, value, None).await;
        }
        verify(&alice, &value, Some("nope")).await;
        alice.get(&format!("/api/keys/{first}/decrypt")).await.expect(200);
        let expected = |day: &Value| (day["verifications"].clone(), day["refusals"].clone(), day["reveals"].clone());

        for _ in 0..2 {
            let seen = read(&alice, "").await;
            let days = seen["data"].as_array().unwrap();
            assert_eq!((days.len(), expected(&days[29])), (30, (json!(3), json!(1), json!(1))));
            assert_eq!(expected(&days[28]), (json!(0), json!(0), json!(0)));
            usage::flush(&app.operator()).await.expect("written");
        }
        // a revoked key's uses stay in the sum, but it asks for nothing any more
        assert_eq!(read(&alice, "?days=1").await["refused"], json!([{ "id": first, "name": "first", "environment": null, "refusals": 1 }]));
        alice.delete(&format!("/api/keys/{first}")).await.expect(204);
        let seen = read(&alice, "?days=1").await;
        assert_eq!((seen["data"].as_array().unwrap().len(), expected(&seen["data"][0])), (1, (json!(3), json!(1), json!(1))));
        assert_eq!(seen["refused"], json!([]));
    }

    async fn keys_are_counted_by_kind_and_by_what_they_want(app: TestApp) {
        let alice = app.member("alice").await;
        assert_eq!(read(&alice, "").await["keys"], json!({ "active": 0, "limit": null, "generated": 0, "stored": 0, "expired": 0, "expiring": 0, "unused": 0 }));
        generated(&alice, "g").await;
        let end = |days: i64| (app.operator().now() + chrono::TimeDelta::days(days)).to_rfc3339();
        for (name, days) in [("a", 1), ("b", 31), ("c", 300)] {
            alice.post("/api/keys", json!({ "name": name, "value": name, "expires_at": end(days) })).await.expect(201);
        }
        let gone = alice.store("gone", "x").await["id"].as_str().unwrap().to_owned();
        alice.delete(&format!("/api/keys/{gone}")).await.expect(204);
        app.member("bob").await.store("his", "y").await;

        app.clock.advance(chrono::TimeDelta::days(2));
        let alice = alice.again().await;
        assert_eq!(read(&alice, "").await["keys"], json!({ "active": 4, "limit": null, "generated": 1, "stored": 3, "expired": 1, "expiring": 1, "unused": 0 }));
        app.clock.advance(chrono::TimeDelta::days(88));
        let alice = alice.again().await;
        assert_eq!(read(&alice, "").await["keys"]["unused"], 4);
    }

    async fn the_query_is_checked(app: TestApp) {
        let alice = app.member("alice").await;
        for query in ["?days=0", "?days=91", "?days=x"] {
            alice.get(&format!("/api/usage{query}")).await.expect_problem(422, "validation_failed");
        }
        alice.get("/api/usage?key=x").await.expect_problem(422, "unknown_field");
        app.call("GET", "/api/usage", None).await.expect_problem(401, "unauthenticated");
    }
}

mod with_a_plan {
    use super::*;

    on_both! {
        with [("FREE_PLAN_MAX_KEYS", "3")];

        async fn the_plans_limit_is_told(app: TestApp) {
            let alice = app.member("alice").await;
            assert_eq!(read(&alice, "").await["keys"]["limit"], 3);
        }
    }
}
