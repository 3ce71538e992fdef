//! `GET /api/keys`.

use crate::{
    routes::{
        answers::{Answer, Json},
        extractors::{May, Query, may::ReadKeys},
    },
    schemas::{
        keys::{KeyParams, KeyQuery, KeyView},
        page::PageView,
    },
    services::api_keys,
};

/// Your keys
///
/// Masked, newest first; active ones, unless `revoked=true`.
#[utoipa::path(get, path = "/api/keys", tag = "Keys", operation_id = "list_keys", params(KeyParams), security(("bearer" = [])),
    responses((status = 200, description = "A page of keys", body = PageView<KeyView>)))]
pub(super) async fn list_keys(
    May(ctx, _): May<ReadKeys>,
    Query(query): Query<KeyQuery>,
) -> Answer<Json<PageView<KeyView>>> {
    Ok(Json(PageView::of(api_keys::list(&ctx, &query.filter, query.page).await?)))
}
