//! The JSON body: of the right type, not too large, not too slow, UTF-8, one object, every fault at once.

use std::time::Duration;

use axum::{
    body::Body as HttpBody,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::Value;

use super::credentials::still_signed_in;
use crate::{
    core::{app::App, error::Error, texts::problems::Code},
    routes::answers::Failure,
    schemas::fields::{self, Body, Circumstances},
};

/// The most bytes of a body.
const MOST_BYTES: usize = 64 * 1024;
/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);

/// A JSON body, read and checked.
pub(in crate::routes) struct Json<T>(pub(in crate::routes) T);

/// A JSON body that may be left out.
pub(in crate::routes) struct OptionalJson<T>(pub(in crate::routes) Option<T>);

/// A JSON body as it came; for routes that also need its content as a whole.
pub(in crate::routes) struct Raw(pub(in crate::routes) Value);

impl<T: Body> FromRequest<App> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let Raw(value) = Raw::from_request(request, app).await?;
        Ok(Self(fields::read(value, circumstances(app))?))
    }
}

impl<T: Body> FromRequest<App> for OptionalJson<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        use axum::body::HttpBody as _;
        if request.body().is_end_stream() {
            return Ok(Self(None));
        }
        Json::from_request(request, app).await.map(|Json(body)| Self(Some(body)))
    }
}

impl FromRequest<App> for Raw {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        if !is_json(request.headers()) {
            return Err(Code::UnsupportedMediaType.into());
        }
        let (parts, body) = request.into_parts();
        let bytes = read_limited(body, MOST_BYTES).await?;
        still_signed_in(&parts, app).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|_| Code::MalformedJson.into())
    }
}

/// What the rules of a body depend on.
pub(in crate::routes) fn circumstances(app: &App) -> Circumstances {
    Circumstances { now: app.clock.now(), password_min_length: app.config.password_min_length }
}

/// A form's body, as it came, in UTF-8.
pub(in crate::routes) async fn form(request: Request) -> Result<String, Error> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
    {
        return Err(Code::UnsupportedMediaType.into());
    }
    let bytes = read_limited(request.into_body(), MOST_BYTES).await?;
    String::from_utf8(bytes.to_vec()).map_err(|_| Code::MalformedRequest.into())
}

/// Reads a body of at most `most` bytes.
async fn read_limited(body: HttpBody, most: usize) -> Result<axum::body::Bytes, Error> {
    use axum::body::HttpBody as _;
    if body.size_hint().lower() > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(Code::BodyTooLarge.into());
    }
    let collected = tokio::time::timeout(PATIENCE, Limited::new(body, most).collect()).await;
    match collected {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.downcast_ref::<LengthLimitError>().is_some() => Err(Code::BodyTooLarge.into()),
        // the client broke off or broke the framing: nobody reads this answer
        Ok(Err(_)) => Err(Code::MalformedRequest.into()),
        Err(_) => Err(Code::RequestTimeout.into()),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let is_plain = headers
        .get(header::CONTENT_ENCODING)
        .is_none_or(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(kind), None) = (types.next().and_then(|kind| kind.to_str().ok()), types.next()) else { return false };
    let mut parts = kind.split(';');
    let is_json = parts.next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts
        .filter_map(|part| part.split_once('='))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .all(|(_, charset)| charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8"));
    is_plain && is_json && is_utf8
}
