//! `GET /api/usage`: how all keys of the account are used.

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    core::app::App,
    routes::{
        answers::{Answer, Json},
        extractors::{May, Query, may::ReadKeys},
    },
    schemas::usage::{AccountUsageView, UsageParams, UsageQuery},
    services::usage,
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read_usage))
}

/// How your keys are used
///
/// Verifications, refusals and reveals of all keys by UTC day, how many keys there are, and which want to be looked at. What
/// other servers counted within the last half minute may be missing.
#[utoipa::path(get, path = "/api/usage", tag = "Keys", operation_id = "read_usage", params(UsageParams), security(("bearer" = [])),
    responses((status = 200, description = "The days, oldest first, and the figures", body = AccountUsageView)))]
async fn read_usage(May(ctx, _): May<ReadKeys>, Query(query): Query<UsageQuery>) -> Answer<Json<AccountUsageView>> {
    Ok(Json(usage::read_all(&ctx, query.days).await?.into()))
}
