//! `POST /api/keys/verify`: is this one of mine, and good for that? The router knows it for its description and for what
//! it refuses; requests go straight to `verify_directly` (see `routes::entrance`).

use axum::{
    body::{Body, Bytes},
    http::StatusCode,
    response::Response,
};

use crate::{
    core::{app::App, context::Context},
    models::{key_check::Use, permission::Permission},
    routes::{
        answers::{Answer, json_bytes},
        extractors::{Asking, Checker, Json, admit, circumstances, read_json},
    },
    schemas::key_check::{self, Question, VerdictView, VerifyBody},
    services::{api_keys, limits::Limit},
};

/// Verify a key
///
/// Among your own generated keys. The answer is 200 whatever came of it: `code` says it in a word. A check that fails
/// never counts against the key's own limit.
#[utoipa::path(post, path = "/api/keys/verify", tag = "Keys", operation_id = "verify_key", request_body = VerifyBody, security(("bearer" = [])),
    responses((status = 200, description = "What came of it", body = VerdictView)))]
pub(super) async fn verify_key(Checker(ctx): Checker, Json(question): Json<Question>) -> Answer<Response> {
    Ok(json_bytes(StatusCode::OK, answer(&ctx, &question).await?))
}

/// The answer's body without extractors, each of which would look for its part of the request and move what it found.
pub(in crate::routes) async fn verify_directly(app: &App, asking: &Asking<'_>, body: Body) -> Answer<Bytes> {
    let (ctx, asked) = admit(asking, app, Limit::Verify).await?;
    ctx.require(Permission::VerifyKeys)?;
    let bytes = read_json(asking.headers, body).await?;
    if let Some(asked) = asked {
        asked.still_holds(asking, app).await?;
    }
    answer(&ctx, &Question::parse(&bytes, || circumstances(app))?).await
}

async fn answer(ctx: &Context, question: &Question) -> Answer<Bytes> {
    let wanted = Use { scope: question.scope.as_deref(), ip: question.ip };
    let verdict = api_keys::verify(ctx, question.api_key.expose(), wanted).await?;
    Ok(key_check::write(&verdict)?.into())
}
