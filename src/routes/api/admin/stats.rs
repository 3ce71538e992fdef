//! `GET /api/admin/stats`: the figures.

use crate::{
    routes::{
        answers::{Answer, Json},
        extractors::Member,
    },
    schemas::admin::StatisticsView,
    services::administration,
};

/// The figures of the vault
///
/// Accounts, keys, sessions, and mails that wait. For the roles `support` and `admin`.
#[utoipa::path(get, path = "/api/admin/stats", tag = "Administration", operation_id = "read_stats", security(("bearer" = [])),
    responses((status = 200, description = "The figures", body = StatisticsView)))]
pub(super) async fn read_stats(Member(ctx): Member) -> Answer<Json<StatisticsView>> {
    Ok(Json(administration::statistics(&ctx).await?.into()))
}
