//! The headers that a browser understands, on every answer.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

const ALWAYS: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    ),
];

/// What an answer that is no page may do in a browser: nothing.
const NO_PAGE: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const NO_FRAME: HeaderValue = HeaderValue::from_static("DENY");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// The three above, the limit's two, the request's identifier, and the date.
const OTHERS: usize = 7;

/// Adds what the handler did not say itself. Nothing is stored by caches unless a handler allows it.
pub(super) fn protect(response: &mut Response) {
    let headers = response.headers_mut();
    // once, in place of growing on the way
    headers.reserve(ALWAYS.len() + OTHERS);
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    headers.entry(header::X_FRAME_OPTIONS).or_insert(NO_FRAME);
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(NO_PAGE);
    headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
}
