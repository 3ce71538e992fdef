//! `POST /api/keys/{id}/reinstate`.

use axum::response::Response;

use super::one::masked;
use crate::{
    models::ids::ApiKeyId,
    routes::{
        answers::Answer,
        extractors::{Id, Member},
    },
    schemas::keys::KeyView,
    services::api_keys,
};

/// Take a revocation back
///
/// Within ten minutes: the key is as it was, its current value counts again at once. Former values stay ended. A key that
/// is active stays as it is.
#[utoipa::path(post, path = "/api/keys/{id}/reinstate", tag = "Keys", operation_id = "reinstate_key", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The key's identifier")),
    responses(
        (status = 200, description = "The key, masked, with its `ETag`", body = KeyView),
        (status = 402, description = "`plan_limit_reached`, with `limit` and `used`"),
        (status = 409, description = "`reinstate_too_late`; `duplicate_value` or `duplicate_name`: another active key took its place"),
    ))]
pub(super) async fn reinstate_key(Member(ctx): Member, Id(id): Id<ApiKeyId>) -> Answer<Response> {
    Ok(masked(api_keys::reinstate(&ctx, id).await?))
}
