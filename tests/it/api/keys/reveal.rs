//! `GET /api/keys/{id}/decrypt` and `POST /api/keys/{id}/reveal`.

use serde_json::{Value, json};

use crate::support::at_once;

fn paths(key: &Value) -> [(&'static str, String); 2] {
    let id = key["id"].as_str().expect("an id");
    [("GET", format!("/api/keys/{id}/decrypt")), ("POST", format!("/api/keys/{id}/reveal"))]
}

on_both! {
    async fn both_addresses_show_the_exact_value_and_nothing_else(app: TestApp) {
        let alice = app.member("alice").await;
        let value = " clé\n🔑 \"quoted\" \\ \t ";
        let made = alice.store("a", value).await;

        for (method, path) in paths(&made) {
            let revealed = alice.call(method, &path, None).await.expect(200);

            assert_eq!(revealed.json(), json!({ "api_key": value, "provider_config": {} }));
            assert_eq!((revealed.header("cache-control"), revealed.header("content-type")), ("no-store", "application/json"));
            assert_eq!(revealed.header("etag"), "");
        }
    }

    async fn a_revoked_key_is_never_shown_again(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("a", "the value").await;
        alice.delete(&format!("/api/keys/{}", made["id"].as_str().unwrap())).await.expect(204);
        let before = alice.trail().await;

        for (method, path) in paths(&made) {
            let refused = alice.call(method, &path, None).await.expect_problem(410, "key_revoked");
            assert!(!refused.text().contains("the value"));
        }

        assert_eq!(alice.trail().await, before);
    }

    async fn a_disabled_or_expired_key_still_belongs_to_its_owner(app: TestApp) {
        let alice = app.member("alice").await;
        let soon = (vault_api::core::clock::Clock::now(&*app.clock) + chrono::TimeDelta::hours(1)).to_rfc3339();
        let made = alice.post("/api/keys", json!({ "name": "a", "value": "the value", "expires_at": soon })).await.expect(201).json();
        alice.patch(&format!("/api/keys/{}", made["id"].as_str().unwrap()), json!({ "enabled": false })).await.expect(200);
        app.clock.advance(chrono::TimeDelta::hours(2));

        let revealed = alice.get(&paths(&made)[0].1).await.expect(200).json();

        assert_eq!(revealed["api_key"], "the value");
    }

    async fn each_reveal_leaves_one_entry(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("a", "the value").await;

        for (method, path) in paths(&made) {
            alice.call(method, &path, None).await.expect(200);
        }

        assert_eq!(alice.trail().await.iter().filter(|action| *action == "key.revealed").count(), 2);
    }

    async fn fifty_reveals_at_once_leave_fifty_entries(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("a", "the value").await;
        let path = paths(&made)[0].1.clone();

        let answers = at_once(50, |_| alice.get(&path)).await;

        assert!(answers.iter().all(|answer| answer.status == 200 && answer.json()["api_key"] == "the value"));
        let page = alice.get("/api/audit?limit=100").await.expect(200).json();
        let mut requests: Vec<_> = page["data"].as_array().unwrap().iter().filter(|entry| entry["action"] == "key.revealed").map(|entry| entry["request_id"].as_str().unwrap().to_owned()).collect();
        let mut answered: Vec<_> = answers.iter().map(|answer| answer.header("x-request-id").to_owned()).collect();
        requests.sort();
        answered.sort();
        assert_eq!(requests, answered);
    }

    async fn a_value_that_was_tampered_with_is_not_shown_and_leaves_an_entry(app: TestApp) {
        let alice = app.member("alice").await;
        let (first, second) = (alice.store("a", "the first value").await, alice.store("b", "the second value").await);
        app.sql("update auth.api_keys set sealed = (select sealed from auth.api_keys where name = 'b') where name = 'a'").await;

        let broken = alice.get(&paths(&first)[0].1).await.expect_problem(500, "internal_error");

        assert!(!broken.text().contains("second"));
        assert_eq!(alice.trail().await.last().map(String::as_str), Some("key.reveal_failed"));
        assert_eq!(alice.get(&paths(&second)[0].1).await.expect(200).json()["api_key"], "the second value");
    }

    async fn the_database_holds_no_value_in_clear(app: TestApp) {
        let alice = app.member("alice").await;
        let marker = "hunter2-clear-marker-0123456789";
        alice.post("/api/keys", json!({ "name": "a", "value": marker, "provider_config": { "token": format!("{marker}-config") } })).await.expect(201);

        let row = app.sql("select * from auth.api_keys").await;
        let hex = app.sql(if app.engine == crate::support::Engine::Sqlite { "select hex(sealed) || hex(\"providerSecrets\") || hex(fingerprint) from api_keys" } else { "select encode(sealed, 'hex') || encode(\"providerSecrets\", 'hex') || encode(fingerprint, 'hex') from auth.api_keys" }).await;

        assert!(!row.contains("clear-marker"));
        assert!(!hex.to_lowercase().contains(&hex::encode("clear-marker")) && hex.len() > 100);
    }
}

on_both! {
    async fn another_provider_shows_nothing_of_what_was_secret(app: TestApp) {
        let alice = app.member("alice").await;
        let settings = json!({ "url": "https://u:PlantedInAUrl@host", "account_id": "planted-account-4471" });
        let key = alice.post("/api/keys", json!({ "name": "a", "value": "a value of custom", "provider_config": settings })).await.expect(201).json();
        let path = format!("/api/keys/{}", key["id"].as_str().unwrap());

        for provider in ["supabase", "aws", "cloudflare", "stripe", "custom"] {
            let changed = alice.call("PATCH", &path, Some(json!({ "provider": provider }))).await.expect(200);
            assert!(!changed.text().contains("PlantedInAUrl") && !changed.text().contains("planted-account"), "{provider}: {}", changed.text());
        }

        assert!(!app.sql_dump().await.contains("PlantedInAUrl"));
        let revealed = alice.get(&format!("{path}/decrypt")).await.expect(200).json();
        assert_eq!(revealed["provider_config"], settings, "nothing is lost");
        let sent_anew = json!({ "provider": "supabase", "provider_config": { "url": "https://x.supabase.co" } });
        assert_eq!(alice.call("PATCH", &path, Some(sent_anew)).await.expect(200).json()["provider_config"]["url"], "https://x.supabase.co");
    }
}
