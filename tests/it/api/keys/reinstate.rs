//! `POST /api/keys/{id}/reinstate`, and `GET /api/keys/facets`.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{code_of, generate, path_of, value_of};
use crate::support::{Actor, Reply, at_once};

async fn revoke(actor: &Actor<'_>, key: &Value) {
    actor.delete(&path_of(key, "")).await.expect(204);
}

async fn reinstate(actor: &Actor<'_>, key: &Value) -> Reply {
    actor.call("POST", &path_of(key, "/reinstate"), None).await
}

async fn facets(actor: &Actor<'_>) -> Value {
    actor.get("/api/keys/facets").await.expect(200).json()
}

on_both! {
    async fn a_key_that_was_revoked_by_mistake_is_as_it_was_at_once(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({ "tags": ["a"], "environment": "production" })).await;
        let before = alice.get(&path_of(&made, "")).await.json();
        revoke(&alice, &made).await;
        assert_eq!(code_of(&alice, &value_of(&made)).await, "revoked");

        let back = reinstate(&alice, &made).await.expect(200);

        let mut key = alice.get(&path_of(&made, "")).await.json();
        assert_eq!(key, back.json());
        assert_ne!(back.header("etag"), "");
        key["updated_at"] = before["updated_at"].clone();
        assert_eq!(key, before);
        assert_eq!(code_of(&alice, &value_of(&made)).await, "valid");
        let revealed = alice.call("POST", &path_of(&made, "/reveal"), None).await.expect(200).json();
        assert_eq!(revealed["api_key"], made["api_key"]);
        assert!(alice.trail().await.ends_with(&["key.revoked".into(), "key.reinstated".into(), "key.revealed".into()]));
    }

    async fn while_it_is_revoked_a_key_never_verifies_nor_reveals(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({})).await;
        for _ in 0..3 {
            revoke(&alice, &made).await;
            assert_eq!(code_of(&alice, &value_of(&made)).await, "revoked");
            alice.call("POST", &path_of(&made, "/reveal"), None).await.expect_problem(410, "key_revoked");
            reinstate(&alice, &made).await.expect(200);
            assert_eq!(code_of(&alice, &value_of(&made)).await, "valid");
        }
    }

    async fn after_ten_minutes_it_is_too_late(app: TestApp) {
        let alice = app.member("alice").await;
        let (first, second) = (generate(&alice, json!({ "name": "a" })).await, generate(&alice, json!({ "name": "b" })).await);
        revoke(&alice, &first).await;
        app.clock.advance(TimeDelta::seconds(599));
        revoke(&alice, &second).await;
        reinstate(&alice, &first).await.expect(200);
        revoke(&alice, &first).await;

        app.clock.advance(TimeDelta::seconds(600));

        for key in [&first, &second] {
            let refused = reinstate(&alice, key).await.expect_problem(409, "reinstate_too_late");
            assert!(refused.json()["detail"].as_str().unwrap().contains("new one"));
            assert_eq!(code_of(&alice, &value_of(key)).await, "revoked");
        }
    }

    async fn an_active_key_stays_as_it_is_and_nothing_is_recorded(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({})).await;
        let before = alice.get(&path_of(&made, "")).await;

        let answer = reinstate(&alice, &made).await.expect(200);

        assert_eq!((answer.text(), answer.header("etag")), (before.text(), before.header("etag")));
        assert!(!alice.trail().await.contains(&"key.reinstated".into()));
    }

    async fn what_took_its_place_meanwhile_stays(app: TestApp) {
        let alice = app.member("alice").await;
        let named = alice.store("a name", "value 1").await;
        let valued = alice.store("another name", "value 2").await;
        revoke(&alice, &named).await;
        revoke(&alice, &valued).await;
        alice.store("a name", "value 3").await;
        let holder = alice.store("a third name", "value 2").await;

        reinstate(&alice, &named).await.expect_problem(409, "duplicate_name");
        reinstate(&alice, &valued).await.expect_problem(409, "duplicate_value");

        // a former value in grace is held too
        alice.post(&path_of(&holder, "/rotate"), json!({ "value": "value 4", "grace_seconds": 3600 })).await.expect(200);
        reinstate(&alice, &valued).await.expect_problem(409, "duplicate_value");
        alice.call("POST", &path_of(&holder, "/end-grace"), None).await.expect(200);
        reinstate(&alice, &valued).await.expect(200);
        assert_eq!(alice.get(&path_of(&named, "")).await.json()["revoked"], true);
    }

    async fn the_grace_of_former_values_stays_ended(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({})).await;
        let rotated = alice.post(&path_of(&made, "/rotate"), json!({})).await.expect(200).json();
        revoke(&alice, &made).await;

        let back = reinstate(&alice, &made).await.expect(200).json();

        assert_eq!(back["grace_ends_at"], Value::Null);
        assert_eq!((code_of(&alice, &value_of(&made)).await, code_of(&alice, &value_of(&rotated)).await), ("expired".into(), "valid".into()));
    }

    async fn nobody_else_takes_it_back(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let made = generate(&alice, json!({})).await;
        revoke(&alice, &made).await;

        reinstate(&bob, &made).await.expect_problem(404, "not_found");
        bob.call("POST", "/api/keys/no-id/reinstate", None).await.expect_problem(404, "not_found");
        app.call("POST", &path_of(&made, "/reinstate"), None).await.expect_problem(401, "unauthenticated");

        assert_eq!(code_of(&alice, &value_of(&made)).await, "revoked");
    }

    async fn ten_who_take_it_back_at_once_do_it_once(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({})).await;
        revoke(&alice, &made).await;

        let answers = at_once(10, |_| reinstate(&alice, &made)).await;

        assert!(answers.iter().all(|answer| answer.status == 200), "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
        assert_eq!(alice.trail().await.iter().filter(|action| *action == "key.reinstated").count(), 1);
    }

    async fn the_facets_are_those_of_ones_own_active_keys(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        alice.post("/api/keys", json!({ "name": "a", "value": "1", "provider": "stripe", "environment": "production" })).await.expect(201);
        alice.post("/api/keys", json!({ "name": "b", "value": "2", "provider": "openai", "environment": "production" })).await.expect(201);
        let gone = alice.post("/api/keys", json!({ "name": "c", "value": "3", "provider": "github", "environment": "old" })).await.expect(201).json();
        bob.post("/api/keys", json!({ "name": "a", "value": "1", "provider": "anthropic", "environment": "theirs" })).await.expect(201);
        revoke(&alice, &gone).await;

        assert_eq!(facets(&alice).await, json!({ "environments": ["production"], "providers": ["openai", "stripe"] }));
    }
}

on_both! {
    with [("FREE_PLAN_MAX_KEYS", "2")];

    async fn the_plan_counts(app: TestApp) {
        let alice = app.member("alice").await;
        let first = alice.store("a", "value a").await;
        alice.store("b", "value b").await;
        revoke(&alice, &first).await;
        let third = alice.store("c", "value c").await;

        let refused = reinstate(&alice, &first).await.expect_problem(402, "plan_limit_reached");

        assert_eq!((&refused.json()["limit"], &refused.json()["used"]), (&json!(2), &json!(2)));
        revoke(&alice, &third).await;
        reinstate(&alice, &first).await.expect(200);
        reinstate(&alice, &first).await.expect(200);
    }
}
