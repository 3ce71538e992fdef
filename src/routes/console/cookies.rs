//! The console's cookies: the session (`__Host-` where we are served over HTTPS), a visitor's mark that forms are bound to
//! before anybody has signed in, and preferences. `Jar` is what an answer takes along besides its page.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, HeaderValue, header};

use crate::{
    core::{app::App, error::Error},
    models::session::SignedIn,
    routes::answers,
};

/// A year, in seconds.
const A_YEAR: &str = "; Max-Age=31536000";

/// One of our cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cookie {
    /// Opens the console.
    Session,
    /// What the forms of a visitor are bound to.
    Visitor,
    /// `en` or `fr`.
    Language,
    /// `light` or `dark`.
    Theme,
    /// The account that does not want to see the first steps any more.
    Steps,
}

impl Cookie {
    /// Its name: browsers hold what begins with `__Host-` to HTTPS, to this host and to all of its paths.
    fn name(self, app: &App) -> &'static str {
        match (self, is_secure(app)) {
            (Self::Session, true) => "__Host-vault_session",
            (Self::Session, false) => "vault_session",
            (Self::Visitor, true) => "__Host-vault_visitor",
            (Self::Visitor, false) => "vault_visitor",
            (Self::Language, true) => "__Host-vault_language",
            (Self::Language, false) => "vault_language",
            (Self::Theme, true) => "__Host-vault_theme",
            (Self::Theme, false) => "vault_theme",
            (Self::Steps, true) => "__Host-vault_steps",
            (Self::Steps, false) => "vault_steps",
        }
    }

    fn life(self) -> &'static str {
        match self {
            // gone with the browser
            Self::Session | Self::Visitor => "",
            Self::Language | Self::Theme | Self::Steps => A_YEAR,
        }
    }

    /// Its value in a request; `None` where it comes twice, since nobody knows then who wrote which.
    pub(super) fn read(self, app: &App, headers: &HeaderMap) -> Option<String> {
        let name = self.name(app);
        let mut values = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(found, _)| *found == name)
            .map(|(_, value)| value.to_owned());
        let (value, None) = (values.next()?, values.next()) else { return None };
        Some(value)
    }
}

fn is_secure(app: &App) -> bool {
    app.base_url.starts_with("https://")
}

/// What the answer to a request will take along besides its page.
#[derive(Clone, Default)]
pub(super) struct Jar(Arc<Mutex<Taken>>);

#[derive(Default)]
struct Taken {
    /// Cookies, and how long to wait.
    headers: HeaderMap,
    who: Who,
}

/// Who asks, as far as it was found out: a refusal is shown in the frame of that person.
#[derive(Clone, Default)]
pub(super) enum Who {
    /// Nobody has looked.
    #[default]
    Unknown,
    /// Nobody who has signed in.
    Visitor,
    /// This member.
    Member(SignedIn),
}

impl Jar {
    /// Sets a cookie. Values of ours need no escaping; one that does is left out.
    pub(super) fn set(&self, app: &App, cookie: Cookie, value: &str) {
        self.push(app, cookie, value, cookie.life());
    }

    /// Takes a cookie away.
    pub(super) fn clear(&self, app: &App, cookie: Cookie) {
        self.push(app, cookie, "", "; Max-Age=0");
    }

    fn push(&self, app: &App, cookie: Cookie, value: &str, life: &str) {
        let secure = if is_secure(app) { "; Secure" } else { "" };
        let line = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{life}{secure}", cookie.name(app));
        if let Ok(line) = HeaderValue::from_str(&line) {
            self.lock().headers.append(header::SET_COOKIE, line);
        }
    }

    /// Whether a cookie will be set.
    pub(super) fn holds_any(&self) -> bool {
        self.lock().headers.contains_key(header::SET_COOKIE)
    }

    /// Tells in the headers how long to wait, where a page says why nothing was done.
    pub(super) fn tell_wait(&self, error: &Error) {
        answers::tell_wait(&mut self.lock().headers, error);
    }

    /// Keeps who asks.
    pub(super) fn know(&self, signed_in: Option<&SignedIn>) {
        self.lock().who = signed_in.cloned().map_or(Who::Visitor, Who::Member);
    }

    /// Who asks.
    pub(super) fn who(&self) -> Who {
        self.lock().who.clone()
    }

    /// Puts the headers into the answer.
    pub(super) fn empty_into(&self, headers: &mut HeaderMap) {
        for (name, value) in &std::mem::take(&mut self.lock().headers) {
            if *name == header::SET_COOKIE {
                headers.append(name, value.clone());
            } else {
                headers.insert(name, value.clone());
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
