//! `GET /api/keys/{id}/decrypt` and `POST /api/keys/{id}/reveal`: the value in clear.

use crate::{
    models::ids::ApiKeyId,
    routes::{
        answers::{Answer, Json},
        extractors::{Id, Member},
    },
    schemas::keys::RevealedView,
    services::api_keys,
};

/// Reveal a key
///
/// The value in clear, with the provider's settings. The audit entry is committed before the value leaves.
#[utoipa::path(get, path = "/api/keys/{id}/decrypt", tag = "Keys", operation_id = "decrypt_key", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The key's identifier")),
    responses((status = 200, description = "The value in clear", body = RevealedView), (status = 410, description = "`key_revoked`")))]
pub(super) async fn decrypt_key(Member(ctx): Member, Id(id): Id<ApiKeyId>) -> Answer<Json<RevealedView>> {
    Ok(Json(api_keys::reveal(&ctx, id).await?.into()))
}

/// Reveal a key (the same by POST)
#[utoipa::path(post, path = "/api/keys/{id}/reveal", tag = "Keys", operation_id = "reveal_key", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The key's identifier")),
    responses((status = 200, description = "The value in clear", body = RevealedView), (status = 410, description = "`key_revoked`")))]
pub(super) async fn reveal_key(member: Member, id: Id<ApiKeyId>) -> Answer<Json<RevealedView>> {
    decrypt_key(member, id).await
}
