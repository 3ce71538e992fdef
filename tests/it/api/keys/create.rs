//! `POST /api/keys`.

use serde_json::json;



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
        let revealed = alice.get(&format!("/api/keys/{id}/decrypt")).await.expect(200).json();
        assert_eq!(revealed["api_key"], value.as_str());
    }
}

