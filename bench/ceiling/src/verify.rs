//! `POST /verify-json`: what a server must do at least to answer `POST /api/keys/verify`. It reads the same JSON, wants a
//! bearer, and writes the same JSON with axum's own `Json`; it checks no token, hashes nothing and looks nothing up.
use axum::{
    http::{header, HeaderMap, StatusCode},
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
