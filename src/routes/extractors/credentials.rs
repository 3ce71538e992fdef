//! Who asks: a visitor, or a member by an access token in `Authorization: Bearer …`.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

use crate::{
    core::{
        app::App,
        client::Client,
        context::{Actor, Context},
        error::Error,
        texts::problems::Code,
    },
    routes::answers::Failure,
    services::sessions,
};

/// The context of a request that needs no sign-in.
pub(in crate::routes) struct Visitor(pub(in crate::routes) Context);

/// The context of a request by a member.
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
        sessions::authenticate(app, token).await?;
    }
    Ok(())
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        app.keyring()?;
        Ok(Self(Context::new(app.clone(), client(parts)?, Actor::Visitor)))
    }
}

impl FromRequestParts<App> for Member {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let token = bearer(&parts.headers).ok_or(Code::Unauthenticated)?;
        app.keyring()?;
        let member = sessions::authenticate(app, token).await?;
        parts.extensions.insert(MemberOnly);
        Ok(Self(Context::new(app.clone(), client(parts)?, Actor::Member(member))))
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

fn client(parts: &Parts) -> Result<Client, Failure> {
    let client = parts.extensions.get::<Client>().cloned();
    client.ok_or_else(|| Failure(Error::internal("the outermost layer did not say who the client is")))
}

/// The one bearer token of a request; with two headers, none is believed.
pub(in crate::routes) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
