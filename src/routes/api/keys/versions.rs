//! `GET /api/keys/{id}/versions` and `POST /api/keys/{id}/versions/{n}/restore`.

use axum::{extract::Path, response::Response};
use uuid::Uuid;

use super::one::masked;
use crate::{
    core::texts::problems::Code,
    models::{ids::ApiKeyId, page::PageRequest},
    routes::{
        answers::{Answer, Json},
        extractors::{
            Id, IfMatch, May, OptionalJson, Query,
            may::{ReadKeys, WriteKeys},
        },
    },
    schemas::{
        key_rotation::{KeyVersionView, Restoration, RestoreBody},
        keys::KeyView,
        page::{PageParams, PageView},
    },
    services::api_keys,
};

/// A key's versions
///
/// Masked, newest first: the current value, then the former ones that are kept (20, and those in grace).
#[utoipa::path(get, path = "/api/keys/{id}/versions", tag = "Keys", operation_id = "list_key_versions", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The key's identifier"), PageParams),
    responses((status = 200, description = "A page of versions", body = PageView<KeyVersionView>)))]
pub(super) async fn list_key_versions(
    May(ctx, _): May<ReadKeys>,
    Id(id): Id<ApiKeyId>,
    Query(page): Query<PageRequest>,
) -> Answer<Json<PageView<KeyVersionView>>> {
    Ok(Json(PageView::of(api_keys::versions(&ctx, id, page).await?)))
}

/// Restore a version
///
/// The value of that version becomes the newest one, under a new number. What is current already stays as it is.
#[utoipa::path(post, path = "/api/keys/{id}/versions/{n}/restore", tag = "Keys", operation_id = "restore_key_version", request_body = Option<RestoreBody>, security(("bearer" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The key's identifier"),
        ("n" = i64, Path, description = "The version"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the key as you know it, or several"),
    ),
    responses(
        (status = 200, description = "The key, masked", body = KeyView),
        (status = 409, description = "`duplicate_value`"),
        (status = 410, description = "`key_revoked`"),
        (status = 412, description = "`precondition_failed`"),
    ))]
pub(super) async fn restore_key_version(
    May(ctx, _): May<WriteKeys>,
    Path((id, version)): Path<(String, String)>,
    IfMatch(expected): IfMatch,
    OptionalJson(restoration): OptionalJson<Restoration>,
) -> Answer<Response> {
    let id = Uuid::try_parse(&id).map_err(|_| Code::NotFound)?;
    let version: i64 = version.parse().map_err(|_| Code::NotFound)?;
    let grace_seconds = restoration.unwrap_or_default().grace_seconds;
    Ok(masked(api_keys::restore(&ctx, ApiKeyId(id), version, grace_seconds, &expected).await?))
}
