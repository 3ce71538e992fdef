//! `POST /api/auth/reauthenticate`: renews the sign-in for dangerous acts.

use axum::http::StatusCode;

use crate::{
    routes::{
        answers::Answer,
        extractors::{Json, May, may::SecureOwnAccount},
    },
    schemas::mfa::Reauthenticate,
    services::step_up,
};

/// Renew your sign-in
///
/// Dangerous acts answer 401 `reauthentication_required` where the sign-in is older than a quarter of an hour
/// (`STEP_UP_MINUTES`). The password, and a code where the second factor is on, make this session fresh again.
#[utoipa::path(post, path = "/api/auth/reauthenticate", tag = "Accounts", operation_id = "reauthenticate", request_body = Reauthenticate, security(("bearer" = [])),
    responses((status = 204, description = "The session is fresh"), (status = 403, description = "`wrong_password` or `wrong_code`"),
        (status = 429, description = "`too_many_codes`")))]
pub(super) async fn reauthenticate(
    May(ctx, _): May<SecureOwnAccount>,
    Json(body): Json<Reauthenticate>,
) -> Answer<StatusCode> {
    step_up::reauthenticate(&ctx, &body.password, body.code.as_ref()).await?;
    Ok(StatusCode::NO_CONTENT)
}
