//! `/device`: where a person lets a program in with the code that it shows, without any script. The program is shown
//! first; what may be sent is a sign-in together with the code, or a refusal.

use axum::{
    Router,
    extract::Request,
    http::{StatusCode, Uri},
    response::Response,
    routing::get,
};

use super::{in_asked_language, page, sentence_of};
use crate::{
    core::{
        app::App,
        context::Context,
        error::Error,
        secret::SecretText,
        texts::{
            device::{self as texts, DeviceTexts},
            problems::Code,
        },
    },
    models::{device_login::DeviceLogin, email::Email, second_factor::GivenCode},
    routes::{
        answers::Failure,
        extractors::{Visitor, form},
        html::{escape, escape_query, value_of},
    },
    services::device_login,
};

/// The page.
pub(super) fn routes(app: App) -> Router {
    Router::new().route("/device", get(show).post(submit)).with_state(app)
}

async fn show(Visitor(ctx): Visitor, uri: Uri) -> Result<Response, Failure> {
    let query = uri.query().unwrap_or_default();
    let ctx = in_asked_language(ctx, query);
    let code = value_of(query, "code");
    if code.is_empty() {
        return Ok(answer(&ctx, StatusCode::OK, &code, &code_form(&ctx, "")));
    }
    match device_login::find(&ctx, &code).await {
        Ok(waiting) => Ok(answer(&ctx, StatusCode::OK, &code, &sign_in_form(&ctx, &waiting, &code, "", ""))),
        Err(error @ Error::Refused(Code::InvalidUserCode)) => {
            let (status, sentence) = sentence_of(&error, &ctx);
            Ok(answer(&ctx, status, "", &code_form(&ctx, &sentence)))
        }
        Err(error) => Err(error.into()),
    }
}

async fn submit(Visitor(ctx): Visitor, request: Request) -> Result<Response, Failure> {
    let body = form(request).await?;
    let ctx = in_asked_language(ctx, &body);
    let words = texts::device(ctx.client().language);
    let (code, email) = (value_of(&body, "code"), value_of(&body, "email"));
    let waiting = match device_login::find(&ctx, &code).await {
        Ok(waiting) => waiting,
        Err(error @ Error::Refused(Code::InvalidUserCode)) => {
            let (status, sentence) = sentence_of(&error, &ctx);
            return Ok(answer(&ctx, status, "", &code_form(&ctx, &sentence)));
        }
        Err(error) => return Err(error.into()),
    };
    let (outcome, done) = if value_of(&body, "answer") == "refuse" {
        (device_login::refuse(&ctx, &code).await, words.refused)
    } else {
        (approve(&ctx, &body, &code, &email).await, words.allowed)
    };
    match outcome {
        Ok(()) => Ok(answer(&ctx, StatusCode::OK, "", &format!("<p class=\"done\">{done}</p>"))),
        Err(
            error @ (Error::Invalid(_)
            | Error::Busy { .. }
            | Error::Paused { .. }
            | Error::Refused(Code::InvalidCredentials | Code::WrongCode)),
        ) => {
            let (status, sentence) = sentence_of(&error, &ctx);
            Ok(answer(&ctx, status, "", &sign_in_form(&ctx, &waiting, &code, &email, &sentence)))
        }
        Err(error) => Err(error.into()),
    }
}

async fn approve(ctx: &Context, body: &str, code: &str, email: &str) -> crate::core::error::Result<()> {
    let password = SecretText::new(value_of(body, "password"));
    let typed = value_of(body, "second_factor");
    let second = (!typed.trim().is_empty()).then(|| GivenCode::read(typed.trim()));
    device_login::approve_with_password(ctx, code, Email::parse(email.trim()).as_ref(), &password, second.as_ref())
        .await
}

/// The page, with the way to itself in the other language where it may be asked for again.
fn answer(ctx: &Context, status: StatusCode, code: &str, content: &str) -> Response {
    let own = match (status, code) {
        (StatusCode::OK, "") => "device".to_owned(),
        _ => format!("device?code={}", escape_query(code)),
    };
    page(status, ctx, texts::device(ctx.client().language).title, Some(&own), content)
}

fn code_form(ctx: &Context, fault: &str) -> String {
    let DeviceTexts { code, next, .. } = texts::device(ctx.client().language);
    format!(
        "<form class=\"form\" method=\"get\" action=\"{}device\">{}<input type=\"hidden\" name=\"lang\" value=\"{}\">\
         <label>{code}<input name=\"code\" autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" maxlength=\"20\" required autofocus></label>\
         <button type=\"submit\">{next}</button></form>",
        ctx.app().root(),
        notice(fault),
        ctx.client().language.tag(),
    )
}

fn sign_in_form(ctx: &Context, waiting: &DeviceLogin, code: &str, email: &str, fault: &str) -> String {
    let language = ctx.client().language;
    let words = texts::device(language);
    let program = if waiting.user_agent.is_empty() { texts::nameless(language) } else { &waiting.user_agent };
    let who = texts::who_waits(language, program, &waiting.ip, &waiting.created_at.format("%H:%M").to_string());
    format!(
        "<p class=\"lede\"><code>{}</code> – {}</p><p class=\"hint\">{}</p>\
         <form class=\"form\" method=\"post\" action=\"{}device\">{}\
         <input type=\"hidden\" name=\"lang\" value=\"{}\"><input type=\"hidden\" name=\"code\" value=\"{}\">\
         <label>{}<input type=\"email\" name=\"email\" value=\"{}\" autocomplete=\"username\"></label>\
         <label>{}<input type=\"password\" name=\"password\" autocomplete=\"current-password\"></label>\
         <label>{}<input name=\"second_factor\" autocomplete=\"one-time-code\" aria-describedby=\"hint\"></label>\
         <p class=\"hint\" id=\"hint\">{}</p>\
         <button type=\"submit\">{}</button><button class=\"quiet\" type=\"submit\" name=\"answer\" value=\"refuse\">{}</button></form>",
        escape(code),
        escape(&who),
        words.warning,
        ctx.app().root(),
        notice(fault),
        language.tag(),
        escape(code),
        words.email,
        escape(email),
        words.password,
        words.second_factor,
        words.second_factor_hint,
        words.allow,
        words.refuse,
    )
}

fn notice(fault: &str) -> String {
    if fault.is_empty() {
        return String::new();
    }
    format!("<p class=\"fault\" role=\"alert\">{}</p>", escape(fault))
}
