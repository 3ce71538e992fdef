//! `/reset`: the page that a recovery mail leads to. Opening it spends nothing (mail scanners open links); its form does.

use askama::Template;
use axum::{Router, http::StatusCode, routing::get};

use super::{
    super::{
        form::Shown,
        frame::{Frame, Section, page},
        refusal::Answered,
        sign_in::refused,
        sign_up::new_password,
        visit::{Guest, TaskPosted, Visit},
    },
    outcome,
};
use crate::{
    core::{
        app::App,
        error::Error,
        secret::SecretText,
        texts::{
            pages::{self, ResetTexts},
            problems::Code,
        },
    },
    routes::html::{escape_query, value_of},
    services::recovery::{self, Tokens},
};

/// The page.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/reset", get(show).post(submit))
}

#[derive(Template)]
#[template(path = "console/pages/reset.html")]
struct ResetPage {
    frame: Frame,
    t: ResetTexts,
    shown: Shown,
    token: String,
    hint: String,
    more: String,
}

async fn show(Guest(visit): Guest) -> Answered {
    let token = value_of(&visit.query, "token");
    write(&visit, StatusCode::OK, Shown::default(), token)
}

async fn submit(TaskPosted(visit, form): TaskPosted) -> Answered {
    let language = visit.ctx.client().language;
    let (token, password) = (form.value("token"), SecretText::from(form.value("password")));
    let tokens = if form.value("keep_tokens") == "on" { Tokens::Keep } else { Tokens::Revoke };
    match recovery::reset(&visit.ctx, &SecretText::from(token), &password, tokens).await {
        Ok(has_lost_factor) => {
            let mut sentence = pages::reset_done(language).to_owned();
            if has_lost_factor {
                sentence = format!("{sentence} {}", pages::factor_lost(language));
            }
            outcome(&visit, StatusCode::OK, pages::reset(language).title, &sentence)
        }
        Err(error @ (Error::Invalid(_) | Error::Refused(Code::InvalidToken) | Error::Busy { .. })) => {
            let (status, shown) = refused(&visit, &form, &error)?;
            write(&visit, status, shown, token.to_owned())
        }
        Err(error) => Err(error.into()),
    }
}

fn write(visit: &Visit, status: StatusCode, shown: Shown, token: String) -> Answered {
    let (language, least) = (visit.ctx.client().language, visit.ctx.app().config.password_min_length);
    let own = format!("reset?token={}", escape_query(&token));
    let frame = visit.public_frame(Section::Public)?.standing_at(&own);
    let (t, hint, more) = (pages::reset(language), pages::password_hint(language, least), new_password(least));
    page(status, &ResetPage { frame, t, shown, token, hint, more })
}
