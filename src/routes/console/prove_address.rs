//! `/verify-address`: where somebody is led whose address must be proved before anything else (`REQUIRE_VERIFIED_EMAIL`);
//! and sending the mail for that again, from here or from the dashboard.

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

/// Sends the mail again, and goes back to the page that asked for it.
async fn resend(Posted(visit, form): Posted) -> Answered {
    addresses::resend_own(&visit.ctx).await?;
    let back = if form.value("back") == "dashboard" { "dashboard" } else { "verify-address" };
    done(&visit, back, Notice::MailSent)
}
