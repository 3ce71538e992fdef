//! All accounts against Stripe: what was missed is mended and told.

use std::time::Duration;

use uuid::Uuid;

use super::{lease, look, stripe};
use crate::{
    core::{context::Context, error::Result, stripe::Stripe, texts::problems::Code},
    models::{
        billing::SubscriptionStatus,
        billing_account::{BillingAccount, Changes},
        ids::UserId,
        permission::Permission,
        user::Plan,
    },
    repositories::{billing_accounts, billing_farewells, users},
};

/// How long an account that somebody works on is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// Accounts that are read in one go.
const AT_ONCE: i64 = 200;

/// How a reconciliation went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Accounts that were looked at.
    pub looked_at: usize,
    /// Accounts where something was mended.
    pub mended: usize,
    /// Accounts that could not be looked at, subscriptions that could not be read, and lists of them that broke off.
    pub failed: usize,
    /// Subscriptions at Stripe that belong to no account.
    pub strange: usize,
}

/// Looks at every account that has a customer, and at every subscription at Stripe; `tell` hears a line for each thing
/// that was mended or needs a person.
///
/// # Errors
/// `billing_not_configured`; as the database fails. That Stripe fails for one account, or for a page of its list, is told
/// and counted.
pub async fn reconcile(ctx: &Context, mut tell: impl FnMut(String)) -> Result<Reconciled> {
    ctx.require(Permission::AdministerAccounts)?;
    let stripe = stripe(ctx)?;
    let mut done = Reconciled::default();
    let mut after = UserId(Uuid::nil());
    loop {
        let known = billing_accounts::list_customers(&mut ctx.db().read().await?, after, AT_ONCE).await?;
        let Some(last) = known.last() else { break };
        after = last.account;
        for account in &known {
            done.looked_at += 1;
            let name = name(ctx, account).await?;
            match one(ctx, account).await {
                Ok(changes) if changes.is_empty() => {}
                // it was deleted meanwhile
                Err(error) if error.is(Code::Unauthenticated) => {}
                Ok(changes) => {
                    done.mended += 1;
                    tell(format!("{name}: {}", words(&changes)));
                }
                Err(error) => {
                    done.failed += 1;
                    tell(format!("{name}: could not be looked at: {error}"));
                }
            }
        }
    }
    strangers(ctx, stripe, &mut done, &mut tell).await?;
    Ok(done)
}

/// Names what is paid for at Stripe and belongs to no account, page by page: there may be more of it than there is memory.
async fn strangers(ctx: &Context, stripe: &Stripe, done: &mut Reconciled, tell: &mut impl FnMut(String)) -> Result<()> {
    let mut after = None;
    loop {
        let page = match stripe.live_subscriptions_page(after.as_deref()).await {
            Ok(page) => page,
            // where the next page begins is not known either
            Err(error) => {
                done.failed += 1;
                tell(format!("the subscriptions at Stripe could not all be looked through: {error}"));
                return Ok(());
            }
        };
        for error in &page.unreadable {
            done.failed += 1;
            tell(format!("a subscription at Stripe could not be read: {error}"));
        }
        for (customer, subscription) in &page.live {
            if !is_known(ctx, customer).await? {
                done.strange += 1;
                tell(format!(
                    "{customer}: pays for {} ({}) and belongs to no account; cancel it at Stripe, or find out whose it is",
                    subscription.id,
                    subscription.status.as_str()
                ));
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Whether an account has the customer, or had it and the worker is about to delete it at Stripe.
async fn is_known(ctx: &Context, customer: &str) -> Result<bool> {
    let mut reader = ctx.db().read().await?;
    Ok(billing_accounts::has_customer(&mut reader, customer).await?
        || billing_farewells::has_customer(&mut reader, customer).await?)
}

async fn one(ctx: &Context, account: &BillingAccount) -> Result<Changes> {
    let lease = lease::acquire(ctx, account.account, PATIENCE).await?;
    look::look_at(ctx, &lease).await
}

/// How a person finds the account.
async fn name(ctx: &Context, account: &BillingAccount) -> Result<String> {
    let user = users::find(&mut ctx.db().read().await?, account.account).await?;
    Ok(user.map_or_else(|| account.account.to_string(), |user| user.email.to_string()))
}

/// What a look changed, for the operator.
#[must_use]
pub fn words(changes: &Changes) -> String {
    let status = |status: Option<SubscriptionStatus>| status.map_or("none", SubscriptionStatus::as_str);
    let plan = changes.plan.map(|(from, to): (Plan, Plan)| format!("plan {} → {}", from.as_str(), to.as_str()));
    let subscription = changes.status.map(|(from, to)| format!("subscription {} → {}", status(from), status(to)));
    let invoices = (changes.invoices > 0).then(|| format!("{} invoices new or changed", changes.invoices));
    [plan, subscription, invoices].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
