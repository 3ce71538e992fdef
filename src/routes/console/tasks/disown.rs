//! `/verify/disown`: deletes an account that somebody else registered on one's address, with the link of the mail that
//! proves it. Opening the page deletes nothing (mail scanners open links): its button does.

use askama::Template;
use axum::{Router, http::StatusCode, routing::get};

use super::{
    super::{
        form::Shown,
        frame::{Frame, Section, page},
        refusal::{Answered, see_other},
        sign_in::refused,
        visit::{Guest, TaskPosted, Visit},
    },
    left_without_account, outcome,
};
use crate::{
    core::{
        app::App,
        error::Error,
        secret::SecretText,
        texts::{
            console::counted,
            pages::{self, DisownTexts},
            problems::Code,
        },
    },
    models::{ids::UserId, mail_link::Disowned},
    routes::html::{escape_query, value_of},
    services::{
        addresses,
        limits::{self as counts, Limit},
    },
};

/// The page.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/verify/disown", get(show).post(submit))
}

#[derive(Template)]
#[template(path = "console/pages/disown.html")]
struct DisownPage {
    frame: Frame,
    t: DisownTexts,
    shown: Shown,
    token: String,
    address: String,
    /// What becomes of the keys, in words.
    keys: String,
}

async fn show(Guest(visit): Guest) -> Answered {
    // the page tells an address and a number, to whoever has the link
    counts::spend_address(&visit.ctx, Limit::Anonymous).await?;
    let token = value_of(&visit.query, "token");
    match addresses::disowned_by(&visit.ctx, &SecretText::from(token.as_str())).await {
        Ok(known) if is_own(&visit, known.account) => Ok(see_other(&visit.to("settings/delete"))),
        Ok(known) => write(&visit, StatusCode::OK, Shown::default(), token, &known),
        Err(error) => tell(&visit, error),
    }
}

async fn submit(TaskPosted(visit, form): TaskPosted) -> Answered {
    let token = form.value("token");
    let known = match addresses::disowned_by(&visit.ctx, &SecretText::from(token)).await {
        Ok(known) if is_own(&visit, known.account) => return Ok(see_other(&visit.to("settings/delete"))),
        Ok(known) => known,
        Err(error) => return tell(&visit, error),
    };
    match addresses::disown(&visit.ctx, &SecretText::from(token)).await {
        Ok(()) => {
            let t = pages::disown(visit.ctx.client().language);
            left_without_account(&visit, t.done_title, &t.done.replace("{email}", known.address.as_str()))
        }
        Err(error @ Error::Busy { .. }) => {
            let (status, shown) = refused(&visit, &form, &error)?;
            write(&visit, status, shown, token.to_owned(), &known)
        }
        Err(error) => tell(&visit, error),
    }
}

/// Whether somebody has signed in to that very account: there it is deleted in the settings, with the password.
fn is_own(visit: &Visit, account: UserId) -> bool {
    let former = visit.former.as_ref().map(|former| former.user.id);
    visit.ctx.account().ok().or(former) == Some(account)
}

/// Tells of what no second click could mend.
fn tell(visit: &Visit, error: Error) -> Answered {
    if !error.is(Code::InvalidToken) && !error.is(Code::Forbidden) {
        return Err(error.into());
    }
    let language = visit.ctx.client().language;
    let title = if error.is(Code::InvalidToken) { pages::spent_link(language) } else { pages::disown(language).title };
    let (status, sentence) = visit.sentence_of(&error);
    outcome(visit, status, title, &sentence)
}

fn write(visit: &Visit, status: StatusCode, shown: Shown, token: String, known: &Disowned) -> Answered {
    let language = visit.ctx.client().language;
    let t = pages::disown(language);
    let keys = match known.active_keys {
        0 => t.gone_nothing.to_owned(),
        many => counted(language, many, t.gone_key, t.gone_keys),
    };
    let own = format!("verify/disown?token={}", escape_query(&token));
    let frame = visit.public_frame(Section::Public)?.standing_at(&own);
    page(status, &DisownPage { frame, t, shown, token, address: known.address.to_string(), keys })
}
