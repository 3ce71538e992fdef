//! `POST /api/auth/password`.

use axum::http::StatusCode;

use crate::{
    routes::{
        answers::Answer,
        extractors::{Json, May, may::ManageOwnAccount},
    },
    schemas::auth::ChangePassword,
    services::passwords,
};

/// Change your password
///
/// The other sessions end, and so does every recovery mail's link.
#[utoipa::path(post, path = "/api/auth/password", tag = "Accounts", operation_id = "change_password", request_body = ChangePassword, security(("bearer" = [])),
    responses((status = 204, description = "The password is changed"), (status = 403, description = "`wrong_password`")))]
pub(super) async fn change_password(
    May(ctx, _): May<ManageOwnAccount>,
    Json(body): Json<ChangePassword>,
) -> Answer<StatusCode> {
    passwords::change(&ctx, &body.current_password, &body.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}
