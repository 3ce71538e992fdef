//! Limits in headers: `RateLimit-Policy` and `RateLimit` as in draft-ietf-httpapi-ratelimit-headers-11, `Retry-After`.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts};

use crate::{
    core::{digits, error::Limited},
    services::limits::Limit,
};

/// How far a limit goes: `"auth";q=10;w=60`.
pub(super) const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// How much of it is left, and in how many seconds all of it is again: `"auth";r=3;t=42`.
pub(super) const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// Which limit a visitor's request counts against. Whatever is posted to `/api/auth` or to a page without a sign-in is
/// taken for an attempt to get in, so a new route is limited before anybody thinks of it.
pub(super) fn of_visitor(parts: &Parts) -> Option<Limit> {
    let path = parts.uri.path();
    if matches!(parts.method, Method::GET | Method::HEAD) {
        return path.starts_with("/api/").then_some(Limit::Anonymous);
    }
    // refreshes have a count of their own; a program that waits asks every two seconds, with a code of 256 bits
    let is_other = matches!(path, "/api/auth/refresh" | "/api/auth/device/token");
    let lets_in = !path.starts_with("/api/") || (path.starts_with("/api/auth/") && !is_other);
    Some(if lets_in { Limit::Auth } else { Limit::Anonymous })
}

/// Tells how a limit stands.
pub(super) fn describe(headers: &mut HeaderMap, limited: &Limited) {
    let Limited { name, spending } = limited;
    let quota = spending.quota;
    let policy = [(";q=", u64::from(quota.most)), (";w=", quota.window.as_secs())];
    let state = [(";r=", u64::from(spending.remaining)), (";t=", seconds(spending.reset))];
    for (header, numbers) in [(POLICY, policy), (STATE, state)] {
        if let Some(value) = written(name, numbers) {
            headers.insert(header, value);
        }
    }
    if let Some(retry) = spending.retry {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds(retry).max(1)));
    }
}

fn written(name: &str, numbers: [(&str, u64); 2]) -> Option<HeaderValue> {
    let mut text = Vec::with_capacity(64);
    text.push(b'"');
    text.extend_from_slice(name.as_bytes());
    text.push(b'"');
    for (key, number) in numbers {
        text.extend_from_slice(key.as_bytes());
        digits::push(&mut text, number);
    }
    HeaderValue::from_bytes(&text).ok()
}

/// Whole seconds, rounded up: who waits so long has waited long enough.
fn seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
