//! Who asks: a visitor, or a member by an access token in `Authorization: Bearer …`, or a program by a token of its own.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, header, request::Parts},
};

use crate::{
    core::{
        app::App,
        client::Client,
        context::{Actor, Context},
        error::Error,
        limits::Tally,
        texts::problems::Code,
    },
    models::program_token,
    routes::{answers::Failure, limits},
    services::{
        limits::{self as counts, Limit},
        program_tokens, sessions,
    },
};

/// The context of a request that needs no sign-in.
pub(in crate::routes) struct Visitor(pub(in crate::routes) Context);

/// The context of a request by a member, or by a program that acts for one: the service asks which of both may do it.
pub(in crate::routes) struct Member(pub(in crate::routes) Context);

/// The context of a request that both may make: a member where it has credentials, which must be good then.
pub(in crate::routes) struct Anyone(pub(in crate::routes) Context);

/// Marks a request that a member alone may make, for what comes after the body has arrived.
#[derive(Clone, Copy)]
struct MemberOnly;

/// Refuses a member whose session ended while the body was on its way.
pub(super) async fn still_signed_in(parts: &Parts, app: &App) -> Result<(), Failure> {
    if parts.extensions.get::<MemberOnly>().is_some() {
        let token = bearer(&parts.headers).ok_or(Code::Unauthenticated)?;
        authenticate(parts, app, token).await?;
    }
    Ok(())
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        app.keyring()?;
        let ctx = context(parts, app, Actor::Visitor)?;
        if let Some(limit) = limits::of_visitor(parts) {
            counts::spend_address(&ctx, limit).await?;
        }
        Ok(Self(ctx))
    }
}

impl FromRequestParts<App> for Member {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let found = match bearer(&parts.headers) {
            Some(token) => {
                app.keyring()?;
                authenticate(parts, app, token).await
            }
            None => Err(Code::Unauthenticated.into()),
        };
        let actor = match found {
            Ok(actor) => actor,
            Err(error) => return Err(stranger(parts, app, error).await),
        };
        parts.extensions.insert(MemberOnly);
        let ctx = context(parts, app, actor)?;
        counts::spend_caller(&ctx, Limit::Api).await?;
        if ctx.program().is_some() && !may_be_for_programs(parts) {
            return Err(Code::InsufficientScope.into());
        }
        Ok(Self(ctx))
    }
}

impl FromRequestParts<App> for Anyone {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            return Member::from_request_parts(parts, app).await.map(|Member(ctx)| Self(ctx));
        }
        Visitor::from_request_parts(parts, app).await.map(|Visitor(ctx)| Self(ctx))
    }
}

/// Who stands behind a bearer token: a person, or a program.
async fn authenticate(parts: &Parts, app: &App, token: &str) -> Result<Actor, Error> {
    if program_token::is_meant(token) {
        let client = parts.extensions.get::<Client>().ok_or_else(no_client)?;
        return program_tokens::authenticate(app, client, token).await.map(Actor::Program);
    }
    sessions::authenticate(app, token).await.map(Actor::Member)
}

/// Whether a program may have business here at all. What it may do there, the services ask for each act; all else is
/// refused before a body or a query is looked at.
fn may_be_for_programs(parts: &Parts) -> bool {
    let path = parts.uri.path();
    path == "/api/keys" || path.starts_with("/api/keys/") || (path == "/api/auth/me" && parts.method == Method::GET)
}

/// Refuses somebody who is no member; who tries tokens is counted by the address.
async fn stranger(parts: &Parts, app: &App, error: Error) -> Failure {
    if ![Code::Unauthenticated, Code::TokenExpired, Code::ForbiddenIp].into_iter().any(|code| error.is(code)) {
        return error.into();
    }
    match context(parts, app, Actor::Visitor) {
        Ok(ctx) => counts::spend_address(&ctx, Limit::Anonymous).await.err().unwrap_or(error).into(),
        Err(failure) => failure,
    }
}

fn context(parts: &Parts, app: &App, actor: Actor) -> Result<Context, Failure> {
    let tally = parts.extensions.get::<Arc<Tally>>().cloned();
    Ok(Context::new(app.clone(), client(parts)?, actor).tallied(tally))
}

fn client(parts: &Parts) -> Result<Client, Failure> {
    let client = parts.extensions.get::<Client>().cloned();
    client.ok_or_else(|| Failure(no_client()))
}

fn no_client() -> Error {
    Error::internal("the outermost layer did not say who the client is")
}

/// The one bearer token of a request; with two headers, none is believed.
pub(in crate::routes) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
