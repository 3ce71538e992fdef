//! `POST /api/keys`: storing, generating, and what is refused.

use serde_json::{Value, json};

use crate::support::Actor;

const MASK: &str = "••••••••";

/// Reveals a key's value.
async fn revealed(actor: &Actor<'_>, key: &Value) -> Value {
    let id = key["id"].as_str().expect("an id");
    actor.get(&format!("/api/keys/{id}/decrypt")).await.expect(200).json()
}

/// The six base62 digits of the contract: the CRC-32 (IEEE) of what stands before them.
fn checksum(body: &str) -> String {
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut rest = crc32fast::hash(body.as_bytes()) as usize;
    let mut text = [b'0'; 6];
    for place in text.iter_mut().rev() {
        *place = digits[rest % 62];
        rest /= 62;
    }
    String::from_utf8(text.to_vec()).expect("ascii")
}

on_both! {
    async fn a_stored_key_comes_back_masked_and_reveals_exactly(app: TestApp) {
        let alice = app.member("alice").await;
        let value = format!("sk-proj-{}", "aB3".repeat(16));

        let made = alice.post("/api/keys", json!({ "name": "OpenAI", "value": value, "environment": "production" })).await.expect(201).json();

        assert_eq!(made["api_key"], value.as_str());
        assert_eq!((made["provider"].as_str(), made["prefix"].as_str(), made["last4"].as_str()), (Some("openai"), Some("sk-proj-"), Some("3aB3")));
        let id = made["id"].as_str().unwrap();
        let masked = alice.get(&format!("/api/keys/{id}")).await.expect(200);
        assert!(!masked.text().contains(&value));
        assert_eq!(masked.json()["api_key"], Value::Null);
        let revealed = alice.get(&format!("/api/keys/{id}/decrypt")).await.expect(200).json();
        assert_eq!(revealed["api_key"], value.as_str());
    }

    async fn a_generated_value_has_the_promised_form_and_checksum(app: TestApp) {
        let alice = app.member("alice").await;

        for (environment, prefix) in [(None, "vk_live_"), (Some("production"), "vk_live_"), (Some("staging"), "vk_live_"), (Some("test"), "vk_test_"), (Some("development"), "vk_test_")] {
            let made = alice.post("/api/keys", json!({ "name": "mine", "environment": environment })).await.expect(201).json();

            let value = made["api_key"].as_str().unwrap();
            assert_eq!((made["kind"].as_str(), made["prefix"].as_str(), made["environment"].as_str()), (Some("generated"), Some(prefix), environment));
            assert!(value.starts_with(prefix) && value.len() == 50, "{value}");
            assert!(value[8..].bytes().all(|byte| byte.is_ascii_alphanumeric()), "{value}");
            assert_eq!(value[44..], checksum(&value[..44]));
            assert_eq!(made["last4"], value[46..]);
            assert_eq!(revealed(&alice, &made).await["api_key"], value);
        }
    }

    async fn two_generated_values_are_never_the_same(app: TestApp) {
        let alice = app.member("alice").await;

        let first = alice.post("/api/keys", json!({ "name": "first" })).await.expect(201).json();
        let second = alice.post("/api/keys", json!({ "name": "second", "value": null })).await.expect(201).json();

        assert_eq!((first["kind"].as_str(), second["kind"].as_str()), (Some("generated"), Some("generated")));
        assert_ne!(first["api_key"], second["api_key"]);
    }

    async fn the_answer_names_the_new_keys_address(app: TestApp) {
        let alice = app.member("alice").await;

        let made = alice.post("/api/keys", json!({ "name": "a" })).await.expect(201);

        let location = made.header("location").to_owned();
        assert_eq!(location, format!("/api/keys/{}", made.json()["id"].as_str().unwrap()));
        assert_eq!(made.header("cache-control"), "no-store");
        alice.get(&location).await.expect(200);
    }

    async fn a_new_key_has_every_field_of_the_contract_and_no_other(app: TestApp) {
        let alice = app.member("alice").await;

        let made = alice.store("plain", "a value of some length").await;

        let mut names: Vec<_> = made.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["allowed_ips", "api_key", "created_at", "enabled", "environment", "expires_at", "grace_ends_at", "id", "kind", "last4", "last_used_at", "name", "note", "prefix", "provider", "provider_config", "rate_limit", "revoked", "revoked_at", "scopes", "tags", "updated_at", "version"]);
        assert_eq!((&made["version"], &made["enabled"], &made["revoked"]), (&json!(1), &json!(true), &json!(false)));
        for empty in ["environment", "note", "expires_at", "last_used_at", "revoked_at", "grace_ends_at", "rate_limit"] {
            assert_eq!(made[empty], Value::Null, "{empty}");
        }
        assert_eq!((&made["tags"], &made["scopes"], &made["provider_config"]), (&json!([]), &json!([]), &json!({})));
        assert_eq!(made["created_at"], made["updated_at"]);
        assert!(made["created_at"].as_str().unwrap().ends_with('Z'));
        assert_eq!(made["id"].as_str().unwrap().parse::<uuid::Uuid>().unwrap().get_version_num(), 7);
    }

    async fn every_field_is_kept_and_read_back(app: TestApp) {
        let alice = app.member("alice").await;
        let body = json!({
            "name": "  Facturation 🧾 ", "value": "sk_live_1234567890abcdefghijklmn", "provider": "stripe", "provider_config": { "account_id": "acct_12345" },
            "environment": "Production", "tags": ["billing", "eu", "billing"], "note": "two\nlines, é", "expires_at": "2091-05-01T12:00:00+02:00", "scopes": ["Orders:read", "orders:write"],
        });

        let made = alice.post("/api/keys", body).await.expect(201).json();

        assert_eq!((made["name"].as_str(), made["environment"].as_str(), made["note"].as_str()), (Some("Facturation 🧾"), Some("production"), Some("two\nlines, é")));
        assert_eq!((&made["tags"], &made["scopes"]), (&json!(["billing", "eu"]), &json!(["orders:read", "orders:write"])));
        assert_eq!((made["expires_at"].as_str(), made["provider"].as_str(), made["kind"].as_str()), (Some("2091-05-01T10:00:00Z"), Some("stripe"), Some("stored")));
        let mut read = alice.get(&format!("/api/keys/{}", made["id"].as_str().unwrap())).await.expect(200).json();
        read["api_key"] = made["api_key"].clone();
        assert_eq!(read, made);
        let mut listed = alice.get("/api/keys").await.expect(200).json()["data"][0].clone();
        listed["api_key"] = made["api_key"].clone();
        assert_eq!(listed, made);
    }

    async fn a_provider_is_recognised_by_the_values_shape(app: TestApp) {
        let alice = app.member("alice").await;

        for (value, provider, prefix) in [
            (format!("sk-ant-api03-{}", "aB3_".repeat(23) + "x"), "anthropic", "sk-ant-api"),
            (format!("ghp_{}", "aB3z".repeat(9)), "github", "ghp_"),
            ("une valeur sans forme connue".to_owned(), "custom", ""),
        ] {
            let made = alice.post("/api/keys", json!({ "name": provider, "value": value })).await.expect(201).json();

            assert_eq!((made["provider"].as_str(), made["prefix"].as_str()), (Some(provider), Some(prefix)), "{made}");
        }
    }

    async fn a_named_provider_is_taken_without_case_and_wins_over_the_shape(app: TestApp) {
        let alice = app.member("alice").await;
        let value = format!("ghp_{}", "aB3z".repeat(9));

        let upper = alice.post("/api/keys", json!({ "name": "upper", "value": "whatever it is", "provider": "OpenAI" })).await.expect(201).json();
        let other = alice.post("/api/keys", json!({ "name": "other", "value": value, "provider": "MISTRAL" })).await.expect(201).json();

        assert_eq!(upper["provider"], "openai");
        assert_eq!((other["provider"].as_str(), other["prefix"].as_str()), (Some("mistral"), Some("")));
    }

    async fn an_unknown_provider_is_refused(app: TestApp) {
        let alice = app.member("alice").await;

        for provider in ["nobody", "open ai", "öpenai", "' or 1=1"] {
            let refused = alice.post("/api/keys", json!({ "name": "a", "value": "b", "provider": provider })).await.expect_problem(422, "validation_failed");

            assert_eq!(refused.faults()[0].0, "provider", "{provider}");
        }
        assert_eq!(alice.get("/api/keys").await.json()["data"], json!([]));
    }

    async fn secret_settings_are_masked_in_every_answer_and_clear_when_revealed(app: TestApp) {
        let alice = app.member("alice").await;
        let (service, jwt, own) = ("eyJ-a-service-role-key-9876", "tiny", "a-setting-nobody-knows-4321");
        let config = json!({ "url": "https://x.supabase.co", "anon_key": "anon-is-public-0000", "service_role_key": service, "jwt_secret": jwt, "something_else": own });
        let masked = json!({ "url": "https://x.supabase.co", "anon_key": "anon-is-public-0000", "service_role_key": format!("{MASK}9876"), "jwt_secret": MASK, "something_else": format!("{MASK}4321") });

        let made = alice.post("/api/keys", json!({ "name": "db", "value": "sbp_of_some_kind_1234", "provider": "supabase", "provider_config": config })).await.expect(201).json();

        let path = format!("/api/keys/{}", made["id"].as_str().unwrap());
        let read = alice.get(&path).await.expect(200).json();
        let listed = alice.get("/api/keys").await.expect(200).json();
        let changed = alice.patch(&path, json!({ "note": "touched" })).await.expect(200).json();
        for answer in [&made["provider_config"], &read["provider_config"], &listed["data"][0]["provider_config"], &changed["provider_config"]] {
            assert_eq!(*answer, masked);
        }
        assert_eq!(revealed(&alice, &made).await["provider_config"], config);
    }

    async fn a_short_value_shows_nothing_of_itself(app: TestApp) {
        let alice = app.member("alice").await;

        let short = alice.store("fifteen", "123456789012345").await;
        let long = alice.store("sixteen", "1234567890123456").await;

        assert_eq!((short["last4"].as_str(), short["prefix"].as_str()), (Some(""), Some("")));
        assert_eq!(long["last4"], "3456");
    }
}
