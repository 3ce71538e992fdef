//! `POST /api/auth/verify-email` and `/verify-email/resend`.

use axum::{http::StatusCode, response::Response};

use crate::{
    core::{
        error::Error,
        texts::{
            faults::{Fault, FaultKind},
            pages,
        },
    },
    routes::{
        answers::{Answer, json_with},
        extractors::{Anyone, Json, OptionalJson, Visitor},
    },
    schemas::auth::{Message, Resend, TokenBody},
    services::addresses,
};

/// Prove your address
///
/// With the token of the newest verification mail. It works once, for a day.
#[utoipa::path(post, path = "/api/auth/verify-email", tag = "Accounts", operation_id = "verify_email", request_body = TokenBody,
    responses((status = 204, description = "The address is proved"), (status = 400, description = "`invalid_token`, or not valid JSON")))]
pub(super) async fn verify_email(Visitor(ctx): Visitor, Json(body): Json<TokenBody>) -> Answer<StatusCode> {
    addresses::verify(&ctx, &body.token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say that somebody else registered your address
///
/// With the token of the newest verification mail: deletes the account with all that was kept there. Only while its
/// address is not proved.
#[utoipa::path(post, path = "/api/auth/verify-email/disown", tag = "Accounts", operation_id = "disown_account", request_body = TokenBody,
    responses((status = 204, description = "The account is gone"), (status = 400, description = "`invalid_token`, or not valid JSON"),
        (status = 403, description = "`forbidden`: the account has a role; ask an administrator")))]
pub(super) async fn disown_account(Visitor(ctx): Visitor, Json(body): Json<TokenBody>) -> Answer<StatusCode> {
    addresses::disown(&ctx, &body.token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask for the verification mail again
///
/// With an access token and no body for one's own address, or without a token for the address in the body. Always the
/// same answer; a mail goes out where the address has an account that lacks the proof.
#[utoipa::path(post, path = "/api/auth/verify-email/resend", tag = "Accounts", operation_id = "resend_verification", request_body = Option<Resend>,
    security((), ("bearer" = [])),
    responses((status = 202, description = "A mail is on its way, if the address lacks the proof", body = Message)))]
pub(super) async fn resend_verification(
    Anyone(ctx): Anyone,
    OptionalJson(body): OptionalJson<Resend>,
) -> Answer<Response> {
    match (body.and_then(|body| body.email), ctx.member().is_ok()) {
        (Some(email), _) => addresses::resend(&ctx, &email).await?,
        (None, true) => addresses::resend_own(&ctx).await?,
        (None, false) => return Err(Error::fault(Fault::new("email", FaultKind::Required)).into()),
    }
    let message = pages::verification_requested(ctx.client().language);
    Ok(json_with(StatusCode::ACCEPTED, &Message { message }))
}
