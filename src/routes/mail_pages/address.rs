//! `/verify`, `/confirm-address` and `/undo-address`: one button each.

use axum::{
    Router,
    extract::Request,
    http::{StatusCode, Uri},
    response::Response,
    routing::get,
};

use super::{page, sentence_of, value_of};
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
    routes::{
        answers::Failure,
        extractors::{Visitor, form},
        html::escape,
    },
    services::addresses,
};

/// The pages.
pub(super) fn routes(app: App) -> Router {
    let mut router = Router::new();
    for &purpose in LinkPurpose::ALL {
        let show = move |visitor: Visitor, uri: Uri| std::future::ready(show(&visitor, &uri, purpose));
        let submit = move |visitor: Visitor, request: Request| submit(visitor, request, purpose);
        router = router.route(purpose.page(), get(show).post(submit));
    }
    router.with_state(app)
}

fn show(Visitor(ctx): &Visitor, uri: &Uri, purpose: LinkPurpose) -> Response {
    let token = value_of(uri.query().unwrap_or_default(), "token");
    let texts = pages::button(ctx.client().language, purpose);
    page(StatusCode::OK, ctx.client().language, texts.title, &form_for(purpose, texts, &token))
}

async fn submit(Visitor(ctx): Visitor, request: Request, purpose: LinkPurpose) -> Result<Response, Failure> {
    let language = ctx.client().language;
    let texts = pages::button(language, purpose);
    let token = value_of(&form(request).await?, "token");
    match spend(&ctx, purpose, &SecretText::from(token.as_str())).await {
        Ok(()) => Ok(page(StatusCode::OK, language, texts.title, &format!("<p class=\"done\">{}</p>", texts.done))),
        Err(error @ Error::Busy { .. }) => {
            let (status, sentence) = sentence_of(&error, &ctx);
            let content = format!("{}{}", fault(&sentence), form_for(purpose, texts, &token));
            Ok(page(status, language, texts.title, &content))
        }
        Err(error @ Error::Refused(Code::InvalidToken | Code::EmailTaken)) => {
            // nothing that a second click could mend
            let (status, sentence) = sentence_of(&error, &ctx);
            Ok(page(status, language, texts.title, &fault(&sentence)))
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

fn fault(sentence: &str) -> String {
    format!("<p class=\"fault\" role=\"alert\">{}</p>", escape(sentence))
}

fn form_for(purpose: LinkPurpose, texts: ButtonTexts, token: &str) -> String {
    format!(
        "<form class=\"form\" method=\"post\" action=\"{}\"><input type=\"hidden\" name=\"token\" value=\"{}\">\
         <p class=\"hint\">{}</p><button type=\"submit\" autofocus>{}</button></form>",
        purpose.page(),
        escape(token),
        texts.hint,
        texts.button
    )
}
