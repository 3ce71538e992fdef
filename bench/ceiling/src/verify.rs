//! `POST /verify-json`: what a server must do at least to answer `POST /api/keys/verify`. It reads the same JSON, wants a
//! bearer, and writes the same JSON with axum's own `Json`; it checks no token, hashes nothing and looks nothing up.
//! `POST /verify-wire` answers with the same headers too, their values fixed: the same bytes for client and kernel.
use axum::{
    http::{header, HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    Json,
};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub struct Question {
    api_key: String,
    scope: Option<String>,
}

#[derive(Serialize)]
pub struct Verdict {
    valid: bool,
    code: &'static str,
    version: Option<i64>,
    is_former: bool,
    key: Option<Key>,
    retry_after: Option<u64>,
}

#[derive(Serialize)]
pub struct Key {
    id: uuid::Uuid,
    name: String,
    kind: &'static str,
    provider: String,
    provider_config: serde_json::Map<String, serde_json::Value>,
    environment: Option<String>,
    tags: Vec<String>,
    note: Option<String>,
    prefix: String,
    last4: String,
    version: i64,
    enabled: bool,
    revoked: bool,
    revoked_at: Option<String>,
    expires_at: Option<String>,
    last_used_at: Option<String>,
    scopes: Vec<String>,
    created_at: String,
    updated_at: String,
    grace_ends_at: Option<String>,
    allowed_ips: Vec<String>,
    rate_limit: Option<u64>,
}

pub async fn verify_json(headers: HeaderMap, Json(question): Json<Question>) -> Result<Json<Verdict>, StatusCode> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if bearer.is_none() || question.api_key.len() != 50 || question.scope.is_some() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let at = "2026-11-22T12:00:00.000Z";
    let key = Key {
        id: uuid::Uuid::from_u128(7),
        name: "key 0500".into(),
        kind: "generated",
        provider: "custom".into(),
        provider_config: serde_json::Map::new(),
        environment: None,
        tags: vec![],
        note: None,
        prefix: question.api_key[..8].into(),
        last4: question.api_key[46..].into(),
        version: 1,
        enabled: true,
        revoked: false,
        revoked_at: None,
        expires_at: None,
        last_used_at: None,
        scopes: vec!["orders:read".into()],
        created_at: at.into(),
        updated_at: at.into(),
        grace_ends_at: None,
        allowed_ips: vec![],
        rate_limit: None,
    };
    Ok(Json(Verdict { valid: true, code: "valid", version: Some(1), is_former: false, key: Some(key), retry_after: None }))
}

/// What Vault API puts on every answer of this route.
const HEADERS: [(HeaderName, HeaderValue); 12] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("permissions-policy"), HeaderValue::from_static("camera=(), geolocation=(), microphone=()")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (HeaderName::from_static("ratelimit-policy"), HeaderValue::from_static("\"verify\";q=60000000;w=60")),
    (HeaderName::from_static("ratelimit"), HeaderValue::from_static("\"verify\";r=59999999;t=1")),
    (HeaderName::from_static("x-request-id"), HeaderValue::from_static("0123456789abcdef0123456789abcdef")),
];

pub async fn verify_wire(headers: HeaderMap, question: Json<Question>) -> Result<Response, StatusCode> {
    let mut response = verify_json(headers, question).await?.into_response();
    response.headers_mut().reserve(HEADERS.len() + 1);
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}
