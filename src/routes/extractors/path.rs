//! An identifier in the path. What is no identifier is not there: the same answer as for one that is unknown.

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use uuid::Uuid;

use crate::{
    core::{app::App, texts::problems::Code},
    routes::answers::Failure,
};

/// The identifier in the path.
pub(in crate::routes) struct Id<T>(pub(in crate::routes) T);

impl<T: From<Uuid>> FromRequestParts<App> for Id<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let Path(text) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| Code::NotFound)?;
        let id = Uuid::try_parse(&text).map_err(|_| Code::NotFound)?;
        Ok(Self(T::from(id)))
    }
}
