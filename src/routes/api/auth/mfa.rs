//! `/api/auth/mfa`: the second factor, and the second step of a sign-in.

use axum::http::StatusCode;

use crate::{
    routes::{
        answers::{Answer, Json as JsonAnswer},
        extractors::{Json, May, Member, Visitor, may::SecureOwnAccount},
    },
    schemas::{
        auth::TokensView,
        mfa::{AnswerChallenge, ConfirmCode, EnrolmentView, FactorView, RecoveryCodesView},
    },
    services::mfa,
};

/// Complete a sign-in
///
/// With the challenge that `POST /api/auth/login` gave, and a code of the app or a recovery code. A challenge takes five
/// codes within five minutes and works once; so does each code.
#[utoipa::path(post, path = "/api/auth/login/mfa", tag = "Accounts", operation_id = "log_in_with_code", request_body = AnswerChallenge,
    responses((status = 200, description = "The tokens", body = TokensView), (status = 401, description = "`invalid_challenge`"),
        (status = 403, description = "`wrong_code`"), (status = 429, description = "`too_many_codes`; a recovery code goes all the same")))]
pub(super) async fn log_in_with_code(
    Visitor(ctx): Visitor,
    Json(body): Json<AnswerChallenge>,
) -> Answer<JsonAnswer<TokensView>> {
    Ok(JsonAnswer(mfa::log_in(&ctx, &body.challenge, &body.code).await?.into()))
}

/// Your second factor
#[utoipa::path(get, path = "/api/auth/mfa", tag = "Accounts", operation_id = "read_mfa", security(("bearer" = [])),
    responses((status = 200, description = "Whether it is on", body = FactorView)))]
pub(super) async fn read_mfa(Member(ctx): Member) -> Answer<JsonAnswer<FactorView>> {
    Ok(JsonAnswer(mfa::state(&ctx).await?.into()))
}

/// Begin to set up a second factor
///
/// Gives the secret for the app, once. Nothing asks for codes before the first one was confirmed. Needs a fresh sign-in.
#[utoipa::path(post, path = "/api/auth/mfa/totp", tag = "Accounts", operation_id = "begin_totp", security(("bearer" = [])),
    responses((status = 200, description = "The secret", body = EnrolmentView), (status = 409, description = "`mfa_already_on`")))]
pub(super) async fn begin_totp(Member(ctx): Member) -> Answer<JsonAnswer<EnrolmentView>> {
    Ok(JsonAnswer(mfa::begin(&ctx).await?.into()))
}

/// Turn the second factor on
///
/// With a code of the app. Gives the recovery codes, once, and ends the other sessions. Needs a fresh sign-in.
#[utoipa::path(post, path = "/api/auth/mfa/totp/confirm", tag = "Accounts", operation_id = "confirm_totp", request_body = ConfirmCode, security(("bearer" = [])),
    responses((status = 200, description = "The recovery codes", body = RecoveryCodesView), (status = 403, description = "`wrong_code`"),
        (status = 409, description = "`mfa_not_on` or `mfa_already_on`"), (status = 429, description = "`too_many_codes`")))]
pub(super) async fn confirm_totp(
    May(ctx, _): May<SecureOwnAccount>,
    Json(body): Json<ConfirmCode>,
) -> Answer<JsonAnswer<RecoveryCodesView>> {
    Ok(JsonAnswer(mfa::confirm(&ctx, &body.code).await?.into()))
}

/// Turn the second factor off
///
/// Needs a fresh sign-in. Where there is none, nothing happens.
#[utoipa::path(delete, path = "/api/auth/mfa", tag = "Accounts", operation_id = "delete_mfa", security(("bearer" = [])),
    responses((status = 204, description = "It is off")))]
pub(super) async fn delete_mfa(Member(ctx): Member) -> Answer<StatusCode> {
    mfa::turn_off(&ctx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make new recovery codes
///
/// The old ones are worth nothing from here on. Needs a fresh sign-in.
#[utoipa::path(post, path = "/api/auth/mfa/recovery-codes", tag = "Accounts", operation_id = "renew_recovery_codes", security(("bearer" = [])),
    responses((status = 200, description = "The recovery codes", body = RecoveryCodesView), (status = 409, description = "`mfa_not_on`")))]
pub(super) async fn renew_recovery_codes(Member(ctx): Member) -> Answer<JsonAnswer<RecoveryCodesView>> {
    Ok(JsonAnswer(mfa::renew_recovery_codes(&ctx).await?.into()))
}
