//! The plain page at `/`, in both languages, until the console takes its place.

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse as _, Response},
    routing::get,
};

use super::{
    html::{asked_language, escape, fill},
    router::Web,
};
use crate::core::language::Language;

const ENGLISH: &str = include_str!("../../assets/pages/home.en.html");
const FRENCH: &str = include_str!("../../assets/pages/home.fr.html");
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// The page and its assets.
pub(super) fn routes(web: Web) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/assets/page.css", get(style))
        .route("/assets/icon.svg", get(icon))
        .with_state(web)
}

async fn page(State(web): State<Web>, uri: Uri, headers: HeaderMap) -> Response {
    let asked = asked_language(uri.query().unwrap_or_default());
    let preferred = || {
        headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .map_or(Language::English, Language::negotiate)
    };
    let language = asked.unwrap_or_else(preferred);
    let template = match language {
        Language::English => ENGLISH,
        Language::French => FRENCH,
    };
    // the address comes from the configuration, never from the request
    let html = fill(
        template,
        &[
            ("base_url", &escape(&web.app.base_url)),
            ("root", &escape(&web.app.root())),
            ("version", env!("CARGO_PKG_VERSION")),
        ],
    );
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag())),
        (header::VARY, HeaderValue::from_static("accept-language")),
    ];
    (headers, html).into_response()
}

async fn style() -> Response {
    let kind = HeaderValue::from_static("text/css; charset=utf-8");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, AN_HOUR)], include_str!("../../assets/pages/page.css"))
        .into_response()
}

async fn icon() -> Response {
    let kind = HeaderValue::from_static("image/svg+xml");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, AN_HOUR)], include_str!("../../assets/pages/icon.svg"))
        .into_response()
}
