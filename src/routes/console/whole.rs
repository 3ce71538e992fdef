//! A refusal as a page: what went wrong, what to do next, and the request's name for whoever is asked about it.

use askama::Template;
use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};

use super::frame::{Frame, page};
use crate::{
    core::{client::Client, error::Error},
    routes::answers::OfPage,
    schemas::problem::Problem,
};

#[derive(Template)]
#[template(path = "console/pages/refusal.html")]
struct RefusalPage<'a> {
    frame: Frame,
    problem: &'a Problem,
}

/// The same for htmx, which puts it among the notices.
#[derive(Template)]
#[template(path = "console/partials/fault_toast.html")]
struct FaultToast<'a> {
    frame: Frame,
    problem: &'a Problem,
}

/// Writes a refusal as a page, for somebody who sees it in a browser; its status and headers stay.
pub(in crate::routes) fn write_refusal(response: &mut Response, of_page: OfPage, error: &Error, client: &Client) {
    let OfPage { frame, is_partial } = of_page;
    let language = frame.language;
    let problem = &Problem::of(error, language, &client.request_id);
    let status = response.status();
    let written = if is_partial {
        page(status, &FaultToast { frame, problem })
    } else {
        page(status, &RefusalPage { frame, problem })
    };
    let Ok(written) = written else { return };
    let (parts, body) = written.into_parts();
    let headers = response.headers_mut();
    for name in [header::CONTENT_TYPE, header::CONTENT_SECURITY_POLICY] {
        if let Some(value) = parts.headers.get(&name) {
            headers.insert(name, value.clone());
        }
    }
    if is_partial {
        headers.insert("hx-retarget", HeaderValue::from_static("#messages"));
        headers.insert("hx-reswap", HeaderValue::from_static("beforeend"));
    }
    // a page may have said already that it tells nobody at all
    if let Some(policy) = parts.headers.get(header::REFERRER_POLICY) {
        headers.entry(header::REFERRER_POLICY).or_insert(policy.clone());
    }
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::new(body);
}
