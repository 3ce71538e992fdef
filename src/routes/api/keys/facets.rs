//! `GET /api/keys/facets`.

use crate::{
    routes::{
        answers::{Answer, Json},
        extractors::Member,
    },
    schemas::key_facets::FacetsView,
    services::api_keys,
};

/// What your keys can be narrowed to
///
/// The environments and providers that your active keys have: what `GET /api/keys` finds something for.
#[utoipa::path(get, path = "/api/keys/facets", tag = "Keys", operation_id = "list_key_facets", security(("bearer" = [])),
    responses((status = 200, description = "Environments and providers", body = FacetsView)))]
pub(super) async fn list_key_facets(Member(ctx): Member) -> Answer<Json<FacetsView>> {
    Ok(Json(api_keys::facets(&ctx).await?.into()))
}
