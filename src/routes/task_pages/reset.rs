//! `/reset`: the page that a recovery mail leads to. Opening it spends nothing (mail scanners open links); its
//! form does, without any script.

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
        error::Error,
        secret::SecretText,
        texts::{pages, problems::Code},
    },
    routes::{
        answers::Failure,
        extractors::{Visitor, form},
        html::{escape, escape_query, value_of},
    },
    services::recovery::{self, Tokens},
};

/// The page.
pub(super) fn routes(app: App) -> Router {
    Router::new().route("/reset", get(show).post(submit)).with_state(app)
}

async fn show(Visitor(ctx): Visitor, uri: Uri) -> Response {
    let query = uri.query().unwrap_or_default();
    let ctx = in_asked_language(ctx, query);
    let token = value_of(query, "token");
    let own = format!("reset?token={}", escape_query(&token));
    page(StatusCode::OK, &ctx, pages::reset(ctx.client().language).title, Some(&own), &form_for(&ctx, &token, None))
}

async fn submit(Visitor(ctx): Visitor, request: Request) -> Result<Response, Failure> {
    let body = form(request).await?;
    let ctx = in_asked_language(ctx, &body);
    let language = ctx.client().language;
    let title = pages::reset(language).title;
    let (token, password) = (value_of(&body, "token"), SecretText::new(value_of(&body, "password")));
    let tokens = if value_of(&body, "keep_tokens") == "on" { Tokens::Keep } else { Tokens::Revoke };
    match recovery::reset(&ctx, &SecretText::from(token.as_str()), &password, tokens).await {
        Ok(()) => {
            let done = format!("<p class=\"done\">{}</p>", pages::reset_done(language));
            Ok(page(StatusCode::OK, &ctx, title, None, &done))
        }
        Err(error @ (Error::Invalid(_) | Error::Refused(Code::InvalidToken) | Error::Busy { .. })) => {
            let (status, sentence) = sentence_of(&error, &ctx);
            Ok(page(status, &ctx, title, None, &form_for(&ctx, &token, Some(&sentence))))
        }
        Err(error) => Err(error.into()),
    }
}

fn form_for(ctx: &Context, token: &str, fault: Option<&str>) -> String {
    let (language, least) = (ctx.client().language, ctx.app().config.password_min_length);
    let texts = pages::reset(language);
    let (notice, state) = match fault {
        Some(sentence) => (
            format!("<p class=\"fault\" id=\"fault\" role=\"alert\">{}</p>", escape(sentence)),
            " aria-invalid=\"true\" aria-describedby=\"hint fault\"",
        ),
        None => (String::new(), " aria-describedby=\"hint\""),
    };
    format!(
        "<form class=\"form\" method=\"post\" action=\"{}reset\">{notice}{}\
         <label>{}<input type=\"password\" name=\"password\" autocomplete=\"new-password\" minlength=\"{least}\" required autofocus{state}></label>\
         <p class=\"hint\" id=\"hint\">{}</p>\
         <label class=\"choice\"><input type=\"checkbox\" name=\"keep_tokens\"> {}</label><button type=\"submit\">{}</button></form>",
        ctx.app().root(),
        carried(ctx, token),
        texts.label,
        pages::password_hint(language, least),
        texts.keep_tokens,
        texts.button
    )
}
