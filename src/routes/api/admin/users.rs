//! `/api/admin/users`: the accounts.

use axum::{http::StatusCode, response::Response};

use crate::{
    core::texts::pages,
    models::{account::AccountChanges, ids::UserId},
    routes::{
        answers::{Answer, Json as JsonAnswer, json_with},
        extractors::{
            Id, Json, May, Member, Query,
            may::{AdministerAccounts, ReadAccounts},
        },
    },
    schemas::{
        admin::{AccountParams, AccountQuery, AccountView, UpdateAccount},
        auth::Message,
        page::PageView,
    },
    services::administration,
};

/// Accounts
///
/// Newest first. For the roles `support` and `admin`.
#[utoipa::path(get, path = "/api/admin/users", tag = "Administration", operation_id = "list_users", params(AccountParams), security(("bearer" = [])),
    responses((status = 200, description = "A page of accounts", body = PageView<AccountView>)))]
pub(super) async fn list_users(
    May(ctx, _): May<ReadAccounts>,
    Query(query): Query<AccountQuery>,
) -> Answer<JsonAnswer<PageView<AccountView>>> {
    Ok(JsonAnswer(PageView::of(administration::list(&ctx, query.part.as_deref(), query.page).await?)))
}

/// One account
///
/// For the roles `support` and `admin`.
#[utoipa::path(get, path = "/api/admin/users/{id}", tag = "Administration", operation_id = "read_user", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The account's identifier")),
    responses((status = 200, description = "The account", body = AccountView)))]
pub(super) async fn read_user(Member(ctx): Member, Id(id): Id<UserId>) -> Answer<JsonAnswer<AccountView>> {
    Ok(JsonAnswer(administration::find(&ctx, id).await?.into()))
}

/// Change an account
///
/// Its role, its plan, or whether it may sign in; at once, and its owner is told. For the role `admin`, who needs a fresh sign-in.
#[utoipa::path(patch, path = "/api/admin/users/{id}", tag = "Administration", operation_id = "update_user", request_body = UpdateAccount, security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The account's identifier")),
    responses((status = 200, description = "The account", body = AccountView), (status = 401, description = "No sign-in, or `reauthentication_required`"), (status = 409, description = "`last_administrator`")))]
pub(super) async fn update_user(
    May(ctx, _): May<AdministerAccounts>,
    Id(id): Id<UserId>,
    Json(changes): Json<AccountChanges>,
) -> Answer<JsonAnswer<AccountView>> {
    Ok(JsonAnswer(administration::change(&ctx, id, changes).await?.into()))
}

/// End an account's sessions
///
/// All of them, at once. For the role `admin`.
#[utoipa::path(delete, path = "/api/admin/users/{id}/sessions", tag = "Administration", operation_id = "delete_user_sessions", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The account's identifier")),
    responses((status = 204, description = "The sessions have ended")))]
pub(super) async fn delete_user_sessions(Member(ctx): Member, Id(id): Id<UserId>) -> Answer<StatusCode> {
    administration::end_sessions(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Have an account recovered
///
/// Sends the recovery mail to its owner, who alone sees the link. For the role `admin`.
#[utoipa::path(post, path = "/api/admin/users/{id}/recovery", tag = "Administration", operation_id = "recover_user", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The account's identifier")),
    responses((status = 202, description = "A mail is on its way", body = Message), (status = 409, description = "`account_disabled`")))]
pub(super) async fn recover_user(Member(ctx): Member, Id(id): Id<UserId>) -> Answer<Response> {
    administration::send_recovery(&ctx, id).await?;
    let message = pages::recovery_sent(ctx.client().language);
    Ok(json_with(StatusCode::ACCEPTED, &Message { message }))
}
