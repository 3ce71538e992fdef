//! Forms that only our own pages can send. A form carries a code bound to the session (before a sign-in: to the visitor's
//! cookie), made anew for each page so that compression tells nothing about it; and what the browser says of the form's
//! origin must not speak against it. The code of a member's form also tells us, and us alone, whose account it stood in: a
//! form whose session ended goes on in that account and in no other.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    core::{app::App, error::Result, random},
    models::{
        ids::{SessionId, UserId},
        session::SignedIn,
    },
};

/// The name of the field.
pub(super) const FIELD: &str = "csrf";
const PURPOSE: &[u8] = b"console-form";
const AUTHOR: &[u8] = b"console-form-author";
const NONCE: usize = 16;
const CODE: usize = 32;

/// What a form is bound to.
#[derive(Clone, Debug)]
pub(super) enum Binding {
    /// A session, and whose it is.
    Session(SessionId, UserId),
    /// The visitor with this mark.
    Visitor(String),
}

impl From<&SignedIn> for Binding {
    fn from(signed_in: &SignedIn) -> Self {
        Self::Session(signed_in.session, signed_in.user.id)
    }
}

impl Binding {
    fn parts(&self) -> (&[u8], &[u8]) {
        match self {
            Self::Session(id, _) => (b"session", id.0.as_bytes()),
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
    let key = app.keyring()?.token();
    let mut bytes = [&nonce[..], &key.sign(&[PURPOSE, kind, id, &nonce])].concat();
    if let Binding::Session(_, account) = binding {
        bytes.extend(key.sign(&[AUTHOR, account.0.as_bytes(), &nonce]));
    }
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether a code was made for this binding, and is whole: a member's tells whose it is, a visitor's nothing more.
pub(super) fn is_good(app: &App, binding: &Binding, code: &str) -> bool {
    let Ok(keyring) = app.keyring() else { return false };
    let Some((nonce, bound, author)) = read(code) else { return false };
    let (kind, id) = binding.parts();
    let is_whole = match binding {
        Binding::Session(_, account) => is_of_account(app, *account, code),
        Binding::Visitor(_) => author.is_empty(),
    };
    is_whole && keyring.token().verify(&[PURPOSE, kind, id, &nonce], &bound)
}

/// Whether a code was made for a form of this account, whichever session that was.
pub(super) fn is_of_account(app: &App, account: UserId, code: &str) -> bool {
    let Ok(keyring) = app.keyring() else { return false };
    let Some((nonce, _, author)) = read(code) else { return false };
    keyring.token().verify(&[AUTHOR, account.0.as_bytes(), &nonce], &author)
}

/// The parts of a code: what it was made with, what binds it, and what tells whose it is (empty for a visitor's).
fn read(code: &str) -> Option<(Vec<u8>, Vec<u8>, Vec<u8>)> {
    let mut nonce = URL_SAFE_NO_PAD.decode(code).ok().filter(|bytes| bytes.len() >= NONCE + CODE)?;
    let author = nonce.split_off(NONCE + CODE);
    let code = nonce.split_off(NONCE);
    Some((nonce, code, author))
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

/// Where a request comes from, by `Sec-Fetch-Site` alone (Fetch Metadata), which no page can choose.
pub(super) fn fetched_from(headers: &HeaderMap) -> Origin {
    match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
        Some(b"same-origin" | b"none") => Origin::Own,
        Some(_) => Origin::Foreign,
        None => Origin::Unknown,
    }
}

/// Where a request comes from, by `Sec-Fetch-Site` or else by `Origin`.
pub(super) fn origin(app: &App, headers: &HeaderMap) -> Origin {
    let fetched = fetched_from(headers);
    if fetched != Origin::Unknown {
        return fetched;
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let Some(origin) = text(header::ORIGIN.as_str()) else { return Origin::Unknown };
    let host = text(header::HOST.as_str()).unwrap_or_default();
    let is_own = url::Url::parse(&app.base_url).is_ok_and(|base| base.origin().ascii_serialization() == origin)
        || origin.split_once("://").is_some_and(|(_, authority)| !authority.is_empty() && authority == host);
    if is_own { Origin::Own } else { Origin::Foreign }
}
