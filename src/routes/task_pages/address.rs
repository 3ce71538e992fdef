//! `/verify`, `/confirm-address` and `/undo-address`: one button each; the first has a second one, for somebody
//! who did not register.

use axum::{
    Router,
    extract::Request,
    http::{StatusCode, Uri},
    response::Response,
    routing::get,
};

use super::{carried, in_asked_language, page, sentence_of};
use crate::{
    core::{
        app::App,
        context::Context,
        error::{Error, Result},
        secret::SecretText,
        texts::{pages, problems::Code},
    },
    models::mail_link::LinkPurpose,
    routes::{
        answers::Failure,
        extractors::{Visitor, form},
        html::{escape, escape_query, value_of},
    },
    services::addresses,
};

/// The pages.
pub(super) fn routes(app: App) -> Router {
    let mut router = Router::new();
    for &purpose in LinkPurpose::ALL {
        let show = move |visitor: Visitor, uri: Uri| std::future::ready(show(visitor, &uri, purpose));
        let submit = move |visitor: Visitor, request: Request| submit(visitor, request, purpose);
        router = router.route(purpose.page(), get(show).post(submit));
    }
    router.with_state(app)
}

fn show(Visitor(ctx): Visitor, uri: &Uri, purpose: LinkPurpose) -> Response {
    let query = uri.query().unwrap_or_default();
    let ctx = in_asked_language(ctx, query);
    let token = value_of(query, "token");
    let own = format!("{}?token={}", purpose.page().trim_start_matches('/'), escape_query(&token));
    let title = pages::button(ctx.client().language, purpose).title;
    page(StatusCode::OK, &ctx, title, Some(&own), &form_for(&ctx, purpose, &token))
}

async fn submit(Visitor(ctx): Visitor, request: Request, purpose: LinkPurpose) -> Result<Response, Failure> {
    let body = form(request).await?;
    let ctx = in_asked_language(ctx, &body);
    let texts = pages::button(ctx.client().language, purpose);
    let token = value_of(&body, "token");
    let is_disowned = purpose == LinkPurpose::Verify && value_of(&body, "answer") == "not_mine";
    let done = if is_disowned { pages::disowned(ctx.client().language) } else { texts.done };
    match spend(&ctx, purpose, is_disowned, &SecretText::from(token.as_str())).await {
        Ok(()) => Ok(page(StatusCode::OK, &ctx, texts.title, None, &format!("<p class=\"done\">{done}</p>"))),
        Err(error @ Error::Busy { .. }) => {
            let (status, sentence) = sentence_of(&error, &ctx);
            let content = format!("{}{}", fault(&sentence), form_for(&ctx, purpose, &token));
            Ok(page(status, &ctx, texts.title, None, &content))
        }
        Err(error @ Error::Refused(Code::InvalidToken | Code::EmailTaken | Code::Forbidden)) => {
            // nothing that a second click could mend
            let (status, sentence) = sentence_of(&error, &ctx);
            Ok(page(status, &ctx, texts.title, None, &fault(&sentence)))
        }
        Err(error) => Err(error.into()),
    }
}

async fn spend(ctx: &Context, purpose: LinkPurpose, is_disowned: bool, token: &SecretText) -> Result<()> {
    match purpose {
        LinkPurpose::Verify if is_disowned => addresses::disown(ctx, token).await,
        LinkPurpose::Verify => addresses::verify(ctx, token).await,
        LinkPurpose::Change => addresses::confirm_change(ctx, token).await,
        LinkPurpose::Undo => addresses::undo_change(ctx, token).await,
    }
}

fn fault(sentence: &str) -> String {
    format!("<p class=\"fault\" role=\"alert\">{}</p>", escape(sentence))
}

fn form_for(ctx: &Context, purpose: LinkPurpose, token: &str) -> String {
    let texts = pages::button(ctx.client().language, purpose);
    let refusal = texts.refusal.map_or_else(String::new, |(question, button)| {
        format!(
            "<p class=\"hint\">{question}</p><button class=\"quiet\" type=\"submit\" name=\"answer\" value=\"not_mine\">{button}</button>"
        )
    });
    format!(
        "<form class=\"form\" method=\"post\" action=\"{}{}\">{}<p class=\"hint\">{}</p>\
         <button type=\"submit\" autofocus>{}</button>{refusal}</form>",
        ctx.app().root(),
        purpose.page().trim_start_matches('/'),
        carried(ctx, token),
        texts.hint,
        texts.button
    )
}
