//! The pages that links in mails lead to. Opening one spends nothing (mail scanners open links); its form does, without
//! any script. `reset` asks for a password, `address` for a click.

mod address;
mod reset;

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    middleware::map_response,
    response::{IntoResponse as _, Response},
};
use url::form_urlencoded;

use super::{answers::OfPage, html::escape};
use crate::{
    core::{app::App, client::Client, context::Context, error::Error, language::Language},
    schemas::problem::Problem,
};

const PAGE: &str = include_str!("../../../assets/pages/task.html");
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);

/// The pages.
pub(super) fn routes(app: &App) -> Router {
    let pages = reset::routes(app.clone()).merge(address::routes(app.clone()));
    pages.layer(map_response(async |mut response: Response| {
        response.extensions_mut().insert(OfPage);
        response
    }))
}

/// Writes a refusal as a page, for somebody who sees it in a browser; its status and headers stay.
pub(super) fn write_refusal(response: &mut Response, error: &Error, client: &Client) {
    let problem = Problem::of(error, client.language, &client.request_id);
    let content = format!("<p class=\"fault\" role=\"alert\">{}</p>", escape(problem.detail));
    let (head, body) = page(response.status(), client.language, problem.title, &content).into_parts();
    response.headers_mut().extend(head.headers);
    *response.body_mut() = body;
}

/// The first value of this name in a query or a form; empty where there is none.
fn value_of(encoded: &str, name: &str) -> String {
    form_urlencoded::parse(encoded.as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// What to say of a refusal on a page: its status and one sentence.
fn sentence_of(error: &Error, ctx: &Context) -> (StatusCode, String) {
    let problem = Problem::of(error, ctx.client().language, &ctx.client().request_id);
    let sentence = problem.errors.first().map_or(problem.detail, |fault| fault.message.as_str());
    (StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST), sentence.to_owned())
}

fn page(status: StatusCode, language: Language, title: &str, content: &str) -> Response {
    let html = PAGE.replace("{{language}}", language.tag()).replace("{{title}}", title).replace("{{content}}", content);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag())),
        (header::VARY, HeaderValue::from_static("accept-language")),
    ];
    (status, headers, html).into_response()
}
