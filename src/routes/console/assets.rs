//! What the console's pages load: one style sheet, one font, htmx and small scripts of our own, all from this binary. An
//! address names the program's content, so that a browser may keep it for a year.

use axum::{
    Router,
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use tower_http::{CompressionLevel, compression::CompressionLayer};

use crate::{core::texts::problems::Code, routes::answers::Answer};

const STYLE: &[u8] = include_bytes!("../../../assets/console/app.css");
const SCRIPT: &[u8] =
    concat!(include_str!("../../../assets/console/app.js"), include_str!("../../../assets/console/turn.js")).as_bytes();
const HTMX: &[u8] = include_bytes!("../../../assets/console/vendor/htmx.min.js");
const FONT: &[u8] = include_bytes!("../../../assets/console/vendor/inter.woff2");
const ICON: &[u8] = include_bytes!("../../../assets/console/icon.svg");

/// Changes with any of them.
pub(super) const VERSION: u64 = fold(fold(fold(fold(fold(0xcbf2_9ce4_8422_2325, STYLE), SCRIPT), HTMX), FONT), ICON);

const A_YEAR: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// FNV-1a, at compile time: a name for the content, no protection.
#[expect(clippy::indexing_slicing, reason = "at compile time, within the bounds that the loop checks")]
const fn fold(mut hash: u64, bytes: &[u8]) -> u64 {
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    hash
}

/// The assets.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/assets/console/{file}", get(asset))
        .route("/favicon.ico", get(icon))
        .route("/assets/icon.svg", get(icon))
        .layer(CompressionLayer::new().gzip(true).quality(CompressionLevel::Best))
}

async fn asset(Path(file): Path<String>) -> Answer<Response> {
    let (kind, content) = match file.as_str() {
        "app.css" => ("text/css; charset=utf-8", STYLE),
        "app.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "htmx.min.js" => ("text/javascript; charset=utf-8", HTMX),
        "inter.woff2" => ("font/woff2", FONT),
        _ => return Err(Code::NotFound.into()),
    };
    let kind = HeaderValue::from_static(kind);
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, A_YEAR)], content).into_response())
}

async fn icon() -> Response {
    let kind = HeaderValue::from_static("image/svg+xml");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, A_DAY)], ICON).into_response()
}
