//! Who asks for a page, and what the frame around it needs. `Guest` is anybody, `Entered` somebody who has signed in;
//! `GuestPosted` and `Posted` are the same with a form that is known to be one of ours.

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::IntoResponse as _,
};

use super::{
    confirm,
    cookies::{Cookie, Jar},
    csrf::{self, Binding, Origin},
    form::{Form, wait_of},
    frame::{Frame, Section},
    refusal::Refusal,
    stamp,
};
use crate::{
    core::{
        app::App,
        client::Client,
        context::{Actor, Context},
        error::{Error, Result},
        limits::Tally,
        random,
        secret::SecretText,
        texts::problems::Code,
    },
    models::session::SignedIn,
    routes::{
        extractors::{form as read_form, form_with_file},
        html::{asked_language, escape_query},
    },
    schemas::problem::Problem,
    services::{
        api_keys, console_sessions,
        limits::{self as counts, Limit},
    },
};

/// The length of a visitor's mark: 128 bits.
const MARK_CHARACTERS: usize = 22;

/// Somebody who asks for a page.
#[derive(Clone)]
pub(super) struct Visit {
    /// The context for the services.
    pub(super) ctx: Context,
    /// The address that was asked for, below the root: its path and its query.
    pub(super) path: String,
    /// The query as it came.
    pub(super) query: String,
    /// Whether htmx asks, which wants a part of a page.
    pub(super) is_partial: bool,
    pub(super) theme: Option<String>,
    /// The sign-in that the cookie speaks for, where a visitor's form came: signing in takes its place.
    pub(super) former: Option<SignedIn>,
    /// How the person writes dates, as a tag.
    pub(super) dates: String,
    /// The page of ours on which the link or the form stood that led here, as the browser calls it.
    pub(super) came_from: Option<String>,
    /// Whether the page is the answer to a form: its address may not be asked for, or shows another page.
    pub(super) is_answer: bool,
    has_chosen_language: bool,
    jar: Jar,
    binding: Option<Binding>,
}

/// Anybody, signed in or not.
pub(super) struct Guest(pub(super) Visit);

/// Somebody who has signed in.
pub(super) struct Entered(pub(super) Visit);

/// A form of anybody's.
pub(super) struct GuestPosted(pub(super) Visit, pub(super) Form);

/// A form of somebody who has signed in.
pub(super) struct Posted(pub(super) Visit, pub(super) Form);

/// A form that what it carries protects: the token of a mail's link, a program's code, a password. It is taken from a
/// browser that keeps no cookies, and from anybody, but not out of another site's page, which would have its visitors
/// try passwords; who has signed in is a visitor here.
pub(super) struct TaskPosted(pub(super) Visit, pub(super) Form);

/// Like `Posted`, of a form that carries a file that is imported; it counts as an import.
pub(super) struct PostedFile(pub(super) Visit, pub(super) Form);

impl Visit {
    /// The frame of a page with forms.
    ///
    /// # Errors
    /// `Unavailable` before the database was reached; `Internal` without randomness.
    pub(super) fn frame(&self, section: Section) -> Result<Frame> {
        let binding = match &self.binding {
            Some(binding) => binding.clone(),
            None => self.mark()?,
        };
        let csrf = csrf::issue(self.ctx.app(), &binding)?;
        Ok(Frame::new(self, section, csrf))
    }

    /// The frame of a page that anybody reads and that has no form: it sets no cookie.
    pub(super) fn public_frame(&self, section: Section) -> Result<Frame> {
        if self.is_signed_in() { self.frame(section) } else { Ok(Frame::new(self, section, String::new())) }
    }

    /// Gives a visitor the mark that forms are bound to.
    fn mark(&self) -> Result<Binding> {
        let mark = random::base62(MARK_CHARACTERS)?;
        self.jar.set(self.ctx.app(), Cookie::Visitor, &mark);
        Ok(Binding::Visitor(mark))
    }

    /// Whether somebody has signed in.
    pub(super) fn is_signed_in(&self) -> bool {
        matches!(self.binding, Some(Binding::Session(..)))
    }

    /// Lets the visitor in.
    pub(super) fn let_in(&self, cookie: &SecretText) {
        self.jar.set(self.ctx.app(), Cookie::Session, cookie.expose());
    }

    /// Takes the session's cookie away.
    pub(super) fn let_out(&self) {
        self.jar.clear(self.ctx.app(), Cookie::Session);
    }

    /// Lets the account's language count where the person has chosen none here.
    pub(super) fn suggest_language(&self, language: crate::core::language::Language) {
        if !self.has_chosen_language {
            self.keep_language(language);
        }
    }

    /// Keeps the language that the person chose.
    pub(super) fn keep_language(&self, language: crate::core::language::Language) {
        self.jar.set(self.ctx.app(), Cookie::Language, language.tag());
    }

    /// What to say of a refusal on a page: its status and one sentence.
    pub(super) fn sentence_of(&self, error: &Error) -> (StatusCode, String) {
        self.tell_wait(error);
        let language = self.ctx.client().language;
        let problem = Problem::of(error, language, "");
        let sentence = || problem.errors.first().map_or(problem.detail, |fault| fault.message.as_str()).to_owned();
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, wait_of(error, language).unwrap_or_else(sentence))
    }

    /// Tells programs, which do not read the page, how long to wait.
    pub(super) fn tell_wait(&self, error: &Error) {
        self.jar.tell_wait(error);
    }

    /// Keeps that the person does not want to see the first steps any more.
    ///
    /// # Errors
    /// `Unauthenticated` without a sign-in.
    pub(super) fn hide_steps(&self) -> Result<()> {
        self.jar.set(self.ctx.app(), Cookie::Steps, &self.ctx.account()?.to_string());
        Ok(())
    }

    /// An address of ours: `to("keys")`.
    pub(super) fn to(&self, path: &str) -> String {
        format!("{}{}", self.ctx.app().root(), path.trim_start_matches(['/', '\\']))
    }

    /// The same visit after the session was renewed or changed.
    ///
    /// # Errors
    /// `Unauthenticated` where it ended meanwhile.
    pub(super) async fn again(&self) -> Result<Self> {
        let signed_in = console_sessions::look_again(self.ctx.app(), self.ctx.member()?).await?;
        Ok(self.as_member(signed_in))
    }

    /// The same visit with this sign-in, in whose frame a refusal stands from now on.
    pub(super) fn as_member(&self, signed_in: SignedIn) -> Self {
        self.jar.know(Some(&signed_in));
        let binding = Some(Binding::from(&signed_in));
        let ctx = Context::new(self.ctx.app().clone(), self.ctx.client().clone(), Actor::Member(signed_in));
        Self { ctx, binding, former: None, ..self.clone() }
    }

    fn of(parts: &Parts, app: &App, signed_in: Option<SignedIn>) -> Result<Self> {
        let client = parts.extensions.get::<Client>().ok_or_else(|| missing("client"))?.clone();
        let language = client.language;
        let jar = parts.extensions.get::<Jar>().ok_or_else(|| missing("jar"))?.clone();
        let tally = parts.extensions.get::<std::sync::Arc<Tally>>().cloned();
        let binding = match &signed_in {
            Some(signed_in) => Some(signed_in.into()),
            None => Cookie::Visitor
                .read(app, &parts.headers)
                .filter(|mark| mark.len() == MARK_CHARACTERS)
                .map(Binding::Visitor),
        };
        let actor = signed_in.map_or(Actor::Visitor, Actor::Member);
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let path = parts.uri.path().trim_start_matches(['/', '\\']);
        let preferred = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Ok(Self {
            ctx: Context::new(app.clone(), client, actor).tallied(tally),
            path: if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") },
            query,
            is_partial: parts.headers.contains_key("hx-request"),
            theme: parts.extensions.get::<super::Theme>().map(|theme| theme.0.clone()),
            former: None,
            dates: stamp::dates(language, preferred.unwrap_or_default()),
            came_from: page_before(&parts.headers),
            is_answer: parts.method == Method::POST,
            has_chosen_language: Cookie::Language.read(app, &parts.headers).is_some(),
            jar,
            binding,
        })
    }
}

fn missing(what: &'static str) -> Error {
    Error::internal(format!("the console's layer did not leave its {what}"))
}

/// Who the session's cookie speaks for; a newer cookie takes its place where it is time for one.
async fn signed_in(parts: &Parts, app: &App) -> Result<Option<SignedIn>> {
    let jar = parts.extensions.get::<Jar>().ok_or_else(|| missing("jar"))?;
    recognise(Cookie::Session.read(app, &parts.headers).as_deref(), app, jar).await
}

/// The same by the cookie alone; the jar keeps who it is. Without a cookie of ours nothing is looked up.
pub(super) async fn recognise(cookie: Option<&str>, app: &App, jar: &Jar) -> Result<Option<SignedIn>> {
    app.keyring()?;
    let found = match cookie {
        Some(cookie) => match console_sessions::authenticate(app, cookie).await {
            Ok((signed_in, renewed)) => {
                if let Some(renewed) = renewed {
                    jar.set(app, Cookie::Session, renewed.expose());
                }
                Some(signed_in)
            }
            Err(error) if error.is(Code::Unauthenticated) => {
                jar.clear(app, Cookie::Session);
                None
            }
            Err(error) => return Err(error),
        },
        None => None,
    };
    jar.know(found.as_ref());
    Ok(found)
}

impl FromRequestParts<App> for Guest {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let signed_in = signed_in(parts, app).await?;
        Ok(Self(Visit::of(parts, app, signed_in)?))
    }
}

impl FromRequestParts<App> for Entered {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let had_cookie = Cookie::Session.read(app, &parts.headers).is_some();
        let signed_in = signed_in(parts, app).await?;
        let visit = Visit::of(parts, app, signed_in)?;
        if !visit.is_signed_in() {
            counts::spend_address(&visit.ctx, Limit::Anonymous).await?;
            return Err(Refusal::sign_in(&visit, had_cookie, &parts.headers));
        }
        counts::spend_caller(&visit.ctx, Limit::Api).await?;
        Ok(Self(visit))
    }
}

impl FromRequest<App> for GuestPosted {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        let (parts, form) = own_form(request, app, Limit::Auth, false).await?;
        let former = signed_in(&parts, app).await?;
        let visit = Visit::of(&parts, app, None)?;
        let bound = [visit.binding.clone(), former.as_ref().map(Binding::from)];
        let is_good = |binding: &Binding| csrf::is_good(app, binding, form.value(csrf::FIELD));
        if !bound.iter().flatten().any(is_good) {
            return Err(Refusal::NoCookies(Box::new(visit)));
        }
        Ok(Self(Visit { former, ..visit }, form))
    }
}

impl FromRequest<App> for TaskPosted {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        app.keyring()?;
        let mut visit = Visit::of(&parts, app, None)?;
        visit.former = signed_in(&parts, app).await?;
        counts::spend_address(&visit.ctx, Limit::Auth).await?;
        // not by `Origin`, which these pages keep even from us
        if csrf::fetched_from(&parts.headers) == Origin::Foreign {
            return Err(Code::Forbidden.into());
        }
        let mut request = Request::new(body);
        *request.headers_mut() = parts.headers.clone();
        let encoded = read_form(request).await?;
        // the language of the page that the form stood in
        if let Some(language) = asked_language(&encoded) {
            visit.ctx = visit.ctx.speaking(language);
        }
        Ok(Self(visit, Form::read_few(&encoded)?))
    }
}

impl FromRequest<App> for Posted {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        let origin = csrf::origin(app, request.headers());
        let (parts, form) = own_form(request, app, Limit::Anonymous, false).await?;
        Self::admit(&parts, form, origin, app).await
    }
}

impl FromRequest<App> for PostedFile {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        let origin = csrf::origin(app, request.headers());
        let (parts, body) = request.into_parts();
        // megabytes are read for nobody but who has signed in, and are counted before
        let visit = Visit::of(&parts, app, signed_in(&parts, app).await?)?;
        let carries_file = visit.is_signed_in() && origin != Origin::Foreign;
        if carries_file {
            api_keys::begin_import(&visit.ctx).await?;
        }
        let request = Request::from_parts(parts, body);
        let (parts, form) = own_form(request, app, Limit::Anonymous, carries_file).await?;
        let Posted(visit, form) = Posted::admit(&parts, form, origin, app).await?;
        Ok(Self(visit, form))
    }
}

impl Posted {
    /// Lets in who has signed in, by now, with a form of that sign-in.
    async fn admit(parts: &Parts, form: Form, origin: Origin, app: &App) -> Result<Self, Refusal> {
        let signed_in = signed_in(parts, app).await?;
        let visit = Visit::of(parts, app, signed_in)?;
        if !visit.is_signed_in() {
            counts::spend_address(&visit.ctx, Limit::Anonymous).await?;
            if visit.is_partial && form.value("act") == "look" {
                // a glance at what is typed: the page stays, and its form comes along when it is sent
                return Err(Refusal::Elsewhere(Box::new(StatusCode::NO_CONTENT.into_response())));
            }
            if visit.is_partial || !form.may_travel() {
                return Err(Refusal::sign_in(&visit, true, &parts.headers));
            }
            return Err(Refusal::SessionEnded(Box::new(visit), form));
        }
        counts::spend_caller(&visit.ctx, Limit::Api).await?;
        let is_bound =
            visit.binding.as_ref().is_some_and(|binding| csrf::is_good(app, binding, form.value(csrf::FIELD)));
        if !is_bound {
            // a page of an earlier sign-in: what was typed there is not lost, but a person must look at it
            return Err(if origin == Origin::Own && !visit.is_partial && form.may_travel() {
                Refusal::Held(Box::new(visit), form)
            } else {
                Code::Forbidden.into()
            });
        }
        let visit = confirm::renew(visit, &form).await?;
        Ok(Self(visit, form))
    }
}

/// The form of a request that does not come from elsewhere. What is refused is counted by the address.
async fn own_form(request: Request, app: &App, limit: Limit, carries_file: bool) -> Result<(Parts, Form), Refusal> {
    let is_foreign = csrf::origin(app, request.headers()) == Origin::Foreign;
    let (parts, body) = request.into_parts();
    app.keyring()?;
    let visitor = Visit::of(&parts, app, None)?;
    if is_foreign || limit == Limit::Auth {
        counts::spend_address(&visitor.ctx, limit).await?;
    }
    if is_foreign {
        return Err(Code::Forbidden.into());
    }
    let mut request = Request::new(body);
    *request.headers_mut() = parts.headers.clone();
    let encoded = if carries_file { form_with_file(request).await? } else { read_form(request).await? };
    Ok((parts, Form::read_few(&encoded)?))
}

/// The page that somebody looked at when htmx asked, below the root.
pub(super) fn current_page(headers: &HeaderMap) -> Option<String> {
    Some(below_host(&url_of(headers, "hx-current-url")?))
}

/// The page of ours on which the form or the link stood, by `Referer`. Our script gives answers to forms the address of a page.
fn page_before(headers: &HeaderMap) -> Option<String> {
    let url = url_of(headers, header::REFERER.as_str())?;
    let host = headers.get(header::HOST)?.to_str().ok()?;
    Some(below_host(&url)).filter(|page| url.authority() == host && local_path(page).is_some())
}

fn url_of(headers: &HeaderMap, name: &str) -> Option<url::Url> {
    url::Url::parse(headers.get(name)?.to_str().ok()?).ok()
}

fn below_host(url: &url::Url) -> String {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{query}", url.path())
}

/// A path of ours that an address or a form names, for going there: never another site.
pub(super) fn local_path(text: &str) -> Option<&str> {
    let is_plain = text.bytes().all(|byte| (b'!'..=b'~').contains(&byte) && byte != b'\\');
    let is_local = text.starts_with('/') && !text.starts_with("//");
    (is_plain && is_local && text.len() < 2048).then_some(text)
}

/// Where to go on after a sign-in, by a form's field or an address.
pub(super) fn onward(visit: &Visit, text: &str) -> String {
    local_path(text).map_or_else(|| visit.to("dashboard"), str::to_owned)
}

/// The sign-in or the sign-up, below the root, which goes on to a page of ours where one is asked for.
pub(super) fn entrance(page: &str, next: &str) -> String {
    local_path(next).map_or_else(|| page.to_owned(), |next| format!("{page}?next={}", escape_query(next)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_to_another_site() {
        assert_eq!(local_path("/keys?q=a"), Some("/keys?q=a"));
        assert_eq!(entrance("sign-up", "/keys?q=a"), "sign-up?next=%2Fkeys%3Fq%3Da");
        for text in
            ["", "keys", "//evil.example", "/\\evil.example", "https://evil.example", "/a b", "/a\n", "javascript:x"]
        {
            assert_eq!(local_path(text), None, "{text}");
            assert_eq!(entrance("sign-up", text), "sign-up", "{text}");
        }
    }
}
