//! People who use the vault, as values.

use serde_json::{Value, json};

use super::{Reply, TestApp};

/// Somebody who has signed in.
pub struct Actor<'a> {
    pub app: &'a TestApp,
    pub email: String,
    pub password: String,
    pub id: String,
    pub token: String,
}

impl<'a> Actor<'a> {
    /// Registers and signs in.
    pub async fn register(app: &'a TestApp, name: &str) -> Self {
        let (email, password) = (format!("{name}@example.com"), "une girafe en pyjama vert".to_owned());
        let body = json!({ "email": email, "password": password, "name": name });
        let user = app.call("POST", "/api/auth/register", Some(body)).await.expect(201).json();
        let mut actor =
            Self { app, email, password, id: user["id"].as_str().expect("an id").to_owned(), token: String::new() };
        actor.token = actor.sign_in().await;
        app.settle_mails().await;
        actor
    }

    /// Opens one more session; its access token.
    pub async fn sign_in(&self) -> String {
        let body = json!({ "email": self.email, "password": self.password });
        let tokens = self.app.call("POST", "/api/auth/login", Some(body)).await.expect(200).json();
        tokens["access_token"].as_str().expect("a token").to_owned()
    }

    /// Sends a request with this actor's token.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        self.call_with(method, path, body, &[]).await
    }

    /// Sends a request with this actor's token and these headers.
    pub async fn call_with(&self, method: &str, path: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Reply {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        self.app.call_with(method, path, body, &all).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.call("POST", path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.call("PATCH", path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.call("DELETE", path, None).await
    }

    /// Stores a value; the answer's JSON.
    pub async fn store(&self, name: &str, value: &str) -> Value {
        self.post("/api/keys", json!({ "name": name, "value": value })).await.expect(201).json()
    }

    /// The actions in this actor's trail, oldest first.
    pub async fn trail(&self) -> Vec<String> {
        let page = self.get("/api/audit?limit=100").await.expect(200).json();
        let mut actions: Vec<_> = page["data"]
            .as_array()
            .expect("data")
            .iter()
            .map(|entry| entry["action"].as_str().expect("an action").to_owned())
            .collect();
        actions.reverse();
        actions
    }
}
