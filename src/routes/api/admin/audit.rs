//! `GET /api/admin/audit`: all trails.

use crate::{
    routes::{
        answers::{Answer, Json},
        extractors::{May, Query, may::ReadAccounts},
    },
    schemas::{
        admin::{AnyEntryView, TrailParams, TrailQuery},
        page::PageView,
    },
    services::audit,
};

/// All trails
///
/// Newest first: what was done to which account, and by whom. Accounts are named by identifier or address. For the roles `support` and `admin`.
#[utoipa::path(get, path = "/api/admin/audit", tag = "Administration", operation_id = "list_all_audit", params(TrailParams), security(("bearer" = [])),
    responses((status = 200, description = "A page of entries", body = PageView<AnyEntryView>)))]
pub(super) async fn list_all_audit(
    May(ctx, _): May<ReadAccounts>,
    Query(query): Query<TrailQuery>,
) -> Answer<Json<PageView<AnyEntryView>>> {
    Ok(Json(PageView::of(audit::list_all(&ctx, query.filter, query.page).await?)))
}
