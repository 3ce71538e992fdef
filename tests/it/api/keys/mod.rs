//! `/api/keys`.

mod check;
mod create;
mod export;
mod idempotency;
mod import;
mod import_again;
mod import_forms;
mod limits;
mod list;
mod list_by_time;
mod one;
mod others;
mod plan;
mod refusals;
mod reinstate;
mod reveal;
mod rotate;
mod usage;
mod verify;
mod versions;
mod warnings;

use serde_json::{Value, json};

use crate::support::Actor;

/// A generated key of an actor, with these members; the answer's JSON.
async fn generate(actor: &Actor<'_>, mut members: Value) -> Value {
    if members["name"].is_null() {
        members["name"] = json!("for a customer");
    }
    actor.post("/api/keys", members).await.expect(201).json()
}

/// The value in an answer.
fn value_of(key: &Value) -> String {
    key["api_key"].as_str().expect("a value").to_owned()
}

/// The path of a key, and what stands below it.
fn path_of(key: &Value, below: &str) -> String {
    format!("/api/keys/{}{below}", key["id"].as_str().expect("an id"))
}

/// What a check of this value says in a word.
async fn code_of(actor: &Actor<'_>, value: &str) -> String {
    let verdict = actor.post("/api/keys/verify", json!({ "api_key": value })).await.expect(200).json();
    verdict["code"].as_str().expect("a code").to_owned()
}
