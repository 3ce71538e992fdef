//! Stripe's API, as far as the server uses it: the key and the version are asked for, parameters that Stripe does not
//! know are refused, and a request with an idempotency key is carried out once.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{Request, State as Shared},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::Value;

use super::{
    SimulatedStripe, expand,
    form::Form,
    refusal::Refusal,
    requests,
    state::{KeptAnswer, State, VERSION, new_id},
};

const MOST_BYTES: usize = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(15);
/// How long first answers are kept.
const ANSWERS_KEPT_SECONDS: i64 = 86_400;

/// A request, read.
struct Asked {
    method: Method,
    /// The address below `/v1/`.
    path: String,
    form: Form,
    /// The parameters, as they came.
    text: String,
    idempotency_key: Option<String>,
}

/// Answers any request below `/v1/`.
pub(super) async fn answer(Shared(stripe): Shared<SimulatedStripe>, request: Request) -> Response {
    let key = text(request.headers(), "idempotency-key").map(str::to_owned);
    let mut response = match respond(&stripe, request).await {
        Ok((body, is_replayed)) => {
            let mut response = json(StatusCode::OK, &body);
            if is_replayed {
                let name = HeaderName::from_static("idempotent-replayed");
                response.headers_mut().insert(name, HeaderValue::from_static("true"));
            }
            response
        }
        Err(refusal) => {
            tracing::debug!(?refusal, "the stand-in for Stripe refuses");
            let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            json(status, &refusal.body())
        }
    };
    let headers = response.headers_mut();
    headers.insert("stripe-version", HeaderValue::from_static(VERSION));
    if let Some(id) = new_id("req").ok().and_then(|id| HeaderValue::from_str(&id).ok()) {
        headers.insert("request-id", id);
    }
    if let Some(key) = key.and_then(|key| HeaderValue::from_str(&key).ok()) {
        headers.insert("idempotency-key", key);
    }
    response
}

async fn respond(stripe: &SimulatedStripe, request: Request) -> Result<(Value, bool), Refusal> {
    let headers = request.headers();
    let key = text(headers, "authorization").and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if !SimulatedStripe::is_key(key) {
        let message = match key {
            "" => "You did not provide an API key. Send it as `Authorization: Bearer …`.",
            _ => "Invalid API Key provided.",
        };
        return Err(Refusal::invalid(401, None, message));
    }
    let version = text(headers, "stripe-version").unwrap_or_default();
    if version != VERSION {
        let message = format!("Invalid Stripe API version: '{version}'. The stand-in plays {VERSION} alone.");
        return Err(Refusal::invalid(400, None, message));
    }
    let asked = read(request).await?;
    if asked.method == Method::GET {
        return stripe.ask(|state| carry_out(state, stripe, &asked));
    }
    stripe.change(|state| carry_out(state, stripe, &asked))
}

async fn read(request: Request) -> Result<Asked, Refusal> {
    let (parts, body) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default();
    let idempotency_key = text(&parts.headers, "idempotency-key").map(str::to_owned);
    if idempotency_key.as_ref().is_some_and(|key| key.is_empty() || key.len() > 255) {
        return Err(Refusal::invalid(400, None, "Idempotency keys have 1 to 255 characters."));
    }
    let text = if parts.method == Method::POST { read_body(&parts.headers, body).await? } else { query.to_owned() };
    let path = parts.uri.path().trim_start_matches("/v1/").to_owned();
    Ok(Asked { method: parts.method, path, form: Form::parse(&text), text, idempotency_key })
}

async fn read_body(headers: &HeaderMap, body: Body) -> Result<String, Refusal> {
    let read = tokio::time::timeout(PATIENCE, axum::body::to_bytes(body, MOST_BYTES)).await;
    let bytes = read.ok().and_then(Result::ok);
    let bytes = bytes.ok_or_else(|| Refusal::invalid(400, None, "The body is too large, too slow, or broken off."))?;
    let kind = text(headers, "content-type").unwrap_or_default();
    if !bytes.is_empty() && !kind.starts_with("application/x-www-form-urlencoded") {
        let message = "Invalid request: send a form, as `application/x-www-form-urlencoded`.";
        return Err(Refusal::invalid(400, None, message));
    }
    String::from_utf8(bytes.into()).map_err(|_| Refusal::invalid(400, None, "Invalid UTF-8."))
}

/// Does what is asked, or repeats what was answered to the same idempotency key; whether it was the latter.
fn carry_out(state: &mut State, stripe: &SimulatedStripe, asked: &Asked) -> Result<(Value, bool), Refusal> {
    let now = state.now;
    state.answers.retain(|_, kept| kept.created + ANSWERS_KEPT_SECONDS > now);
    let request = format!("{} {}\n{}", asked.method, asked.path, asked.text);
    let key = asked.idempotency_key.as_ref().filter(|_| asked.method == Method::POST);
    if let Some(kept) = key.and_then(|key| state.answers.get(key)) {
        if kept.request == request {
            return Ok((kept.body.clone(), true));
        }
        let message = "Keys for idempotent requests can only be used with the same parameters they were first used \
                       with.";
        return Err(Refusal { kind: "idempotency_error", ..Refusal::invalid(400, None, message) });
    }
    let object = requests::carry_out(state, stripe, &asked.method, &asked.path, &asked.form)?;
    let body = expand::expanded(state, object, &asked.form.list("expand"))?;
    if let Some(key) = key {
        state.answers.insert(key.clone(), KeptAnswer { request, body: body.clone(), created: now });
    }
    Ok((body, false))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn json(status: StatusCode, body: &Value) -> Response {
    let kind = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, kind)], body.to_string()).into_response()
}
