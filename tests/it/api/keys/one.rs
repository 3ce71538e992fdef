//! `/api/keys/{id}`: reading, changing, revoking.

use serde_json::{Value, json};

use crate::support::{Reply, at_once};

const MASK: &str = "••••••••";

/// The address of a key.
fn path(key: &Value) -> String {
    format!("/api/keys/{}", key["id"].as_str().expect("an id"))
}

/// The key without its value and what every change moves.
fn rest(key: &Value) -> Value {
    let mut rest = key.clone();
    for moved in ["api_key", "updated_at"] {
        rest.as_object_mut().expect("an object").remove(moved);
    }
    rest
}

/// A well-formed strong entity tag.
fn etag(reply: &Reply) -> String {
    let tag = reply.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 2, "{tag}");
    tag
}

on_both! {
    async fn a_key_is_read_with_a_tag_that_changes_with_it(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("a", "value").await;

        let first = alice.get(&path(&made)).await.expect(200);
        let again = alice.get(&path(&made)).await.expect(200);
        let changed = alice.patch(&path(&made), json!({ "note": "x" })).await.expect(200);
        let after = alice.get(&path(&made)).await.expect(200);

        assert_eq!(rest(&first.json()), rest(&made));
        assert_eq!(etag(&first), etag(&again));
        assert_ne!(etag(&first), etag(&changed));
        assert_eq!((etag(&changed), changed.json()), (etag(&after), after.json()));
    }

    async fn each_field_changes_alone(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("before", "a value of some length").await;
        let mut expected = rest(&made);

        for (field, given, kept) in [
            ("name", json!(" after "), json!("after")), ("environment", json!("Staging"), json!("staging")), ("note", json!("a\nnote"), json!("a\nnote")), ("tags", json!(["b", "a", "b"]), json!(["b", "a"])),
            ("scopes", json!(["X:read"]), json!(["x:read"])), ("expires_at", json!("2090-01-01T00:00:00.123456Z"), json!("2090-01-01T00:00:00.123Z")), ("enabled", json!(false), json!(false)),
            ("provider", json!("openai"), json!("openai")), ("provider_config", json!({ "organization": "org" }), json!(null)),
        ] {
            app.clock.advance(chrono::TimeDelta::seconds(1));
            let changed = alice.patch(&path(&made), json!({ field: given })).await.expect(200).json();

            expected[field] = if kept.is_null() { changed[field].clone() } else { kept };
            assert_eq!(rest(&changed), expected, "{field}");
            assert!(changed["updated_at"].as_str() > made["created_at"].as_str());
            assert_eq!(alice.get(&path(&made)).await.json(), changed);
        }
        assert_eq!(alice.get(&format!("{}/decrypt", path(&made))).await.expect(200).json()["api_key"], "a value of some length");
    }

    async fn null_clears_what_may_be_empty(app: TestApp) {
        let alice = app.member("alice").await;
        let body = json!({ "name": "a", "value": "v", "environment": "test", "note": "n", "expires_at": "2090-01-01T00:00:00Z", "tags": ["t"] });
        let made = alice.post("/api/keys", body).await.expect(201).json();

        let changed = alice.patch(&path(&made), json!({ "environment": null, "note": null, "expires_at": null, "tags": [] })).await.expect(200).json();

        assert_eq!([&changed["environment"], &changed["note"], &changed["expires_at"]], [&Value::Null; 3]);
        assert_eq!(changed["tags"], json!([]));
        for (field, code) in [("name", "required"), ("enabled", "wrong_type")] {
            let refused = alice.patch(&path(&made), json!({ field: null })).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.faults(), [(field.into(), code.into())]);
        }
    }

    async fn a_value_does_not_change_by_patch(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("a", "value").await;

        for field in ["value", "api_key", "id", "version", "revoked", "kind", "user_id"] {
            let refused = alice.patch(&path(&made), json!({ field: "x" })).await.expect_problem(422, "unknown_field");
            assert_eq!(refused.faults(), [(field.into(), "unknown_field".into())]);
        }
        alice.patch(&path(&made), json!({ "name": "", "tags": [1], "enabled": "yes", "provider": "nobody" })).await.expect_problem(422, "validation_failed");
        assert_eq!(rest(&alice.get(&path(&made)).await.json()), rest(&made));
    }

    async fn a_mask_that_comes_back_keeps_its_secret(app: TestApp) {
        let alice = app.member("alice").await;
        let secret = "service-role-secret-9876";
        let body = json!({ "name": "db", "value": "v", "provider": "supabase", "provider_config": { "url": "https://a", "service_role_key": secret, "jwt_secret": "short" } });
        let made = alice.post("/api/keys", body).await.expect(201).json();

        let mut config = made["provider_config"].clone();
        config["url"] = json!("https://b");
        config["jwt_secret"] = json!("another");
        let changed = alice.patch(&path(&made), json!({ "provider_config": config })).await.expect(200).json();

        assert_eq!(changed["provider_config"], json!({ "url": "https://b", "service_role_key": format!("{MASK}9876"), "jwt_secret": MASK }));
        let clear = alice.get(&format!("{}/decrypt", path(&made))).await.expect(200).json();
        assert_eq!(clear["provider_config"], json!({ "url": "https://b", "service_role_key": secret, "jwt_secret": "another" }));
        let emptied = alice.patch(&path(&made), json!({ "provider_config": {} })).await.expect(200).json();
        assert_eq!(emptied["provider_config"], json!({}));
        assert_eq!(alice.get(&format!("{}/decrypt", path(&made))).await.json()["provider_config"], json!({}));
    }

    async fn another_provider_masks_by_its_own_rules(app: TestApp) {
        let alice = app.member("alice").await;
        let config = json!({ "url": "https://public.example.org", "service_role_key": "service-role-secret-9876" });
        let made = alice.post("/api/keys", json!({ "name": "db", "value": format!("sk-proj-{}", "aB3".repeat(16)), "provider": "supabase", "provider_config": config })).await.expect(201).json();
        assert_eq!(made["prefix"], "");

        let custom = alice.patch(&path(&made), json!({ "provider": "openai" })).await.expect(200).json();

        assert_eq!(custom["provider_config"], json!({ "url": format!("{MASK}.org"), "service_role_key": format!("{MASK}9876") }));
        assert_eq!(custom["prefix"], "sk-proj-");
        assert!(!app.sql("select \"providerConfig\" from auth.api_keys").await.contains("public.example"));
        assert_eq!(alice.get(&format!("{}/decrypt", path(&made))).await.json()["provider_config"], config);
        // what is secret once stays so until it is sent anew: changing the provider is no way to see it
        let back = alice.patch(&path(&made), json!({ "provider": "supabase" })).await.expect(200).json();
        assert_eq!(back["provider_config"], custom["provider_config"]);
        let anew = alice.patch(&path(&made), json!({ "provider_config": config })).await.expect(200).json();
        assert_eq!(anew["provider_config"], made["provider_config"]);
    }

    async fn a_stale_tag_changes_nothing(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("a", "value").await;
        let stale = etag(&alice.get(&path(&made)).await);
        let fresh = etag(&alice.patch(&path(&made), json!({ "note": "first" })).await.expect(200));
        let entries = alice.trail().await.len();

        for tag in [stale.as_str(), "\"x\"", "", "x", "W/\"x\""] {
            alice.call_with("PATCH", &path(&made), Some(json!({ "note": "second" })), &[("if-match", tag)]).await.expect_problem(412, "precondition_failed");
        }

        assert_eq!((&alice.get(&path(&made)).await.json()["note"], alice.trail().await.len()), (&json!("first"), entries));
        alice.call_with("PATCH", &path(&made), Some(json!({ "note": "third" })), &[("if-match", &fresh)]).await.expect(200);
        let any = alice.call_with("PUT", &path(&made), Some(json!({ "note": "fourth" })), &[("if-match", "*")]).await.expect(200).json();
        assert_eq!(any["note"], "fourth");
    }

    async fn one_tag_of_a_list_must_be_the_keys_and_not_a_weak_one(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("a", "value").await;
        let change = async |headers: &[(&str, &str)]| alice.call_with("PATCH", &path(&made), Some(json!({ "note": "x" })), headers).await;
        let now = async || etag(&alice.get(&path(&made)).await);

        let tag = now().await;
        change(&[("if-match", &format!("W/{tag}, \"x\""))]).await.expect_problem(412, "precondition_failed");
        change(&[("if-match", &format!("*, {tag}"))]).await.expect_problem(412, "precondition_failed");
        change(&[("if-match", &format!("\"x,y\" , {tag}"))]).await.expect(200);
        let tag = now().await;
        change(&[("if-match", "\"x\""), ("if-match", &tag)]).await.expect(200);
        change(&[("if-match", "\"x\""), ("if-match", &tag)]).await.expect_problem(412, "precondition_failed");
        let tag = now().await;
        alice.call_with("POST", &format!("{}/end-grace", path(&made)), None, &[("if-match", &format!("\"x\", {tag}"))]).await.expect(200);
    }

    async fn put_changes_as_patch_does(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("a", "value").await;

        let changed = alice.call("PUT", &path(&made), Some(json!({ "note": "put" }))).await.expect(200);

        assert_eq!((changed.json()["note"].as_str(), changed.json()["name"].as_str()), (Some("put"), Some("a")));
        assert!(!etag(&changed).is_empty());
        alice.call("PUT", &path(&made), Some(json!({ "value": "x" }))).await.expect_problem(422, "unknown_field");
    }

    async fn a_name_may_not_become_one_that_is_taken(app: TestApp) {
        let alice = app.member("alice").await;
        alice.store("taken", "value").await;
        let made = alice.store("free", "another").await;

        alice.patch(&path(&made), json!({ "name": "taken" })).await.expect_problem(409, "duplicate_name");

        assert_eq!(alice.get(&path(&made)).await.json()["name"], "free");
        alice.patch(&path(&made), json!({ "name": "taken", "environment": "test" })).await.expect(200);
        alice.patch(&path(&made), json!({ "environment": null })).await.expect_problem(409, "duplicate_name");
    }

    async fn ten_changes_at_once_all_count(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("a", "value").await;
        let path = path(&made);
        let fields = ["name", "environment", "note", "tags", "scopes", "expires_at", "enabled", "provider", "provider_config"];
        let given = json!({ "name": "n", "environment": "e", "note": "o", "tags": ["t"], "scopes": ["s"], "expires_at": "2090-01-01T00:00:00Z", "enabled": false, "provider": "openai", "provider_config": { "x": "y" } });

        let answers = at_once(10, |number| alice.patch(&path, fields.get(number).map_or_else(|| json!({ "enabled": false }), |field| json!({ *field: given[*field] })))).await;

        assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200; 10]);
        let key = alice.get(&path).await.expect(200).json();
        for field in fields.iter().filter(|field| **field != "provider_config") {
            assert_eq!(key[*field], given[*field], "{field}");
        }
        assert_eq!(key["provider_config"], json!({ "x": MASK }));
        assert_eq!(alice.trail().await.iter().filter(|action| *action == "key.updated").count(), 10);
        assert_eq!(app.sql("select revision from auth.api_keys").await, "11");
    }

    async fn a_revoked_key_changes_no_more_but_can_be_read(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("a", "value").await;
        alice.delete(&path(&made)).await.expect(204);

        alice.patch(&path(&made), json!({ "enabled": true })).await.expect_problem(410, "key_revoked");
        alice.call("PUT", &path(&made), Some(json!({ "name": "b" }))).await.expect_problem(410, "key_revoked");

        let read = alice.get(&path(&made)).await.expect(200).json();
        assert_eq!((&read["revoked"], &read["name"]), (&json!(true), &json!("a")));
        assert!(read["revoked_at"].as_str().is_some_and(|moment| moment.ends_with('Z')));
    }

    async fn revoking_twice_is_one_act(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("a", "value").await;
        let first = alice.delete(&path(&made)).await.expect(204);
        let moment = alice.get(&path(&made)).await.json()["revoked_at"].clone();
        app.clock.advance(chrono::TimeDelta::hours(1));

        let second = alice.delete(&path(&made)).await.expect(204);

        assert!(first.body.is_empty() && second.body.is_empty());
        assert_eq!(alice.get(&path(&made)).await.json()["revoked_at"], moment);
        assert_eq!(alice.trail().await.iter().filter(|action| *action == "key.revoked").count(), 1);
    }
}
