//! `/sign-up`: makes an account, and signs in to it.

use askama::Template;
use axum::{Router, http::StatusCode, routing::get};

use super::{
    form::{Form, Shown},
    frame::{Frame, Section, page},
    refusal::{Answered, done, see_other},
    sign_in::{end_former, refused},
    visit::{Guest, GuestPosted, Visit},
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
    schemas::auth::Register,
    services::{
        accounts::{self, NewAccount, Registered},
        console_sessions,
    },
};

/// The page.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/sign-up", get(show).post(submit))
}

#[derive(Template)]
#[template(path = "console/pages/sign_up.html")]
struct SignUpPage {
    frame: Frame,
    t: &'static SignUpTexts,
    shown: Shown,
    password_hint: String,
    password_more: String,
}

#[derive(Template)]
#[template(path = "console/pages/sentence.html")]
pub(super) struct SentencePage {
    pub(super) frame: Frame,
    pub(super) title: &'static str,
    pub(super) sentence: &'static str,
}

async fn show(Guest(visit): Guest) -> Answered {
    if visit.is_signed_in() {
        return Ok(see_other(&visit.to("dashboard")));
    }
    write(&visit, StatusCode::OK, Shown::default())
}

async fn submit(GuestPosted(visit, form): GuestPosted) -> Answered {
    let read = form.object().text("email").text("password").text("name").read(visit.ctx.app());
    let made = match read {
        Ok(body) => register(&visit, body).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(Registered::Made(user)) => enter(&visit, &user.email, &form).await,
        Ok(Registered::Hidden) => {
            let language = visit.ctx.client().language;
            let title = SignUpTexts::of(language).hidden_title;
            let frame = visit.frame(Section::Public)?;
            page(StatusCode::ACCEPTED, &SentencePage { frame, title, sentence: pages::registration_received(language) })
        }
        Err(error) => {
            let (status, shown) = refused(&visit, &form, &error)?;
            write(&visit, status, shown)
        }
    }
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
            done(visit, "dashboard", Notice::Registered)
        }
        // the account is there all the same
        Ok(ConsoleSignIn::Challenge(_)) | Err(_) => done(visit, "sign-in", Notice::Registered),
    }
}

/// The attributes of a field for a new password of so many characters at least.
pub(super) fn new_password(least: usize) -> String {
    format!("autocomplete=\"new-password\" minlength=\"{least}\" maxlength=\"128\" required")
}

fn write(visit: &Visit, status: StatusCode, shown: Shown) -> Answered {
    let t = SignUpTexts::of(visit.ctx.client().language);
    let least = visit.ctx.app().config.password_min_length;
    let password_hint = t.password_hint.replace("{least}", &least.to_string());
    let password_more = new_password(least);
    let frame = visit.frame(Section::Public)?.opened_at("sign-up");
    page(status, &SignUpPage { frame, t, shown, password_hint, password_more })
}
