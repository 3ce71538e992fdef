//! `Idempotency-Key` on `POST /api/keys`.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Actor, Engine, Reply, at_once};

/// Asks for a key under an `Idempotency-Key`.
async fn ask(actor: &Actor<'_>, key: &str, body: Value) -> Reply {
    actor.call_with("POST", "/api/keys", Some(body), &[("idempotency-key", key)]).await
}

/// How many keys there are.
async fn count(actor: &Actor<'_>) -> usize {
    actor.get("/api/keys?limit=100").await.expect(200).json()["data"].as_array().expect("data").len()
}

on_both! {
    async fn the_same_request_gets_the_first_answer_to_the_byte(app: TestApp) {
        let alice = app.member("alice").await;

        let first = ask(&alice, "abc", json!({ "name": "generated" })).await.expect(201);
        app.clock.advance(TimeDelta::hours(23));
        let again = ask(&alice, "abc", json!({ "name": "generated" })).await.expect(201);

        assert_eq!(first.body, again.body);
        assert_eq!(first.header("location"), again.header("location"));
        assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed"), again.header("cache-control")), ("", "true", "no-store"));
        assert_eq!(count(&alice).await, 1);
        assert_eq!(alice.trail().await.iter().filter(|action| *action == "key.created").count(), 1);
    }

    async fn a_repeat_never_shows_a_revoked_key(app: TestApp) {
        let alice = app.member("alice").await;
        let made = ask(&alice, "abc", json!({ "name": "a", "value": "a value to be revoked" })).await.expect(201).json();
        alice.delete(&format!("/api/keys/{}", made["id"].as_str().expect("an id"))).await.expect(204);

        let again = ask(&alice, "abc", json!({ "name": "a", "value": "a value to be revoked" })).await;

        let again = again.expect_problem(410, "key_revoked");
        assert!(!again.text().contains("a value to be revoked"));
    }

    async fn a_repeat_is_recorded_as_a_reveal(app: TestApp) {
        let alice = app.member("alice").await;
        ask(&alice, "abc", json!({ "name": "a" })).await.expect(201);

        ask(&alice, "abc", json!({ "name": "a" })).await.expect(201);

        assert_eq!(alice.trail().await.last().map(String::as_str), Some("key.revealed"));
    }

    async fn the_order_of_the_fields_makes_no_other_request(app: TestApp) {
        let alice = app.member("alice").await;
        let send = async |body: &'static str| {
            let request = http(&alice.token, "abc", body);
            app.send(request).await.expect(201)
        };

        let first = send(r#"{"name":"a","value":"v","tags":["x","y"]}"#).await;
        let again = send(r#"{ "tags": ["x", "y"], "value": "v", "name": "a" }"#).await;

        assert_eq!(first.body, again.body);
    }

    async fn another_request_under_the_same_key_is_refused(app: TestApp) {
        let alice = app.member("alice").await;
        ask(&alice, "abc", json!({ "name": "a", "value": "v" })).await.expect(201);

        for body in [json!({ "name": "a", "value": "w" }), json!({ "name": "b", "value": "v" }), json!({ "name": "a", "value": "v", "note": "n" })] {
            ask(&alice, "abc", body).await.expect_problem(409, "idempotency_key_reused");
        }

        assert_eq!(count(&alice).await, 1);
        ask(&alice, "ABC", json!({ "name": "b", "value": "w" })).await.expect(201);
    }

    async fn after_a_day_the_key_is_free_again(app: TestApp) {
        let alice = app.member("alice").await;
        let first = ask(&alice, "abc", json!({ "name": "first" })).await.expect(201);
        app.clock.advance(TimeDelta::hours(24) + TimeDelta::seconds(1));

        let second = ask(&alice, "abc", json!({ "name": "second" })).await.expect(201);

        assert_ne!(first.json()["id"], second.json()["id"]);
        assert_eq!(second.header("idempotent-replayed"), "");
        assert_eq!(ask(&alice, "abc", json!({ "name": "second" })).await.expect(201).body, second.body);
        assert_eq!(count(&alice).await, 2);
    }

    async fn ten_at_once_make_one_key_and_get_one_answer(app: TestApp) {
        let alice = app.member("alice").await;

        let answers = at_once(10, |_| ask(&alice, "abc", json!({ "name": "one" }))).await;

        for answer in &answers {
            assert_eq!((answer.status, &answer.body), (201, &answers[0].body), "{}", answer.text());
        }
        assert_eq!(count(&alice).await, 1);
    }

    async fn another_accounts_key_of_the_same_name_is_independent(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);

        let hers = ask(&alice, "abc", json!({ "name": "a" })).await.expect(201).json();
        let his = ask(&bob, "abc", json!({ "name": "a" })).await.expect(201).json();
        let other = ask(&bob, "abc", json!({ "name": "b" })).await.expect_problem(409, "idempotency_key_reused");

        assert_ne!((&hers["id"], &hers["api_key"]), (&his["id"], &his["api_key"]));
        assert!(!other.text().contains(hers["api_key"].as_str().unwrap()));
    }

    async fn a_refused_request_is_not_remembered(app: TestApp) {
        let alice = app.member("alice").await;
        let taken = alice.store("a", "value").await;
        ask(&alice, "abc", json!({ "name": "a", "value": "other" })).await.expect_problem(409, "duplicate_name");
        ask(&alice, "abc", json!({ "name": "" })).await.expect_problem(422, "validation_failed");
        alice.delete(&format!("/api/keys/{}", taken["id"].as_str().unwrap())).await.expect(204);

        ask(&alice, "abc", json!({ "name": "a", "value": "other" })).await.expect(201);

        assert_eq!(count(&alice).await, 1);
    }

    async fn the_kept_answer_holds_nothing_in_clear(app: TestApp) {
        let alice = app.member("alice").await;
        let marker = "clear-marker-0123456789";

        ask(&alice, "name-of-the-request", json!({ "name": "a", "value": marker })).await.expect(201);

        let columns = "sealed digest \"requestDigest\" \"userId\"".split(' ').map(|column| match app.engine {
            Engine::Sqlite => format!("hex({column})"),
            Engine::Postgres => format!("encode({column}::text::bytea, 'escape')"),
        });
        let row = app.sql(&format!("select {} from auth.idempotency_keys", columns.collect::<Vec<_>>().join(" || '/' || "))).await.to_lowercase();
        assert!(row.len() > 300, "{row}");
        for clear in [marker, "name-of-the-request"] {
            assert!(!row.contains(clear) && !row.contains(&hex::encode(clear)), "{row}");
        }
    }

    async fn the_header_is_one_of_1_to_255_characters(app: TestApp) {
        let alice = app.member("alice").await;

        for key in [String::new(), "x".repeat(256), "cl\u{e9}".to_owned()] {
            let refused = ask(&alice, &key, json!({ "name": "a" })).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.faults(), [("Idempotency-Key".into(), "invalid_format".into())], "{key}");
        }
        let twice = alice.call_with("POST", "/api/keys", Some(json!({ "name": "a" })), &[("idempotency-key", "a"), ("idempotency-key", "b")]).await;

        twice.expect_problem(422, "validation_failed");
        assert_eq!(count(&alice).await, 0);
        ask(&alice, &"x".repeat(255), json!({ "name": "a" })).await.expect(201);
    }
}

/// A request with this very body.
fn http(token: &str, key: &str, body: &'static str) -> axum::http::Request<axum::body::Body> {
    axum::http::Request::post("/api/keys")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(body.into())
        .expect("a request")
}
