//! Who asks: a visitor, or a member by an access token in `Authorization: Bearer …`, or a program by a token of its own.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

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
        session_cache::Generation,
        texts::problems::Code,
    },
    models::{program_token, user::Role},
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

/// The context of a check of a key by a member: it counts against a limit of its own.
pub(in crate::routes) struct Checker(pub(in crate::routes) Context);

/// The context of a request that both may make: a member where it has credentials, which must be good then.
pub(in crate::routes) struct Anyone(pub(in crate::routes) Context);

/// Marks a request that a member alone may make, for what comes after the body has arrived.
#[derive(Clone, Copy)]
struct MemberOnly {
    /// What stood when the member was asked for.
    began: Generation,
    asked_at: Instant,
    standing: Standing,
}

/// What decides about what an account may do.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Standing {
    role: Role,
    is_proved: bool,
    has_second_factor: bool,
}

impl Standing {
    fn of(actor: &Actor) -> Option<Self> {
        let user = match actor {
            Actor::Member(member) => &member.user,
            Actor::Program(program) => &program.user,
            Actor::Visitor | Actor::Operator => return None,
        };
        let has_second_factor = user.second_factor_at.is_some();
        Some(Self { role: user.role, is_proved: user.email_verified, has_second_factor })
    }
}

/// A body that arrives so soon came with its head.
const AT_ONCE: Duration = Duration::from_millis(50);

/// Refuses a member whose session ended, or whose account may do more or less, while the body was on its way.
pub(super) async fn still_signed_in(parts: &Parts, app: &App) -> Result<(), Failure> {
    if let Some(asked) = parts.extensions.get::<MemberOnly>() {
        // no session ended here since, and there was no time to on another server
        if asked.began == app.sessions.generation() && asked.asked_at.elapsed() < AT_ONCE {
            return Ok(());
        }
        let token = bearer(&parts.headers).ok_or(Code::Unauthenticated)?;
        let actor = authenticate(parts, app, token).await?;
        if Standing::of(&actor) != Some(asked.standing) {
            // the act was begun as somebody else, so to speak: again, as who one is now
            return Err(Error::Busy { retry_after: 1 }.into());
        }
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
        member(parts, app, Limit::Api).await.map(Self)
    }
}

impl FromRequestParts<App> for Checker {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        member(parts, app, Limit::Verify).await.map(Self)
    }
}

/// The context of a request by a member or a program, counted against this limit.
async fn member(parts: &mut Parts, app: &App, limit: Limit) -> Result<Context, Failure> {
    let (began, asked_at) = (app.sessions.generation(), Instant::now());
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
    if let Some(standing) = Standing::of(&actor) {
        parts.extensions.insert(MemberOnly { began, asked_at, standing });
    }
    let ctx = context(parts, app, actor)?;
    counts::spend_caller(&ctx, limit).await?;
    if ctx.program().is_some() && !may_be_for_programs(parts) {
        return Err(Code::InsufficientScope.into());
    }
    Ok(ctx)
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
    path == "/api/keys"
        || path.starts_with("/api/keys/")
        || (path == "/api/auth/me" && matches!(parts.method, Method::GET | Method::HEAD))
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

/// The context of a request, which counts against nothing yet.
pub(in crate::routes) fn visitor(parts: &Parts, app: &App) -> Result<Context, Failure> {
    context(parts, app, Actor::Visitor)
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
