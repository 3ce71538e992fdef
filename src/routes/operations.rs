//! What an operator asks: does it live, is it ready, what was counted.

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::json;

use super::{
    answers::{Answer, json_bytes, json_with},
    extractors::bearer,
    router::Web,
};
use crate::{
    core::texts::problems::Code,
    services::start::{self, PartState},
};

/// The operator's routes.
pub(super) fn routes(web: Web) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(web)
}

/// Lives: answered from memory, whatever else is away.
async fn health() -> Response {
    json_bytes(StatusCode::OK, r#"{"status":"ok"}"#)
}

/// Ready, or which part is not.
async fn ready(State(web): State<Web>) -> Response {
    let parts = start::readiness(&web.app).await;
    let is_stopping = *web.stopping.borrow();
    let is_ready = !is_stopping && parts.iter().all(|part| part.state != PartState::Failing);
    let word = |state| match state {
        PartState::Ok => "ok",
        PartState::Away => "away",
        PartState::Failing => "failing",
    };
    let checks: serde_json::Map<_, _> =
        parts.iter().map(|part| (part.name.to_owned(), word(part.state).into())).collect();
    let status = if is_stopping {
        "stopping"
    } else if is_ready {
        "ready"
    } else {
        "not_ready"
    };
    let code = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut response = json_with(code, &json!({ "status": status, "checks": checks }));
    if !is_ready {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    response
}

/// Prometheus text; with `METRICS_TOKEN`, for its bearer alone.
async fn metrics(State(web): State<Web>, headers: HeaderMap) -> Answer<Response> {
    if let Some(token) = &web.app.config.metrics_token {
        let given = bearer(&headers).unwrap_or_default();
        let is_right =
            aws_lc_rs::constant_time::verify_slices_are_equal(given.as_bytes(), token.expose().as_bytes()).is_ok();
        if !is_right {
            return Err(Code::Unauthenticated.into());
        }
    }
    web.app.limits.gauge();
    web.app.usage.gauge();
    let text = web.metrics.map(|handle| handle.render()).unwrap_or_default();
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
