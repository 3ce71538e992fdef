//! What a list of keys can be narrowed to.

use serde::Serialize;
use utoipa::ToSchema;

use crate::models::key_requests::Facets;

/// What the active keys can be told apart by.
#[derive(Serialize, ToSchema)]
#[schema(as = KeyFacets)]
pub struct FacetsView {
    /// Their environments, in alphabetical order.
    pub environments: Vec<String>,
    /// The identifiers of their providers, in alphabetical order.
    pub providers: Vec<String>,
}

impl From<Facets> for FacetsView {
    fn from(facets: Facets) -> Self {
        Self { environments: facets.environments, providers: facets.providers }
    }
}
