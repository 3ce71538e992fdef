//! `/billing/success` and `/billing/cancelled`: where somebody comes back to from Stripe's checkout page.

use axum::{
    Router,
    http::{StatusCode, Uri},
    response::Response,
    routing::get,
};

use super::{in_asked_language, page};
use crate::{
    core::{app::App, context::Context, error::Error, texts::billing as texts},
    models::user::Plan,
    routes::{
        answers::Failure,
        extractors::Visitor,
        html::{escape_query, value_of},
    },
    services::{
        billing,
        limits::{self, Limit},
    },
};

/// The pages.
pub(super) fn routes(app: App) -> Router {
    Router::new()
        .route("/billing/success", get(show_success))
        .route("/billing/cancelled", get(show_cancelled))
        .with_state(app)
}

/// Asks Stripe what became of the checkout, so that PRO is on before anybody has told us. Who asks is not known here: the
/// session's identifier is Stripe's secret, and all that is told is whether it was paid.
async fn show_success(Visitor(ctx): Visitor, uri: Uri) -> Result<Response, Failure> {
    let query = uri.query().unwrap_or_default();
    let ctx = in_asked_language(ctx, query);
    // each look is a call to Stripe; who reloads too often must still be able to sign in
    limits::spend_address(&ctx, Limit::CheckoutReturn).await?;
    let session = value_of(query, "session_id");
    let words = texts::back(ctx.client().language);
    let own = format!("billing/success?session_id={}", escape_query(&session));
    // it goes on where the browser leaves: others would wait for what it had begun
    let pulling = tokio::spawn({
        let ctx = ctx.clone();
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
    Ok(answer(&ctx, status, title, &own, sentence))
}

async fn show_cancelled(Visitor(ctx): Visitor, uri: Uri) -> Response {
    let ctx = in_asked_language(ctx, uri.query().unwrap_or_default());
    let words = texts::back(ctx.client().language);
    answer(&ctx, StatusCode::OK, words.cancelled, "billing/cancelled", words.cancelled_sentence)
}

fn answer(ctx: &Context, status: StatusCode, title: &str, own: &str, sentence: &str) -> Response {
    let words = texts::back(ctx.client().language);
    let content =
        format!("<p role=\"status\">{sentence}</p><p><a href=\"{}\">{}</a></p>", ctx.app().root(), words.home);
    page(status, ctx, title, Some(own), &content)
}
