//! The interactive documentation and the OpenAPI document, served from the binary: no request goes anywhere else.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use tower_http::{CompressionLevel, compression::CompressionLayer};

use super::answers::Answer;
use crate::core::texts::problems::Code;

const PAGE: &str = include_str!("../../assets/docs/index.html");
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const SCRIPT: HeaderValue = HeaderValue::from_static("text/javascript; charset=utf-8");
const STYLE: HeaderValue = HeaderValue::from_static("text/css; charset=utf-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// The assets change with the program alone.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");
const VERSION_TAG: HeaderValue = HeaderValue::from_static(concat!("\"", env!("CARGO_PKG_VERSION"), "\""));

/// The routes of the documentation; `document` is the OpenAPI document.
pub(super) fn routes(document: Arc<str>) -> Router {
    Router::new()
        .route("/openapi.json", get(move || std::future::ready(openapi(document.clone()))))
        .route("/docs", get(page))
        .route("/docs/assets/{file}", get(asset))
        .layer(CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest))
}

fn openapi(document: Arc<str>) -> Response {
    ([(header::CONTENT_TYPE, JSON)], Bytes::from_owner(Text(document))).into_response()
}

/// A shared text as bytes, without copying it.
struct Text(Arc<str>);

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

async fn page() -> Response {
    ([(header::CONTENT_TYPE, HTML), (header::CONTENT_SECURITY_POLICY, PAGE_POLICY)], PAGE).into_response()
}

async fn asset(Path(file): Path<String>, headers: HeaderMap) -> Answer<Response> {
    let (kind, content): (HeaderValue, &'static [u8]) = match file.as_str() {
        "docs.js" => (SCRIPT, include_bytes!("../../assets/docs/docs.js")),
        "docs.css" => (STYLE, include_bytes!("../../assets/docs/docs.css")),
        "swagger-ui-bundle.js" => (SCRIPT, include_bytes!("../../assets/docs/vendor/swagger-ui-bundle.js")),
        "swagger-ui.css" => (STYLE, include_bytes!("../../assets/docs/vendor/swagger-ui.css")),
        _ => return Err(Code::NotFound.into()),
    };
    let caching = [(header::CACHE_CONTROL, REVALIDATE), (header::ETAG, VERSION_TAG)];
    if headers.get(header::IF_NONE_MATCH) == Some(&VERSION_TAG) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    Ok((caching, [(header::CONTENT_TYPE, kind)], content).into_response())
}
