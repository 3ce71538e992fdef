//! `POST /api/auth/refresh`.

use crate::{
    routes::{
        answers::{Answer, Json as JsonAnswer},
        extractors::{Json, Visitor},
    },
    schemas::auth::{Refresh, TokensView},
    services::refresh,
};

/// Refresh a session
///
/// Gives new tokens for a refresh token, which is spent by that. A spent one that comes again ends its session, unless it
/// is the one before the last, within half a minute: then the answer is given once more.
#[utoipa::path(post, path = "/api/auth/refresh", tag = "Accounts", operation_id = "refresh_session", request_body = Refresh,
    responses((status = 200, description = "The next tokens", body = TokensView), (status = 401, description = "`invalid_refresh_token` or `refresh_token_reused`")))]
pub(super) async fn refresh(Visitor(ctx): Visitor, Json(body): Json<Refresh>) -> Answer<JsonAnswer<TokensView>> {
    Ok(JsonAnswer(refresh::refresh(&ctx, &body.refresh_token).await?.into()))
}
