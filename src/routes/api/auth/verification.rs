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
    schemas::auth::{Message, Recover, TokenBody},
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

/// Ask for the verification mail again
///
/// With an access token and no body for one's own address, or without a token for the address in the body. Always the
/// same answer; a mail goes out where the address has an account that lacks the proof.
#[utoipa::path(post, path = "/api/auth/verify-email/resend", tag = "Accounts", operation_id = "resend_verification", request_body = Option<Recover>,
    security((), ("bearer" = [])),
    responses((status = 202, description = "A mail is on its way, if the address lacks the proof", body = Message)))]
pub(super) async fn resend_verification(
    Anyone(ctx): Anyone,
    OptionalJson(body): OptionalJson<Recover>,
) -> Answer<Response> {
    match (body, ctx.member().is_ok()) {
        (Some(body), _) => addresses::resend(&ctx, &body.email).await?,
        (None, true) => addresses::resend_own(&ctx).await?,
        (None, false) => return Err(Error::fault(Fault::new("email", FaultKind::Required)).into()),
    }
    let message = pages::verification_requested(ctx.client().language);
    Ok(json_with(StatusCode::ACCEPTED, &Message { message }))
}
