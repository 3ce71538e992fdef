//! The table of limits: what is counted, for whom, and how far it may go. Wrong passwords are in `services::guesses`.

use std::time::Duration;

use crate::{
    core::{
        configuration::RateLimits,
        context::Context,
        error::{Error, Limited, Result},
        limits::{Key, Quota},
    },
    models::{email::Email, ids::SessionId},
};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
/// How many addresses' worth of new accounts are made in all.
const REGISTERING_ADDRESSES: u32 = 20;
/// For how many other requests an import counts.
const API_FOR_AN_IMPORT: u32 = 60;

/// How many ways back from a checkout stand against one sign-in: people reload the page that says “in a moment”.
const RETURNS_FOR_AN_AUTH: u32 = 3;

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Requests to sign-in routes, for each client address.
    Auth,
    /// Other requests without a sign-in, for each client address.
    Anonymous,
    /// Requests of a member, for each account or token for programs.
    Api,
    /// New accounts, for each client address: counted when the password is about to be hashed.
    Register,
    /// New accounts in all.
    RegisterInAll,
    /// Mails that are asked for, for each client address.
    Recover,
    /// Mails of one kind that are asked for, for each mailbox.
    Mailbox,
    /// Looks at what became of a checkout, for each client address: each asks Stripe.
    CheckoutReturn,
    /// Refreshes, for each session.
    Refresh,
    /// Values shown in clear, for each account.
    Reveal,
    /// Keys checked, for each account that asks, without a sign-in for each client address.
    Verify,
    /// Imports, for each account.
    Import,
    /// Exports, for each account or token for programs.
    Export,
}

impl Limit {
    /// All limits.
    pub const ALL: [Self; 13] = [
        Self::Auth,
        Self::Anonymous,
        Self::Api,
        Self::Register,
        Self::RegisterInAll,
        Self::Recover,
        Self::Mailbox,
        Self::CheckoutReturn,
        Self::Refresh,
        Self::Reveal,
        Self::Verify,
        Self::Import,
        Self::Export,
    ];

    /// Its name, in headers and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Anonymous => "anonymous",
            Self::Api => "api",
            Self::Register => "register",
            Self::RegisterInAll => "register-in-all",
            Self::Recover => "recover",
            Self::Mailbox => "mailbox",
            Self::CheckoutReturn => "checkout-return",
            Self::Refresh => "refresh",
            Self::Reveal => "reveal",
            Self::Verify => "verify",
            Self::Import => "import",
            Self::Export => "export",
        }
    }

    /// How far it goes.
    #[must_use]
    pub fn quota(self, limits: &RateLimits) -> Quota {
        let (most, window) = match self {
            Self::Auth => (limits.auth_per_minute, MINUTE),
            Self::Anonymous | Self::Api => (limits.api_per_minute, MINUTE),
            Self::Register => (limits.register_per_hour, HOUR),
            Self::RegisterInAll => (limits.register_per_hour.saturating_mul(REGISTERING_ADDRESSES), HOUR),
            Self::Recover => (limits.recover_per_hour, HOUR),
            Self::Mailbox => (limits.mailbox_per_hour, HOUR),
            Self::CheckoutReturn => (limits.auth_per_minute.saturating_mul(RETURNS_FOR_AN_AUTH), MINUTE),
            Self::Refresh => (limits.refresh_per_minute, MINUTE),
            Self::Reveal | Self::Export => (limits.reveal_per_minute, MINUTE),
            Self::Import => ((limits.api_per_minute / API_FOR_AN_IMPORT).max(1), MINUTE),
            Self::Verify => (limits.verify_per_minute, MINUTE),
        };
        Quota { most, window }
    }
}

/// Counts a request of the client's address.
///
/// # Errors
/// `TooMany`.
pub async fn spend_address(ctx: &Context, limit: Limit) -> Result<()> {
    spend(ctx, limit, ctx.client().network()).await
}

/// Counts a request of the member's account.
///
/// # Errors
/// `TooMany`; `Unauthenticated` without a sign-in.
pub async fn spend_account(ctx: &Context, limit: Limit) -> Result<()> {
    spend(ctx, limit, ctx.account()?.0.into_bytes()).await
}

/// Counts a request of a person's account, or of a program's own token.
///
/// # Errors
/// `TooMany`; `Unauthenticated` without a sign-in.
pub async fn spend_caller(ctx: &Context, limit: Limit) -> Result<()> {
    match ctx.program() {
        Some(program) => spend(ctx, limit, program.token.id.0.into_bytes()).await,
        None => spend_account(ctx, limit).await,
    }
}

/// Counts a refresh of a session.
///
/// # Errors
/// `TooMany`.
pub async fn spend_refresh(ctx: &Context, session: SessionId) -> Result<()> {
    spend(ctx, Limit::Refresh, session.0.into_bytes()).await
}

/// Counts an account that is about to be made.
///
/// # Errors
/// `TooMany`.
pub(super) async fn spend_registration(ctx: &Context) -> Result<()> {
    if ctx.is_operator() {
        return Ok(());
    }
    spend_address(ctx, Limit::Register).await?;
    spend(ctx, Limit::RegisterInAll, [0; 16]).await
}

/// Counts a mail that somebody asks for. `false`: that mailbox got enough of this kind, and the answer must be the
/// same as if it were sent. Mailboxes count whether or not they have an account.
///
/// # Errors
/// `TooMany` where the client asks for too many.
pub async fn may_send(ctx: &Context, kind: &str, mailbox: &Email) -> Result<bool> {
    Ok(full_mailbox(ctx, kind, mailbox).await?.is_none())
}

/// The same for whoever may hear of it: the limit that the mailbox reached; `None` where it takes the mail.
///
/// # Errors
/// `TooMany` where the client asks for too many.
pub(super) async fn full_mailbox(ctx: &Context, kind: &str, mailbox: &Email) -> Result<Option<Limited>> {
    if ctx.is_operator() {
        return Ok(None);
    }
    spend_address(ctx, Limit::Recover).await?;
    Ok(spend_mailbox(ctx, kind, mailbox).await)
}

/// Counts a mail of this kind to a mailbox; `false` where it got enough.
pub(super) async fn mailbox_takes(ctx: &Context, kind: &str, mailbox: &Email) -> bool {
    spend_mailbox(ctx, kind, mailbox).await.is_none()
}

async fn spend_mailbox(ctx: &Context, kind: &str, mailbox: &Email) -> Option<Limited> {
    let subject = ctx.app().limits.digest(&[b"mailbox", kind.as_bytes(), mailbox.as_str().as_bytes()]);
    let quota = Limit::Mailbox.quota(&ctx.app().config.rate_limits);
    // what is left is not told in headers: the mailbox is not the client's own
    let spending = ctx.app().limits.spend(Key { limit: Limit::Mailbox.name(), subject }, quota).await?;
    spending.retry?;
    count_refusal(Limit::Mailbox.name());
    Some(Limited { name: Limit::Mailbox.name(), spending })
}

async fn spend(ctx: &Context, limit: Limit, subject: [u8; 16]) -> Result<()> {
    let quota = limit.quota(&ctx.app().config.rate_limits);
    let Some(spending) = ctx.app().limits.spend(Key { limit: limit.name(), subject }, quota).await else {
        return Ok(());
    };
    let limited = Limited { name: limit.name(), spending };
    if spending.retry.is_some() {
        return Err(refused(limited));
    }
    ctx.note(limited);
    Ok(())
}

/// A refusal, counted.
pub(super) fn refused(limited: Limited) -> Error {
    count_refusal(limited.name);
    Error::TooMany(limited)
}

pub(super) fn count_refusal(name: &'static str) {
    metrics::counter!("vault_rate_limited_total", "limit" => name).increment(1);
}
