//! `/sign-out`: ends the session, and has the browser forget what it kept of us.

use axum::{
    Router,
    http::{HeaderName, HeaderValue},
    routing::post,
};

use super::{
    refusal::{Answered, done},
    visit::Posted,
};
use crate::{
    core::{app::App, texts::console::Notice},
    services::sessions,
};

/// Of the cookies only the session's goes: language and theme are no secrets, and the next visitor of this browser may
/// be the same person.
pub(super) const FORGET: HeaderValue = HeaderValue::from_static("\"cache\", \"storage\"");

/// The act.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/sign-out", post(sign_out))
}

async fn sign_out(Posted(visit, _): Posted) -> Answered {
    sessions::log_out(&visit.ctx).await?;
    visit.let_out();
    let mut response = done(&visit, "sign-in", Notice::SignedOut)?;
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), FORGET);
    Ok(response)
}
