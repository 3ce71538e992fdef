//! `POST /api/keys`, repeatable with an `Idempotency-Key`.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::Value;

use crate::{
    core::{
        error::Error,
        texts::faults::{Fault, FaultKind},
    },
    models::key_requests::{Created, NewKey},
    routes::{
        answers::{Answer, json_bytes},
        extractors::{May, Raw, circumstances, may::WriteKeys},
    },
    schemas::{
        fields,
        keys::{CreateBody, CreatedView},
    },
    services::api_keys::{self, Outcome, Repeatable},
};

const MOST_NAME_BYTES: usize = 255;

/// Store or generate a key
///
/// With a `value`, the vault stores it; without one, it makes one. The answer shows the value in clear. Sent again with
/// the same `Idempotency-Key` and body within 24 hours, the request gets the first answer again.
#[utoipa::path(post, path = "/api/keys", tag = "Keys", operation_id = "create_key", request_body = CreateBody, security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Names this request, so that it may be repeated", max_length = 255, min_length = 1)),
    responses(
        (status = 201, description = "The new key with its value in clear", body = CreatedView),
        (status = 402, description = "`plan_limit_reached`, with `limit` and `used`"),
        (status = 409, description = "`duplicate_value`, `duplicate_name` or `idempotency_key_reused`"),
        (status = 410, description = "`key_revoked`: this request was answered before, and its key was revoked since"),
    ))]
pub(super) async fn create_key(May(ctx, _): May<WriteKeys>, headers: HeaderMap, Raw(body): Raw) -> Answer<Response> {
    let name = idempotency_key(&headers)?;
    // an object's text with sorted names: the same whenever it says the same
    let content = body.to_string();
    let new = fields::read::<NewKey>(body, circumstances(ctx.app()))?;
    let repeatable = name.map(|name| Repeatable { name, content: content.as_bytes() });
    let render = |created: &Created| serde_json::to_vec(&CreatedView::from(created)).map_err(Error::internal);
    let (answer, is_repeated) = match api_keys::create(&ctx, new, repeatable, render).await? {
        Outcome::New(answer) => (answer, false),
        Outcome::Repeated(answer) => (answer, true),
    };
    let location = location_of(&answer);
    let mut response = json_bytes(StatusCode::CREATED, answer);
    if let Some(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    if is_repeated {
        mark_repeated(&mut response);
    }
    Ok(response)
}

/// Says of an answer that it was given before.
pub(super) fn mark_repeated(response: &mut Response) {
    response.headers_mut().insert(HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true"));
}

fn location_of(answer: &[u8]) -> Option<HeaderValue> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    HeaderValue::from_str(&format!("/api/keys/{}", answer.get("id")?.as_str()?)).ok()
}

/// The name of a request that may come again.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Error> {
    let mut all = headers.get_all("idempotency-key").iter();
    let Some(value) = all.next() else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| (1..=MOST_NAME_BYTES).contains(&text.len()));
    match (text, all.next()) {
        (Some(text), None) => Ok(Some(text)),
        _ => Err(Error::fault(Fault::new(
            "Idempotency-Key",
            FaultKind::InvalidFormat(
                "one header of 1 to 255 visible ASCII characters, as a UUID",
                "un seul en-tête de 1 à 255 caractères ASCII visibles, comme un UUID",
            ),
        ))),
    }
}
