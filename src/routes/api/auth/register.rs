//! `POST /api/auth/register`.

use axum::{http::StatusCode, response::Response};

use crate::{
    core::texts::pages,
    routes::{
        answers::{Answer, json_with},
        extractors::{Json, Visitor},
    },
    schemas::auth::{Message, Register, UserView},
    services::accounts::{self, NewAccount, Registered},
};

/// Register
///
/// Makes an account and sends the mail that proves its address. The password is judged by how hard it is to guess, not by
/// which characters it has. With `ENUMERATION_PROTECTION` the answer is always 202, whether or not the address is taken.
#[utoipa::path(post, path = "/api/auth/register", tag = "Accounts", operation_id = "register_user", request_body = Register,
    responses((status = 201, description = "The new account", body = UserView), (status = 202, description = "With `ENUMERATION_PROTECTION`: a mail is on its way", body = Message), (status = 409, description = "`email_taken`")))]
pub(super) async fn register(Visitor(ctx): Visitor, Json(body): Json<Register>) -> Answer<Response> {
    let new = NewAccount { email: body.email, password: body.password, name: body.name };
    Ok(match accounts::register(&ctx, new).await? {
        Registered::Made(user) => json_with(StatusCode::CREATED, &UserView::from(user)),
        Registered::Hidden => {
            let message = pages::registration_received(ctx.client().language);
            json_with(StatusCode::ACCEPTED, &Message { message })
        }
    })
}
