//! `POST /api/keys/verify`: is this one of mine, and good for that?

use axum::{http::StatusCode, response::Response};

use crate::{
    models::key_check::Use,
    routes::{
        answers::{Answer, json_bytes},
        extractors::{Checker, Json},
    },
    schemas::key_check::{self, Question, VerdictView, VerifyBody},
    services::api_keys,
};

/// Verify a key
///
/// Among your own generated keys. The answer is 200 whatever came of it: `code` says it in a word. A check that fails
/// never counts against the key's own limit.
#[utoipa::path(post, path = "/api/keys/verify", tag = "Keys", operation_id = "verify_key", request_body = VerifyBody, security(("bearer" = [])),
    responses((status = 200, description = "What came of it", body = VerdictView)))]
pub(super) async fn verify_key(Checker(ctx): Checker, Json(question): Json<Question>) -> Answer<Response> {
    let wanted = Use { scope: question.scope.as_deref(), ip: question.ip };
    let verdict = api_keys::verify(&ctx, question.api_key.expose(), wanted).await?;
    Ok(json_bytes(StatusCode::OK, key_check::write(&verdict)?))
}
