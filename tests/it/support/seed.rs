//! A vault that looks used: thirty keys over three environments, tokens, uses. Through the API, so that it is the same for an
//! app in this process and for the real program.

use serde_json::{Value, json};

/// What pages ask for by its identifier.
#[derive(Clone, Debug, Default)]
pub struct Seeded {
    /// A key that the vault made and rotated.
    pub generated: String,
    /// A key that somebody brought.
    pub stored: String,
    pub token: String,
}

impl Seeded {
    /// What addresses of pages are made of.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        vec![("key", self.generated.clone()), ("stored", self.stored.clone()), ("token", self.token.clone())]
    }
}

const SERVICES: [(&str, &str, &str); 10] = [
    ("Billing bot", "openai", "sk-proj-Zk3vQ9xT1mB7nR5cL2wYpH8sD4gJ6fA0"),
    ("Support assistant", "anthropic", "sk-ant-api03-Qm7Lp2Xv9Rt4Wz8Kc1Nb5Hs3Gd6Jf0Ay"),
    ("Search", "mistral", "mK7pQ2xV9rT4wZ8cN1bH5sG3dJ6fA0yL"),
    ("Payments", "stripe", "sk_live_51NkT4eV9xQ2Lm7Pw8Rz3Yc6"),
    ("Deployments", "github", "ghp_Zk3vQ9xT1mB7nR5cL2wYpH8sD4gJ6fA0qW1e"),
    ("Storage", "aws", "AKIAQ3VX7RT9LM2PW8ZK"),
    ("Newsletter", "sendgrid", "SG.Zk3vQ9xT1mB7nR5cL2wYpH.8sD4gJ6fA0qW1eR5tY7uI9oP3aS6dF8gH"),
    ("Alerts", "slack", "xoxb-204938475612-Zk3vQ9xT1mB7nR5cL2wYpH8s"),
    ("Maps", "custom", "maps-7f3a9c2e5b8d1064"),
    ("Webhooks", "custom", "whk-91c4e7a2d5f8b036"),
];

/// Fills a vault; `call` sends a request of its owner's and gives the answer's JSON.
pub async fn seed(call: impl AsyncFn(&'static str, String, Value) -> Value) -> Seeded {
    let mut seeded = Seeded::default();
    for (at, environment) in ["production", "staging", "development"].into_iter().enumerate() {
        for (number, (name, provider, value)) in SERVICES.into_iter().enumerate() {
            let mut body = json!({
                "name": name, "environment": environment, "provider": provider, "value": format!("{value}{at}"),
                "tags": if number % 2 == 0 { json!(["team-a", "eu"]) } else { json!(["team-b"]) },
            });
            if number % 3 == 0 {
                body["note"] = "Rotated every quarter.\nAsk Camille before a change.".into();
            }
            if number == 3 || number == 4 {
                body["expires_at"] = "2027-01-04T00:00:00Z".into();
            }
            // what the vault makes itself stands among them
            if number >= 8 {
                let body_of = body.as_object_mut().expect("an object");
                body_of.remove("value");
                body_of.remove("provider");
            }
            let made = call("POST", "/api/keys".into(), body).await;
            let id = made["id"].as_str().unwrap_or_else(|| panic!("no key: {made}")).to_owned();
            match number {
                8 => use_it(&call, &id, made["api_key"].as_str().expect("a value")).await,
                5 if at == 2 => drop(call("PATCH", format!("/api/keys/{id}"), json!({ "enabled": false })).await),
                6 if at == 2 => drop(call("DELETE", format!("/api/keys/{id}"), Value::Null).await),
                _ => {}
            }
            if at == 0 && number == 0 {
                call("POST", format!("/api/keys/{id}/reveal"), Value::Null).await;
                seeded.stored.clone_from(&id);
            }
            if at == 0 && number == 8 {
                call("POST", format!("/api/keys/{id}/rotate"), json!({ "grace_seconds": 86_400 })).await;
                seeded.generated.clone_from(&id);
            }
        }
    }
    for (name, scopes) in [("ci", json!(["keys:read", "keys:reveal"])), ("gateway", json!(["keys:verify"]))] {
        let made = call("POST", "/api/tokens".into(), json!({ "name": name, "scopes": scopes })).await;
        seeded.token = made["id"].as_str().unwrap_or_else(|| panic!("no token: {made}")).to_owned();
    }
    seeded
}

/// Some checks, good and bad.
async fn use_it(call: &impl AsyncFn(&'static str, String, Value) -> Value, id: &str, value: &str) {
    for number in 0..7 {
        let scope = if number == 6 { json!("wings") } else { Value::Null };
        let mut body = json!({ "api_key": value });
        if !scope.is_null() {
            body["scope"] = scope;
        }
        call("POST", "/api/keys/verify".into(), body).await;
    }
    call("GET", format!("/api/keys/{id}/decrypt"), Value::Null).await;
}
