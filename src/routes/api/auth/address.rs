//! `POST /api/auth/email`, what waits of it, and what confirms it or takes it back.

use axum::{http::StatusCode, response::Response};

use crate::{
    core::texts::pages,
    routes::{
        answers::{Answer, json_with},
        extractors::{Json, May, Visitor, may::ManageOwnAccount},
    },
    schemas::auth::{AddressView, ChangeAddress, Message, TokenBody},
    services::{accounts, addresses},
};

/// Change your address
///
/// A mail goes to the new address; the change waits for its link, a day at most. Until then the former one counts. Beyond
/// the mailbox's limit nothing is sent: 429, or the same answer where `ENUMERATION_PROTECTION` is on.
#[utoipa::path(post, path = "/api/auth/email", tag = "Accounts", operation_id = "change_email", request_body = ChangeAddress, security(("bearer" = [])),
    responses((status = 202, description = "A mail is on its way to the new address", body = Message), (status = 401, description = "No credentials, bad ones, or `reauthentication_required`"), (status = 403, description = "`wrong_password`"), (status = 409, description = "`email_taken`")))]
pub(super) async fn change_email(
    May(ctx, _): May<ManageOwnAccount>,
    Json(body): Json<ChangeAddress>,
) -> Answer<Response> {
    addresses::request_change(&ctx, body.email, &body.password).await?;
    let message = pages::address_change_requested(ctx.client().language);
    Ok(json_with(StatusCode::ACCEPTED, &Message { message }))
}

/// Read your address and the change that waits
///
/// `waiting` is the address that a mail went to and that is not confirmed yet; `null` where no change was asked for, and
/// once a day has gone by.
#[utoipa::path(get, path = "/api/auth/email", tag = "Accounts", operation_id = "read_email", security(("bearer" = [])),
    responses((status = 200, description = "The address", body = AddressView), (status = 401, description = "No credentials, or bad ones")))]
pub(super) async fn read_email(May(ctx, _): May<ManageOwnAccount>) -> Answer<Response> {
    let user = accounts::me(&ctx)?;
    let waiting = addresses::waiting_change(&ctx).await?;
    Ok(json_with(StatusCode::OK, &AddressView::of(&user, waiting)))
}

/// Send the mail of a change again
///
/// To the address that waits; the newest link alone works, for a day. Beyond the mailbox's limit nothing is sent: 429, or
/// the same answer where `ENUMERATION_PROTECTION` is on.
#[utoipa::path(post, path = "/api/auth/email/resend", tag = "Accounts", operation_id = "resend_email_change", security(("bearer" = [])),
    responses((status = 202, description = "A mail is on its way to the new address", body = Message), (status = 401, description = "No credentials, or bad ones"),
        (status = 404, description = "`not_found`: no change waits"), (status = 409, description = "`email_taken`")))]
pub(super) async fn resend_email_change(May(ctx, _): May<ManageOwnAccount>) -> Answer<Response> {
    addresses::resend_change(&ctx).await?;
    let message = pages::address_change_requested(ctx.client().language);
    Ok(json_with(StatusCode::ACCEPTED, &Message { message }))
}

/// Call a change of the address off
///
/// The mail's link is worth nothing any more. Where no change waits, nothing happens.
#[utoipa::path(delete, path = "/api/auth/email", tag = "Accounts", operation_id = "cancel_email_change", security(("bearer" = [])),
    responses((status = 204, description = "No change waits"), (status = 401, description = "No credentials, or bad ones")))]
pub(super) async fn cancel_email_change(May(ctx, _): May<ManageOwnAccount>) -> Answer<StatusCode> {
    addresses::cancel_change(&ctx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Confirm a new address
///
/// With the token of the mail to the new address. The former one gets a mail with a way back for three days.
#[utoipa::path(post, path = "/api/auth/email/confirm", tag = "Accounts", operation_id = "confirm_email_change", request_body = TokenBody,
    responses((status = 204, description = "The address is changed"), (status = 400, description = "`invalid_token`, or not valid JSON"), (status = 409, description = "`email_taken`")))]
pub(super) async fn confirm_email_change(Visitor(ctx): Visitor, Json(body): Json<TokenBody>) -> Answer<StatusCode> {
    addresses::confirm_change(&ctx, &body.token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a change of the address back
///
/// With the token of the mail to the former address, for three days. Every session ends, the password is worth nothing any
/// more, and a recovery mail goes to the former address.
#[utoipa::path(post, path = "/api/auth/email/undo", tag = "Accounts", operation_id = "undo_email_change", request_body = TokenBody,
    responses((status = 204, description = "The former address is back"), (status = 400, description = "`invalid_token`, or not valid JSON")))]
pub(super) async fn undo_email_change(Visitor(ctx): Visitor, Json(body): Json<TokenBody>) -> Answer<StatusCode> {
    addresses::undo_change(&ctx, &body.token).await?;
    Ok(StatusCode::NO_CONTENT)
}
