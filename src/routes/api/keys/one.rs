//! `/api/keys/{id}`: reading, changing and revoking one key.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;

use crate::{
    models::{api_key::ApiKey, ids::ApiKeyId, key_requests::Changes},
    routes::{
        answers::{Answer, Json as JsonAnswer},
        extractors::{Id, IfMatch, Json, May, Member, may::WriteKeys},
    },
    schemas::keys::{ChangedView, KeyView, UpdateBody},
    services::api_keys,
};

/// One key
#[utoipa::path(get, path = "/api/keys/{id}", tag = "Keys", operation_id = "read_key", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The key's identifier")),
    responses((status = 200, description = "The key, masked, with its `ETag`", body = KeyView)))]
pub(super) async fn read_key(Member(ctx): Member, Id(id): Id<ApiKeyId>) -> Answer<Response> {
    Ok(masked(api_keys::read(&ctx, id).await?))
}

/// Change a key
///
/// What is left out stays as it is. With `If-Match`, only if nobody changed it since.
#[utoipa::path(patch, path = "/api/keys/{id}", tag = "Keys", operation_id = "update_key", request_body = UpdateBody, security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The key's identifier"), ("If-Match" = Option<String>, Header, description = "The `ETag` of the key as you know it, or several")),
    responses(
        (status = 200, description = "The key, masked", body = ChangedView),
        (status = 409, description = "`duplicate_name`"),
        (status = 410, description = "`key_revoked`"),
        (status = 412, description = "`precondition_failed`"),
    ))]
pub(super) async fn update_key(
    May(ctx, _): May<WriteKeys>,
    Id(id): Id<ApiKeyId>,
    IfMatch(expected): IfMatch,
    Json(changes): Json<Changes>,
) -> Answer<Response> {
    let changed = api_keys::update(&ctx, id, changes, &expected).await?;
    let etag = changed.key.etag();
    Ok(with_etag(ChangedView::from(changed), &etag))
}

/// Change a key (the same as PATCH)
#[utoipa::path(put, path = "/api/keys/{id}", tag = "Keys", operation_id = "replace_key", request_body = UpdateBody, security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The key's identifier"), ("If-Match" = Option<String>, Header, description = "The `ETag` of the key as you know it, or several")),
    responses(
        (status = 200, description = "The key, masked", body = ChangedView),
        (status = 409, description = "`duplicate_name`"),
        (status = 410, description = "`key_revoked`"),
        (status = 412, description = "`precondition_failed`"),
    ))]
pub(super) async fn replace_key(
    may: May<WriteKeys>,
    id: Id<ApiKeyId>,
    expected: IfMatch,
    changes: Json<Changes>,
) -> Answer<Response> {
    update_key(may, id, expected, changes).await
}

/// Revoke a key
///
/// From the next request on it is never revealed nor good for anything. It stays in the list with `revoked=true`. For ten
/// minutes `POST /api/keys/{id}/reinstate` takes it back; after that it is for good.
#[utoipa::path(delete, path = "/api/keys/{id}", tag = "Keys", operation_id = "revoke_key", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The key's identifier")),
    responses((status = 204, description = "The key is revoked")))]
pub(super) async fn revoke_key(Member(ctx): Member, Id(id): Id<ApiKeyId>) -> Answer<StatusCode> {
    api_keys::revoke(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A key, masked, with its entity tag.
pub(super) fn masked(key: ApiKey) -> Response {
    let etag = key.etag();
    with_etag(KeyView::from(key), &etag)
}

fn with_etag(view: impl Serialize, etag: &str) -> Response {
    let mut response = JsonAnswer(view).into_response();
    if let Ok(etag) = HeaderValue::from_str(etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}
