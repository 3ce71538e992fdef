//! `GET /api/providers`: the catalogue.

use std::collections::BTreeSet;

use serde_json::{Value, json};

on_both! {
    async fn the_catalogue_is_open_and_well_formed(app: TestApp) {
        let answer = app.call("GET", "/api/providers", None).await.expect(200).json();

        assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), ["data"]);
        let providers = answer["data"].as_array().unwrap();
        assert!(providers.len() >= 25, "{}", providers.len());
        for provider in providers {
            assert_eq!(provider.as_object().unwrap().keys().map(String::as_str).collect::<BTreeSet<_>>(), BTreeSet::from(["fields", "id", "name", "prefixes", "website"]));
            let id = provider["id"].as_str().unwrap();
            assert!(!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')), "{id}");
            assert!(!provider["name"].as_str().unwrap().is_empty());
            assert!(provider["website"].as_str().unwrap().starts_with("https://") || id == "custom", "{id}");
            assert!(provider["prefixes"].as_array().unwrap().iter().all(|prefix| prefix.as_str().is_some_and(|prefix| !prefix.is_empty())), "{id}");
            assert!(provider["fields"].as_array().unwrap().iter().all(|field| field["name"].is_string() && field["secret"].is_boolean()), "{id}");
        }
    }

    async fn custom_is_first_and_the_others_come_in_order_once_each(app: TestApp) {
        let answer = app.call("GET", "/api/providers", None).await.expect(200).json();

        let ids: Vec<_> = answer["data"].as_array().unwrap().iter().map(|provider| provider["id"].as_str().unwrap()).collect();
        assert_eq!(ids[0], "custom");
        assert!(ids[1..].is_sorted_by(|one, other| one < other), "{ids:?}");
        for named in ["openai", "anthropic", "mistral", "deepseek", "stripe", "github", "aws", "gcp", "supabase", "sendgrid", "slack"] {
            assert!(ids.contains(&named), "{named}");
        }
    }

    async fn supabase_tells_which_of_its_settings_are_secret(app: TestApp) {
        let answer = app.call("GET", "/api/providers", None).await.expect(200).json();

        let supabase = answer["data"].as_array().unwrap().iter().find(|provider| provider["id"] == "supabase").unwrap();
        let fields = supabase["fields"].as_array().unwrap();
        for (name, secret) in [("url", false), ("anon_key", false), ("service_role_key", true)] {
            assert!(fields.contains(&json!({ "name": name, "secret": secret })), "{name}");
        }
    }

    async fn every_provider_of_the_catalogue_is_taken(app: TestApp) {
        let alice = app.member("alice").await;
        let answer = app.call("GET", "/api/providers", None).await.expect(200).json();

        for id in answer["data"].as_array().unwrap().iter().map(|provider: &Value| provider["id"].as_str().unwrap()) {
            let made = alice.post("/api/keys", json!({ "name": id, "value": format!("value of {id}"), "provider": id })).await.expect(201).json();
            assert_eq!(made["provider"], id);
        }
    }
}
