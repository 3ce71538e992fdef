//! `/api/auth/device`: letting a program in from a browser (RFC 8628).

use axum::http::StatusCode;

use crate::{
    routes::{
        answers::{Answer, Json as JsonAnswer},
        extractors::{Json, May, Visitor, may::ManageOwnAccount},
    },
    schemas::{
        auth::TokensView,
        device::{DeviceCodeView, DeviceToken, UserCode},
    },
    services::device_login,
};

/// Ask to be let in
///
/// For programs on a person's machine, as `vk login`: show the code and the link, then ask `POST /api/auth/device/token`
/// every `interval` seconds. No body is needed.
#[utoipa::path(post, path = "/api/auth/device", tag = "Accounts", operation_id = "begin_device_login",
    responses((status = 200, description = "The codes", body = DeviceCodeView)))]
pub(super) async fn begin_device_login(Visitor(ctx): Visitor) -> Answer<JsonAnswer<DeviceCodeView>> {
    let begun = device_login::begin(&ctx).await?;
    Ok(JsonAnswer(DeviceCodeView::of(&begun, &ctx.app().base_url)))
}

/// Collect the session
///
/// Once a person approved it, once.
#[utoipa::path(post, path = "/api/auth/device/token", tag = "Accounts", operation_id = "collect_device_login", request_body = DeviceToken,
    responses((status = 200, description = "The tokens", body = TokensView),
        (status = 400, description = "`authorization_pending`, `access_denied`, `expired_token`, or not valid JSON")))]
pub(super) async fn collect_device_login(
    Visitor(ctx): Visitor,
    Json(body): Json<DeviceToken>,
) -> Answer<JsonAnswer<TokensView>> {
    Ok(JsonAnswer(device_login::collect(&ctx, &body.device_code).await?.into()))
}

/// Let a program in
///
/// With the code that it shows; it gets a session of its own. Needs a fresh sign-in. Only for programs that you started
/// yourself.
#[utoipa::path(post, path = "/api/auth/device/approve", tag = "Accounts", operation_id = "approve_device_login", security(("bearer" = [])),
    request_body = UserCode,
    responses((status = 204, description = "It may come in"), (status = 400, description = "`invalid_user_code`, or not valid JSON")))]
pub(super) async fn approve_device_login(
    May(ctx, _): May<ManageOwnAccount>,
    Json(body): Json<UserCode>,
) -> Answer<StatusCode> {
    device_login::approve(&ctx, &body.user_code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuse a program
///
/// Whoever has its code may.
#[utoipa::path(post, path = "/api/auth/device/refuse", tag = "Accounts", operation_id = "refuse_device_login", request_body = UserCode,
    responses((status = 204, description = "It stays outside"), (status = 400, description = "`invalid_user_code`, or not valid JSON")))]
pub(super) async fn refuse_device_login(Visitor(ctx): Visitor, Json(body): Json<UserCode>) -> Answer<StatusCode> {
    device_login::refuse(&ctx, &body.user_code).await?;
    Ok(StatusCode::NO_CONTENT)
}
