//! Pages with one task, without any script: those that links in mails lead to, where opening one spends nothing (mail
//! scanners open links) and its form does, `reset` with a password and `address` with a click; `device`, which lets a
//! program in; and `billing`, where somebody comes back to from Stripe.

mod address;
mod billing;
mod device;
mod reset;

use axum::{
    Router,
    http::{HeaderValue, StatusCode},
    middleware::map_response,
    response::Response,
};

use super::{
    answers::OfPage,
    html::{Page, asked_language, escape},
};
use crate::{
    core::{app::App, context::Context, error::Error},
    schemas::problem::Problem,
};

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);

/// The pages.
pub(super) fn routes(app: &App) -> Router {
    let pages = reset::routes(app.clone()).merge(address::routes(app.clone())).merge(device::routes(app.clone()));
    let pages = pages.merge(billing::routes(app.clone()));
    let of_page = OfPage { root: app.root(), language: None, is_partial: false };
    pages.layer(map_response(move |mut response: Response| {
        response.extensions_mut().insert(of_page.clone());
        std::future::ready(response)
    }))
}

/// What to say of a refusal on a page: its status and one sentence.
fn sentence_of(error: &Error, ctx: &Context) -> (StatusCode, String) {
    let problem = Problem::of(error, ctx.client().language, &ctx.client().request_id);
    let sentence = problem.errors.first().map_or(problem.detail, |fault| fault.message.as_str());
    (StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST), sentence.to_owned())
}

/// A page of these; `own` is its own address under the root, where it can be asked for again.
fn page(status: StatusCode, ctx: &Context, title: &str, own: Option<&str>, content: &str) -> Response {
    let root = ctx.app().root();
    let path = own.map(|own| format!("{root}{own}"));
    let (language, path) = (ctx.client().language, path.as_deref());
    Page { status, language, title, root: &root, path, content, policy: POLICY }.into_response()
}

/// What a form carries on: its link's token and the language of the page.
fn carried(ctx: &Context, token: &str) -> String {
    format!(
        "<input type=\"hidden\" name=\"token\" value=\"{}\"><input type=\"hidden\" name=\"lang\" value=\"{}\">",
        escape(token),
        ctx.client().language.tag()
    )
}

/// The act in the language that the page or its form asks for.
fn in_asked_language(ctx: Context, encoded: &str) -> Context {
    match asked_language(encoded) {
        Some(language) => ctx.speaking(language),
        None => ctx,
    }
}
