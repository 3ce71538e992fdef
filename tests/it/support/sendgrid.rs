//! A stand-in for SendGrid: checks the request's form as SendGrid's reference has it, and answers as it is told.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

/// The key that it accepts.
pub const SENDGRID_KEY: &str = "SG.MARKER-of-the-tests.0123456789";

#[derive(Default)]
struct Inner {
    received: Vec<Value>,
    faults: Vec<String>,
    /// What to answer instead of 202; 0 never answers.
    answer: Option<u16>,
}

/// A running stand-in.
#[derive(Clone, Default)]
pub struct SendGrid {
    inner: Arc<Mutex<Inner>>,
}

impl SendGrid {
    /// Starts it; the base of its API.
    pub async fn start() -> (Self, String) {
        let stand_in = Self::default();
        let router = Router::new()
            .route("/v3/mail/send", post(send))
            .route("/v3/scopes", get(scopes))
            .with_state(stand_in.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        (stand_in, base)
    }

    /// Answers with this status from now on; 0 never answers.
    pub fn answer_with(&self, status: u16) {
        self.inner.lock().unwrap().answer = Some(status);
    }

    /// The bodies that were accepted.
    pub fn received(&self) -> Vec<Value> {
        self.inner.lock().unwrap().received.clone()
    }

    /// What was wrong with requests.
    pub fn faults(&self) -> Vec<String> {
        self.inner.lock().unwrap().faults.clone()
    }
}

fn is_allowed(headers: &HeaderMap) -> bool {
    headers.get("authorization").is_some_and(|value| value == format!("Bearer {SENDGRID_KEY}").as_str())
}

fn refused(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "errors": [{ "message": message, "field": null, "help": null }] }))).into_response()
}

async fn scopes(headers: HeaderMap) -> Response {
    if is_allowed(&headers) {
        Json(json!({ "scopes": ["mail.send"] })).into_response()
    } else {
        refused(StatusCode::UNAUTHORIZED, "The provided authorization grant is invalid, expired, or revoked")
    }
}

async fn send(State(stand_in): State<SendGrid>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = stand_in.inner.lock().unwrap().answer;
    match answer {
        Some(0) => std::future::pending::<()>().await,
        Some(429) => {
            let refused = refused(StatusCode::TOO_MANY_REQUESTS, "too many requests");
            return ([("retry-after", "600")], refused).into_response();
        }
        Some(status) if status != 202 => {
            let text = format!("no, and not because of https://vault.test/reset?token=hush, {}", "x".repeat(2000));
            return refused(StatusCode::from_u16(status).expect("a status"), &text);
        }
        _ => {}
    }
    if !is_allowed(&headers) {
        return refused(StatusCode::UNAUTHORIZED, "The provided authorization grant is invalid, expired, or revoked");
    }
    let parsed: Value = serde_json::from_slice(&body).unwrap_or_default();
    let faults = faults(&headers, &parsed);
    let mut inner = stand_in.inner.lock().unwrap();
    if faults.is_empty() {
        inner.received.push(parsed);
        return StatusCode::ACCEPTED.into_response();
    }
    inner.faults.extend(faults);
    refused(StatusCode::BAD_REQUEST, "Bad Request")
}

/// What SendGrid would not take.
fn faults(headers: &HeaderMap, body: &Value) -> Vec<String> {
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let kinds: Vec<_> = body["content"].as_array().into_iter().flatten().map(|part| part["type"].clone()).collect();
    let checks = [
        (headers.get("content-type").is_some_and(|value| value == "application/json"), "content-type"),
        (body["personalizations"].as_array().is_some_and(|all| all.len() == 1), "personalizations"),
        (is_text(&body["personalizations"][0]["to"][0]["email"]), "to"),
        (is_text(&body["from"]["email"]) && !body["from"]["email"].to_string().contains('<'), "from"),
        (is_text(&body["subject"]), "subject"),
        // text/plain has to come first
        (kinds == ["text/plain", "text/html"], "content"),
        (body["content"].as_array().is_some_and(|all| all.iter().all(|part| is_text(&part["value"]))), "values"),
        (body["tracking_settings"]["click_tracking"]["enable"] == false, "click tracking"),
    ];
    let known = ["personalizations", "from", "subject", "content", "headers", "tracking_settings"];
    let unknown =
        body.as_object().into_iter().flat_map(|fields| fields.keys()).filter(|name| !known.contains(&name.as_str()));
    checks.iter().filter(|(is_met, _)| !is_met).map(|(_, name)| (*name).to_owned()).chain(unknown.cloned()).collect()
}
