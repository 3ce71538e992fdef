//! `/forgot-password`: asks for the mail that lets one choose a new password.

use askama::Template;
use axum::{Router, http::StatusCode, routing::get};

use super::{
    check_mail::{ACT, MEND, check_mail},
    form::Shown,
    frame::{Frame, Section, page},
    refusal::Answered,
    sign_in::refused,
    visit::{Guest, GuestPosted, Visit},
};
use crate::{
    core::{
        app::App,
        error::Result,
        texts::{console::ForgotTexts, pages},
    },
    schemas::auth::Recover,
    services::recovery,
};

/// The page.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/forgot-password", get(show).post(submit))
}

#[derive(Template)]
#[template(path = "console/pages/forgot.html")]
struct ForgotPage {
    frame: Frame,
    t: &'static ForgotTexts,
    shown: Shown,
}

async fn show(Guest(visit): Guest) -> Answered {
    write(&visit, StatusCode::OK, Shown::default())
}

async fn submit(GuestPosted(visit, form): GuestPosted) -> Answered {
    if form.value(ACT) == MEND {
        return write(&visit, StatusCode::OK, Shown::filled([("email", form.value("email").to_owned())]));
    }
    let read: Result<Recover> = form.object().text("email").read(visit.ctx.app());
    let asked = match read {
        Ok(body) => recovery::request(&visit.ctx, &body.email).await,
        Err(error) => Err(error),
    };
    if let Err(error) = asked {
        let (status, shown) = refused(&visit, &form, &error)?;
        return write(&visit, status, shown);
    }
    let sentence = pages::recovery_requested(visit.ctx.client().language);
    check_mail(&visit, &form, "forgot-password", "forgot-password", sentence, &[])
}

fn write(visit: &Visit, status: StatusCode, shown: Shown) -> Answered {
    let t = ForgotTexts::of(visit.ctx.client().language);
    let frame = visit.frame(Section::Public)?.opened_at("forgot-password");
    page(status, &ForgotPage { frame, t, shown })
}
