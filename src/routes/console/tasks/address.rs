//! `/verify`, `/confirm-address` and `/undo-address`: one button each; the first has a link to `disown`, for somebody
//! who did not register.

use askama::Template;
use axum::{Router, http::StatusCode, routing::get};

use super::{
    super::{
        form::Shown,
        frame::{Frame, Section, page},
        refusal::Answered,
        sign_in::refused,
        visit::{Guest, TaskPosted, Visit},
    },
    back_to_console, outcome, tell_dead,
};
use crate::{
    core::{
        app::App,
        context::Context,
        error::{Error, Result},
        secret::SecretText,
        texts::{
            pages::{self, ButtonTexts},
            problems::Code,
        },
    },
    models::mail_link::LinkPurpose,
    routes::html::{escape_query, value_of},
    services::{
        addresses,
        limits::{self as counts, Limit},
    },
};

/// The pages.
pub(super) fn routes() -> Router<App> {
    let mut router = Router::new();
    for &purpose in LinkPurpose::ALL {
        let show = move |guest: Guest| show(guest, purpose);
        let submit = move |posted: TaskPosted| submit(posted, purpose);
        router = router.route(purpose.page(), get(show).post(submit));
    }
    router
}

#[derive(Template)]
#[template(path = "console/pages/link.html")]
struct LinkPage {
    frame: Frame,
    t: ButtonTexts,
    shown: Shown,
    /// The page's own path, without its `/`.
    action: &'static str,
    token: String,
    /// The address that the link proves, while it works.
    address: Option<String>,
    /// For somebody who did not register: a question, and the text of the link to the page for that.
    refusal: Option<(&'static str, &'static str)>,
}

async fn show(Guest(visit): Guest, purpose: LinkPurpose) -> Answered {
    // the page tells an address, to whoever has the link
    counts::spend_address(&visit.ctx, Limit::Anonymous).await?;
    write(&visit, StatusCode::OK, purpose, Shown::default(), value_of(&visit.query, "token")).await
}

async fn submit(TaskPosted(visit, form): TaskPosted, purpose: LinkPurpose) -> Answered {
    let language = visit.ctx.client().language;
    let t = pages::button(language, purpose);
    let token = form.value("token");
    match spend(&visit.ctx, purpose, &SecretText::from(token)).await {
        // whoever has signed in still has, but where that ended everything
        Ok(()) if purpose != LinkPurpose::Undo => back_to_console(&visit, t.done_title, t.done),
        Ok(()) => outcome(&visit, StatusCode::OK, t.done_title, t.done),
        Err(error @ Error::Busy { .. }) => {
            let (status, shown) = refused(&visit, &form, &error)?;
            write(&visit, status, purpose, shown, token.to_owned()).await
        }
        Err(Error::Refused(Code::InvalidToken)) if purpose == LinkPurpose::Verify => tell_of_dead(&visit),
        Err(error @ Error::Refused(Code::InvalidToken | Code::EmailTaken)) => {
            // nothing that a second click could mend
            let (status, sentence) = visit.sentence_of(&error);
            let title = if error.is(Code::InvalidToken) { pages::spent_link(language) } else { t.title };
            outcome(&visit, status, title, &sentence)
        }
        Err(error) => Err(error.into()),
    }
}

async fn spend(ctx: &Context, purpose: LinkPurpose, token: &SecretText) -> Result<()> {
    match purpose {
        LinkPurpose::Verify => addresses::verify(ctx, token).await,
        LinkPurpose::Change => addresses::confirm_change(ctx, token).await,
        LinkPurpose::Undo => addresses::undo_change(ctx, token).await,
    }
}

/// Tells of a proof's link that a click could do nothing with. Whoever has signed in is told how their own address stands,
/// whosever the link was; nobody else learns anything of an account.
fn tell_of_dead(visit: &Visit) -> Answered {
    let t = pages::spent_proof(visit.ctx.client().language);
    let former = visit.former.as_ref().map(|former| &*former.user);
    let (rest, next) = match visit.ctx.user().ok().or(former) {
        None => (t.unknown.to_owned(), None),
        Some(user) if user.email_verified => (t.confirmed.replace("{email}", user.email.as_str()), None),
        Some(user) => (t.unconfirmed.replace("{email}", user.email.as_str()), Some(("verify-address", t.again))),
    };
    tell_dead(visit, format!("{} {rest}", t.spent), next)
}

async fn write(visit: &Visit, status: StatusCode, purpose: LinkPurpose, shown: Shown, token: String) -> Answered {
    let link = addresses::proved_by(&visit.ctx, purpose, &SecretText::from(token.as_str())).await?;
    if link.is_none() && purpose == LinkPurpose::Verify {
        return tell_of_dead(visit);
    }
    let t = pages::button(visit.ctx.client().language, purpose);
    // whoever has signed in to that very account deletes it in the settings
    let is_own = link.as_ref().is_some_and(|link| visit.ctx.account().is_ok_and(|own| own == link.account));
    let refusal = t.refusal.filter(|_| link.is_some() && !is_own);
    let address = link.map(|link| link.address.to_string());
    let action = purpose.page().trim_start_matches('/');
    let own = format!("{action}?token={}", escape_query(&token));
    let frame = visit.public_frame(Section::Public)?.standing_at(&own);
    page(status, &LinkPage { frame, t, shown, action, token, address, refusal })
}
