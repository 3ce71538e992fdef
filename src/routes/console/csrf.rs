//! Forms that only our own pages can send. A form carries a code bound to the session (before a sign-in: to the visitor's
//! cookie), made anew for each page so that compression tells nothing about it; and what the browser says of the form's
//! origin must not speak against it.

use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::core::{app::App, error::Result, random};

/// The name of the field.
pub(super) const FIELD: &str = "csrf";
const PURPOSE: &[u8] = b"console-form";
const NONCE: usize = 16;
const CODE: usize = 32;

/// What a form is bound to.
#[derive(Clone, Debug)]
pub(super) enum Binding {
    /// The session with this identifier.
    Session(uuid::Uuid),
    /// The visitor with this mark.
    Visitor(String),
}

impl Binding {
    fn parts(&self) -> (&[u8], &[u8]) {
        match self {
            Self::Session(id) => (b"session", id.as_bytes()),
            Self::Visitor(mark) => (b"visitor", mark.as_bytes()),
        }
    }
}

/// A fresh code for a form.
///
/// # Errors
/// `Unavailable` before the database was reached; `Internal` without randomness.
pub(super) fn issue(app: &App, binding: &Binding) -> Result<String> {
    let nonce = random::bytes::<NONCE>()?;
    let (kind, id) = binding.parts();
    let code = app.keyring()?.token().sign(&[PURPOSE, kind, id, &nonce]);
    Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &code[..]].concat()))
}

/// Whether a code was made for this binding.
pub(super) fn is_good(app: &App, binding: &Binding, code: &str) -> bool {
    let Ok(keyring) = app.keyring() else { return false };
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(code) else { return false };
    if bytes.len() != NONCE + CODE {
        return false;
    }
    let (nonce, code) = bytes.split_at(NONCE);
    let (kind, id) = binding.parts();
    keyring.token().verify(&[PURPOSE, kind, id, nonce], code)
}

/// What the browser says of where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// From one of our own pages.
    Own,
    /// From elsewhere.
    Foreign,
    /// It says nothing: an old browser, or no browser.
    Unknown,
}

/// Where a request comes from, by `Sec-Fetch-Site` (Fetch Metadata) or else by `Origin`.
pub(super) fn origin(app: &App, headers: &HeaderMap) -> Origin {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return if matches!(site, "same-origin" | "none") { Origin::Own } else { Origin::Foreign };
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else { return Origin::Unknown };
    let host = text(header::HOST.as_str()).unwrap_or_default();
    let is_own = url::Url::parse(&app.base_url).is_ok_and(|base| base.origin().ascii_serialization() == origin)
        || origin.split_once("://").is_some_and(|(_, authority)| !authority.is_empty() && authority == host);
    if is_own { Origin::Own } else { Origin::Foreign }
}
