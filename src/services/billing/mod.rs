//! Billing: the plan that an account pays for, through Stripe. `checkout` and `portal` lead to Stripe's pages, `webhook`
//! hears its events, `look` asks what is true and writes it down, `lease` lets one server at a time do so for an account,
//! `reconcile` does it for all, `farewell` ends what a deleted account paid for.
//!
//! Invariants, cited by the tests:
//! 1. Events are hints: an event only says of whom Stripe is to be asked, never what is true.
//! 2. An event counts once: its identifier is stored in the transaction of its effect.
//! 3. Nobody waits for Stripe inside a transaction.
//! 4. Prices and addresses come from the settings alone; nothing that an event or a caller names is believed.

mod checkout;
mod farewell;
mod lease;
mod look;
mod portal;
mod reconcile;
mod webhook;

pub use checkout::{check_out, pull};
pub(super) use farewell::note as note_farewell;
pub use farewell::say_next;
pub use look::{claim_next, count_waiting, look_at};
pub use portal::open_portal;
pub use reconcile::{Reconciled, reconcile, words};
pub use webhook::receive;
pub(super) use webhook::sweep;

use std::sync::Arc;

use crate::{
    core::{
        context::Context,
        error::{Error, Result},
        stripe::{Stripe, StripeError},
        texts::problems::Code,
    },
    models::{
        billing::Price,
        billing_account::{Invoice, KeyUse, Seen, Standing},
        page::{Page, PageRequest},
        permission::Permission,
        user::Plan,
    },
    repositories::{api_keys, billing_accounts, invoices as stored, users},
};

/// The plan of the member's account and the subscription behind it, as they were last seen.
///
/// # Errors
/// `billing_not_configured`.
pub async fn subscription(ctx: &Context) -> Result<Standing> {
    ctx.require(Permission::ReadBilling)?;
    stripe(ctx)?;
    let account = ctx.account()?;
    let mut reader = ctx.db().read().await?;
    let user = users::find(&mut reader, account).await?.ok_or(Code::Unauthenticated)?;
    let billing = billing_accounts::find(&mut reader, account).await?;
    Ok(Standing { plan: user.plan, subscription: billing.and_then(|billing| billing.subscription) })
}

/// The member's active keys, and how many the plan allows. Without Stripe too: the operator may set a limit.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn key_use(ctx: &Context) -> Result<KeyUse> {
    ctx.require(Permission::ReadBilling)?;
    let account = ctx.account()?;
    let mut reader = ctx.db().read().await?;
    let user = users::find(&mut reader, account).await?.ok_or(Code::Unauthenticated)?;
    let used = api_keys::count_active(&mut reader, account).await?;
    Ok(KeyUse { used, limit: ctx.app().config.free_plan_max_keys.filter(|_| user.plan == Plan::Free) })
}

/// What PRO costs, for anybody; `None` without Stripe, and where it can not be found out within a moment.
pub async fn price(ctx: &Context) -> Option<Price> {
    ctx.app().stripe.as_ref()?.price().await
}

/// What a subscription costs, where it is one to the price that is sold now: of others nobody asks Stripe.
pub async fn price_of(ctx: &Context, seen: &Seen) -> Option<Price> {
    let stripe = ctx.app().stripe.as_ref()?;
    let is_sold = seen.price.is_some() && seen.price.as_ref() == stripe.settings().prices.first();
    if is_sold { stripe.price().await } else { None }
}

/// The invoices of the member's account, newest first.
///
/// # Errors
/// `billing_not_configured`.
pub async fn invoices(ctx: &Context, page: PageRequest) -> Result<Page<Invoice>> {
    ctx.require(Permission::ReadBilling)?;
    stripe(ctx)?;
    let rows = stored::list(&mut ctx.db().read().await?, ctx.account()?, page).await?;
    Ok(Page::cut(rows, page.limit, |invoice| invoice.id))
}

/// Stripe, where the server has it.
fn stripe(ctx: &Context) -> Result<&Arc<Stripe>> {
    ctx.app().stripe.as_ref().ok_or_else(|| Code::BillingNotConfigured.into())
}

/// What a refusal or silence of Stripe is to the caller: it may work later. A refusal is the operator's to mend.
fn away(error: StripeError) -> Error {
    if !error.is_for_now() {
        tracing::error!(%error, "Stripe refused what we asked; run `vault-api check`");
    }
    Error::unavailable("stripe", error)
}
