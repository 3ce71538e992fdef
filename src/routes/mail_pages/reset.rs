//! `/reset`: the page that a recovery mail leads to. Opening it spends nothing (mail scanners open links); its
//! form does, without any script.

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
        error::Error,
        language::Language,
        secret::SecretText,
        texts::{pages, problems::Code},
    },
    routes::{
        answers::Failure,
        extractors::{Visitor, form},
        html::escape,
    },
    services::recovery::{self, Tokens},
};

/// The page.
pub(super) fn routes(app: App) -> Router {
    Router::new().route("/reset", get(show).post(submit)).with_state(app)
}

async fn show(Visitor(ctx): Visitor, uri: Uri) -> Response {
    let token = value_of(uri.query().unwrap_or_default(), "token");
    let language = ctx.client().language;
    page(StatusCode::OK, language, pages::reset(language).title, &form_for(language, &token, None))
}

async fn submit(Visitor(ctx): Visitor, request: Request) -> Result<Response, Failure> {
    let language = ctx.client().language;
    let body = form(request).await?;
    let (token, password) = (value_of(&body, "token"), SecretText::new(value_of(&body, "password")));
    let tokens = if value_of(&body, "keep_tokens") == "on" { Tokens::Keep } else { Tokens::Revoke };
    match recovery::reset(&ctx, &SecretText::from(token.as_str()), &password, tokens).await {
        Ok(()) => {
            let done = format!("<p class=\"done\">{}</p>", pages::reset_done(language));
            Ok(page(StatusCode::OK, language, pages::reset(language).title, &done))
        }
        Err(error @ (Error::Invalid(_) | Error::Refused(Code::InvalidToken) | Error::Busy { .. })) => {
            let (status, sentence) = sentence_of(&error, &ctx);
            Ok(page(status, language, pages::reset(language).title, &form_for(language, &token, Some(&sentence))))
        }
        Err(error) => Err(error.into()),
    }
}

fn form_for(language: Language, token: &str, fault: Option<&str>) -> String {
    let texts = pages::reset(language);
    let (notice, state) = match fault {
        Some(sentence) => (
            format!("<p class=\"fault\" id=\"fault\" role=\"alert\">{}</p>", escape(sentence)),
            " aria-invalid=\"true\" aria-describedby=\"hint fault\"",
        ),
        None => (String::new(), " aria-describedby=\"hint\""),
    };
    format!(
        "<form class=\"form\" method=\"post\" action=\"/reset\">{notice}\
         <input type=\"hidden\" name=\"token\" value=\"{}\">\
         <label>{}<input type=\"password\" name=\"password\" autocomplete=\"new-password\" required autofocus{state}></label>\
         <p class=\"hint\" id=\"hint\">{}</p>\
         <label class=\"choice\"><input type=\"checkbox\" name=\"keep_tokens\"> {}</label><button type=\"submit\">{}</button></form>",
        escape(token),
        texts.label,
        texts.hint,
        texts.keep_tokens,
        texts.button
    )
}
