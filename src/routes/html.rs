//! Pages: what they take from `core::html`, their language, and the frame that those with one task share.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use url::form_urlencoded;

pub(super) use crate::core::html::{escape, fill};
use crate::core::language::Language;

const FRAME: &str = include_str!("../../assets/pages/task.html");

/// A page with one task.
pub(super) struct Page<'a> {
    pub(super) status: StatusCode,
    pub(super) language: Language,
    /// The heading, as text.
    pub(super) title: &'a str,
    /// The way to `/`: a proxy may serve us under a path of its own.
    pub(super) root: &'a str,
    /// The page's own address, for the way to the other language; `None` where it can not be asked for again.
    pub(super) path: Option<&'a str>,
    /// The content, as HTML.
    pub(super) content: &'a str,
    pub(super) policy: HeaderValue,
}

impl Page<'_> {
    pub(super) fn into_response(self) -> Response {
        let html = fill(
            FRAME,
            &[
                ("language", self.language.tag()),
                ("title", &escape(self.title)),
                ("root", self.root),
                ("switch", &self.path.map(|path| switch(self.language, path)).unwrap_or_default()),
                ("content", self.content),
            ],
        );
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CONTENT_SECURITY_POLICY, self.policy),
            (header::CONTENT_LANGUAGE, HeaderValue::from_static(self.language.tag())),
            (header::VARY, HeaderValue::from_static("accept-language")),
        ];
        (self.status, headers, html).into_response()
    }
}

/// The way to the same page in the other language.
fn switch(language: Language, path: &str) -> String {
    let (other, label) = match language {
        Language::English => ("fr", "Français"),
        Language::French => ("en", "English"),
    };
    let mark = if path.contains('?') { "&amp;" } else { "?" };
    format!(
        "<nav><a href=\"{}{mark}lang={other}\" hreflang=\"{other}\" lang=\"{other}\">{label}</a></nav>",
        escape(path)
    )
}

/// The first value of this name in a query or a form; empty where there is none.
pub(super) fn value_of(encoded: &str, name: &str) -> String {
    form_urlencoded::parse(encoded.as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// The language that `lang` asks for in a query or a form.
pub(super) fn asked_language(encoded: &str) -> Option<Language> {
    Language::from_tag(&value_of(encoded, "lang"))
}

/// A value, written for a query.
pub(super) fn escape_query(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}
