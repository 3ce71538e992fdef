//! Pages with one task: those that links in mails lead to, where opening one spends nothing (mail scanners open links) and
//! its form does, `reset` with a password and `address` with a click; `device`, which lets a program in; and `billing`,
//! where somebody comes back to from Stripe. What a mail's link carries protects the forms: they work in a browser that
//! keeps no cookie.

mod address;
mod billing;
mod device;
mod reset;

use askama::Template;
use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    middleware::map_response,
    response::Response,
};

use super::{
    frame::{Frame, Section, page},
    refusal::Answered,
    visit::Visit,
};
use crate::core::app::App;

/// The pages.
pub(super) fn routes() -> Router<App> {
    let pages = Router::new().merge(reset::routes()).merge(address::routes());
    let pages = pages.merge(device::routes()).merge(billing::routes());
    // the addresses hold what mails and Stripe brought: they are told to nobody, not even to us
    pages.layer(map_response(async |mut response: Response| {
        response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        response
    }))
}

/// What became of a task, and the way on.
#[derive(Template)]
#[template(path = "console/pages/outcome.html")]
struct OutcomePage {
    frame: Frame,
    title: &'static str,
    sentence: String,
    is_fault: bool,
    /// Whether the way on leads into the console.
    is_in: bool,
}

/// Tells what became of a task. The page can not be asked for again.
pub(super) fn outcome(visit: &Visit, status: StatusCode, title: &'static str, sentence: &str) -> Answered {
    let frame = visit.public_frame(Section::Public)?;
    let is_in = frame.user.is_some();
    page(status, &OutcomePage { frame, title, sentence: sentence.to_owned(), is_fault: !status.is_success(), is_in })
}

/// Tells what was done, with the way back into the console for who has signed in at this browser.
pub(super) fn back_to_console(visit: &Visit, title: &'static str, sentence: &str) -> Answered {
    let frame = visit.public_frame(Section::Public)?;
    let is_in = frame.user.is_some() || visit.former.is_some();
    page(StatusCode::OK, &OutcomePage { frame, title, sentence: sentence.to_owned(), is_fault: false, is_in })
}
