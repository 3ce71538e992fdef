//! `/verify-address`: where somebody is led whose address must be proved before anything else (`REQUIRE_VERIFIED_EMAIL`).

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    routing::{get, post},
};

use super::{
    frame::{Frame, Section, page},
    refusal::{Answered, done, see_other},
    visit::{Entered, Posted},
};
use crate::{
    core::{
        app::App,
        texts::console::{Notice, ProveAddressTexts},
    },
    services::{accounts, addresses},
};

/// The page.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/verify-address", get(show)).route("/verify-address/resend", post(resend))
}

#[derive(Template)]
#[template(path = "console/pages/prove_address.html")]
struct ProveAddressPage {
    frame: Frame,
    t: &'static ProveAddressTexts,
    address: String,
}

async fn show(Entered(visit): Entered) -> Answered {
    let user = accounts::me(&visit.ctx)?;
    if user.email_verified {
        return Ok(see_other(&visit.to("dashboard")));
    }
    let t = ProveAddressTexts::of(visit.ctx.client().language);
    let frame = visit.frame(Section::Public)?;
    page(StatusCode::OK, &ProveAddressPage { frame, t, address: user.email.to_string() })
}

async fn resend(Posted(visit, _): Posted) -> Answered {
    addresses::resend_own(&visit.ctx).await?;
    done(&visit, "verify-address", Notice::MailSent)
}
