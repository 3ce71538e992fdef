//! What handlers answer with: JSON, or a refusal that the outermost layer writes as a problem.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{console::Frame, limits};
use crate::{
    core::{error::Error, texts::problems::Code},
    schemas::problem::code_of,
};

/// A refusal. The outermost layer knows the language and the request's identifier, and writes the body.
#[derive(Debug)]
pub struct Failure(pub Error);

/// What the outermost layer finds in a response that it has to write.
#[derive(Clone)]
pub(super) struct Unwritten(pub(super) std::sync::Arc<Error>);

/// Marks the refusals of pages: they are pages too.
#[derive(Clone)]
pub(super) struct OfPage {
    /// The frame to show them in.
    pub(super) frame: Frame,
    /// Whether htmx asked, which wants a part of a page.
    pub(super) is_partial: bool,
}

/// What handlers return.
pub(super) type Answer<T> = Result<T, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self(code.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let code = code_of(&self.0);
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        tell_wait(headers, &self.0);
        match &self.0 {
            // RFC 9470: the token is good, but the person must prove to be there
            Error::Refused(Code::ReauthenticationRequired) => {
                let again = HeaderValue::from_static("Bearer error=\"insufficient_user_authentication\"");
                headers.insert(header::WWW_AUTHENTICATE, again);
            }
            // RFC 6750, section 3.1
            Error::Refused(Code::InsufficientScope) => {
                let why = HeaderValue::from_static("Bearer error=\"insufficient_scope\"");
                headers.insert(header::WWW_AUTHENTICATE, why);
            }
            _ if status == StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response.extensions_mut().insert(Unwritten(std::sync::Arc::new(self.0)));
        response
    }
}

/// Tells in the headers how long to wait, where a refusal is for a while.
pub(super) fn tell_wait(headers: &mut HeaderMap, error: &Error) {
    let seconds = match error {
        Error::Busy { retry_after } | Error::Paused { retry_after } => *retry_after,
        Error::TooMany(limited) => return limits::describe(headers, limited),
        // as long as the client of Stripe pauses after failures
        Error::Unavailable { part: "stripe", .. } => 30,
        Error::Unavailable { .. } => 2,
        _ => return,
    };
    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
}

/// A JSON answer.
pub(super) struct Json<T>(pub(super) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => json_bytes(StatusCode::OK, body),
            Err(error) => Failure(Error::internal(error)).into_response(),
        }
    }
}

/// The headers of most answers.
const ROOM: usize = 20;

/// A JSON answer that is written already.
pub(super) fn json_bytes(status: StatusCode, body: impl Into<Bytes>) -> Response {
    // at once for all that will be added on the way out
    let mut response = json_in(HeaderMap::with_capacity(ROOM), body.into());
    *response.status_mut() = status;
    response
}

/// The same with status 200, in headers that had another use: they are emptied, their memory serves again.
pub(super) fn json_in(mut headers: HeaderMap, body: Bytes) -> Response {
    headers.clear();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut response = Response::new(Body::from(body));
    *response.headers_mut() = headers;
    response
}

/// A JSON answer with another status than 200.
pub(super) fn json_with<T: Serialize>(status: StatusCode, body: &T) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => json_bytes(status, body),
        Err(error) => Failure(Error::internal(error)).into_response(),
    }
}
