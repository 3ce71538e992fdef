//! `/api/tokens`: the tokens that open the vault to programs.

use axum::{http::StatusCode, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    core::app::App,
    models::{ids::ProgramTokenId, program_token::NewToken},
    routes::{
        answers::{Answer, Json as JsonAnswer, json_with},
        extractors::{Id, Json, May, Member, Query, may::ManageTokens},
    },
    schemas::{
        page::PageView,
        program_tokens::{CreateTokenBody, CreatedTokenView, TokenParams, TokenQuery, TokenView},
    },
    services::program_tokens,
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_tokens, create_token)).routes(routes!(revoke_token))
}

/// Make a token for a program
///
/// The answer shows the token, this once. A program sends it as `Authorization: Bearer vkt_…` and may do what its scopes
/// allow, on `/api/keys`, `GET /api/usage` and `GET /api/auth/me` alone.
#[utoipa::path(post, path = "/api/tokens", tag = "Tokens", operation_id = "create_token", request_body = CreateTokenBody, security(("bearer" = [])),
    responses(
        (status = 201, description = "The new token, in clear", body = CreatedTokenView),
        (status = 401, description = "No sign-in, or `reauthentication_required` where `keys:reveal` is among the scopes"),
        (status = 409, description = "`too_many_tokens`: 100 are active"),
    ))]
async fn create_token(May(ctx, _): May<ManageTokens>, Json(new): Json<NewToken>) -> Answer<Response> {
    let created = program_tokens::create(&ctx, new, None).await?;
    Ok(json_with(StatusCode::CREATED, &CreatedTokenView::from(created)))
}

/// Your tokens for programs
///
/// Without the tokens themselves, newest first; active ones, unless `revoked=true`. Revoked and expired ones are kept for 90 days.
#[utoipa::path(get, path = "/api/tokens", tag = "Tokens", operation_id = "list_tokens", params(TokenParams), security(("bearer" = [])),
    responses((status = 200, description = "A page of tokens", body = PageView<TokenView>)))]
async fn list_tokens(
    May(ctx, _): May<ManageTokens>,
    Query(query): Query<TokenQuery>,
) -> Answer<JsonAnswer<PageView<TokenView>>> {
    Ok(JsonAnswer(PageView::of(program_tokens::list(&ctx, query.is_revoked, query.page).await?)))
}

/// Revoke a token for programs
///
/// For good: the next request with it is refused, on other servers of the same database within a second.
#[utoipa::path(delete, path = "/api/tokens/{id}", tag = "Tokens", operation_id = "revoke_token", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The token's identifier")),
    responses((status = 204, description = "The token is revoked")))]
async fn revoke_token(Member(ctx): Member, Id(id): Id<ProgramTokenId>) -> Answer<StatusCode> {
    program_tokens::revoke(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
