//! Pages with one task: those that links in mails lead to, where opening one spends nothing (mail scanners open links) and
//! its form does, `reset` with a password and `address` with a click; `device`, which lets a program in; and `billing`,
//! where somebody comes back to from Stripe. What a mail's link carries protects the forms: they work in a browser that
//! keeps no cookie.

mod address;
mod billing;
mod device;
mod reset;

use askama::Template;
use axum::{Router, http::StatusCode};

use super::{
    frame::{Frame, Section, page},
    refusal::Answered,
    visit::Visit,
};
use crate::core::app::App;

/// The pages.
pub(super) fn routes() -> Router<App> {
    Router::new().merge(reset::routes()).merge(address::routes()).merge(device::routes()).merge(billing::routes())
}

/// What became of a task, and the way on.
#[derive(Template)]
#[template(path = "console/pages/outcome.html")]
struct OutcomePage {
    frame: Frame,
    title: &'static str,
    sentence: String,
    is_fault: bool,
}

/// Tells what became of a task. The page can not be asked for again: the other language is at the way on.
fn outcome(visit: &Visit, status: StatusCode, title: &'static str, sentence: &str) -> Answered {
    let frame = visit.public_frame(Section::Public)?.standing_at("sign-in");
    page(status, &OutcomePage { frame, title, sentence: sentence.to_owned(), is_fault: !status.is_success() })
}
