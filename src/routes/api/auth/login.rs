//! `POST /api/auth/login` and `/logout`.

use axum::http::StatusCode;

use crate::{
    routes::{
        answers::{Answer, Json as JsonAnswer},
        extractors::{Json, Member, Visitor},
    },
    schemas::{auth::LogIn, mfa::SignInView},
    services::sessions,
};

/// Sign in
///
/// The refusal is the same, in words and in time, whether or not the address has an account. Where the account has a
/// second factor, the answer is a challenge for `POST /api/auth/login/mfa` in place of the tokens.
#[utoipa::path(post, path = "/api/auth/login", tag = "Accounts", operation_id = "log_in", request_body = LogIn,
    responses((status = 200, description = "The tokens, or `mfa_required`", body = SignInView), (status = 401, description = "`invalid_credentials`")))]
pub(super) async fn log_in(Visitor(ctx): Visitor, Json(body): Json<LogIn>) -> Answer<JsonAnswer<SignInView>> {
    Ok(JsonAnswer(sessions::log_in(&ctx, body.email.as_ref(), &body.password).await?.into()))
}

/// Sign out
///
/// This session's tokens stop working at once.
#[utoipa::path(post, path = "/api/auth/logout", tag = "Accounts", operation_id = "log_out", security(("bearer" = [])),
    responses((status = 204, description = "The session has ended")))]
pub(super) async fn log_out(Member(ctx): Member) -> Answer<StatusCode> {
    sessions::log_out(&ctx).await?;
    Ok(StatusCode::NO_CONTENT)
}
