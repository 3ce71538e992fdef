//! Warnings: what looks like a mistake is stored and told, in the reader's language, without the value.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::support::{Actor, Reply};

/// A JWT that nobody signed.
fn token(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2lnbmF0dXJl", part(&json!({ "alg": "HS256", "typ": "JWT" })), part(claims))
}

fn stripe(kind: &str) -> String {
    format!("{kind}_{}", "aB3dE6gH".repeat(3))
}

async fn make(actor: &Actor<'_>, body: Value) -> Reply {
    actor.post("/api/keys", body).await.expect(201)
}

fn codes(answer: &Reply) -> Vec<String> {
    let answer = answer.json();
    // left out where there are none
    let warnings =
        answer.get("warnings").map(|warnings| warnings.as_array().expect("warnings").clone()).unwrap_or_default();
    warnings.iter().map(|warning| warning["code"].as_str().expect("a code").to_owned()).collect()
}

on_both! {
    async fn a_live_key_among_tests_is_stored_and_told(app: TestApp) {
        let alice = app.member("alice").await;
        let value = stripe("sk_live");

        let made = make(&alice, json!({ "name": "a", "value": value, "environment": "test" })).await;

        assert_eq!(codes(&made), ["live_key_in_test"]);
        let message = made.json()["warnings"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("This is a live key") && !message.contains("aB3"), "{message}");
        assert_eq!(codes(&make(&alice, json!({ "name": "b", "value": stripe("sk_test"), "environment": "production" })).await), ["test_key_in_production"]);
        for body in [json!({ "name": "c", "value": stripe("rk_live"), "environment": "production" }), json!({ "name": "d", "value": stripe("pk_live") }), json!({ "name": "e", "environment": "staging" })] {
            assert_eq!(codes(&make(&alice, body).await), Vec::<String>::new());
        }
    }

    async fn a_key_that_is_moved_to_a_test_environment_is_told(app: TestApp) {
        let alice = app.member("alice").await;
        let made = make(&alice, json!({ "name": "a", "value": stripe("sk_live"), "environment": "production" })).await.json();
        let path = format!("/api/keys/{}", made["id"].as_str().unwrap());

        let moved = alice.patch(&path, json!({ "environment": "staging" })).await.expect(200);
        let back = alice.patch(&path, json!({ "environment": "production" })).await.expect(200);

        assert_eq!((codes(&moved), codes(&back)), (vec!["live_key_in_test".to_owned()], vec![]));
        assert!(alice.get(&path).await.expect(200).json().get("warnings").is_none());
    }

    async fn a_service_role_key_where_the_public_one_belongs_is_told_and_kept_secret(app: TestApp) {
        let alice = app.member("alice").await;
        let (all_rights, public) = (token(&json!({ "role": "service_role" })), token(&json!({ "role": "anon" })));
        let new_form = format!("sb_secret_{}", "aB3dE6gH".repeat(4));
        for (number, (name, value)) in [("anon_key", &all_rights), ("publishable_key", &new_form)].into_iter().enumerate() {
            let body = json!({ "name": format!("key {number}"), "value": format!("v {number}"), "provider": "supabase", "provider_config": { name: value, "url": "https://x.supabase.co" } });

            let made = make(&alice, body).await;

            assert_eq!(codes(&made), ["service_role_key_as_anon"]);
            let made = made.json();
            assert!(made["provider_config"][name].as_str().unwrap().starts_with('•'), "{made}");
            let path = format!("/api/keys/{}", made["id"].as_str().unwrap());
            // what is masked may be sent back as it is
            alice.patch(&path, json!({ "provider_config": made["provider_config"] })).await.expect(200);
            let revealed = alice.get(&format!("{path}/decrypt")).await.expect(200).json();
            assert_eq!(revealed["provider_config"], json!({ name: value, "url": "https://x.supabase.co" }));
        }
        let right = json!({ "name": "right", "value": "v", "provider": "supabase", "provider_config": { "anon_key": public, "service_role_key": all_rights } });
        let made = make(&alice, right).await;
        assert_eq!((codes(&made), &made.json()["provider_config"]["anon_key"]), (vec![], &json!(public)));
        assert!(!app.sql("select \"providerConfig\" from auth.api_keys").await.contains(&all_rights));
    }

    async fn a_token_whose_date_is_over_is_told(app: TestApp) {
        let alice = app.member("alice").await;
        let now = app.operator().now().timestamp();
        for (name, exp, expected) in [("over", now, vec!["expired_token"]), ("good", now + 60, vec![])] {
            let made = make(&alice, json!({ "name": name, "value": token(&json!({ "exp": exp, "for": name })) })).await;

            assert_eq!(codes(&made), expected, "{name}");
        }
        assert_eq!(codes(&make(&alice, json!({ "name": "odd", "value": "ey.ey.ey" })).await), Vec::<String>::new());
    }

    async fn a_warning_speaks_the_readers_language(app: TestApp) {
        let alice = app.member("alice").await;
        let body = json!({ "name": "a", "value": stripe("sk_live"), "environment": "development" });

        let made = alice.call_with("POST", "/api/keys", Some(body), &[("accept-language", "fr")]).await.expect(201).json();

        assert!(made["warnings"][0]["message"].as_str().unwrap().starts_with("C’est une clé de production"), "{made}");
    }
}
