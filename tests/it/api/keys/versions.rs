//! `GET /api/keys/{id}/versions` and `POST /api/keys/{id}/versions/{n}/restore`.

use serde_json::{Value, json};

use super::{code_of, generate, path_of, value_of};
use crate::support::Actor;

async fn numbers(actor: &Actor<'_>, key: &Value) -> Vec<i64> {
    let page = actor.get(&path_of(key, "/versions?limit=100")).await.expect(200).json();
    page["data"].as_array().unwrap().iter().map(|version| version["version"].as_i64().unwrap()).collect()
}

on_both! {
    async fn the_versions_are_listed_masked_newest_first(app: TestApp) {
        let alice = app.member("alice").await;
        let first = generate(&alice, json!({})).await;
        app.clock.advance(chrono::TimeDelta::hours(1));
        let second = alice.post(&path_of(&first, "/rotate"), json!({ "grace_seconds": 60 })).await.expect(200).json();

        let answer = alice.get(&path_of(&first, "/versions")).await.expect(200);

        assert!(!answer.text().contains(&value_of(&first)) && !answer.text().contains(&value_of(&second)));
        let page = answer.json();
        assert_eq!(page["next_cursor"], Value::Null);
        assert_eq!(page["data"], json!([
            { "version": 2, "prefix": "vk_live_", "last4": second["last4"], "created_at": second["updated_at"], "grace_ends_at": null, "is_current": true },
            { "version": 1, "prefix": "vk_live_", "last4": first["last4"], "created_at": first["created_at"], "grace_ends_at": second["grace_ends_at"], "is_current": false },
        ]));
    }

    async fn the_list_has_pages_and_belongs_to_its_owner(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let made = generate(&alice, json!({})).await;
        for _ in 0..4 {
            alice.post(&path_of(&made, "/rotate"), json!({})).await.expect(200);
        }

        let mut found = Vec::new();
        let mut path = path_of(&made, "/versions?limit=2");
        loop {
            let page = alice.get(&path).await.expect(200).json();
            found.extend(page["data"].as_array().unwrap().iter().map(|version| version["version"].as_i64().unwrap()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = path_of(&made, &format!("/versions?limit=2&cursor={cursor}"));
        }

        assert_eq!(found, [5, 4, 3, 2, 1]);
        bob.get(&path_of(&made, "/versions")).await.expect_problem(404, "not_found");
        bob.call("POST", &path_of(&made, "/versions/1/restore"), None).await.expect_problem(404, "not_found");
    }

    async fn a_restored_value_is_the_newest_version_under_a_new_number(app: TestApp) {
        let alice = app.member("alice").await;
        let stored = alice.store("a", "the first value of all").await;
        alice.post(&path_of(&stored, "/rotate"), json!({ "value": "the second value of all" })).await.expect(200);

        let restored = alice.call("POST", &path_of(&stored, "/versions/1/restore"), None).await.expect(200);

        assert!(!restored.text().contains("first value"));
        assert_eq!((&restored.json()["version"], &restored.json()["last4"]), (&json!(3), &json!(" all")));
        assert_eq!(alice.get(&path_of(&stored, "/decrypt")).await.json()["api_key"], "the first value of all");
        assert_eq!(numbers(&alice, &stored).await, [3, 2, 1]);
        let trail = alice.trail().await;
        assert_eq!(trail.iter().filter(|action| *action == "key.restored").count(), 1);
        // what is current stays as it is, by its number; a version that is not there is not found
        let again = alice.call("POST", &path_of(&stored, "/versions/3/restore"), None).await.expect(200);
        assert_eq!(again.json()["version"], 3);
        for version in ["4", "0", "-1", "x", "99999999999999999999"] {
            alice.call("POST", &path_of(&stored, &format!("/versions/{version}/restore")), None).await.expect_problem(404, "not_found");
        }
        let own = alice.call("POST", &path_of(&stored, "/versions/1/restore"), None).await.expect_problem(409, "duplicate_value").json();
        assert_eq!(own["detail"], "This is the key’s value already: there is nothing to restore.");
    }

    async fn a_restored_generated_value_is_the_current_one_and_no_former_one(app: TestApp) {
        let alice = app.member("alice").await;
        let first = generate(&alice, json!({})).await;
        let second = alice.post(&path_of(&first, "/rotate"), json!({})).await.expect(200).json();

        let restored = alice.post(&path_of(&first, "/versions/1/restore"), json!({ "grace_seconds": 60 })).await.expect(200).json();

        let verdict = alice.post("/api/keys/verify", json!({ "api_key": value_of(&first) })).await.json();
        assert_eq!((&verdict["code"], &verdict["version"], &verdict["is_former"]), (&json!("valid"), &json!(3), &json!(false)));
        app.clock.advance(chrono::TimeDelta::seconds(60));
        assert_eq!((code_of(&alice, &value_of(&first)).await, code_of(&alice, &value_of(&second)).await), ("valid".into(), "expired".into()));
        assert!(restored["grace_ends_at"].is_string());
    }

    async fn twenty_former_versions_are_kept_and_all_in_grace(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({})).await;
        alice.post(&path_of(&made, "/rotate"), json!({ "grace_seconds": 3600 })).await.expect(200);
        let zero = alice.store("z", "value 0").await;
        for turn in 1..=30 {
            alice.post(&path_of(&made, "/rotate"), json!({ "grace_seconds": 1 })).await.expect(200);
            app.clock.advance(chrono::TimeDelta::seconds(1));
            alice.post(&path_of(&zero, "/rotate"), json!({ "value": format!("value {turn}") })).await.expect(200);
        }

        // the first one is still in grace
        assert_eq!(numbers(&alice, &made).await, (12..=32).rev().chain([1]).collect::<Vec<_>>());
        assert_eq!(numbers(&alice, &zero).await, (11..=31).rev().collect::<Vec<_>>());
        assert_eq!(code_of(&alice, &value_of(&made)).await, "valid");
        alice.call("POST", &path_of(&zero, "/versions/10/restore"), None).await.expect_problem(404, "not_found");
    }

    async fn a_version_that_was_moved_or_changed_does_not_open(app: TestApp) {
        let alice = app.member("alice").await;
        let stored = alice.store("a", "the first value of all").await;
        alice.post(&path_of(&stored, "/rotate"), json!({ "value": "the second value of all" })).await.expect(200);
        alice.post(&path_of(&stored, "/rotate"), json!({ "value": "the third value of all" })).await.expect(200);
        app.sql("update auth.key_versions set sealed = (select sealed from auth.key_versions where version = 2) where version = 1").await;

        let refused = alice.call("POST", &path_of(&stored, "/versions/1/restore"), None).await.expect_problem(500, "internal_error");

        assert!(!refused.text().contains("value of all"));
        assert_eq!(alice.get(&path_of(&stored, "/decrypt")).await.json()["api_key"], "the third value of all");
    }
}
