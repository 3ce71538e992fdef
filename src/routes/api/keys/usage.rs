//! `GET /api/keys/{id}/usage`: how a key is used.

use crate::{
    models::ids::ApiKeyId,
    routes::{
        answers::{Answer, Json},
        extractors::{Id, May, Query, may::ReadKeys},
    },
    schemas::usage::{UsageParams, UsageQuery, UsageView},
    services::usage,
};

/// How a key is used
///
/// Verifications, refusals and reveals by UTC day. What other servers counted within the last half minute may be missing.
#[utoipa::path(get, path = "/api/keys/{id}/usage", tag = "Keys", operation_id = "read_key_usage", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The key's identifier"), UsageParams),
    responses((status = 200, description = "The days, oldest first", body = UsageView)))]
pub(super) async fn read_key_usage(
    May(ctx, _): May<ReadKeys>,
    Id(id): Id<ApiKeyId>,
    Query(query): Query<UsageQuery>,
) -> Answer<Json<UsageView>> {
    Ok(Json(usage::read(&ctx, id, query.days).await?.into()))
}
