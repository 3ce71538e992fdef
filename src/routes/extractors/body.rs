//! The JSON body, or a file in its place: of the right type, not too large, not too slow, UTF-8, one object, every fault at once.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use axum::{
    body::{Body as HttpBody, Bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use http_body_util::BodyExt as _;
use serde_json::Value;

use super::credentials::still_signed_in;
use crate::{
    core::{app::App, error::Error, texts::problems::Code},
    routes::answers::Failure,
    schemas::{
        fields::{self, Body, Circumstances},
        import::Kind,
    },
};

/// The most bytes of a body.
const MOST_BYTES: usize = 64 * 1024;
/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);
/// The most bytes of a file that is imported.
pub(in crate::routes) const MOST_FILE_BYTES: usize = 8 * 1024 * 1024;
/// The most bytes of a form that carries such a file: each of them may take three there.
const MOST_FORM_BYTES: usize = 3 * MOST_FILE_BYTES + MOST_BYTES;
/// How long such a file may take to arrive.
const FILE_PATIENCE: Duration = Duration::from_mins(1);
/// The most bytes of a body that another server signed.
const MOST_SIGNED_BYTES: usize = 1024 * 1024;

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
        let (parts, body) = request.into_parts();
        let bytes = read_json(&parts.headers, body).await?;
        still_signed_in(&parts, app).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|_| Code::MalformedJson.into())
    }
}

/// A file that is sent as the body, and what its type says of it.
///
/// # Errors
/// `unsupported_media_type`; `body_too_large`; `request_timeout`; `unauthenticated` where the sign-in ended meanwhile.
pub(in crate::routes) async fn file(request: Request, app: &App) -> Result<(Kind, Bytes), Failure> {
    let kinds = [("application/json", Kind::Json), ("text/plain", Kind::Text), ("text/csv", Kind::Csv)];
    let kind = kinds.into_iter().find(|(name, _)| is_of(request.headers(), name));
    let (_, kind) = kind.ok_or(Code::UnsupportedMediaType)?;
    let (parts, body) = request.into_parts();
    let bytes = read_limited(body, MOST_FILE_BYTES, FILE_PATIENCE).await?;
    still_signed_in(&parts, app).await?;
    Ok((kind, bytes))
}

/// A body as it came, byte for byte: it is signed. What it says, who reads it finds out.
///
/// # Errors
/// `body_too_large` beyond 1 MiB; `request_timeout`.
pub(in crate::routes) async fn signed(request: Request) -> Result<axum::body::Bytes, Failure> {
    Ok(read_limited(request.into_body(), MOST_SIGNED_BYTES, PATIENCE).await?)
}

/// What the rules of a body depend on.
pub(in crate::routes) fn circumstances(app: &App) -> Circumstances {
    Circumstances { now: app.clock.now(), password_min_length: app.config.password_min_length }
}

/// A form's body, as it came, in UTF-8.
pub(in crate::routes) async fn form(request: Request) -> Result<String, Error> {
    limited_form(request, MOST_BYTES, PATIENCE).await
}

/// The same of a form that carries a file.
pub(in crate::routes) async fn form_with_file(request: Request) -> Result<String, Error> {
    limited_form(request, MOST_FORM_BYTES, FILE_PATIENCE).await
}

async fn limited_form(request: Request, most: usize, patience: Duration) -> Result<String, Error> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
    {
        return Err(Code::UnsupportedMediaType.into());
    }
    let bytes = read_limited(request.into_body(), most, patience).await?;
    String::from_utf8(bytes.into()).map_err(|_| Code::MalformedRequest.into())
}

/// The bytes of a JSON body, which nobody has looked at.
///
/// # Errors
/// `unsupported_media_type`, `body_too_large`, `request_timeout`.
pub(in crate::routes) async fn read_json(headers: &HeaderMap, body: HttpBody) -> Result<Bytes, Error> {
    if !is_of(headers, "application/json") {
        return Err(Code::UnsupportedMediaType.into());
    }
    read_limited(body, MOST_BYTES, PATIENCE).await
}

/// Reads a body of at most `most` bytes that arrives within `patience`.
async fn read_limited(body: HttpBody, most: usize, patience: Duration) -> Result<Bytes, Error> {
    use axum::body::HttpBody as _;
    if body.size_hint().lower() > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(Code::BodyTooLarge.into());
    }
    let mut gathered = pin!(gather(body, most));
    // most are there with the head, and need no alarm
    if let Poll::Ready(bytes) = poll_fn(|cx| Poll::Ready(gathered.as_mut().poll(cx))).await {
        return bytes;
    }
    tokio::time::timeout(patience, gathered).await.unwrap_or(Err(Code::RequestTimeout.into()))
}

/// Gathers the parts of a body. Most come in one, which is not copied.
async fn gather(mut body: HttpBody, most: usize) -> Result<Bytes, Error> {
    use axum::body::HttpBody as _;
    let mut first = Bytes::new();
    let mut all = Vec::new();
    while !body.is_end_stream()
        && let Some(frame) = body.frame().await
    {
        // the client broke off or broke the framing: nobody reads this answer
        let frame = frame.map_err(|_| Code::MalformedRequest)?;
        let Ok(part) = frame.into_data() else { continue };
        if first.len().max(all.len()) + part.len() > most {
            return Err(Code::BodyTooLarge.into());
        }
        if first.is_empty() && all.is_empty() {
            first = part;
            continue;
        }
        if all.is_empty() {
            all.extend_from_slice(&first);
        }
        all.extend_from_slice(&part);
    }
    Ok(if all.is_empty() { first } else { all.into() })
}

/// Whether a body is of this type, in UTF-8 and uncompressed.
fn is_of(headers: &HeaderMap, wanted: &str) -> bool {
    let is_plain = headers
        .get(header::CONTENT_ENCODING)
        .is_none_or(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(kind), None) = (types.next().and_then(|kind| kind.to_str().ok()), types.next()) else { return false };
    let mut parts = kind.split(';');
    let is_wanted = parts.next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(wanted));
    let is_utf8 = parts
        .filter_map(|part| part.split_once('='))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .all(|(_, charset)| charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8"));
    is_plain && is_wanted && is_utf8
}
