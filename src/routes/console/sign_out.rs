//! `/sign-out`: ends the session, and has the browser forget what it kept of us.

use axum::{
    Router,
    http::{HeaderName, HeaderValue},
    routing::post,
};

use super::{
    refusal::{Answered, Refusal, done},
    visit::{Posted, Visit},
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

async fn sign_out(posted: Result<Posted, Refusal>) -> Answered {
    let visit = match posted {
        Ok(Posted(visit, _)) => visit,
        // it has ended by itself: nothing is left to do
        Err(Refusal::SessionEnded(visit, _)) => return forgotten(&visit),
        Err(refusal) => return Err(refusal),
    };
    sessions::log_out(&visit.ctx).await?;
    forgotten(&visit)
}

/// Signed out: the browser forgets.
pub(super) fn forgotten(visit: &Visit) -> Answered {
    visit.let_out();
    let mut response = done(visit, "sign-in", Notice::SignedOut)?;
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), FORGET);
    Ok(response)
}
