//! `/api/auth/me`: the member's own account.

use axum::http::StatusCode;

use crate::{
    routes::{
        answers::{Answer, Json as JsonAnswer},
        extractors::{Json, May, Member, may::ManageOwnAccount},
    },
    schemas::auth::{Confirm, UpdateMe, UserView},
    services::accounts,
};

/// Your account
#[utoipa::path(get, path = "/api/auth/me", tag = "Accounts", operation_id = "read_me", security(("bearer" = [])),
    responses((status = 200, description = "The account", body = UserView)))]
pub(super) async fn read_me(Member(ctx): Member) -> Answer<JsonAnswer<UserView>> {
    Ok(JsonAnswer(accounts::me(&ctx)?.into()))
}

/// Change your account
///
/// Your name, or the language of the mails that you get.
#[utoipa::path(patch, path = "/api/auth/me", tag = "Accounts", operation_id = "update_me", request_body = UpdateMe, security(("bearer" = [])),
    responses((status = 200, description = "The account", body = UserView)))]
pub(super) async fn update_me(
    May(ctx, _): May<ManageOwnAccount>,
    Json(body): Json<UpdateMe>,
) -> Answer<JsonAnswer<UserView>> {
    Ok(JsonAnswer(accounts::update(&ctx, body.name.as_deref(), body.language).await?.into()))
}

/// Delete your account
///
/// With all keys and sessions, for good: the account's data key is destroyed.
#[utoipa::path(delete, path = "/api/auth/me", tag = "Accounts", operation_id = "delete_me", request_body = Confirm, security(("bearer" = [])),
    responses((status = 204, description = "The account is gone"), (status = 401, description = "No sign-in, or `reauthentication_required`"), (status = 403, description = "`wrong_password`"), (status = 409, description = "`last_administrator`")))]
pub(super) async fn delete_me(May(ctx, _): May<ManageOwnAccount>, Json(body): Json<Confirm>) -> Answer<StatusCode> {
    accounts::delete(&ctx, &body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}
