//! `GET /api/audit`: the member's own trail, and the check of its chain.

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    core::app::App,
    routes::{
        answers::{Answer, Json},
        extractors::{May, Query, may::ReadOwnAudit},
    },
    schemas::{
        audit::{EntryView, OwnTrailParams, OwnTrailQuery, OwnVerificationView},
        page::PageView,
    },
    services::audit,
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_audit)).routes(routes!(verify_audit))
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
    Ok(Json(PageView::of(audit::list_own(&ctx, &query.filter, query.page).await?)))
}

/// Check your own trail
///
/// Each entry is bound to the one before with a code that only the server can make: walks the whole chain, and tells the
/// first entry that was changed, removed or moved.
#[utoipa::path(get, path = "/api/audit/verify", tag = "Audit", operation_id = "verify_audit", security(("bearer" = [])),
    responses((status = 200, description = "What was found", body = OwnVerificationView)))]
async fn verify_audit(May(ctx, _): May<ReadOwnAudit>) -> Answer<Json<OwnVerificationView>> {
    Ok(Json(audit::verify_own(&ctx).await?.into()))
}
