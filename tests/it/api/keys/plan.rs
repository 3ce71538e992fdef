//! What the FREE plan allows.

use serde_json::json;

use crate::support::at_once;

on_both! {
    with [("FREE_PLAN_MAX_KEYS", "2")];

    async fn the_third_key_of_a_free_account_is_refused_with_the_numbers(app: TestApp) {
        let alice = app.member("alice").await;
        alice.store("a", "value a").await;
        alice.store("b", "value b").await;

        let refused = alice.post("/api/keys", json!({ "name": "c", "value": "value c" })).await.expect_problem(402, "plan_limit_reached");

        assert_eq!((&refused.json()["limit"], &refused.json()["used"]), (&json!(2), &json!(2)));
        assert_eq!(alice.get("/api/keys").await.json()["data"].as_array().unwrap().len(), 2);
        assert_eq!(alice.trail().await.iter().filter(|action| *action == "key.created").count(), 2);
    }

    async fn revoking_a_key_makes_room_for_one(app: TestApp) {
        let alice = app.member("alice").await;
        let first = alice.store("a", "value a").await;
        alice.store("b", "value b").await;
        alice.delete(&format!("/api/keys/{}", first["id"].as_str().unwrap())).await.expect(204);

        alice.store("c", "value c").await;

        alice.post("/api/keys", json!({ "name": "d" })).await.expect_problem(402, "plan_limit_reached");
    }

    async fn a_dry_run_of_an_import_tells_the_room(app: TestApp) {
        let alice = app.member("alice").await;
        alice.store("a", "value a").await;

        let report = alice.post("/api/keys/import?dry_run=true", json!({ "b": "value b", "c": "value c" })).await.expect(200).json();
        assert_eq!((&report["new"], &report["room"]), (&json!(2), &json!(1)));
        alice.post("/api/keys/import", json!({ "b": "value b", "c": "value c" })).await.expect_problem(402, "plan_limit_reached");

        app.sql("update auth.\"user\" set plan = 'PRO' where email like 'alice%' returning 1").await;
        let report = alice.post("/api/keys/import", json!({ "b": "value b", "c": "value c" })).await.expect(200).json();
        assert_eq!((&report["stored"], &report["room"]), (&json!(true), &json!(null)));

        // new values of keys that are there already need no room
        app.sql("update auth.\"user\" set plan = 'FREE' where email like 'alice%' returning 1").await;
        let report = alice.post("/api/keys/import", json!({ "b": "another" })).await.expect(200).json();
        assert_eq!((&report["changed"], &report["room"]), (&json!(1), &json!(0)));
    }

    async fn a_disabled_key_still_counts(app: TestApp) {
        let alice = app.member("alice").await;
        let first = alice.store("a", "value a").await;
        alice.store("b", "value b").await;
        alice.patch(&format!("/api/keys/{}", first["id"].as_str().unwrap()), json!({ "enabled": false })).await.expect(200);

        alice.post("/api/keys", json!({ "name": "c" })).await.expect_problem(402, "plan_limit_reached");
    }

    async fn ten_requests_at_once_make_exactly_two_keys(app: TestApp) {
        let alice = app.member("alice").await;

        let answers = at_once(10, |number| alice.post("/api/keys", json!({ "name": format!("key {number}") }))).await;

        let with = |status| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((with(201), with(402)), (2, 8));
        assert_eq!(app.sql("select count(*) from auth.api_keys").await, "2");
    }

    async fn one_account_does_not_use_up_anothers_room(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        alice.store("a", "value a").await;
        alice.store("b", "value b").await;

        bob.store("a", "value a").await;
        bob.store("b", "value b").await;
    }

    async fn a_pro_account_has_no_limit_and_keeps_its_keys_when_it_ends(app: TestApp) {
        let alice = app.member("alice").await;
        app.sql("update auth.\"user\" set plan = 'PRO' where email = 'alice@example.com'").await;
        let mut last = json!(null);
        for number in 0..5 {
            last = alice.store(&format!("key {number}"), &format!("value {number}")).await;
        }
        app.sql("update auth.\"user\" set plan = 'FREE' where email = 'alice@example.com'").await;
        let path = format!("/api/keys/{}", last["id"].as_str().unwrap());

        let refused = alice.post("/api/keys", json!({ "name": "one more" })).await.expect_problem(402, "plan_limit_reached");

        assert_eq!((&refused.json()["limit"], &refused.json()["used"]), (&json!(2), &json!(5)));
        alice.get(&format!("{path}/decrypt")).await.expect(200);
        alice.patch(&path, json!({ "note": "still mine" })).await.expect(200);
        alice.delete(&path).await.expect(204);
    }

    async fn a_repeated_request_is_answered_even_when_the_plan_is_full(app: TestApp) {
        let alice = app.member("alice").await;
        let ask = async |key: &str, name: &str| alice.call_with("POST", "/api/keys", Some(json!({ "name": name })), &[("idempotency-key", key)]).await;
        ask("1", "a").await.expect(201);
        let second = ask("2", "b").await.expect(201);

        let again = ask("2", "b").await.expect(201);

        assert_eq!(second.body, again.body);
        ask("3", "c").await.expect_problem(402, "plan_limit_reached");
    }
}

mod without_the_setting {
    on_both! {
        async fn a_free_account_has_no_limit(app: TestApp) {
            let alice = app.member("alice").await;

            for number in 0..12 {
                alice.store(&format!("key {number}"), &format!("value {number}")).await;
            }
        }
    }
}
