//! `GET /api/audit`: one's own trail.

use serde_json::{Value, json};

use crate::support::Actor;

/// The whole trail, oldest first.
async fn entries(actor: &Actor<'_>) -> Vec<Value> {
    let page = actor.get("/api/audit?limit=100").await.expect(200).json();
    assert_eq!(page["next_cursor"], Value::Null);
    page["data"].as_array().expect("data").iter().rev().cloned().collect()
}

on_both! {
    async fn each_act_is_one_entry_in_order(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.post("/api/keys", json!({ "name": "a", "value": "v" })).await.expect(201);
        let id = made.json()["id"].clone();
        let path = format!("/api/keys/{}", id.as_str().unwrap());

        let acts = [
            ("key.created", made),
            ("key.updated", alice.patch(&path, json!({ "note": "n" })).await.expect(200)),
            ("key.revealed", alice.get(&format!("{path}/decrypt")).await.expect(200)),
            ("key.revealed", alice.call("POST", &format!("{path}/reveal"), None).await.expect(200)),
            ("key.revoked", alice.delete(&path).await.expect(204)),
        ];

        let entries = entries(&alice).await;
        assert_eq!(entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect::<Vec<_>>()[..2], ["account.created", "session.created"]);
        assert_eq!(entries.len(), 2 + acts.len());
        for (entry, (action, answer)) in entries[2..].iter().zip(&acts) {
            assert_eq!((entry["action"].as_str(), entry["request_id"].as_str()), (Some(*action), Some(answer.header("x-request-id"))));
            assert_eq!((&entry["object_type"], &entry["object_id"], &entry["actor_id"], &entry["ip"]), (&json!("key"), &id, &json!(alice.id), &Value::Null));
            assert!(entry["created_at"].as_str().unwrap().ends_with('Z'));
        }
        assert_eq!(entries.iter().map(|entry| entry["seq"].as_i64().unwrap()).collect::<Vec<_>>(), (1..=7).collect::<Vec<_>>());
    }

    async fn an_entry_names_the_clients_own_request_and_program(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("a", "v").await;

        alice.call_with("GET", &format!("/api/keys/{}/decrypt", made["id"].as_str().unwrap()), None, &[("x-request-id", "my-own.id_1"), ("user-agent", "vk/1.0")]).await.expect(200);

        let last = entries(&alice).await.pop().unwrap();
        assert_eq!((&last["request_id"], &last["user_agent"]), (&json!("my-own.id_1"), &json!("vk/1.0")));
        let mut names: Vec<_> = last.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["action", "actor_id", "created_at", "details", "id", "ip", "object_id", "object_type", "request_id", "seq", "user_agent"]);
    }

    async fn the_trail_of_one_key_holds_its_acts_alone(app: TestApp) {
        let alice = app.member("alice").await;
        let bob = app.member("bob").await;
        let (one, other) = (alice.store("a", "v").await, alice.store("b", "w").await);
        let id = one["id"].as_str().unwrap();
        for key in [&one, &other, &one] {
            alice.get(&format!("/api/keys/{}/decrypt", key["id"].as_str().unwrap())).await.expect(200);
        }

        let page = alice.get(&format!("/api/audit?key_id={id}&limit=2")).await.expect(200).json();
        let actions = |page: &Value| page["data"].as_array().unwrap().iter().map(|entry| (entry["action"].clone(), entry["object_id"].clone())).collect::<Vec<_>>();
        assert_eq!(actions(&page), [(json!("key.revealed"), json!(id)), (json!("key.revealed"), json!(id))]);
        let cursor = page["next_cursor"].as_str().unwrap();
        let rest = alice.get(&format!("/api/audit?key_id={id}&cursor={cursor}")).await.expect(200).json();
        assert_eq!(actions(&rest), [(json!("key.created"), json!(id))]);
        assert_eq!(rest["next_cursor"], Value::Null);

        let foreign = bob.get(&format!("/api/audit?key_id={id}")).await.expect(200).json();
        assert!(foreign["data"].as_array().unwrap().is_empty());
        alice.get("/api/audit?key_id=x").await.expect_problem(422, "validation_failed");
    }

    async fn reading_leaves_no_entry(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("a", "v").await;
        let before = alice.trail().await;

        for path in [&format!("/api/keys/{}", made["id"].as_str().unwrap()), "/api/keys", "/api/audit", "/api/providers"] {
            alice.get(path).await.expect(200);
        }
        alice.patch(&format!("/api/keys/{}", made["id"].as_str().unwrap()), json!({})).await.expect(200);

        assert_eq!(alice.trail().await, before);
    }

    async fn no_entry_holds_a_secret(app: TestApp) {
        let alice = app.member("alice").await;
        let marker = "clear-marker-0123456789wxyz";
        let made = alice.post("/api/keys", json!({ "name": "the name", "value": marker, "note": format!("{marker} note"), "provider_config": { "token": format!("{marker} config") } })).await.expect(201).json();
        let path = format!("/api/keys/{}", made["id"].as_str().unwrap());
        alice.patch(&path, json!({ "note": format!("{marker} again"), "provider_config": { "other": marker } })).await.expect(200);
        alice.get(&format!("{path}/decrypt")).await.expect(200);
        alice.delete(&path).await.expect(204);
        app.call("POST", "/api/auth/login", Some(json!({ "email": alice.email, "password": format!("{marker} wrong") }))).await.expect(401);

        let trail = alice.get("/api/audit?limit=100").await.expect(200);

        let tokens = [marker, &alice.password, &alice.token, "wxyz"];
        assert!(tokens.iter().all(|secret| !trail.text().contains(secret)), "{}", trail.text());
        let rows = app.sql("select action, details, \"objectId\", ip, \"userAgent\" from auth.audit_trail").await;
        assert!(rows.contains("key.created") && tokens.iter().all(|secret| !rows.contains(secret)), "{rows}");
    }

    async fn others_acts_are_invisible(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let made = alice.store("a", "v").await;
        bob.get(&format!("/api/keys/{}/decrypt", made["id"].as_str().unwrap())).await.expect(404);

        let (hers, his) = (entries(&alice).await, entries(&bob).await);

        assert_eq!(his.len(), 2);
        for (entries, actor) in [(&hers, &alice), (&his, &bob)] {
            assert!(entries.iter().all(|entry| entry["actor_id"] == actor.id || entry["actor_id"].is_null()));
        }
        let cursor = alice.get("/api/audit?limit=1").await.json()["next_cursor"].as_str().unwrap().to_owned();
        let page = bob.get(&format!("/api/audit?cursor={cursor}")).await.expect(200).json();
        assert!(page["data"].as_array().unwrap().iter().all(|entry| his.contains(entry)));
        app.call("GET", "/api/audit", None).await.expect_problem(401, "unauthenticated");
    }

    async fn pages_show_every_entry_once(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("a", "v").await;
        let path = format!("/api/keys/{}/decrypt", made["id"].as_str().unwrap());
        for _ in 0..22 {
            alice.get(&path).await.expect(200);
        }

        let (mut seen, mut query) = (Vec::new(), "limit=4".to_owned());
        loop {
            let page = alice.get(&format!("/api/audit?{query}")).await.expect(200).json();
            seen.extend(page["data"].as_array().unwrap().iter().map(|entry| entry["seq"].as_i64().unwrap()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            query = format!("limit=4&cursor={cursor}");
            // what is done meanwhile does not shift the pages
            alice.get(&path).await.expect(200);
        }

        assert_eq!(seen, (1..=25).rev().collect::<Vec<i64>>());
    }

    async fn a_trail_is_narrowed_to_acts_and_times(app: TestApp) {
        let alice = app.member("alice").await;
        alice.store("a", "v").await;
        app.clock.advance(chrono::TimeDelta::hours(2));
        let now = app.operator().now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        alice.store("b", "w").await;
        let actions = async |query: &str| -> Vec<String> {
            let page = alice.get(&format!("/api/audit?{query}")).await.expect(200).json();
            page["data"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
        };

        assert_eq!(actions("action=key.created").await, ["key.created", "key.created"]);
        assert_eq!(actions("group=keys&limit=1").await, ["key.created"]);
        assert_eq!(actions("group=sign_ins").await, ["session.created"]);
        assert_eq!(actions("group=account").await, ["account.created"]);
        assert_eq!(actions("action=key.created&group=account").await, [""; 0]);
        assert_eq!(actions(&format!("since={now}")).await, ["key.created"]);
        assert_eq!(actions(&format!("until={now}")).await, ["key.created", "session.created", "account.created"]);
        assert_eq!(actions(&format!("until={now}&since={now}")).await, [""; 0]);
        for (query, code) in [("action=key", "invalid_choice"), ("group=x", "invalid_choice"), ("since=x", "invalid_format")] {
            let field = query.split('=').next().unwrap();
            let refused = alice.get(&format!("/api/audit?{query}")).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.faults(), [(field.into(), code.into())]);
        }
    }

    async fn pages_of_a_narrowed_trail_show_every_entry_once(app: TestApp) {
        let alice = app.member("alice").await;
        for number in 0..5 {
            alice.store(&format!("k{number}"), &format!("v{number}")).await;
            alice.patch("/api/auth/me", json!({ "name": format!("n{number}") })).await.expect(200);
        }

        let (mut seen, mut query) = (Vec::new(), String::new());
        loop {
            let page = alice.get(&format!("/api/audit?limit=2&group=keys{query}")).await.expect(200).json();
            seen.extend(page["data"].as_array().unwrap().iter().map(|entry| entry["seq"].as_i64().unwrap()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            query = format!("&cursor={cursor}");
        }

        assert_eq!(seen, [11, 9, 7, 5, 3]);
    }

    async fn the_check_of_the_own_chain_names_the_first_bad_place(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        alice.store("a", "v").await;
        let check = async |actor: &Actor<'_>| actor.get("/api/audit/verify").await.expect(200).json();
        assert_eq!(check(&alice).await, json!({ "entries": 3, "intact": true, "first_bad": null }));

        app.sql("update auth.audit_trail set details = '{}' where action = 'key.created' returning seq").await;
        assert_eq!(check(&alice).await, json!({ "entries": 2, "intact": false, "first_bad": 3 }));
        assert_eq!(check(&bob).await, json!({ "entries": 2, "intact": true, "first_bad": null }));

        app.sql("delete from auth.audit_trail where action = 'key.created' returning seq").await;
        assert_eq!(check(&alice).await, json!({ "entries": 2, "intact": false, "first_bad": 3 }));
        app.call("GET", "/api/audit/verify", None).await.expect_problem(401, "unauthenticated");
    }

    async fn the_query_is_checked(app: TestApp) {
        let alice = app.member("alice").await;

        for (query, field, code) in [("limit=0", "limit", "out_of_range"), ("limit=101", "limit", "out_of_range"), ("cursor=x", "cursor", "invalid_format"), ("limit=1&limit=1", "limit", "conflict")] {
            let refused = alice.get(&format!("/api/audit?{query}")).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.faults(), [(field.into(), code.into())]);
        }
        alice.get("/api/audit?user_id=x").await.expect_problem(422, "unknown_field");
    }
}
