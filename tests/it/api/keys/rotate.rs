//! `POST /api/keys/{id}/rotate` and `POST /api/keys/{id}/end-grace`.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use serde_json::{Value, json};
use vault_api::core::clock::Clock as _;

use super::{code_of, generate, path_of, value_of};
use crate::support::{Actor, TestApp, at_once};

async fn verdict(actor: &Actor<'_>, value: &str) -> Value {
    actor.post("/api/keys/verify", json!({ "api_key": value })).await.expect(200).json()
}

async fn reveal(actor: &Actor<'_>, key: &Value) -> String {
    let revealed = actor.call("POST", &path_of(key, "/reveal"), None).await.expect(200).json();
    value_of(&revealed)
}

async fn in_grace(app: &TestApp) -> String {
    app.sql("select count(*) from auth.key_versions").await
}

on_both! {
    async fn the_same_key_has_a_new_value_and_the_former_one_counts_until_its_grace_ends(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({ "environment": "test" })).await;

        let answer = alice.call("POST", &path_of(&made, "/rotate"), None).await.expect(200);
        let rotated = answer.json();

        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!((&rotated["id"], &rotated["name"], &rotated["version"]), (&made["id"], &made["name"], &json!(2)));
        assert!(value_of(&rotated).starts_with("vk_test_") && value_of(&rotated) != value_of(&made));
        assert_eq!(rotated["last4"], value_of(&rotated)[46..]);
        let end = (app.clock.now() + TimeDelta::days(1)).format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        assert_eq!(rotated["grace_ends_at"].as_str().unwrap()[..19], end[..19]);
        assert_eq!(reveal(&alice, &made).await, value_of(&rotated));
        let (new, old) = (verdict(&alice, &value_of(&rotated)).await, verdict(&alice, &value_of(&made)).await);
        assert_eq!((&new["code"], &new["version"], &new["is_former"]), (&json!("valid"), &json!(2), &json!(false)));
        assert_eq!((&old["code"], &old["version"], &old["is_former"], &old["key"]["id"]), (&json!("valid"), &json!(1), &json!(true), &made["id"]));
        assert_eq!(alice.trail().await.iter().filter(|action| *action == "key.rotated").count(), 1);

        app.clock.advance(TimeDelta::days(1));

        let old = verdict(&alice, &value_of(&made)).await;
        assert_eq!((&old["valid"], &old["code"], &old["is_former"]), (&json!(false), &json!("expired"), &json!(true)));
        assert_eq!(code_of(&alice, &value_of(&rotated)).await, "valid");
        assert_eq!(alice.get(&path_of(&made, "")).await.json()["grace_ends_at"], Value::Null);
    }

    async fn several_former_values_may_be_in_grace_and_a_grace_of_zero_ends_them_all(app: TestApp) {
        let alice = app.member("alice").await;
        let first = generate(&alice, json!({})).await;
        let path = path_of(&first, "/rotate");
        let second = alice.post(&path, json!({ "grace_seconds": 7200 })).await.expect(200).json();
        let third = alice.post(&path, json!({ "grace_seconds": 3600 })).await.expect(200).json();

        assert_eq!(third["grace_ends_at"], second["grace_ends_at"], "the latest of them is told");
        for value in [&first, &second, &third] {
            assert_eq!(code_of(&alice, &value_of(value)).await, "valid");
        }
        app.clock.advance(TimeDelta::seconds(3600));
        assert_eq!((code_of(&alice, &value_of(&first)).await, code_of(&alice, &value_of(&second)).await), ("valid".into(), "expired".into()));
        let fourth = alice.post(&path, json!({ "grace_seconds": 0 })).await.expect(200).json();
        assert_eq!(fourth["grace_ends_at"], Value::Null);
        for value in [&first, &second, &third] {
            assert_eq!(code_of(&alice, &value_of(value)).await, "expired");
        }
        assert_eq!(code_of(&alice, &value_of(&fourth)).await, "valid");
    }

    async fn the_grace_can_be_ended_at_once_and_ending_none_changes_nothing(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({})).await;
        let rotated = alice.post(&path_of(&made, "/rotate"), json!({})).await.expect(200).json();
        assert_eq!(code_of(&alice, &value_of(&made)).await, "valid");

        let ended = alice.call("POST", &path_of(&made, "/end-grace"), None).await.expect(200);

        assert_eq!(ended.json()["grace_ends_at"], Value::Null);
        assert_eq!(code_of(&alice, &value_of(&made)).await, "expired");
        assert_eq!(code_of(&alice, &value_of(&rotated)).await, "valid");
        let again = alice.call("POST", &path_of(&made, "/end-grace"), None).await.expect(200);
        assert_eq!((again.text(), again.header("etag")), (ended.text(), ended.header("etag")));
        assert_eq!(alice.trail().await.iter().filter(|action| *action == "key.grace_ended").count(), 1);
    }

    async fn revoking_ends_all_values_at_once(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({})).await;
        let rotated = alice.post(&path_of(&made, "/rotate"), json!({})).await.expect(200).json();

        alice.delete(&path_of(&made, "")).await.expect(204);

        for value in [&made, &rotated] {
            assert_eq!(code_of(&alice, &value_of(value)).await, "revoked");
        }
        assert_eq!(alice.get(&path_of(&made, "")).await.json()["grace_ends_at"], Value::Null);
        alice.call("POST", &path_of(&made, "/rotate"), None).await.expect_problem(410, "key_revoked");
        alice.call("POST", &path_of(&made, "/end-grace"), None).await.expect_problem(410, "key_revoked");
    }

    async fn a_stored_key_takes_the_value_that_is_sent(app: TestApp) {
        let alice = app.member("alice").await;
        let stored = alice.store("openai", "sk-proj-0123456789abcdefghij").await;
        let path = path_of(&stored, "/rotate");

        assert_eq!(alice.post(&path, json!({})).await.expect_problem(422, "validation_failed").faults(), [("value".to_owned(), "required".to_owned())]);
        let rotated = alice.post(&path, json!({ "value": "sk-proj-zyxwvutsrqponmlkjihg" })).await.expect(200).json();

        assert_eq!((&rotated["version"], &rotated["last4"], &rotated["grace_ends_at"]), (&json!(2), &json!("jihg"), &Value::Null));
        assert_eq!(reveal(&alice, &stored).await, "sk-proj-zyxwvutsrqponmlkjihg");
        assert_eq!(alice.get("/api/keys?q=jihg").await.json()["data"].as_array().unwrap().len(), 1);
    }

    async fn what_a_rotation_can_not_do_is_refused(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let made = generate(&alice, json!({})).await;
        let path = path_of(&made, "/rotate");

        assert_eq!(alice.post(&path, json!({ "value": "mine" })).await.expect_problem(422, "validation_failed").faults(), [("value".to_owned(), "conflict".to_owned())]);
        for grace in [json!(-1), json!(2_592_001), json!("1"), json!(1.5)] {
            alice.post(&path, json!({ "grace_seconds": grace })).await.expect_problem(422, "validation_failed");
        }
        bob.post(&path, json!({})).await.expect_problem(404, "not_found");
        bob.call("POST", &path_of(&made, "/end-grace"), None).await.expect_problem(404, "not_found");
        let stale = alice.get(&path_of(&made, "")).await.header("etag").to_owned();
        alice.patch(&path_of(&made, ""), json!({ "note": "n" })).await.expect(200);
        alice.call_with("POST", &path, None, &[("if-match", &stale)]).await.expect_problem(412, "precondition_failed");
        assert_eq!((verdict(&alice, &value_of(&made)).await["version"].clone(), in_grace(&app).await), (json!(1), "0".into()));
    }

    async fn no_value_is_in_two_keys_while_one_is_in_grace(app: TestApp) {
        let alice = app.member("alice").await;
        let (one, two) = (alice.store("one", "the first value").await, alice.store("two", "the second value").await);
        alice.post(&path_of(&one, "/rotate"), json!({ "value": "the third value", "grace_seconds": 60 })).await.expect(200);

        alice.post("/api/keys", json!({ "name": "three", "value": "the first value" })).await.expect_problem(409, "duplicate_value");
        alice.post(&path_of(&two, "/rotate"), json!({ "value": "the first value" })).await.expect_problem(409, "duplicate_value");
        alice.post(&path_of(&two, "/rotate"), json!({ "value": "the third value" })).await.expect_problem(409, "duplicate_value");
        // its own value is told from another key's
        let own = alice.post(&path_of(&two, "/rotate"), json!({ "value": "the second value" })).await.expect_problem(409, "duplicate_value").json();
        assert_eq!(own["detail"], "This is the key’s value already; paste the new one.");
        // its own former value is no other key's
        alice.post(&path_of(&one, "/rotate"), json!({ "value": "the first value", "grace_seconds": 60 })).await.expect(200);
        app.clock.advance(TimeDelta::seconds(60));
        alice.post("/api/keys", json!({ "name": "three", "value": "the third value" })).await.expect(201);
    }

    async fn rotating_two_hundred_times_under_load_never_shows_a_mixed_or_missing_value(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({})).await;
        let known = std::sync::Mutex::new(vec![value_of(&made)]);
        let is_over = AtomicBool::new(false);

        let rotate = async {
            for _ in 0..200 {
                let rotated = alice.post(&path_of(&made, "/rotate"), json!({ "grace_seconds": 600 })).await.expect(200).json();
                known.lock().unwrap().push(value_of(&rotated));
            }
            is_over.store(true, Ordering::SeqCst);
        };
        let check = async {
            while !is_over.load(Ordering::SeqCst) {
                // any value that was ever answered is current or in grace
                let (version, value) = { let known = known.lock().unwrap(); (known.len(), known.last().unwrap().clone()) };
                let answer = alice.post("/api/keys/verify", json!({ "api_key": value })).await;
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                if answer.status == 503 { continue; } // a busy machine; never a wrong answer
                let verdict = answer.expect(200).json();
                assert_eq!((&verdict["code"], &verdict["version"]), (&json!("valid"), &json!(version)));
            }
        };
        let show = async {
            while !is_over.load(Ordering::SeqCst) {
                let before = known.lock().unwrap().len();
                let revealed = alice.call("POST", &path_of(&made, "/reveal"), None).await;
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                if revealed.status == 503 { continue; }
                let value = value_of(&revealed.expect(200).json());
                assert!(!known.lock().unwrap()[..before - 1].contains(&value), "an older value was shown");
            }
        };
        tokio::join!(rotate, check, show);

        let known = known.into_inner().unwrap();
        for (place, value) in known.iter().enumerate() {
            let verdict = verdict(&alice, value).await;
            assert_eq!((&verdict["version"], &verdict["is_former"]), (&json!(place + 1), &json!(place < 200)));
        }
        assert_eq!(app.sql("select count(*) from auth.api_keys").await, "1");
    }

    async fn of_many_rotations_at_once_each_has_its_own_version(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({})).await;

        let mut versions = at_once(20, async |_| { alice.post(&path_of(&made, "/rotate"), json!({})).await.expect(200).json()["version"].as_i64().unwrap() }).await;

        versions.sort_unstable();
        assert_eq!(versions, (2..=21).collect::<Vec<_>>());
        assert_eq!(in_grace(&app).await, "20");
    }
}

on_both! {
    async fn no_more_than_250_former_values_are_kept_whatever_their_grace(app: TestApp) {
        let alice = app.member("alice").await;
        let made = generate(&alice, json!({})).await;
        let mut values = vec![value_of(&made)];
        for _ in 0..253 {
            let rotated = alice.post(&path_of(&made, "/rotate"), json!({ "grace_seconds": 2_592_000 })).await.expect(200).json();
            values.push(value_of(&rotated));
        }

        assert_eq!(app.sql("select count(*) from auth.key_versions").await, "250");
        assert_eq!([code_of(&alice, &values[0]).await, code_of(&alice, &values[50]).await], ["not_found", "valid"]);
    }
}
