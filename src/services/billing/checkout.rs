//! The way to PRO: one customer and one open checkout session for an account, however many requests race; and the way
//! back from it, which asks Stripe at once.

use std::time::Duration;

use chrono::TimeDelta;

use super::{
    away,
    lease::{self, idempotency_key},
    look, stripe,
};
use crate::{
    core::{
        context::Context,
        error::{Error, Result},
        stripe::{NewCheckout, Stripe, StripeError},
        texts::problems::Code,
    },
    models::{
        audit::Action,
        audit_details::Detail,
        billing::SubscriptionStatus,
        billing_account::{BillingAccount, Lease},
        ids::UserId,
        permission::Permission,
        user::{Plan, User},
    },
    repositories::{billing_accounts, billing_farewells, users},
    services::audit::{self, Event},
};

/// How long a request waits for others of the same account.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the way back waits.
const PULL_PATIENCE: Duration = Duration::from_secs(5);
/// When to look at what became of a checkout that nobody told us of.
const LOOK_AFTER: TimeDelta = TimeDelta::hours(1);

/// Begins or goes on with a checkout; answers the address of Stripe's page.
///
/// # Errors
/// `billing_not_configured`; `already_pro`; `subscription_exists` where one waits for a payment; `Busy`;
/// `Unavailable` where Stripe does not answer.
pub async fn check_out(ctx: &Context) -> Result<String> {
    ctx.require(Permission::ManageBilling)?;
    let stripe = stripe(ctx)?;
    if stripe.settings().prices.is_empty() {
        return Err(Code::BillingNotConfigured.into());
    }
    let lease = lease::acquire(ctx, ctx.account()?, PATIENCE).await?;
    let url = begin(ctx, stripe, &lease).await;
    lease::release(ctx, &lease).await;
    url
}

async fn begin(ctx: &Context, stripe: &Stripe, lease: &Lease) -> Result<String> {
    let mut customer = find_customer(ctx, stripe, lease).await?;
    let before = find(ctx, lease.account).await?.1;
    // the page first: what was paid there a moment later stands among the subscriptions
    let page = match &before.checkout {
        Some(checkout) => stripe.checkout(checkout).await.map_err(away)?,
        None => None,
    };
    let found = if let Some(found) = stripe.subscriptions(&customer).await.map_err(away)? {
        found
    } else {
        // it was deleted at Stripe: another takes its place
        look::forget_customer(ctx, lease).await?;
        customer = find_customer(ctx, stripe, lease).await?;
        Vec::new()
    };
    look::apply_subscriptions(ctx, lease, &found).await?;
    let (user, known) = find(ctx, lease.account).await?;
    if user.plan == Plan::Pro {
        return Err(Code::AlreadyPro.into());
    }
    let page = page.filter(|page| page.customer.as_ref() == Some(&customer));
    let price = stripe.settings().prices.first();
    // whoever gave up in the middle of paying goes on where they were
    if let Some(page) = &page
        && let Some(url) = &page.url
        && page.is_open
        && known.checkout_price.as_ref() == price
        && found.iter().all(|one| one.status.is_over() || one.status == SubscriptionStatus::Incomplete)
    {
        return Ok(url.clone());
    }
    // of whatever price: a second one would be paid beside it
    if found.iter().any(|one| !one.status.is_over()) {
        return Err(Code::SubscriptionExists.into());
    }
    if let Some(page) = page {
        let is_paid = page.subscription.as_ref().is_some_and(|paid| found.iter().all(|one| one.id != *paid));
        if page.is_open {
            // it sells what is not sold any more
            stripe.expire_checkout(&page.id).await.map_err(away)?;
        } else if is_paid {
            // this moment, and what came of it is not listed yet
            return Err(Error::Busy { retry_after: 2 });
        }
    }
    open(ctx, stripe, lease, &known, &customer).await
}

/// The account's customer at Stripe, made where there is none.
async fn find_customer(ctx: &Context, stripe: &Stripe, lease: &Lease) -> Result<String> {
    let (user, known) = find(ctx, lease.account).await?;
    match (known.customer.clone(), known.is_live, stripe.settings().is_live) {
        (Some(customer), Some(of_live), is_live) if of_live == is_live => Ok(customer),
        (Some(customer), Some(true), false) => {
            tracing::error!(%customer, "a checkout in test mode for a customer of the live mode is refused: it would be lost");
            Err(Code::BillingNotConfigured.into())
        }
        // what was bought in test mode is worth nothing in live mode
        _ => create_customer(ctx, stripe, lease, (&user, &known)).await,
    }
}

async fn create_customer(
    ctx: &Context,
    stripe: &Stripe,
    lease: &Lease,
    (user, known): (&User, &BillingAccount),
) -> Result<String> {
    let is_live = stripe.settings().is_live;
    let email = user.email.as_str();
    let parts = [email, &user.name, &known.generation.to_string(), &known.checkouts.to_string()];
    let key = idempotency_key(ctx, "customer", user.id, &parts)?;
    let made = stripe.create_customer(email, &user.name, &user.id.to_string(), &key).await;
    let customer = counted(ctx, lease, made).await?;
    let mut tx = match lease::write(ctx, lease).await {
        Ok(tx) => tx,
        Err(error) => {
            forgo(ctx, lease.account, &customer, is_live).await?;
            return Err(error);
        }
    };
    billing_accounts::set_customer(&mut tx, lease, (&customer, email), is_live, ctx.now() + LOOK_AFTER).await?;
    let event =
        Event::on_account(Action::BillingCustomerCreated, Some(user.id)).with(Detail::Customer, customer.as_str());
    audit::record(&mut tx, ctx, event).await?;
    tx.commit().await?;
    Ok(customer)
}

/// Has a customer deleted whose account was deleted while it was made. With a lease that merely ended, the next request
/// gets the same customer from Stripe.
async fn forgo(ctx: &Context, account: UserId, customer: &str, is_live: bool) -> Result<()> {
    let mut tx = ctx.db().write().await?;
    if users::find(&mut tx, account).await?.is_none() {
        billing_farewells::insert(&mut tx, customer, is_live, ctx.now()).await?;
        tx.commit().await?;
        ctx.app().billing_is_due.notify_one();
    }
    Ok(())
}

async fn open(ctx: &Context, stripe: &Stripe, lease: &Lease, known: &BillingAccount, customer: &str) -> Result<String> {
    let base = ctx.app().base_url.trim_end_matches('/');
    let new = NewCheckout {
        customer,
        user_id: &lease.account.to_string(),
        success_url: &format!("{base}/billing/success"),
        cancel_url: &format!("{base}/billing/cancelled"),
        language: ctx.client().language,
    };
    let price = stripe.settings().prices.first().map_or("", String::as_str);
    let parts = [customer, base, price, new.language.tag(), &known.checkouts.to_string()];
    let key = idempotency_key(ctx, "checkout", lease.account, &parts)?;
    let session = counted(ctx, lease, stripe.create_checkout(&new, &key).await).await?;
    let url = session.url.ok_or_else(|| Error::internal("Stripe made a checkout session without a page"))?;
    let mut tx = lease::write(ctx, lease).await?;
    billing_accounts::set_checkout(&mut tx, lease, &session.id, price, ctx.now() + LOOK_AFTER).await?;
    let event = Event::on_account(Action::CheckoutStarted, Some(lease.account)).with(Detail::Session, session.id);
    audit::record(&mut tx, ctx, event).await?;
    tx.commit().await?;
    Ok(url)
}

/// What Stripe made, or why not. It answers the same to the same for a day, faults of its own included: after such an
/// answer the next request is another one.
async fn counted<T>(ctx: &Context, lease: &Lease, made: std::result::Result<T, StripeError>) -> Result<T> {
    if let Err(error) = &made
        && error.is_answer()
    {
        let mut tx = lease::write(ctx, lease).await?;
        billing_accounts::count_failure(&mut tx, lease).await?;
        tx.commit().await?;
    }
    made.map_err(away)
}

async fn find(ctx: &Context, account: UserId) -> Result<(User, BillingAccount)> {
    let mut reader = ctx.db().read().await?;
    let user = users::find(&mut reader, account).await?.ok_or(Code::Unauthenticated)?;
    let known = billing_accounts::find(&mut reader, account).await?;
    Ok((user, known.ok_or_else(|| Error::internal("a leased account has no billing row"))?))
}

/// Asks Stripe what became of a checkout, for whoever comes back from its page; the plan of the account whose checkout
/// it is, `None` where it is nobody's last one.
///
/// # Errors
/// `billing_not_configured`; `Busy`; `Unavailable` where Stripe does not answer: the events tell us later.
pub async fn pull(ctx: &Context, session: &str) -> Result<Option<Plan>> {
    let stripe = stripe(ctx)?;
    if !session.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Ok(None);
    }
    let account = billing_accounts::find_by_checkout(&mut ctx.db().read().await?, session).await?;
    let Some(account) = account else { return Ok(None) };
    let before = find(ctx, account).await?.0;
    if before.plan == Plan::Free {
        let lease = lease::acquire(ctx, account, PULL_PATIENCE).await?;
        let looked = tokio::time::timeout(PULL_PATIENCE, look::subscriptions(ctx, stripe, &lease)).await;
        lease::release(ctx, &lease).await;
        // the invoices may take their time
        look::want_soon(ctx, account).await?;
        looked.map_err(|_| Error::Busy { retry_after: 2 })??;
    }
    Ok(Some(find(ctx, account).await?.0.plan))
}
