//! `/device`: where a person lets a program in with the code that it shows. The program is shown first. Somebody who has
//! signed in here lets it in with one click; anybody else with the proofs of a sign-in, also without a cookie. Whoever has
//! the code may refuse.

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

use super::{
    super::{
        confirm,
        form::{Form, Shown},
        frame::{Frame, Section, page},
        refusal::{Answered, see_other},
        visit::{Entered, Guest, Posted, TaskPosted, Visit},
    },
    outcome,
};
use crate::{
    core::{
        app::App,
        context::Context,
        error::{Error, Result},
        secret::SecretText,
        texts::{
            device::{self as texts, DeviceTexts},
            problems::Code,
        },
    },
    models::{device_login::DeviceLogin, email::Email, second_factor::GivenCode},
    routes::html::{escape_query, value_of},
    services::{
        device_login,
        limits::{self as counts, Limit},
    },
};

/// How much of a refused code is shown again: more than the field takes is no typing error.
const MOST_TYPED: usize = 20;

/// The page.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/device", get(show).post(submit)).route("/device/allow", post(allow).get(begin_again))
}

#[derive(Template)]
#[template(path = "console/pages/device_code.html")]
struct CodePage {
    frame: Frame,
    t: DeviceTexts,
    shown: Shown,
}

#[derive(Template)]
#[template(path = "console/pages/device.html")]
struct DevicePage {
    frame: Frame,
    t: DeviceTexts,
    shown: Shown,
    code: String,
    who: String,
}

async fn show(Guest(visit): Guest) -> Answered {
    // the page tells who waits, to whoever has the code
    counts::spend_address(&visit.ctx, Limit::Anonymous).await?;
    let code = value_of(&visit.query, "code");
    if code.is_empty() {
        return ask_code(&visit, StatusCode::OK, Shown::default());
    }
    match device_login::find(&visit.ctx, &code).await {
        Ok(waiting) => write(&visit, StatusCode::OK, &waiting, code, Shown::default()),
        Err(error) => unknown(&visit, &code, error),
    }
}

async fn submit(TaskPosted(visit, form): TaskPosted) -> Answered {
    let t = texts::device(visit.ctx.client().language);
    let code = form.value("code");
    let waiting = match device_login::find(&visit.ctx, code).await {
        Ok(waiting) => waiting,
        Err(error) => return unknown(&visit, code, error),
    };
    let (answered, done) = if form.value("answer") == "refuse" {
        (device_login::refuse(&visit.ctx, code).await, t.refused)
    } else {
        (approve(&visit.ctx, &form, code).await, t.allowed)
    };
    match answered {
        Ok(()) => outcome(&visit, StatusCode::OK, t.title, done),
        Err(
            error @ (Error::Invalid(_)
            | Error::Busy { .. }
            | Error::Paused { .. }
            | Error::Refused(Code::InvalidCredentials | Code::WrongCode)),
        ) => {
            let (status, sentence) = visit.sentence_of(&error);
            let mut shown = Shown::filled([("email", form.value("email").to_owned())]);
            shown.sentence = Some(sentence);
            write(&visit, status, &waiting, code.to_owned(), shown)
        }
        Err(error) => Err(error.into()),
    }
}

async fn approve(ctx: &Context, form: &Form, code: &str) -> Result<()> {
    let password = SecretText::from(form.value("password"));
    let typed = form.value("second_factor").trim();
    let second = (!typed.is_empty()).then(|| GivenCode::read(typed));
    let email = Email::parse(form.value("email").trim());
    device_login::approve_with_password(ctx, code, email.as_ref(), &password, second.as_ref()).await
}

/// One click of somebody who has signed in.
async fn allow(Posted(visit, form): Posted) -> Answered {
    let t = texts::device(visit.ctx.client().language);
    match device_login::approve(&visit.ctx, form.value("user_code")).await {
        Ok(()) => outcome(&visit, StatusCode::OK, t.title, t.allowed),
        Err(error @ Error::Refused(Code::InvalidUserCode)) => unknown(&visit, form.value("user_code"), error),
        Err(error) => Err(confirm::or_ask(&visit, &form, error)),
    }
}

/// Somebody reloaded the page that told of it.
async fn begin_again(Entered(visit): Entered) -> Response {
    see_other(&visit.to("device"))
}

/// Asks again for a code that nobody waits with: it stays, for a letter of it to be mended.
fn unknown(visit: &Visit, code: &str, error: Error) -> Answered {
    if !error.is(Code::InvalidUserCode) {
        return Err(error.into());
    }
    let (status, sentence) = visit.sentence_of(&error);
    let code: String = code.chars().take(MOST_TYPED).collect();
    let mut shown = Shown::filled([("code", code)]);
    shown.sentence = Some(sentence);
    ask_code(visit, status, shown)
}

fn ask_code(visit: &Visit, status: StatusCode, shown: Shown) -> Answered {
    let t = texts::device(visit.ctx.client().language);
    let typed = shown.value("code");
    let own = if typed.is_empty() { "device".to_owned() } else { format!("device?code={}", escape_query(typed)) };
    page(status, &CodePage { frame: visit.public_frame(Section::Public)?.standing_at(&own), t, shown })
}

fn write(visit: &Visit, status: StatusCode, waiting: &DeviceLogin, code: String, shown: Shown) -> Answered {
    let language = visit.ctx.client().language;
    let program = if waiting.user_agent.is_empty() { texts::nameless(language) } else { &waiting.user_agent };
    let who = texts::who_waits(language, program, &waiting.ip, &waiting.created_at.format("%H:%M").to_string());
    let own = format!("device?code={}", escape_query(&code));
    let frame = visit.public_frame(Section::Public)?.standing_at(&own);
    page(status, &DevicePage { frame, t: texts::device(language), shown, code, who })
}
