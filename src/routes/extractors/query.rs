//! The query string, read and checked, every fault at once.

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{
    core::app::App,
    routes::answers::Failure,
    schemas::query::{self, FromQuery},
};

/// A query, read and checked.
pub(in crate::routes) struct Query<T>(pub(in crate::routes) T);

impl<T: FromQuery> FromRequestParts<App> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        Ok(Self(query::read(parts.uri.query().unwrap_or_default())?))
    }
}
