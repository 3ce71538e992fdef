//! Keys of others, and identifiers that are none: one answer for all.

use serde_json::{Value, json};

use crate::support::Reply;

const RANDOM: &str = "018f4e4c-7b5a-7cc2-9d3e-0a1b2c3d4e5f";

/// Every way to touch one key.
fn ways(id: &str) -> Vec<(&'static str, String, Option<Value>)> {
    let (one, change) = (format!("/api/keys/{id}"), Some(json!({ "note": "mine now" })));
    vec![
        ("GET", one.clone(), None),
        ("PATCH", one.clone(), change.clone()),
        ("PUT", one.clone(), change),
        ("DELETE", one.clone(), None),
        ("GET", format!("{one}/decrypt"), None),
        ("POST", format!("{one}/reveal"), None),
    ]
}

/// The answer's body without what names the request.
fn nameless(reply: &Reply) -> Value {
    let mut body = reply.json();
    body.as_object_mut().expect("an object").remove("request_id");
    body
}

on_both! {
    async fn another_accounts_key_is_answered_as_one_that_is_not_there(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let made = alice.store("hers", "the value of alice").await;
        let id = made["id"].as_str().unwrap();
        let (hers, his) = (alice.trail().await, bob.trail().await);

        for ((method, foreign, body), (_, unknown, _)) in ways(id).into_iter().zip(ways(RANDOM)) {
            let foreign = bob.call(method, &foreign, body.clone()).await.expect_problem(404, "not_found");
            let unknown = bob.call(method, &unknown, body).await.expect_problem(404, "not_found");

            assert_eq!(nameless(&foreign), nameless(&unknown), "{method}");
            let names = |reply: &Reply| reply.headers.keys().map(ToString::to_string).collect::<std::collections::BTreeSet<_>>();
            assert_eq!(names(&foreign), names(&unknown), "{method}");
        }
        let mut read = alice.get(&format!("/api/keys/{id}")).await.expect(200).json();
        read["api_key"] = made["api_key"].clone();
        assert_eq!((read, alice.trail().await, bob.trail().await), (made, hers, his));
    }

    async fn another_accounts_tag_tells_nothing(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let made = alice.store("hers", "value").await;
        let path = format!("/api/keys/{}", made["id"].as_str().unwrap());
        let tag = alice.get(&path).await.header("etag").to_owned();

        for tag in [tag.as_str(), "\"x\"", "*"] {
            bob.call_with("PATCH", &path, Some(json!({ "note": "x" })), &[("if-match", tag)]).await.expect_problem(404, "not_found");
        }
    }

    async fn an_id_that_is_no_uuid_is_not_there(app: TestApp) {
        let alice = app.member("alice").await;

        for id in ["x", "1", "null", "%20", "..%2f..%2fetc", "018f4e4c-7b5a-7cc2-9d3e-0a1b2c3d4e5", "018f4e4c-7b5a-7cc2-9d3e-0a1b2c3d4e5fa", "%F0%9F%94%91", "'%20or%201=1--", "ffffffff-ffff-ffff-ffff-fffffffffffg"] {
            for (method, path, body) in ways(id) {
                alice.call(method, &path, body).await.expect_problem(404, "not_found");
            }
        }
    }

    async fn a_visitor_learns_nothing_of_any_key(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("hers", "value").await;

        for id in [made["id"].as_str().unwrap(), RANDOM, "x"] {
            for (method, path, body) in ways(id) {
                let refused = app.call(method, &path, body).await.expect_problem(401, "unauthenticated");
                assert_eq!(refused.header("www-authenticate"), "Bearer");
            }
        }
    }

    async fn a_deleted_accounts_keys_are_gone(app: TestApp) {
        let alice = app.member("alice").await;
        alice.store("hers", "value").await;

        alice.call("DELETE", "/api/auth/me", Some(json!({ "password": alice.password }))).await.expect(204);

        assert_eq!(app.sql("select count(*) from auth.api_keys").await, "0");
        alice.get("/api/keys").await.expect_problem(401, "unauthenticated");
    }
}
