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
    outcome, tell_dead,
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
    services::{
        limits::{self as counts, Limit},
        recovery::{self, Tokens},
    },
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
    // a token is looked up, for whoever asks
    counts::spend_address(&visit.ctx, Limit::Anonymous).await?;
    let token = value_of(&visit.query, "token");
    match recovery::check(&visit.ctx, &SecretText::from(token.as_str())).await {
        Ok(()) => write(&visit, StatusCode::OK, Shown::default(), token),
        Err(error) if error.is(Code::InvalidToken) => tell_of_dead(&visit, &error),
        Err(error) => Err(error.into()),
    }
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
        Err(error @ Error::Refused(Code::InvalidToken)) => tell_of_dead(&visit, &error),
        Err(error @ (Error::Invalid(_) | Error::Busy { .. })) => {
            let (status, shown) = refused(&visit, &form, &error)?;
            write(&visit, status, shown, token.to_owned())
        }
        Err(error) => Err(error.into()),
    }
}

/// Nothing that is typed could mend it: another link is asked for.
fn tell_of_dead(visit: &Visit, error: &Error) -> Answered {
    let (_, sentence) = visit.sentence_of(error);
    tell_dead(visit, sentence, Some(("forgot-password", pages::new_link(visit.ctx.client().language))))
}

fn write(visit: &Visit, status: StatusCode, shown: Shown, token: String) -> Answered {
    let (language, least) = (visit.ctx.client().language, visit.ctx.app().config.password_min_length);
    let own = format!("reset?token={}", escape_query(&token));
    let frame = visit.public_frame(Section::Public)?.standing_at(&own);
    let (t, hint, more) = (pages::reset(language), pages::password_hint(language, least), new_password(least));
    page(status, &ResetPage { frame, t, shown, token, hint, more })
}
