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
        crypto::jwt::LastToken,
        error::Error,
        limits::Tally,
        session_cache::Generation,
        texts::problems::Code,
    },
    models::{permission::Permission, program_token, user::Role},
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

/// The context of a check of a key by a member or a program that may check keys: it counts against a limit of its own.
pub(in crate::routes) struct Checker(pub(in crate::routes) Context);

/// The context of a request that both may make: a member where it has credentials, which must be good then.
pub(in crate::routes) struct Anyone(pub(in crate::routes) Context);

/// What of a request tells who asks.
pub(in crate::routes) struct Asking<'a> {
    pub(in crate::routes) method: &'a Method,
    pub(in crate::routes) path: &'a str,
    pub(in crate::routes) headers: &'a HeaderMap,
    pub(in crate::routes) client: &'a Client,
    pub(in crate::routes) tally: Option<&'a Arc<Tally>>,
    /// What is remembered of the connection.
    pub(in crate::routes) last_token: Option<&'a LastToken>,
}

impl<'a> Asking<'a> {
    fn of(parts: &'a Parts) -> Result<Self, Failure> {
        let client = parts.extensions.get::<Client>().ok_or_else(no_client)?;
        let tally = parts.extensions.get::<Arc<Tally>>();
        let (method, path, headers) = (&parts.method, parts.uri.path(), &parts.headers);
        Ok(Self { method, path, headers, client, tally, last_token: None })
    }

    fn context(&self, app: &App, actor: Actor) -> Context {
        Context::new(app.clone(), self.client.clone(), actor).tallied(self.tally.cloned())
    }
}

/// Marks a request that a member alone may make, for what comes after the body has arrived.
#[derive(Clone, Copy)]
pub(in crate::routes) struct MemberOnly {
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
    match parts.extensions.get::<MemberOnly>() {
        Some(asked) => asked.still_holds(&Asking::of(parts)?, app).await,
        None => Ok(()),
    }
}

impl MemberOnly {
    /// Refuses who may do more or less by now, or nothing at all.
    ///
    /// # Errors
    /// `Unauthenticated`; `Busy` where another role or proof counts now.
    pub(in crate::routes) async fn still_holds(&self, asking: &Asking<'_>, app: &App) -> Result<(), Failure> {
        // no session ended here since, and there was no time to on another server
        if self.began == app.sessions.generation() && self.asked_at.elapsed() < AT_ONCE {
            return Ok(());
        }
        let token = bearer(asking.headers).ok_or(Code::Unauthenticated)?;
        let actor = authenticate(asking, app, token).await?;
        if Standing::of(&actor) != Some(self.standing) {
            // the act was begun as somebody else, so to speak: again, as who one is now
            return Err(Error::Busy { retry_after: 1 }.into());
        }
        Ok(())
    }
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
        let ctx = member(parts, app, Limit::Verify).await?;
        ctx.require(Permission::VerifyKeys)?;
        Ok(Self(ctx))
    }
}

/// The context of a request by a member or a program, counted against this limit.
async fn member(parts: &mut Parts, app: &App, limit: Limit) -> Result<Context, Failure> {
    let (ctx, asked) = admit(&Asking::of(parts)?, app, limit).await?;
    if let Some(asked) = asked {
        parts.extensions.insert(asked);
    }
    Ok(ctx)
}

/// The context of a request by a member or a program, counted against this limit, and what must still hold once its
/// body is there.
///
/// # Errors
/// `Unauthenticated`, `TooMany`, `insufficient_scope`; `Unavailable` where the database must be asked and is away.
pub(in crate::routes) async fn admit(
    asking: &Asking<'_>,
    app: &App,
    limit: Limit,
) -> Result<(Context, Option<MemberOnly>), Failure> {
    let (began, asked_at) = (app.sessions.generation(), Instant::now());
    let found = match bearer(asking.headers) {
        Some(token) => {
            app.keyring()?;
            authenticate(asking, app, token).await
        }
        None => Err(Code::Unauthenticated.into()),
    };
    let actor = match found {
        Ok(actor) => actor,
        Err(error) => return Err(Box::pin(stranger(asking, app, error)).await),
    };
    let asked = Standing::of(&actor).map(|standing| MemberOnly { began, asked_at, standing });
    let ctx = asking.context(app, actor);
    counts::spend_caller(&ctx, limit).await?;
    if ctx.program().is_some() && !may_be_for_programs(asking) {
        return Err(Code::InsufficientScope.into());
    }
    Ok((ctx, asked))
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
async fn authenticate(asking: &Asking<'_>, app: &App, token: &str) -> Result<Actor, Error> {
    if program_token::is_meant(token) {
        return program_tokens::authenticate(app, asking.client, token).await.map(Actor::Program);
    }
    sessions::authenticate(app, token, asking.last_token).await.map(Actor::Member)
}

/// Whether a program may have business here at all. What it may do there, the services ask for each act; all else is
/// refused before a body or a query is looked at.
fn may_be_for_programs(asking: &Asking<'_>) -> bool {
    let path = asking.path;
    path == "/api/keys"
        || path == "/api/usage"
        || path.starts_with("/api/keys/")
        || (path == "/api/auth/me" && matches!(*asking.method, Method::GET | Method::HEAD))
}

/// Refuses somebody who is no member; who tries tokens is counted by the address.
async fn stranger(asking: &Asking<'_>, app: &App, error: Error) -> Failure {
    if ![Code::Unauthenticated, Code::TokenExpired, Code::ForbiddenIp].into_iter().any(|code| error.is(code)) {
        return error.into();
    }
    let ctx = asking.context(app, Actor::Visitor);
    counts::spend_address(&ctx, Limit::Anonymous).await.err().unwrap_or(error).into()
}

/// The context of a request, which counts against nothing yet.
pub(in crate::routes) fn visitor(parts: &Parts, app: &App) -> Result<Context, Failure> {
    context(parts, app, Actor::Visitor)
}

fn context(parts: &Parts, app: &App, actor: Actor) -> Result<Context, Failure> {
    Ok(Asking::of(parts)?.context(app, actor))
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
