//! `/sign-up`: makes an account, signs in to it, and goes on to the page that was asked for.

use askama::Template;
use axum::{Router, http::StatusCode, response::Response, routing::get};

use super::{
    check_mail::{ACT, MEND, check_mail},
    form::{Form, Shown},
    frame::{Frame, Section, page},
    refusal::{Answered, done, see_other},
    sign_in::{end_former, refused, told_at},
    visit::{Guest, GuestPosted, Visit, entrance, onward},
};
use crate::{
    core::{
        app::App,
        error::Result,
        secret::SecretText,
        texts::{
            console::{Notice, SignUpTexts},
            pages,
        },
    },
    models::{email::Email, session::ConsoleSignIn},
    routes::html::value_of,
    schemas::auth::{Recover, Register},
    services::{
        accounts::{self, NewAccount, Registered},
        addresses, console_sessions,
    },
};

/// The field with the page to go on to.
const NEXT: &str = "next";

/// The page.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/sign-up", get(show).post(submit)).route("/sign-up/resend", get(begin_again).post(resend))
}

#[derive(Template)]
#[template(path = "console/pages/sign_up.html")]
struct SignUpPage {
    frame: Frame,
    t: &'static SignUpTexts,
    shown: Shown,
    next: String,
    /// Where one signs in, below the root.
    sign_in: String,
    password_hint: String,
    password_more: String,
}

async fn show(Guest(visit): Guest) -> Answered {
    let next = value_of(&visit.query, NEXT);
    if visit.is_signed_in() {
        return Ok(see_other(&onward(&visit, &next)));
    }
    write(&visit, StatusCode::OK, Shown::default(), &next)
}

async fn submit(GuestPosted(visit, form): GuestPosted) -> Answered {
    let read = form.object().text("email").text("password").text("name").read(visit.ctx.app());
    let made = match read {
        Ok(body) => register(&visit, body).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(Registered::Made(user)) => enter(&visit, &user.email, &form).await,
        Ok(Registered::Hidden) => sent(&visit, &form),
        Err(error) => {
            let (status, shown) = refused(&visit, &form, &error)?;
            write(&visit, status, shown, form.value(NEXT))
        }
    }
}

/// Sends the mail of a registration again, of which nobody is told whether there was one; or goes back to its form.
async fn resend(GuestPosted(visit, form): GuestPosted) -> Answered {
    if form.value(ACT) == MEND {
        let typed = ["name", "email"].map(|name| (name, form.value(name).to_owned()));
        return write(&visit, StatusCode::OK, Shown::filled(typed), form.value(NEXT));
    }
    let asked = match form.object().text("email").read::<Recover>(visit.ctx.app()) {
        Ok(body) => addresses::resend(&visit.ctx, &body.email).await,
        Err(error) => Err(error),
    };
    if let Err(error) = asked {
        let (status, shown) = refused(&visit, &form, &error)?;
        return write(&visit, status, shown, form.value(NEXT));
    }
    sent(&visit, &form)
}

/// Somebody reloaded the page that told of the mail.
async fn begin_again(Guest(visit): Guest) -> Response {
    see_other(&visit.to("sign-up"))
}

fn sent(visit: &Visit, form: &Form) -> Answered {
    let sentence = pages::registration_received(visit.ctx.client().language);
    check_mail(visit, form, &entrance("sign-up", form.value(NEXT)), "sign-up/resend", sentence, &["name", NEXT])
}

async fn register(visit: &Visit, body: Register) -> Result<Registered> {
    let new = NewAccount { email: body.email, password: body.password, name: body.name };
    accounts::register(&visit.ctx, new).await
}

/// Signs the new account in with the password that it was just made with.
async fn enter(visit: &Visit, email: &Email, form: &Form) -> Answered {
    let password = SecretText::from(form.value("password"));
    match console_sessions::log_in(&visit.ctx, Some(email), &password).await {
        Ok(ConsoleSignIn::Opened(opened)) => {
            end_former(visit).await?;
            visit.let_in(&opened.cookie);
            visit.suggest_language(opened.user.language);
            let place = onward(visit, form.value(NEXT));
            Ok(see_other(&told_at(&place, Notice::Registered, None)))
        }
        // the account is there all the same
        Ok(ConsoleSignIn::Challenge(_)) | Err(_) => {
            done(visit, &entrance("sign-in", form.value(NEXT)), Notice::Registered)
        }
    }
}

/// The attributes of a field for a new password of so many characters at least.
pub(super) fn new_password(least: usize) -> String {
    format!("autocomplete=\"new-password\" minlength=\"{least}\" maxlength=\"128\" required")
}

fn write(visit: &Visit, status: StatusCode, shown: Shown, next: &str) -> Answered {
    let t = SignUpTexts::of(visit.ctx.client().language);
    let least = visit.ctx.app().config.password_min_length;
    let password_hint = t.password_hint.replace("{least}", &least.to_string());
    let password_more = new_password(least);
    let frame = visit.frame(Section::Public)?.opened_at(&entrance("sign-up", next));
    let (next, sign_in) = (next.to_owned(), entrance("sign-in", next));
    page(status, &SignUpPage { frame, t, shown, next, sign_in, password_hint, password_more })
}
