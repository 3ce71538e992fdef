//! What the console's pages load: one style sheet, one font, htmx and small scripts of our own, all from this binary. An
//! address names the program's content, so that a browser may keep it for a year.

use axum::{
    Router,
    http::{HeaderValue, header},
    response::IntoResponse as _,
    routing::{MethodRouter, get},
};
use tower_http::{CompressionLevel, compression::CompressionLayer};

const STYLE: &[u8] = include_bytes!("../../../assets/console/app.css");
const SCRIPT: &[u8] = concat!(
    include_str!("../../../assets/console/app.js"),
    include_str!("../../../assets/console/ticks.js"),
    include_str!("../../../assets/console/turn.js"),
    include_str!("../../../assets/console/peek.js")
)
.as_bytes();
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
        .route("/assets/console/app.css", asset("text/css; charset=utf-8", STYLE, A_YEAR))
        .route("/assets/console/app.js", asset("text/javascript; charset=utf-8", SCRIPT, A_YEAR))
        .route("/assets/console/htmx.min.js", asset("text/javascript; charset=utf-8", HTMX, A_YEAR))
        .route("/assets/console/inter.woff2", asset("font/woff2", FONT, A_YEAR))
        .route("/favicon.ico", asset("image/svg+xml", ICON, A_DAY))
        .route("/assets/icon.svg", asset("image/svg+xml", ICON, A_DAY))
        .layer(CompressionLayer::new().gzip(true).quality(CompressionLevel::Best))
}

/// One of them, which a browser may keep so long.
fn asset(kind: &'static str, content: &'static [u8], kept: HeaderValue) -> MethodRouter {
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CACHE_CONTROL, kept)];
    get(move || std::future::ready((headers.clone(), content).into_response()))
}
