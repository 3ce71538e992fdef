//! `GET /api/audit`: the member's own trail.

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    core::app::App,
    routes::{
        answers::{Answer, Json},
        extractors::{May, Query, may::ReadOwnAudit},
    },
    schemas::{
        audit::{EntryView, OwnTrailParams, OwnTrailQuery},
        page::PageView,
    },
    services::audit,
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_audit))
}

/// Your own trail
///
/// Every act on your account and keys, newest first: sign-ins, refused ones too, reveals, changes.
#[utoipa::path(get, path = "/api/audit", tag = "Audit", operation_id = "list_audit", params(OwnTrailParams), security(("bearer" = [])),
    responses((status = 200, description = "A page of the trail", body = PageView<EntryView>)))]
async fn list_audit(
    May(ctx, _): May<ReadOwnAudit>,
    Query(query): Query<OwnTrailQuery>,
) -> Answer<Json<PageView<EntryView>>> {
    Ok(Json(PageView::of(audit::list_own(&ctx, query.key, query.page).await?)))
}
