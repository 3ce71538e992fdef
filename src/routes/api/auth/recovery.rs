//! `POST /api/auth/recover` and `/reset`.

use axum::{http::StatusCode, response::Response};

use crate::{
    core::texts::pages,
    routes::{
        answers::{Answer, json_with},
        extractors::{Json, Visitor},
    },
    schemas::auth::{Message, Recover, Reset},
    services::recovery::{self, Tokens},
};

/// Ask for a recovery mail
///
/// Always the same answer. Where the address has an account, a mail goes there with a link to set a new password.
#[utoipa::path(post, path = "/api/auth/recover", tag = "Accounts", operation_id = "recover_password", request_body = Recover,
    responses((status = 202, description = "A mail is on its way, if there is an account", body = Message)))]
pub(super) async fn recover(Visitor(ctx): Visitor, Json(body): Json<Recover>) -> Answer<Response> {
    recovery::request(&ctx, &body.email).await?;
    let message = pages::recovery_requested(ctx.client().language);
    Ok(json_with(StatusCode::ACCEPTED, &Message { message }))
}

/// Set a new password
///
/// With the token of the newest recovery mail. It works once; every session of the account ends, and every token for
/// programs unless `keep_tokens` is true.
#[utoipa::path(post, path = "/api/auth/reset", tag = "Accounts", operation_id = "reset_password", request_body = Reset,
    responses((status = 204, description = "The password is set"), (status = 400, description = "`invalid_token`, or not valid JSON")))]
pub(super) async fn reset(Visitor(ctx): Visitor, Json(body): Json<Reset>) -> Answer<StatusCode> {
    let tokens = if body.keep_tokens { Tokens::Keep } else { Tokens::Revoke };
    recovery::reset(&ctx, &body.token, &body.password, tokens).await?;
    Ok(StatusCode::NO_CONTENT)
}
