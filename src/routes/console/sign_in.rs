//! `/sign-in`: the password, then the second factor where there is one. A form whose session ended on its way comes along and
//! goes on afterwards.

use askama::Template;
use axum::{Router, http::StatusCode, response::Response, routing::get};

use super::{
    form::{Form, Shown},
    frame::{COUNT, Frame, NOTICE, Section, page, secret_page},
    refusal::{Answered, Refusal, see_other},
    resume::{self, Held},
    visit::{Guest, GuestPosted, Visit, entrance, onward},
};
use crate::{
    core::{
        app::App,
        error::{Error, Result},
        secret::SecretText,
        texts::{
            console::{Notice, SignInTexts},
            problems::Code,
        },
    },
    models::{
        second_factor::GivenCode,
        session::{ConsoleSession, ConsoleSignIn},
    },
    routes::html::{escape_query, value_of},
    schemas::{auth::LogIn, problem::code_of},
    services::{console_sessions, sessions},
};

/// The pages.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/sign-in", get(show).post(submit)).route("/sign-in/code", get(begin_again).post(submit_code))
}

#[derive(Template)]
#[template(path = "console/pages/sign_in.html")]
struct SignInPage {
    frame: Frame,
    t: &'static SignInTexts,
    shown: Shown,
    onward: Onward,
    is_resumed: bool,
    /// Where an account is made, below the root.
    sign_up: String,
}

impl SignInPage {
    /// Whether the address is there already, and nothing is known against it: the password comes next.
    fn wants_password(&self) -> bool {
        !self.shown.value("email").is_empty() && self.shown.fault("email").is_empty()
    }
}

#[derive(Template)]
#[template(path = "console/pages/sign_in_code.html")]
struct CodePage {
    frame: Frame,
    t: &'static SignInTexts,
    shown: Shown,
    onward: Onward,
    challenge: String,
}

/// Where to go once signed in: a page, or a form that was held up.
#[derive(Default)]
struct Onward {
    next: String,
    held: Held,
}

impl Onward {
    fn of(form: &Form) -> Self {
        Self { next: form.value("next").to_owned(), held: Held::brought_by(form) }
    }
}

async fn show(Guest(visit): Guest) -> Answered {
    let next = value_of(&visit.query, "next");
    if visit.is_signed_in() {
        return Ok(see_other(&onward(&visit, &next)));
    }
    write(&visit, StatusCode::OK, Shown::default(), Onward { next, ..Onward::default() })
}

async fn submit(GuestPosted(visit, form): GuestPosted) -> Answered {
    let onward = Onward::of(&form);
    match log_in(&visit, &form).await {
        Ok(ConsoleSignIn::Opened(opened)) => enter(&visit, &opened, onward).await,
        Ok(ConsoleSignIn::Challenge(challenge)) => {
            ask_code(&visit, StatusCode::OK, Shown::default(), onward, challenge.token.expose())
        }
        Err(error) => {
            let (status, shown) = refused(&visit, &form, &error)?;
            write(&visit, status, shown, onward)
        }
    }
}

async fn log_in(visit: &Visit, form: &Form) -> Result<ConsoleSignIn> {
    let body: LogIn = form.object().with("email", form.value("email").into()).text("password").read(visit.ctx.app())?;
    console_sessions::log_in(&visit.ctx, body.email.as_ref(), &body.password).await
}

async fn submit_code(GuestPosted(visit, form): GuestPosted) -> Answered {
    let onward = Onward::of(&form);
    let challenge = form.value("challenge").to_owned();
    let code = GivenCode::read(form.value("code").trim());
    match console_sessions::answer_challenge(&visit.ctx, &SecretText::from(challenge.as_str()), &code).await {
        Ok(opened) => enter(&visit, &opened, onward).await,
        Err(error) if error.is(Code::InvalidChallenge) => {
            let (status, shown) = refused(&visit, &form, &error)?;
            write(&visit, status, shown, onward)
        }
        Err(error) => {
            let (status, shown) = refused(&visit, &form, &error)?;
            ask_code(&visit, status, shown, onward, &challenge)
        }
    }
}

/// Somebody reloaded the page of the code.
async fn begin_again(Guest(visit): Guest) -> Response {
    see_other(&visit.to("sign-in"))
}

/// The status and the form of a refusal that the page can tell of. What is no fault of the form goes on to the outermost
/// layer, which logs its cause, and what asks for a proof first leads there.
pub(super) fn refused(visit: &Visit, form: &Form, error: &Error) -> std::result::Result<(StatusCode, Shown), Refusal> {
    of_a_form(error)?;
    visit.tell_wait(error);
    let status = StatusCode::from_u16(code_of(error).status()).unwrap_or(StatusCode::BAD_REQUEST);
    Ok((status, Shown::refused(form, error, visit.ctx.client().language)))
}

/// Refuses what a form can not tell of.
pub(super) fn of_a_form(error: &Error) -> std::result::Result<(), Refusal> {
    match error {
        Error::Internal(cause) => Err(Error::internal(cause.to_string()).into()),
        Error::Unavailable { part, cause } => {
            let cause = cause.as_ref().map(|cause| cause.to_string().into());
            Err(Error::Unavailable { part, cause }.into())
        }
        Error::Refused(code @ (Code::EmailNotVerified | Code::MfaSetupRequired)) => Err((*code).into()),
        _ => Ok(()),
    }
}

async fn enter(visit: &Visit, opened: &ConsoleSession, on: Onward) -> Answered {
    end_former(visit).await?;
    visit.let_in(&opened.cookie);
    visit.suggest_language(opened.user.language);
    let notice = opened.codes_left.map(|left| (Notice::of_codes_left(left), left));
    if on.held.path.is_empty() {
        let place = onward(visit, &on.next);
        let told = |(notice, left)| told_at(&place, notice, Some(left));
        return Ok(see_other(&notice.map_or_else(|| place.clone(), told)));
    }
    // the form is bound to the new session by the page that shows it: it is asked for with the new cookie
    resume::after_sign_in(visit, &opened.cookie, &on.held, notice).await
}

/// A page of ours, with a notice, of so many where they are counted.
pub(super) fn told_at(place: &str, notice: Notice, count: Option<i64>) -> String {
    let (page, part) = place.split_once('#').map_or((place, None), |(page, part)| (page, Some(part)));
    let mark = if page.contains('?') { '&' } else { '?' };
    let part = part.map(|part| format!("#{part}")).unwrap_or_default();
    let count = count.map(|count| format!("&{COUNT}={count}")).unwrap_or_default();
    format!("{page}{mark}{NOTICE}={}{count}{part}", notice.word())
}

/// Ends the session whose cookie goes: nobody would ever sign out of it.
pub(super) async fn end_former(visit: &Visit) -> Result<()> {
    let Some(former) = visit.former.clone() else { return Ok(()) };
    let former = visit.as_member(former);
    // to its end also where the browser leaves
    let ended = tokio::spawn(async move { sessions::log_out(&former.ctx).await });
    ended.await.map_err(Error::internal)?
}

fn write(visit: &Visit, status: StatusCode, shown: Shown, onward: Onward) -> Answered {
    let is_resumed = !onward.held.path.is_empty();
    let t = SignInTexts::of(visit.ctx.client().language);
    let frame = visit.frame(Section::Public)?;
    // a form that comes along can not be asked for again
    let frame = if is_resumed {
        frame.left_for(&onward.held.origin(visit))
    } else {
        frame.opened_at(&format!("sign-in?next={}", escape_query(&onward.next)))
    };
    let sign_up = entrance("sign-up", &onward.next);
    let written = SignInPage { frame, t, shown, onward, is_resumed, sign_up };
    // a form that comes along may hold a value
    if is_resumed { secret_page(status, &written) } else { page(status, &written) }
}

fn ask_code(visit: &Visit, status: StatusCode, shown: Shown, onward: Onward, challenge: &str) -> Answered {
    let t = SignInTexts::of(visit.ctx.client().language);
    let frame = visit.frame(Section::Public)?;
    // a form that comes along is nowhere else
    let frame = if onward.held.path.is_empty() {
        frame.gone_for(&entrance("sign-in", &onward.next))
    } else {
        frame.left_for(&onward.held.origin(visit))
    };
    secret_page(status, &CodePage { frame, t, shown, onward, challenge: challenge.to_owned() })
}

/// The sign-in in place of the answer to a form whose session ended; the form comes along.
pub(super) fn ended(visit: &Visit, form: &Form) -> Answered {
    let onward = Onward { held: Held::of(visit, form), ..Onward::default() };
    write(visit, StatusCode::UNAUTHORIZED, Shown::default(), onward)
}

/// The sign-in for a browser that does not send our cookie back.
pub(super) fn without_cookies(visit: &Visit) -> Answered {
    let shown = Shown::saying(SignInTexts::of(visit.ctx.client().language).no_cookies);
    write(visit, StatusCode::FORBIDDEN, shown, Onward::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_stands_before_the_part_of_a_page_that_is_asked_for() {
        let told = |place| told_at(place, Notice::RecoveryCodeUsed, Some(3));

        assert_eq!(told("/dashboard"), "/dashboard?notice=recovery-code-used&count=3");
        assert_eq!(told("/keys?q=a#search"), "/keys?q=a&notice=recovery-code-used&count=3#search");
        assert_eq!(told_at("/billing", Notice::Registered, None), "/billing?notice=registered");
    }
}
