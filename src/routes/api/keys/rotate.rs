//! `POST /api/keys/{id}/rotate` and `POST /api/keys/{id}/end-grace`.

use axum::response::Response;

use super::one::masked;
use crate::{
    models::{ids::ApiKeyId, key_requests::Rotation},
    routes::{
        answers::{Answer, Json},
        extractors::{Id, IfMatch, May, Member, OptionalJson, may::WriteKeys},
    },
    schemas::{
        key_rotation::RotateBody,
        keys::{CreatedView, KeyView},
    },
    services::api_keys,
};

/// Rotate a key
///
/// The same key gets a new value, shown once: the vault's own for a generated key, the one you send for a stored one. A
/// generated key's former value verifies until the grace ends.
#[utoipa::path(post, path = "/api/keys/{id}/rotate", tag = "Keys", operation_id = "rotate_key", request_body = Option<RotateBody>, security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The key's identifier"), ("If-Match" = Option<String>, Header, description = "The `ETag` of the key as you know it, or several")),
    responses(
        (status = 200, description = "The key with its new value in clear", body = CreatedView),
        (status = 409, description = "`duplicate_value`"),
        (status = 410, description = "`key_revoked`"),
        (status = 412, description = "`precondition_failed`"),
    ))]
pub(super) async fn rotate_key(
    May(ctx, _): May<WriteKeys>,
    Id(id): Id<ApiKeyId>,
    IfMatch(expected): IfMatch,
    OptionalJson(rotation): OptionalJson<Rotation>,
) -> Answer<Response> {
    use axum::response::IntoResponse as _;
    let rotated = api_keys::rotate(&ctx, id, rotation.unwrap_or_default(), &expected).await?;
    Ok(Json(CreatedView::from(&rotated)).into_response())
}

/// End a key's grace
///
/// At once no former value verifies any more. Where there is none, nothing changes.
#[utoipa::path(post, path = "/api/keys/{id}/end-grace", tag = "Keys", operation_id = "end_key_grace", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The key's identifier"), ("If-Match" = Option<String>, Header, description = "The `ETag` of the key as you know it, or several")),
    responses(
        (status = 200, description = "The key, masked", body = KeyView),
        (status = 410, description = "`key_revoked`"),
        (status = 412, description = "`precondition_failed`"),
    ))]
pub(super) async fn end_key_grace(
    Member(ctx): Member,
    Id(id): Id<ApiKeyId>,
    IfMatch(expected): IfMatch,
) -> Answer<Response> {
    Ok(masked(api_keys::end_grace(&ctx, id, &expected).await?))
}
