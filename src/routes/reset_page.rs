//! `/reset`: the page that a recovery mail leads to. Opening it spends nothing (mail scanners open links); its
//! form does, without any script.

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use url::form_urlencoded;

use super::{
    answers::Failure,
    extractors::{Visitor, form},
    html::escape,
};
use crate::{
    core::{
        app::App,
        error::Error,
        language::Language,
        secret::SecretText,
        texts::{pages, problems::Code},
    },
    schemas::problem::Problem,
    services::recovery,
};

const PAGE: &str = include_str!("../../assets/pages/reset.html");
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);

/// The page.
pub(super) fn routes(app: App) -> Router {
    Router::new().route("/reset", get(show).post(submit)).with_state(app)
}

async fn show(Visitor(ctx): Visitor, uri: Uri) -> Response {
    let token = value_of(uri.query().unwrap_or_default(), "token");
    page(StatusCode::OK, ctx.client().language, &form_for(ctx.client().language, &token, None))
}

async fn submit(Visitor(ctx): Visitor, request: Request) -> Result<Response, Failure> {
    let language = ctx.client().language;
    let body = form(request).await?;
    let (token, password) = (value_of(&body, "token"), SecretText::new(value_of(&body, "password")));
    match recovery::reset(&ctx, &SecretText::from(token.as_str()), &password).await {
        Ok(()) => {
            let done = format!("<p class=\"done\">{}</p>", pages::reset_done(language));
            Ok(page(StatusCode::OK, language, &done))
        }
        Err(error @ (Error::Invalid(_) | Error::Refused(Code::InvalidToken) | Error::Busy { .. })) => {
            let problem = Problem::of(&error, language, &ctx.client().request_id);
            let sentence = problem.errors.first().map_or(problem.detail, |fault| fault.message.as_str());
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
            Ok(page(status, language, &form_for(language, &token, Some(sentence))))
        }
        Err(error) => Err(error.into()),
    }
}

fn value_of(encoded: &str, name: &str) -> String {
    form_urlencoded::parse(encoded.as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

fn form_for(language: Language, token: &str, fault: Option<&str>) -> String {
    let texts = pages::reset(language);
    let (notice, state) = match fault {
        Some(sentence) => (
            format!("<p class=\"fault\" id=\"fault\" role=\"alert\">{}</p>", escape(sentence)),
            " aria-invalid=\"true\" aria-describedby=\"hint fault\"",
        ),
        None => (String::new(), " aria-describedby=\"hint\""),
    };
    format!(
        "<form class=\"form\" method=\"post\" action=\"/reset\">{notice}\
         <input type=\"hidden\" name=\"token\" value=\"{}\">\
         <label>{}<input type=\"password\" name=\"password\" autocomplete=\"new-password\" required autofocus{state}></label>\
         <p class=\"hint\" id=\"hint\">{}</p><button type=\"submit\">{}</button></form>",
        escape(token),
        texts.label,
        texts.hint,
        texts.button
    )
}

fn page(status: StatusCode, language: Language, content: &str) -> Response {
    let html = PAGE
        .replace("{{language}}", language.tag())
        .replace("{{title}}", pages::reset(language).title)
        .replace("{{content}}", content);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag())),
        (header::VARY, HeaderValue::from_static("accept-language")),
    ];
    (status, headers, html).into_response()
}
