//! `/api/tokens`, and what the tokens open.

mod life;
mod limits;
mod matrix;
mod refusals;

use serde_json::{Value, json};

use crate::support::{Actor, Reply, TestApp};

/// A token with these scopes: its identifier and itself.
pub(in crate::api) async fn token(actor: &Actor<'_>, scopes: &[&str]) -> (String, String) {
    token_with(actor, scopes, json!({})).await
}

/// A token with these scopes and other fields.
async fn token_with(actor: &Actor<'_>, scopes: &[&str], more: Value) -> (String, String) {
    let mut body = json!({ "name": "a program", "scopes": scopes });
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    let made = actor.post("/api/tokens", body).await.expect(201).json();
    (made["id"].as_str().unwrap().to_owned(), made["token"].as_str().unwrap().to_owned())
}

/// A request with a token.
pub(in crate::api) async fn call(app: &TestApp, token: &str, method: &str, path: &str, body: Option<Value>) -> Reply {
    app.call_with(method, path, body, &[("authorization", &format!("Bearer {token}"))]).await
}

/// What `GET /api/keys` answers to a token: its status and code.
async fn answer(app: &TestApp, token: &str) -> (u16, String) {
    let answer = call(app, token, "GET", "/api/keys", None).await;
    let code = if answer.status == 200 { Value::Null } else { answer.json()["code"].clone() };
    (answer.status, code.as_str().unwrap_or_default().to_owned())
}
