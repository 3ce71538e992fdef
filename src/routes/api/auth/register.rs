//! `POST /api/auth/register`.

use axum::{http::StatusCode, response::Response};

use crate::{
    routes::{
        answers::{Answer, json_with},
        extractors::{Json, Visitor},
    },
    schemas::auth::{Register, UserView},
    services::accounts::{self, NewAccount},
};

/// Register
///
/// Makes an account. The password is judged by how hard it is to guess, not by which characters it has.
#[utoipa::path(post, path = "/api/auth/register", tag = "Accounts", operation_id = "register_user", request_body = Register,
    responses((status = 201, description = "The new account", body = UserView), (status = 409, description = "`email_taken`")))]
pub(super) async fn register(Visitor(ctx): Visitor, Json(body): Json<Register>) -> Answer<Response> {
    let new = NewAccount { email: body.email, password: body.password, name: body.name };
    let user = accounts::register(&ctx, new).await?;
    Ok(json_with(StatusCode::CREATED, &UserView::from(user)))
}
