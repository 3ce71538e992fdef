//! `GET /api/providers`: the catalogue.

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    core::app::App,
    routes::{answers::Json, extractors::Visitor},
    schemas::providers::Catalogue,
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_providers))
}

/// The provider catalogue
///
/// The words that `provider` takes, the beginnings by which a provider's keys are recognised, and its settings.
#[utoipa::path(get, path = "/api/providers", tag = "Keys", operation_id = "list_providers",
    responses((status = 200, description = "All providers", body = Catalogue)))]
async fn list_providers(_: Visitor) -> Json<Catalogue> {
    Json(Catalogue::whole())
}
