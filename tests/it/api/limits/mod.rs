//! How often who may do what: requests (`doors`), mails (`mails`), wrong passwords (`guesses`).

mod doors;
mod guesses;
mod mails;

use serde_json::{Value, json};

use crate::support::{Reply, TestApp};

const PASSWORD: &str = "une girafe en pyjama vert";
const WRONG: &str = "une girafe en pyjama rouge";

/// Tries to sign in from this address.
async fn log_in_from(app: &TestApp, peer: &str, email: &str, password: &str) -> Reply {
    app.call_from(peer, "POST", "/api/auth/login", Some(credentials(email, password))).await
}

fn credentials(email: &str, password: &str) -> Value {
    json!({ "email": email, "password": password })
}

/// The answer, if it refuses because of this limit; how many seconds it says to wait.
#[track_caller]
fn refused(reply: Reply, limit: &str) -> u64 {
    let reply = reply.expect_problem(429, "too_many_requests");
    let wait: u64 = reply.header("retry-after").parse().expect("seconds");
    assert!(wait > 0);
    assert!(reply.header("ratelimit-policy").starts_with(&format!("\"{limit}\";q=")), "{:?}", reply.headers);
    assert!(reply.header("ratelimit").starts_with(&format!("\"{limit}\";r=0;t=")), "{:?}", reply.headers);
    let reset: u64 = reply.header("ratelimit").rsplit('=').next().and_then(|text| text.parse().ok()).expect("seconds");
    assert!(reset >= wait, "{:?}", reply.headers);
    wait
}
