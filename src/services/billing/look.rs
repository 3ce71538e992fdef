//! A look at Stripe: what is true of an account's subscription and invoices now is fetched and written down.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{away, lease, stripe};
use crate::{
    core::{
        context::Context,
        database::Writer,
        error::{Error, Result},
        ids::Ids,
        stripe::{Refunded, Stripe},
    },
    models::{
        audit::Action,
        audit_details::{Cause, Detail},
        billing::{self, InvoiceStatus, StripeInvoice, Subscription},
        billing_account::{Changes, Invoice, Lease, Seen},
        ids::UserId,
        mail::MailKind,
        user::{Plan, User},
    },
    repositories::{billing_accounts, invoices as stored, mail_outbox, users},
    services::{
        audit::{self, Event},
        mails,
    },
};

/// Every account with a customer is looked at once a day, whatever was heard of it: after this time, and up to an hour
/// more, so that those that were looked at together are not all due together again.
const EVERY: TimeDelta = TimeDelta::hours(23);
const SPREAD_SECONDS: u128 = 3600;
/// Of an invoice that was paid longer ago nobody is told: it was found late, as after a restored backup.
const TOLD_WITHIN: TimeDelta = TimeDelta::days(3);

/// Takes the account that has been due the longest; `None` where none is, or there is no Stripe.
///
/// # Errors
/// As the database fails.
pub async fn claim_next(ctx: &Context) -> Result<Option<Lease>> {
    if ctx.app().stripe.is_none() {
        return Ok(None);
    }
    loop {
        let now = ctx.app().clock.now();
        let due = billing_accounts::find_due(&mut ctx.db().read().await?, now, now + lease::BEYOND).await?;
        let Some(account) = due else { return Ok(None) };
        match lease::try_acquire(ctx, account).await {
            Ok(Some(lease)) => return Ok(Some(lease)),
            // another server was quicker, or the account was deleted; there may be others
            Ok(None) => {}
            Err(error) if error.is(crate::core::texts::problems::Code::Unauthenticated) => {}
            Err(error) => return Err(error),
        }
    }
}

/// How many accounts wait to be looked at because something was heard of them.
///
/// # Errors
/// As the database fails.
pub async fn count_waiting(ctx: &Context) -> Result<i64> {
    billing_accounts::count_waiting(&mut ctx.db().read().await?).await
}

/// Looks at a claimed account and gives the lease back; what fails is tried again later.
///
/// # Errors
/// As Stripe or the database fail.
pub async fn look_at(ctx: &Context, lease: &Lease) -> Result<Changes> {
    let looked = look(ctx, lease).await;
    let outcome = if looked.is_ok() { "done" } else { "failed" };
    metrics::counter!("vault_billing_looks_total", "outcome" => outcome).increment(1);
    if let Err(error) = &looked {
        let mut tx = ctx.write_for(Some(lease.account)).await?;
        let now = ctx.app().clock.now();
        let known = billing_accounts::find(&mut tx, lease.account).await?;
        let failures = known.map_or(0, |known| known.failures);
        let why: String = error.to_string().chars().take(300).collect();
        billing_accounts::fail(&mut tx, lease, now, lease::next_try(now, failures), &why).await?;
        tx.commit().await?;
    }
    looked
}

async fn look(ctx: &Context, lease: &Lease) -> Result<Changes> {
    let stripe = stripe(ctx)?;
    let mut changes = subscriptions(ctx, stripe, lease).await?;
    let known = billing_accounts::find(&mut ctx.db().read().await?, lease.account).await?;
    if let Some(customer) =
        known.filter(|known| known.is_live == Some(stripe.settings().is_live)).and_then(|known| known.customer)
    {
        renew_email(ctx, stripe, lease, &customer).await?;
        // a list takes longer than a call
        lease::extend(ctx, lease).await?;
        let invoices = stripe.invoices(&customer).await.map_err(away)?;
        lease::extend(ctx, lease).await?;
        let refunded = match stripe.refunded(&customer).await {
            Ok(refunded) => Some(refunded),
            // a restricted key that may not read charges: the invoices are worth having without
            Err(error) if error.is_forbidden() => {
                tracing::error!(%error, "what was paid back is not known; run `vault-api check`");
                None
            }
            Err(error) => return Err(away(error)),
        };
        changes.invoices = apply_invoices(ctx, lease, invoices, refunded.as_ref()).await?;
    }
    let mut tx = lease::write(ctx, lease).await?;
    let now = ctx.app().clock.now();
    let spread = i64::try_from(lease.account.0.as_u128() % SPREAD_SECONDS).unwrap_or_default();
    billing_accounts::finish(&mut tx, lease, now, now + EVERY + TimeDelta::seconds(spread)).await?;
    tx.commit().await?;
    Ok(changes)
}

/// Gives the customer the account's address, where it has another one: what Stripe sends goes to nobody else.
async fn renew_email(ctx: &Context, stripe: &Stripe, lease: &Lease, customer: &str) -> Result<()> {
    let mut reader = ctx.db().read().await?;
    let user = users::find(&mut reader, lease.account).await?;
    let known = billing_accounts::find(&mut reader, lease.account).await?;
    drop(reader);
    let (Some(user), Some(known)) = (user, known) else { return Ok(()) };
    let email = user.email.as_str();
    if known.customer_email.as_deref() == Some(email) {
        return Ok(());
    }
    match stripe.set_email(customer, email).await {
        Ok(()) => {}
        Err(error) if error.is_for_now() => return Err(away(error)),
        // what Stripe does not take as an address; the invoices matter more
        Err(error) => {
            tracing::error!(%error, "a customer's new address could not be told to Stripe");
            return Ok(());
        }
    }
    let mut tx = lease::write(ctx, lease).await?;
    billing_accounts::set_customer_email(&mut tx, lease, email).await?;
    tx.commit().await
}

/// Fetches the subscriptions of an account and writes down what follows.
///
/// # Errors
/// As Stripe or the database fail; `Busy` where the lease was lost.
pub(super) async fn subscriptions(ctx: &Context, stripe: &Stripe, lease: &Lease) -> Result<Changes> {
    let known = billing_accounts::find(&mut ctx.db().read().await?, lease.account).await?;
    let Some((known, customer)) = known.and_then(|known| known.customer.clone().map(|customer| (known, customer)))
    else {
        return Ok(Changes::default());
    };
    if known.is_live != Some(stripe.settings().is_live) {
        tracing::warn!(%customer, "this customer is of Stripe's other mode; what is known of it stays as it is");
        return Ok(Changes::default());
    }
    match stripe.subscriptions(&customer).await.map_err(away)? {
        Some(found) => apply_subscriptions(ctx, lease, &found).await,
        None => forget_customer(ctx, lease).await,
    }
}

/// Notes that Stripe does not know the customer any more.
pub(super) async fn forget_customer(ctx: &Context, lease: &Lease) -> Result<Changes> {
    let mut tx = lease::write(ctx, lease).await?;
    let known = billing_accounts::find(&mut tx, lease.account).await?;
    billing_accounts::forget_customer(&mut tx, lease).await?;
    let event = Event::on_account(Action::BillingCustomerGone, Some(lease.account));
    let customer = known.and_then(|known| known.customer).unwrap_or_default();
    audit::record(&mut tx, ctx, event.with(Detail::Customer, customer)).await?;
    settle(ctx, tx, lease, None).await
}

/// Writes down the subscription that counts and the plan that follows from it.
pub(super) async fn apply_subscriptions(ctx: &Context, lease: &Lease, found: &[Subscription]) -> Result<Changes> {
    let prices = &stripe(ctx)?.settings().prices;
    if prices.is_empty() {
        // nothing can be judged by settings that are not there; nobody loses by them
        return Ok(Changes::default());
    }
    let mut tx = lease::write(ctx, lease).await?;
    let before = billing_accounts::find(&mut tx, lease.account).await?.and_then(|known| known.subscription);
    let before = before.as_ref().and_then(|before| Some((&*before.id, before.price.as_deref()?)));
    let deciding = billing::deciding(found, prices, before);
    if deciding.is_none() {
        note_foreign(&mut tx, ctx, lease, found).await?;
    }
    settle(ctx, tx, lease, deciding.map(Seen::from)).await
}

/// Notes a subscription that is to none of our prices: it gives nothing.
async fn note_foreign(tx: &mut Writer, ctx: &Context, lease: &Lease, found: &[Subscription]) -> Result<()> {
    let known = billing_accounts::find(&mut *tx, lease.account).await?;
    // the nightly look does not say it again
    if known.is_none_or(|known| known.wanted == known.done) {
        return Ok(());
    }
    for foreign in found.iter().filter(|one| !one.status.is_over()) {
        tracing::warn!(subscription = %foreign.id, "a subscription to a price that is not in STRIPE_PRICE_PRO gives no plan");
        let event = Event::on_account(Action::SubscriptionIgnored, Some(lease.account))
            .with(Detail::Subscription, foreign.id.as_str())
            .with(Detail::Prices, foreign.prices.join(" "));
        audit::record(tx, ctx, event).await?;
    }
    Ok(())
}

async fn settle(ctx: &Context, mut tx: Writer, lease: &Lease, seen: Option<Seen>) -> Result<Changes> {
    let gone = || Error::Busy { retry_after: 2 };
    let known = billing_accounts::find(&mut tx, lease.account).await?.ok_or_else(gone)?;
    let user = users::find(&mut tx, lease.account).await?.ok_or_else(gone)?;
    let is_granted = users::is_plan_granted(&mut tx, user.id).await?;
    let mut changes = Changes::default();
    let (before, after) = (known.subscription.as_ref().map(|seen| seen.status), seen.as_ref().map(|seen| seen.status));
    if seen != known.subscription {
        billing_accounts::set_subscription(&mut tx, lease, seen.as_ref()).await?;
        changes.status = (before != after).then_some((before, after));
        audit::record(&mut tx, ctx, subscription_changed(&user, known.subscription.as_ref(), seen.as_ref())).await?;
    }
    let plan = billing::plan(after, is_granted);
    if plan != user.plan {
        change_plan(&mut tx, ctx, &user, plan).await?;
        changes.plan = Some((user.plan, plan));
    }
    tx.commit().await?;
    if changes.plan.is_some() {
        ctx.app().sessions.forget_account(user.id);
        ctx.app().mail_is_due.notify_one();
    }
    Ok(changes)
}

fn subscription_changed(user: &User, before: Option<&Seen>, after: Option<&Seen>) -> Event {
    let word = |seen: Option<&Seen>| seen.map_or("none", |seen| seen.status.as_str());
    let event = Event::on_account(Action::SubscriptionChanged, Some(user.id))
        .with(Detail::From, word(before))
        .with(Detail::To, word(after));
    match after {
        Some(after) => event
            .with(Detail::Subscription, after.id.as_str())
            .with(Detail::CancelAtPeriodEnd, after.cancel_at_period_end),
        None => event,
    }
}

async fn change_plan(tx: &mut Writer, ctx: &Context, user: &User, plan: Plan) -> Result<()> {
    users::set_plan(tx, user.id, plan, ctx.now()).await?;
    if plan == Plan::Free {
        let limit = ctx.app().config.free_plan_max_keys;
        let mail = mails::queued(ctx, MailKind::ProEnded, user);
        let mail = limit.into_iter().fold(mail, |mail, limit| mail.with("limit", limit.to_string()));
        mail_outbox::insert(tx, &mail).await?;
    }
    let event = Event::on_account(Action::PlanChanged, Some(user.id));
    let event = event
        .with(Detail::From, user.plan.as_str())
        .with(Detail::To, plan.as_str())
        .with(Detail::By, Cause::Stripe.as_str());
    audit::record(tx, ctx, event).await
}

/// Writes down the invoices as Stripe has them; tells how many are new, changed or gone.
async fn apply_invoices(
    ctx: &Context,
    lease: &Lease,
    mut found: Vec<StripeInvoice>,
    refunded: Option<&Refunded>,
) -> Result<usize> {
    found.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    found.dedup_by(|a, b| a.id == b.id);
    let mut tx = lease::write(ctx, lease).await?;
    let status = billing_accounts::find(&mut tx, lease.account).await?.and_then(|known| known.subscription);
    let is_failing = status.is_some_and(|seen| seen.status.waits_for_a_payment());
    let user = users::find(&mut tx, lease.account).await?.ok_or(Error::Busy { retry_after: 2 })?;
    let mut known: HashMap<String, Invoice> = stored::list_all(&mut tx, user.id)
        .await?
        .into_iter()
        .map(|invoice| (invoice.stripe.id.clone(), invoice))
        .collect();
    let (mut changed, mut events) = (0, Vec::new());
    for invoice in &mut found {
        let before = known.remove(&invoice.id);
        match refunded {
            Some(refunded) => refunded.apply(invoice),
            None => invoice.amount_refunded = before.as_ref().map_or(0, |before| before.stripe.amount_refunded),
        }
        if !is_failing {
            // a try that is under way has not failed; it counts once the subscription says so
            let told = before.as_ref().map_or(0, |before| before.stripe.attempt_count);
            invoice.attempt_count = invoice.attempt_count.min(told);
        }
        if before.as_ref().is_some_and(|before| before.stripe == *invoice) {
            continue;
        }
        // the order of our identifiers is that of the invoices' dates
        let id = before.as_ref().map_or_else(|| Ids::at(invoice.created_at), |before| before.id);
        if !stored::upsert(&mut tx, user.id, id, invoice).await? {
            tracing::error!(invoice = %invoice.id, "Stripe lists an invoice that another account has");
            continue;
        }
        changed += 1;
        tell(&mut tx, ctx, &user, before.as_ref().map(|before| &before.stripe), invoice, &mut events).await?;
    }
    // a draft may be deleted; an invoice that was once written out can not
    for gone in known.values().filter(|gone| gone.stripe.status == InvoiceStatus::Draft) {
        changed += 1;
        stored::delete(&mut tx, user.id, gone.id).await?;
    }
    audit::record_all(&mut tx, ctx, events).await?;
    tx.commit().await?;
    ctx.app().mail_is_due.notify_one();
    Ok(changed)
}

/// Notes what an invoice's owner should know: that it was paid, or that a payment failed.
async fn tell(
    tx: &mut Writer,
    ctx: &Context,
    user: &User,
    before: Option<&StripeInvoice>,
    invoice: &StripeInvoice,
    events: &mut Vec<Event>,
) -> Result<()> {
    let is_newly_paid =
        invoice.status == InvoiceStatus::Paid && before.is_none_or(|before| before.status != InvoiceStatus::Paid);
    let has_failed = invoice.status == InvoiceStatus::Open
        && invoice.attempt_count > before.map_or(0, |before| before.attempt_count);
    let (action, kind) = match (is_newly_paid, has_failed) {
        (true, _) => (Action::InvoicePaid, MailKind::InvoicePaid),
        (_, true) => (Action::PaymentFailed, MailKind::PaymentFailed),
        _ => return Ok(()),
    };
    let event = Event::on_account(action, Some(user.id)).with(Detail::Invoice, invoice.id.as_str());
    events.push(event.with(Detail::Amount, invoice.amount).with(Detail::Currency, invoice.currency.as_str()));
    if invoice.amount > 0 && (has_failed || is_recent(invoice, ctx.now())) {
        let link = invoice.hosted_invoice_url.as_deref().unwrap_or_default();
        let mail = mails::queued(ctx, kind, user)
            .with("amount", invoice.amount.to_string())
            .with("currency", invoice.currency.as_str())
            .with("number", invoice.number.as_deref().unwrap_or_default())
            .with("link", link);
        mail_outbox::insert(tx, &mail).await?;
    }
    Ok(())
}

fn is_recent(invoice: &StripeInvoice, now: DateTime<Utc>) -> bool {
    invoice.paid_at.unwrap_or(invoice.created_at) > now - TOLD_WITHIN
}

/// Has an account looked at by the worker as soon as it can.
pub(super) async fn want_soon(ctx: &Context, account: UserId) -> Result<()> {
    let mut tx = ctx.write_for(Some(account)).await?;
    billing_accounts::want_account(&mut tx, account, ctx.app().clock.now()).await?;
    tx.commit().await?;
    ctx.app().billing_is_due.notify_one();
    Ok(())
}
