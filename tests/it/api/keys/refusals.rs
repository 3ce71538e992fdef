//! `POST /api/keys`: exact values, faults, and values and names that are taken.

use serde_json::json;

use crate::support::at_once;

on_both! {
    async fn a_value_is_kept_to_the_last_character(app: TestApp) {
        let alice = app.member("alice").await;
        let pem = "-----BEGIN PRIVATE KEY-----\r\nMIIE\r\n-----END PRIVATE KEY-----\n";
        let values = ["🔑 clé — 鍵 \u{10FFFF}", pem, "  spaces around  ", "\t", "\u{feff}bom", "e\u{301} is not é", "'; drop table auth.api_keys; --", "{\"a\": \"\\u0000\"}", "\u{1}\u{7f}"];

        for (number, value) in values.iter().enumerate() {
            let made = alice.store(&format!("key {number}"), value).await;

            assert_eq!(made["api_key"], **value);
            let revealed = alice.get(&format!("/api/keys/{}/decrypt", made["id"].as_str().unwrap())).await.expect(200).json();
            assert_eq!(revealed["api_key"], **value);
        }
    }

    async fn a_value_of_32768_characters_is_kept_and_one_more_is_refused(app: TestApp) {
        let alice = app.member("alice").await;
        let longest = "x".repeat(32_768);

        let made = alice.store("long", &longest).await;
        let refused = alice.post("/api/keys", json!({ "name": "longer", "value": format!("{longest}y") })).await.expect_problem(422, "validation_failed");

        assert_eq!(refused.faults(), [("value".into(), "too_long".into())]);
        let revealed = alice.get(&format!("/api/keys/{}/decrypt", made["id"].as_str().unwrap())).await.expect(200).json();
        assert_eq!(revealed["api_key"], longest.as_str());
    }

    async fn an_empty_value_and_one_with_a_nul_are_refused(app: TestApp) {
        let alice = app.member("alice").await;

        for (value, code) in [(json!(""), "too_short"), (json!("a\0b"), "invalid_characters"), (json!("\0"), "invalid_characters"), (json!(7), "wrong_type"), (json!(["a"]), "wrong_type")] {
            let refused = alice.post("/api/keys", json!({ "name": "a", "value": value })).await.expect_problem(422, "validation_failed");

            assert_eq!(refused.faults(), [("value".into(), code.into())]);
        }
        assert_eq!(alice.get("/api/keys").await.json()["data"], json!([]));
    }

    async fn all_faults_come_at_once_and_repeat_no_value(app: TestApp) {
        let alice = app.member("alice").await;
        let body = json!({
            "name": " ", "value": "sk-secret-of-mine\0", "provider": "nobody", "provider_config": { "url": 5, "a b": "x", "key": "NUL\0" }, "environment": "a b",
            "tags": ["ok", "", 3], "note": "n".repeat(2001), "expires_at": "tomorrow", "scopes": ["sc ope"], "colour": "blue", "enabled": true,
        });

        let refused = alice.post("/api/keys", body).await.expect_problem(422, "validation_failed");

        let expected = [
            ("colour", "unknown_field"), ("enabled", "unknown_field"), ("environment", "invalid_format"), ("expires_at", "invalid_format"), ("name", "too_short"), ("note", "too_long"),
            ("provider", "invalid_choice"), ("provider_config", "invalid_format"), ("provider_config.key", "invalid_characters"), ("provider_config.url", "wrong_type"),
            ("scopes[0]", "invalid_format"), ("tags[1]", "too_short"), ("tags[2]", "wrong_type"), ("value", "invalid_characters"),
        ];
        let faults = refused.faults();
        assert_eq!(faults.iter().map(|(field, code)| (field.as_str(), code.as_str())).collect::<Vec<_>>(), expected);
        assert!(!refused.text().contains("sk-secret"));
        assert!(refused.json()["errors"].as_array().unwrap().iter().all(|fault| !fault["message"].as_str().unwrap().is_empty()));
    }

    async fn a_name_is_needed_and_bounded(app: TestApp) {
        let alice = app.member("alice").await;

        for (name, code) in [(json!(null), "required"), (json!(""), "too_short"), (json!("é".repeat(101)), "too_long"), (json!("a\nb"), "invalid_characters"), (json!("a\0"), "invalid_characters"), (json!(true), "wrong_type")] {
            let refused = alice.post("/api/keys", json!({ "name": name, "value": "v" })).await.expect_problem(422, "validation_failed");

            assert_eq!(refused.faults(), [("name".into(), code.into())], "{name}");
        }
        alice.store(&"é".repeat(100), "v").await;
    }

    async fn lists_of_words_are_bounded(app: TestApp) {
        let alice = app.member("alice").await;
        let words = |count: usize| (0..count).map(|number| format!("w{number}")).collect::<Vec<_>>();

        let tags = alice.post("/api/keys", json!({ "name": "a", "tags": words(21) })).await.expect_problem(422, "validation_failed");
        let scopes = alice.post("/api/keys", json!({ "name": "a", "scopes": words(51) })).await.expect_problem(422, "validation_failed");
        let both = alice.post("/api/keys", json!({ "name": "a", "tags": words(20), "scopes": words(50) })).await.expect(201).json();

        assert_eq!((tags.faults(), scopes.faults()), (vec![("tags".into(), "too_long".into())], vec![("scopes".into(), "too_long".into())]));
        assert_eq!((both["tags"].as_array().unwrap().len(), both["scopes"].as_array().unwrap().len()), (20, 50));
    }

    async fn an_expiry_is_a_moment_to_come(app: TestApp) {
        let alice = app.member("alice").await;

        for (moment, code) in [
            ("2020-01-01T00:00:00Z", "in_the_past"), ("0001-01-01T00:00:00Z", "in_the_past"), ("2090-13-01T00:00:00Z", "invalid_format"), ("2090-02-30T00:00:00Z", "invalid_format"),
            ("2090-01-01", "invalid_format"), ("2090-01-01T00:00:00", "invalid_format"), ("9999-12-31T23:59:59-01:00", "invalid_format"), ("1893456000", "invalid_format"), ("soon", "invalid_format"),
        ] {
            let refused = alice.post("/api/keys", json!({ "name": "a", "expires_at": moment })).await.expect_problem(422, "validation_failed");

            assert_eq!(refused.faults(), [("expires_at".into(), code.into())], "{moment}");
        }
        let number = alice.post("/api/keys", json!({ "name": "a", "expires_at": 1_893_456_000 })).await.expect_problem(422, "validation_failed");
        assert_eq!(number.faults(), [("expires_at".into(), "wrong_type".into())]);
        let last = alice.post("/api/keys", json!({ "name": "a", "expires_at": "9999-12-31T23:59:59Z" })).await.expect(201).json();
        assert_eq!(last["expires_at"], "9999-12-31T23:59:59Z");
    }

    async fn a_value_is_held_once_by_an_account(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let first = alice.store("first", "the same value").await;

        let refused = alice.post("/api/keys", json!({ "name": "second", "value": "the same value", "environment": "test" })).await.expect_problem(409, "duplicate_value");

        assert!(!refused.text().contains("the same value"));
        bob.store("first", "the same value").await;
        alice.store("near", "the same value ").await;
        alice.delete(&format!("/api/keys/{}", first["id"].as_str().unwrap())).await.expect(204);
        alice.store("second", "the same value").await;
        alice.post("/api/keys", json!({ "name": "third", "value": "the same value" })).await.expect_problem(409, "duplicate_value");
    }

    async fn a_name_is_taken_once_in_an_environment(app: TestApp) {
        let alice = app.member("alice").await;
        let post = async |environment: Option<&str>, name: &str| alice.post("/api/keys", json!({ "name": name, "environment": environment })).await;
        let first = post(None, "mail").await.expect(201).json();

        post(None, " mail ").await.expect_problem(409, "duplicate_name");

        post(Some("production"), "mail").await.expect(201);
        post(Some("test"), "mail").await.expect(201);
        post(Some("TEST"), "mail").await.expect_problem(409, "duplicate_name");
        alice.delete(&format!("/api/keys/{}", first["id"].as_str().unwrap())).await.expect(204);
        post(None, "mail").await.expect(201);
        post(None, "mail").await.expect_problem(409, "duplicate_name");
    }

    async fn ten_requests_for_one_name_make_one_key(app: TestApp) {
        let alice = app.member("alice").await;

        let answers = at_once(10, |number| alice.post("/api/keys", json!({ "name": "one", "value": format!("value {number}") }))).await;

        let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409, 409, 409]);
        assert_eq!(alice.get("/api/keys").await.json()["data"].as_array().unwrap().len(), 1);
    }

    async fn a_refused_request_leaves_no_key_and_no_entry(app: TestApp) {
        let alice = app.member("alice").await;
        alice.store("taken", "a value").await;
        let before = alice.trail().await;

        alice.post("/api/keys", json!({ "name": "taken", "value": "another" })).await.expect_problem(409, "duplicate_name");
        alice.post("/api/keys", json!({ "name": "free", "value": "a value" })).await.expect_problem(409, "duplicate_value");

        assert_eq!(alice.trail().await, before);
        assert_eq!(app.sql("select count(*) from auth.api_keys").await, "1");
    }
}
