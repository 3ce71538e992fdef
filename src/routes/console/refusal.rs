//! What a page answers in place of itself: the way to the sign-in, a form that was held up, or a refusal, which the outermost
//! layer writes as a page.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    confirm,
    form::Form,
    frame,
    resume::{self, Held},
    sign_in,
    visit::{Visit, current_page},
};
use crate::{
    core::{
        error::Error,
        texts::{console::Notice, problems::Code},
    },
    routes::answers::{Failure, Unwritten},
};

/// What handlers of pages return.
pub(super) type Answered = Result<Response, Refusal>;

/// Why there is no page.
pub(super) enum Refusal {
    /// A service or the request is at fault.
    Failed(Error),
    /// Somewhere else.
    Elsewhere(Box<Response>),
    /// A form came without a session: sign in, and go on with it.
    SessionEnded(Box<Visit>, Form),
    /// A form came from a page of another sign-in: look at it and send it again.
    Held(Box<Visit>, Form),
    /// A form waits for the password; the status and the sentence say what was wrong with the one that came.
    Unconfirmed(Box<Visit>, Form, Option<(StatusCode, String)>),
    /// A visitor's form came without the cookie that it is bound to.
    NoCookies(Box<Visit>),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self::Failed(code.into())
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure.0)
    }
}

impl Refusal {
    /// The way to the sign-in, and back here afterwards.
    pub(super) fn sign_in(visit: &Visit, had_session: bool, headers: &HeaderMap) -> Self {
        let here = if visit.is_partial { current_page(headers) } else { Some(visit.to(&visit.path)) };
        let next: String =
            url::form_urlencoded::byte_serialize(here.unwrap_or_else(|| visit.to("dashboard")).as_bytes()).collect();
        let notice = if had_session { format!("&notice={}", Notice::SessionEnded.word()) } else { String::new() };
        let place = visit.to(&format!("sign-in?next={next}{notice}"));
        if visit.is_partial {
            return Self::Elsewhere(leave_for(StatusCode::UNAUTHORIZED, &place).into());
        }
        Self::Elsewhere(see_other(&place).into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let is_partial = match &self {
            Self::SessionEnded(visit, _) | Self::Held(visit, _) | Self::Unconfirmed(visit, ..) => visit.is_partial,
            _ => false,
        };
        let page = match self {
            Self::Failed(error) => return Failure(error).into_response(),
            Self::Elsewhere(response) => return *response,
            Self::SessionEnded(visit, form) => sign_in::ended(&visit, &form),
            Self::Held(visit, form) => resume::page(&visit, &Held::of(&visit, &form)),
            Self::Unconfirmed(visit, form, told) => confirm::page(&visit, &form, told),
            Self::NoCookies(visit) => sign_in::without_cookies(&visit),
        };
        let mut response = page.unwrap_or_else(|refusal| match refusal {
            Self::Failed(error) => Failure(error).into_response(),
            Self::Elsewhere(response) => *response,
            // the pages above answer with nothing but faults of ours
            _ => Failure(Error::internal("a page in place of a page")).into_response(),
        });
        if is_partial {
            // a whole page, in the place of the one that htmx asked a part for
            response.headers_mut().insert("hx-retarget", HeaderValue::from_static("body"));
            response.headers_mut().insert("hx-reswap", HeaderValue::from_static("innerHTML"));
        }
        response
    }
}

/// Leads somebody who must prove something first to where that is done, in place of a refusal.
pub(super) fn lead_to_proof(response: Response, root: &str, is_partial: bool) -> Response {
    let place = match response.extensions().get::<Unwritten>().map(|unwritten| &*unwritten.0) {
        Some(Error::Refused(Code::MfaSetupRequired)) => {
            format!("{root}security?{}={}", frame::NOTICE, Notice::SecondFactorNeeded.word())
        }
        Some(Error::Refused(Code::EmailNotVerified)) => format!("{root}verify-address"),
        _ => return response,
    };
    if is_partial { leave_for(StatusCode::FORBIDDEN, &place) } else { see_other(&place) }
}

/// Has htmx go there with the whole page.
fn leave_for(status: StatusCode, place: &str) -> Response {
    let to = HeaderValue::from_str(place).unwrap_or(HeaderValue::from_static("/"));
    (status, [(HeaderName::from_static("hx-redirect"), to)]).into_response()
}

/// Go there, and read it.
pub(super) fn see_other(place: &str) -> Response {
    let place = HeaderValue::from_str(place).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()
}

/// Go there after an act, and be told of it.
#[expect(clippy::unnecessary_wraps, reason = "what a handler ends with")]
pub(super) fn done(visit: &Visit, path: &str, notice: Notice) -> Answered {
    let mark = if path.contains('?') { '&' } else { '?' };
    Ok(see_other(&visit.to(&format!("{path}{mark}{}={}", frame::NOTICE, notice.word()))))
}

/// The same after an act on so many.
pub(super) fn done_to(visit: &Visit, path: &str, notice: Notice, count: usize) -> Answered {
    let mark = if path.contains('?') { '&' } else { '?' };
    done(visit, &format!("{path}{mark}{}={count}", frame::COUNT), notice)
}
