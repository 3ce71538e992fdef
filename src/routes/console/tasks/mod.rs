//! Pages with one task: those that links in mails lead to, where opening one spends nothing (mail scanners open links) and
//! its form does, `reset` with a password and `address` with a click; `device`, which lets a program in; and `billing`,
//! where somebody comes back to from Stripe. What a mail's link carries protects the forms: they work in a browser that
//! keeps no cookie.

mod address;
mod billing;
mod device;
mod disown;
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
use crate::core::{app::App, texts::pages};

/// The pages.
pub(super) fn routes() -> Router<App> {
    let pages = Router::new().merge(reset::routes()).merge(address::routes()).merge(disown::routes());
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
    /// What is asked for next, before the way on: where, below the root, and the button's text.
    next: Option<(&'static str, &'static str)>,
    way_on: WayOn,
}

/// Where one goes on from what became of a task.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WayOn {
    /// Into the console: somebody has signed in.
    Console,
    SignIn,
    SignUp,
}

/// Tells what became of a task. The page can not be asked for again.
pub(super) fn outcome(visit: &Visit, status: StatusCode, title: &'static str, sentence: &str) -> Answered {
    tell(visit, status, title, sentence, WayOn::SignIn)
}

/// Tells what was done, with the way back into the console for who has signed in at this browser.
pub(super) fn back_to_console(visit: &Visit, title: &'static str, sentence: &str) -> Answered {
    let way_on = if visit.former.is_some() { WayOn::Console } else { WayOn::SignIn };
    tell(visit, StatusCode::OK, title, sentence, way_on)
}

/// Tells that there is no account any more, with the way to a new one; who has signed in to another one goes on there.
fn left_without_account(visit: &Visit, title: &'static str, sentence: &str) -> Answered {
    let way_on = if visit.former.is_some() { WayOn::Console } else { WayOn::SignUp };
    tell(visit, StatusCode::OK, title, sentence, way_on)
}

/// Tells that a mail's link is worth nothing any more, calmly, and what to ask for `next`.
fn tell_dead(visit: &Visit, sentence: String, next: Option<(&'static str, &'static str)>) -> Answered {
    let frame = visit.public_frame(Section::Public)?;
    let is_inside = frame.user.is_some() || visit.former.is_some();
    let way_on = if is_inside { WayOn::Console } else { WayOn::SignIn };
    let title = pages::spent_link(visit.ctx.client().language);
    page(StatusCode::BAD_REQUEST, &OutcomePage { frame, title, sentence, is_fault: false, next, way_on })
}

fn tell(visit: &Visit, status: StatusCode, title: &'static str, sentence: &str, way_on: WayOn) -> Answered {
    let frame = visit.public_frame(Section::Public)?;
    let way_on = if frame.user.is_some() { WayOn::Console } else { way_on };
    let (sentence, is_fault) = (sentence.to_owned(), !status.is_success());
    page(status, &OutcomePage { frame, title, sentence, is_fault, next: None, way_on })
}
