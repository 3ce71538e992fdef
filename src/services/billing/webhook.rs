//! Stripe's events: whether they are Stripe's, whether they came before, and of whom they say that Stripe is to be asked.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::stripe;
use crate::{
    core::{
        configuration::StripeSettings, context::Context, database::Writer, error::Result, stripe::signature,
        texts::problems::Code,
    },
    models::{audit::Action, audit_details::Detail, billing_account::EventOutcome},
    repositories::{
        billing_accounts,
        billing_events::{self, NewEvent},
    },
    services::{
        audit::{self, Event},
        limits::{self, Limit},
    },
};

/// How long events are remembered: longer than Stripe sends one again, also by hand (30 days).
const KEPT_FOR: TimeDelta = TimeDelta::days(60);
/// The most characters of a word from outside that is kept.
const MOST_KEPT: usize = 100;
/// What the events that Stripe knows are about.
const FAMILIES: [&str; 30] = [
    "account",
    "application_fee",
    "balance",
    "billing",
    "billing_portal",
    "capability",
    "cash_balance",
    "charge",
    "checkout",
    "coupon",
    "credit_note",
    "customer",
    "entitlements",
    "file",
    "invoice",
    "invoice_payment",
    "invoiceitem",
    "mandate",
    "payment_intent",
    "payment_link",
    "payment_method",
    "payout",
    "plan",
    "price",
    "product",
    "promotion_code",
    "refund",
    "setup_intent",
    "subscription_schedule",
    "tax_rate",
];
/// Those after which something that we keep may be otherwise.
const HEARD: [&str; 8] = [
    "checkout.session.",
    "customer.subscription.",
    "customer.deleted",
    "invoice.",
    "invoice_payment.",
    "charge.refund",
    "credit_note.",
    "refund.",
];

/// The part of an event that is looked at.
#[derive(Deserialize)]
struct Received {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    livemode: bool,
    created: i64,
    /// Of another account at Stripe, for a platform.
    account: Option<String>,
    data: Content,
}

#[derive(Deserialize)]
struct Content {
    object: Value,
}

impl Received {
    /// The customer that it is about: an identifier, or an object with one.
    fn customer(&self) -> Option<&str> {
        let object = &self.data.object;
        let customer = if object["object"] == "customer" { object } else { &object["customer"] };
        customer.as_str().or_else(|| customer["id"].as_str())
    }

    fn created_at(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.created, 0).unwrap_or_default()
    }
}

/// Takes an event: once it returns, the event is stored and will have its effect. Stripe itself is not asked here, so
/// that it is never kept waiting.
///
/// # Errors
/// `billing_not_configured`; `invalid_signature`; `malformed_json` for what is signed and no event; `Unavailable` where
/// the database is away: Stripe sends it again.
pub async fn receive(ctx: &Context, header: Option<&str>, body: &[u8]) -> Result<()> {
    let settings = stripe(ctx)?.settings();
    if settings.webhook_secrets.is_empty() {
        return Err(Code::BillingNotConfigured.into());
    }
    if let Err(forgery) = signature::verify(&settings.webhook_secrets, header.unwrap_or_default(), body, ctx.now()) {
        // who tries signatures is limited as who tries passwords, and so is what is written down of it
        limits::spend_address(ctx, Limit::Auth).await?;
        count("forged");
        let event = Event::on_account(Action::BillingEventRefused, None).with(Detail::Reason, forgery.as_str());
        audit::record_alone(ctx, event).await?;
        return Err(Code::InvalidSignature.into());
    }
    let event: Received = serde_json::from_slice(body).map_err(|_| Code::MalformedJson)?;
    let mut tx = ctx.db().write().await?;
    let (id, kind) = (short(&event.id), short(&event.kind));
    let customer = event.customer().map(short);
    let new = NewEvent { id: &id, kind: &kind, customer: customer.as_deref(), created_at: event.created_at() };
    if !billing_events::insert(&mut tx, &new, ctx.now()).await? {
        count("repeated");
        return tx.commit().await;
    }
    let outcome = apply(&mut tx, ctx, settings, (&event, customer.as_deref())).await?;
    billing_events::set_outcome(&mut tx, &id, outcome).await?;
    if !matches!(outcome, EventOutcome::Accepted | EventOutcome::NothingToDo) {
        tracing::warn!(event = %id, kind = %kind, outcome = outcome.as_str(), "an event from Stripe changes nothing here");
        let event = Event::on_account(Action::BillingEventIgnored, None)
            .with(Detail::Event, id.as_str())
            .with(Detail::Type, kind.as_str())
            .with(Detail::Reason, outcome.as_str());
        audit::record(&mut tx, ctx, event).await?;
    }
    tx.commit().await?;
    count(outcome.as_str());
    if outcome == EventOutcome::Accepted {
        ctx.app().billing_is_due.notify_one();
    }
    Ok(())
}

/// An event's one effect: that its customer is looked at.
async fn apply(
    tx: &mut Writer,
    ctx: &Context,
    settings: &StripeSettings,
    (event, customer): (&Received, Option<&str>),
) -> Result<EventOutcome> {
    if event.livemode != settings.is_live {
        return Ok(EventOutcome::WrongMode);
    }
    if event.account.is_some() {
        return Ok(EventOutcome::OtherAccount);
    }
    let family = event.kind.split('.').next().unwrap_or_default();
    if !FAMILIES.contains(&family) {
        return Ok(EventOutcome::UnknownType);
    }
    if !HEARD.iter().any(|heard| event.kind.starts_with(heard)) {
        return Ok(EventOutcome::NothingToDo);
    }
    let Some(customer) = customer else { return Ok(EventOutcome::NothingToDo) };
    let is_known = billing_accounts::want(tx, customer, ctx.app().clock.now()).await?;
    Ok(if is_known { EventOutcome::Accepted } else { EventOutcome::UnknownCustomer })
}

fn short(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(MOST_KEPT).collect()
}

fn count(outcome: &'static str) {
    metrics::counter!("vault_billing_events_total", "outcome" => outcome).increment(1);
}

/// Removes events that came long ago.
pub(in crate::services) async fn sweep(tx: &mut Writer, now: DateTime<Utc>) -> Result<u64> {
    billing_events::delete_until(tx, now - KEPT_FOR).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_customer_is_found_in_each_form() {
        let customer = |object: Value| {
            let event =
                json!({ "id": "evt_1", "type": "x", "livemode": false, "created": 1, "data": { "object": object } });
            serde_json::from_value::<Received>(event).expect("an event").customer().map(str::to_owned)
        };

        assert_eq!(customer(json!({ "object": "invoice", "customer": "cus_1" })).as_deref(), Some("cus_1"));
        assert_eq!(customer(json!({ "object": "invoice", "customer": { "id": "cus_2" } })).as_deref(), Some("cus_2"));
        assert_eq!(customer(json!({ "object": "customer", "id": "cus_3" })).as_deref(), Some("cus_3"));
        assert_eq!(customer(json!({ "object": "invoice", "metadata": { "customer": "cus_4" } })), None);
        assert_eq!(customer(json!({ "object": "refund", "customer": null })), None);
        assert_eq!(customer(json!("text")), None);
    }
}
