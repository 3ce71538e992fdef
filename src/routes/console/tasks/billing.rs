//! `/billing/success` and `/billing/cancelled`: where somebody comes back to from Stripe's checkout page.

use askama::Template;
use axum::{Router, http::StatusCode, routing::get};

use super::super::{
    frame::{Frame, Section, page},
    refusal::Answered,
    visit::{Guest, Visit, entrance},
};
use crate::{
    core::{app::App, error::Error, texts::billing as texts},
    models::user::Plan,
    routes::html::value_of,
    services::{
        billing,
        limits::{self, Limit},
    },
};

/// The pages.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/billing/success", get(show_success)).route("/billing/cancelled", get(show_cancelled))
}

#[derive(Template)]
#[template(path = "console/pages/back_from_stripe.html")]
struct BackPage {
    frame: Frame,
    title: &'static str,
    sentence: &'static str,
    /// The way to the plan and the invoices, where there are some.
    invoices: Option<(&'static str, String)>,
    home: &'static str,
}

/// Asks Stripe what became of the checkout, so that PRO is on before anybody has told us. The session's identifier is
/// Stripe's secret, and all that is told is whether it was paid: whoever has it may ask, signed in or not.
async fn show_success(Guest(visit): Guest) -> Answered {
    // each look is a call to Stripe; who reloads too often must still be able to sign in
    limits::spend_address(&visit.ctx, Limit::CheckoutReturn).await?;
    let session = value_of(&visit.query, "session_id");
    let words = texts::back(visit.ctx.client().language);
    // it goes on where the browser leaves: others would wait for what it had begun
    let pulling = tokio::spawn({
        let ctx = visit.ctx.clone();
        async move { billing::pull(&ctx, &session).await }
    });
    let (status, title, sentence) = match pulling.await.map_err(Error::internal)? {
        Ok(Some(Plan::Pro)) => (StatusCode::OK, words.pro, words.pro_sentence),
        // it takes a moment, or Stripe can not be asked: its events tell us
        Ok(Some(Plan::Free)) | Err(Error::Unavailable { part: "stripe", .. } | Error::Busy { .. }) => {
            (StatusCode::OK, words.waiting, words.waiting_sentence)
        }
        Ok(None) => (StatusCode::NOT_FOUND, words.unknown, words.unknown_sentence),
        Err(error) => return Err(error.into()),
    };
    let way = (words.invoices, way_to_billing(&visit));
    write(&visit, status, (title, sentence), Some(way))
}

async fn show_cancelled(Guest(visit): Guest) -> Answered {
    let words = texts::back(visit.ctx.client().language);
    write(&visit, StatusCode::OK, (words.cancelled, words.cancelled_sentence), None)
}

/// Whoever comes back in another browser signs in on the way.
fn way_to_billing(visit: &Visit) -> String {
    let billing = visit.to("billing");
    if visit.is_signed_in() { billing } else { visit.to(&entrance("sign-in", &billing)) }
}

fn write(
    visit: &Visit,
    status: StatusCode,
    (title, sentence): (&'static str, &'static str),
    invoices: Option<(&'static str, String)>,
) -> Answered {
    let home = texts::back(visit.ctx.client().language).home;
    page(status, &BackPage { frame: visit.public_frame(Section::Public)?, title, sentence, invoices, home })
}
