//! The console's frame around the pages that stand in for Stripe's in development. They know no session: their own address
//! is what lets somebody use them, as at Stripe.

use std::fmt;

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::frame::{Frame, page as write};
use crate::core::language::Language;

/// A page of the stand-in.
pub(in crate::routes) struct Simulation<'a> {
    pub(in crate::routes) status: StatusCode,
    pub(in crate::routes) language: Language,
    /// The way to `/` for a browser.
    pub(in crate::routes) root: String,
    /// Its own address below the root; empty where it can not be asked for again.
    pub(in crate::routes) path: &'a str,
    pub(in crate::routes) title: &'a str,
    /// What the page is.
    pub(in crate::routes) notice: &'a str,
    /// The content, a template.
    pub(in crate::routes) content: &'a dyn fmt::Display,
}

#[derive(Template)]
#[template(path = "console/pages/simulation.html")]
struct SimulationPage<'a> {
    frame: Frame,
    title: &'a str,
    notice: &'a str,
    content: &'a dyn fmt::Display,
}

/// Writes such a page.
pub(in crate::routes) fn page(simulation: Simulation<'_>) -> Response {
    let Simulation { status, language, root, path, title, notice, content } = simulation;
    let frame = Frame::bare(root, language).standing_at(path);
    let written = write(status, &SimulationPage { frame, title, notice, content });
    let mut response = written.unwrap_or_else(IntoResponse::into_response);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
    response
}
