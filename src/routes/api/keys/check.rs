//! `GET /api/keys/check`: a proxy asks whether it may let a request through (nginx `auth_request`, Caddy and Traefik
//! forward auth). The answer is its status and headers; the body is empty.
//!
//! nginx takes every status but 2xx, 401 and 403 for a fault of ours, so a key that is used too often is 403 too, and
//! `X-Vault-Code` says which it is.

use axum::{
    body::Body,
    extract::{FromRequestParts as _, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};

use crate::{
    core::{app::App, context::Context, error::Error, texts::problems::Code},
    models::key_check::{CheckCode, Use, Verdict},
    routes::{
        answers::{Answer, Failure},
        extractors::{Checker, Query, bearer, visitor},
        limits,
    },
    schemas::key_check::{CheckParams, CheckQuery},
    services::{
        api_keys,
        limits::{self as counts, Limit},
    },
};

const PRESENTED: &str = "x-api-key";
const CODE: HeaderName = HeaderName::from_static("x-vault-code");
const KEY_ID: HeaderName = HeaderName::from_static("x-vault-key-id");
const SCOPES: HeaderName = HeaderName::from_static("x-vault-scopes");
const VERSION: HeaderName = HeaderName::from_static("x-vault-version");
const FORMER: HeaderName = HeaderName::from_static("x-vault-former");

/// Check a key for a proxy
///
/// The key comes in `X-Api-Key`, or as the bearer. Whose keys it must be among is told by `vault`, else by a bearer token
/// beside `X-Api-Key`. `X-Vault-Code` says what came of it; the address that `allowed_ips` is about is the client's, as a
/// trusted proxy tells it. `docs/proxies.md` has configurations to copy.
#[utoipa::path(get, path = "/api/keys/check", tag = "Keys", operation_id = "check_key", security(("bearer" = []), ()),
    params(CheckParams, ("X-Api-Key" = Option<String>, Header, description = "The key, where it is not the bearer")),
    responses(
        (status = 200, description = "The key is good: `X-Vault-Key-Id`, `X-Vault-Scopes`, `X-Vault-Version`, and `X-Vault-Former: true` for a former value"),
        (status = 401, description = "There is no such key, or it does not count; `X-Vault-Code` says why"),
        (status = 403, description = "The key is good but not for this: `insufficient_scope`, `forbidden_ip`, `rate_limited` or `too_many_requests` in `X-Vault-Code`"),
    ))]
pub(super) async fn check_key(
    State(app): State<App>,
    Query(query): Query<CheckQuery>,
    mut parts: Parts,
) -> Answer<Response> {
    match judge(&app, &query, &mut parts).await {
        Ok(verdict) => Ok(answer(&verdict)),
        Err(Failure(Error::TooMany(limited))) => {
            let mut response = empty(StatusCode::FORBIDDEN, Code::TooManyRequests.word());
            limits::describe(response.headers_mut(), &limited);
            Ok(response)
        }
        Err(Failure(Error::Refused(code))) if code.status() == 401 => Ok(empty(StatusCode::UNAUTHORIZED, code.word())),
        Err(Failure(Error::Refused(code))) if code.status() == 403 => Ok(empty(StatusCode::FORBIDDEN, code.word())),
        Err(failure) => Ok(failure.into_response()),
    }
}

async fn judge(app: &App, query: &CheckQuery, parts: &mut Parts) -> Result<Verdict, Failure> {
    let key = presented(&parts.headers)?;
    let from = |ctx: &Context| Use { scope: query.scope.as_deref(), ip: ctx.client().ip };
    let Some(vault) = query.vault else {
        let key = key.ok_or(Code::Unauthenticated)?;
        // a bearer beside the key says whose vault it is
        let Checker(ctx) = Checker::from_request_parts(parts, app).await?;
        return Ok(api_keys::verify(&ctx, &key, from(&ctx)).await?);
    };
    let key = key.or_else(|| bearer(&parts.headers).map(str::to_owned)).ok_or(Code::Unauthenticated)?;
    app.keyring()?;
    let ctx = visitor(parts, app)?;
    counts::spend_address(&ctx, Limit::Verify).await?;
    Ok(api_keys::check_in(&ctx, vault, &key, from(&ctx)).await?)
}

/// The one key in `X-Api-Key`; with two, none is believed.
fn presented(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let mut values = headers.get_all(PRESENTED).iter();
    match (values.next().map(HeaderValue::to_str), values.next()) {
        (None, _) => Ok(None),
        (Some(Ok(text)), None) => Ok(Some(text.trim().to_owned())),
        _ => Err(Code::Unauthenticated.into()),
    }
}

fn answer(verdict: &Verdict) -> Response {
    let status = match verdict.code {
        CheckCode::Valid => StatusCode::OK,
        CheckCode::InsufficientScope | CheckCode::ForbiddenIp | CheckCode::RateLimited => StatusCode::FORBIDDEN,
        _ => StatusCode::UNAUTHORIZED,
    };
    let mut response = empty(status, verdict.code.as_str());
    let headers = response.headers_mut();
    if let Some(seconds) = verdict.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(found) = verdict.found.as_ref().filter(|_| verdict.is_valid()) {
        let texts = [(KEY_ID, found.key.id.0.to_string()), (SCOPES, found.key.scopes.join(" "))];
        for (name, text) in texts {
            if let Ok(value) = HeaderValue::try_from(text) {
                headers.insert(name, value);
            }
        }
        headers.insert(VERSION, HeaderValue::from(found.version));
        if found.is_former() {
            headers.insert(FORMER, HeaderValue::from_static("true"));
        }
    }
    response
}

fn empty(status: StatusCode, code: &'static str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response.headers_mut().insert(CODE, HeaderValue::from_static(code));
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}
