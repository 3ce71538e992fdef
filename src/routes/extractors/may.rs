//! Who may do one thing: asked before the query, the headers and the body are looked at, so that whoever may not do it
//! learns nothing else. The service asks again, for it does not know who calls it.

use std::marker::PhantomData;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::Member;
use crate::{
    core::{app::App, context::Context},
    models::permission::Permission,
    routes::answers::Failure,
};

/// The context of a request by a member, or by a program that acts for one, who may do what `A` says.
pub(in crate::routes) struct May<A>(pub(in crate::routes) Context, pub(in crate::routes) PhantomData<A>);

/// What a request asks to do.
pub(in crate::routes) trait Act {
    const PERMISSION: Permission;
}

/// One type for each permission that a route with a query or a body asks for.
macro_rules! acts {
    ($($act:ident),+ $(,)?) => { $(
        #[doc = concat!("`Permission::", stringify!($act), "`")]
        pub(in crate::routes) struct $act;

        impl Act for $act {
            const PERMISSION: Permission = Permission::$act;
        }
    )+ };
}

acts! {
    SecureOwnAccount, ManageOwnAccount, ReadBilling, ManageTokens, ReadKeys, RevealKeys, WriteKeys, ReadOwnAudit,
    ReadAccounts, AdministerAccounts,
}

impl<A: Act> FromRequestParts<App> for May<A> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let Member(ctx) = Member::from_request_parts(parts, app).await?;
        ctx.require(A::PERMISSION)?;
        Ok(Self(ctx, PhantomData))
    }
}
