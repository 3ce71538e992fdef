//! The one check of a password: it counts wrong ones, so that every route that asks for a password shares the count.
//!
//! Who is counted where:
//! 1. A stranger is counted with all other strangers, by the address that is signed in to, whether or not it has an
//!    account: neither answers nor times tell.
//! 2. Whoever comes from where the account signed in before has a row apart, and so has each open session that asks
//!    for its password again: strangers can not keep the owner out. Recovery ends the strangers' row, and makes the
//!    place known from which it was done.
//! 3. Wrong passwords also count for the client's address, whichever accounts they were meant for.

use std::time::Duration;

use super::{known_devices, limits};
use crate::{
    core::{
        context::Context,
        crypto::password::Verdict,
        error::{Error, Limited, Result},
        limits::{Key, Outcome, Policy, Quota, Spending},
        secret::SecretText,
    },
    models::{email::Email, ids::UserId},
};

const OF_AN_ACCOUNT: Policy =
    Policy { free: 3, most: 100, forget: Duration::from_hours(24), from_last: true, right_ends: true };
const ADDRESS_WINDOW: Duration = Duration::from_mins(10);
const OF_AN_ADDRESS: &str = "failures";
const OF_STRANGERS: &str = "passwords";
const OF_A_DEVICE: &str = "passwords-device";
const OF_A_SESSION: &str = "passwords-session";

/// What came of a try.
pub(super) enum Checked {
    /// It was compared.
    Compared(Verdict),
    /// It was not: too many were wrong. Nobody learns whether this one is right.
    TooSoon(Limited),
}

/// The row in which tries to sign in are counted.
pub(super) async fn row_for_sign_in(ctx: &Context, email: Option<&Email>, account: Option<UserId>) -> Result<Key> {
    let is_known = known_devices::is_known(ctx, account).await?;
    Ok(if is_known { device_row(ctx, email) } else { strangers_row(ctx, email) })
}

/// The row in which a member's tries to confirm an act are counted.
pub(super) fn row_of_member(ctx: &Context) -> Result<Key> {
    Ok(Key { limit: OF_A_SESSION, subject: ctx.session()?.0.into_bytes() })
}

fn strangers_row(ctx: &Context, email: Option<&Email>) -> Key {
    let email = email.map(Email::as_str).unwrap_or_default();
    Key { limit: OF_STRANGERS, subject: ctx.app().limits.digest(&[b"account", email.as_bytes()]) }
}

fn device_row(ctx: &Context, email: Option<&Email>) -> Key {
    let email = email.map(Email::as_str).unwrap_or_default();
    let parts: [&[u8]; 3] = [b"device", email.as_bytes(), &ctx.client().network()];
    Key { limit: OF_A_DEVICE, subject: ctx.app().limits.digest(&parts) }
}

/// Compares a password with the stored hash, or with a decoy, unless too many were wrong.
///
/// # Errors
/// `TooMany` where the client's address was wrong too often; `Busy`.
pub(super) async fn check(ctx: &Context, row: Key, password: &SecretText, stored: Option<String>) -> Result<Checked> {
    let counts = &ctx.app().limits;
    let address = Key { limit: OF_AN_ADDRESS, subject: ctx.client().network() };
    let of_address = of_an_address(ctx);
    if let Err(wait) = counts.begin_guess(address, &of_address).await {
        return Err(limits::refused(told(OF_AN_ADDRESS, &of_address, wait)));
    }
    if let Err(wait) = counts.begin_guess(row, &OF_AN_ACCOUNT).await {
        counts.end_guess(address, &of_address, Outcome::Open).await;
        limits::count_refusal(row.limit);
        return Ok(Checked::TooSoon(told(row.limit, &OF_AN_ACCOUNT, wait)));
    }
    let verdict = match ctx.app().keyring() {
        Ok(keyring) => ctx.app().hasher.verify(keyring.pepper(), password, stored).await,
        Err(error) => Err(error),
    };
    let outcome = match &verdict {
        Ok(Verdict::Wrong) => Outcome::Wrong,
        Ok(Verdict::Right | Verdict::RightButOld) => Outcome::Right,
        Err(_) => Outcome::Open,
    };
    counts.end_guess(row, &OF_AN_ACCOUNT, outcome).await;
    counts.end_guess(address, &of_address, outcome).await;
    verdict.map(Checked::Compared)
}

/// Like `check` for an act of the member, who is told to wait.
///
/// # Errors
/// `TooMany`; `Busy`.
pub(super) async fn confirm(ctx: &Context, password: &SecretText, stored: String) -> Result<Verdict> {
    match check(ctx, row_of_member(ctx)?, password, Some(stored)).await? {
        Checked::Compared(verdict) => Ok(verdict),
        Checked::TooSoon(limited) => Err(Error::TooMany(limited)),
    }
}

/// Forgets what strangers tried: the owner has proved to hold the mailbox.
pub(super) async fn forget(ctx: &Context, email: &Email) {
    ctx.app().limits.forget_guesses(strangers_row(ctx, Some(email))).await;
    ctx.app().limits.forget_guesses(device_row(ctx, Some(email))).await;
}

/// Twenty wrong passwords in ten minutes, where ten sign-ins a minute are allowed.
fn of_an_address(ctx: &Context) -> Policy {
    let most = ctx.app().config.rate_limits.auth_per_minute.saturating_mul(2);
    Policy { free: most, most, forget: ADDRESS_WINDOW, from_last: false, right_ends: false }
}

fn told(name: &'static str, policy: &Policy, wait: Duration) -> Limited {
    Limited { name, spending: Spending::refused(Quota { most: policy.most, window: policy.forget }, wait) }
}
