//! `If-Match`: which state of a thing a change expects to find.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
};

use crate::{core::app::App, models::expected::Expected};

/// The state that the request expects.
pub(in crate::routes) struct IfMatch(pub(in crate::routes) Expected);

impl FromRequestParts<App> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        let lines: Vec<_> = parts.headers.get_all(header::IF_MATCH).iter().map(HeaderValue::as_bytes).collect();
        if lines.is_empty() {
            return Ok(Self(Expected::Any));
        }
        // several headers are one list; what is no text is no tag of ours
        Ok(Self(Expected::read(&String::from_utf8_lossy(&lines.join(&b","[..])))))
    }
}
