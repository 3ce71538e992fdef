//! Billing on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::models::{
    billing::{InvoiceStatus, SubscriptionStatus},
    billing_account::{Invoice, KeyUse, Standing},
    user::Plan,
};

/// A page at Stripe to send a person to.
#[derive(Serialize, ToSchema)]
pub struct LinkView {
    /// Its address; it works for a short while.
    #[schema(example = "https://checkout.stripe.com/c/pay/cs_test_a1")]
    pub url: String,
}

/// The plan of an account, and the subscription behind it.
#[derive(Serialize, ToSchema)]
#[schema(as = Subscription)]
pub struct SubscriptionView {
    /// The plan.
    pub plan: Plan,
    /// The subscription's state, in Stripe's words; `null` where there is none, also where an administrator gave the plan.
    pub status: Option<SubscriptionStatus>,
    /// When the period that is paid for ends.
    pub current_period_end: Option<DateTime<Utc>>,
    /// Whether the subscription ends with that period.
    pub cancel_at_period_end: bool,
    /// How many active keys the account has.
    #[schema(example = 7)]
    pub keys_used: i64,
    /// How many the plan allows; `null` where there is no limit.
    #[schema(example = 10)]
    pub keys_limit: Option<i64>,
}

impl SubscriptionView {
    /// The view of an account's plan and of how far it is used.
    #[must_use]
    pub fn of(standing: &Standing, keys: KeyUse) -> Self {
        let seen = standing.subscription.as_ref();
        Self {
            plan: standing.plan,
            status: seen.map(|seen| seen.status),
            current_period_end: seen.and_then(|seen| seen.current_period_end),
            cancel_at_period_end: seen.is_some_and(|seen| seen.cancel_at_period_end),
            keys_used: keys.used,
            keys_limit: keys.limit,
        }
    }
}

/// An invoice. Amounts are whole numbers of the currency's smallest unit: 900 is 9.00 EUR, and 900 JPY.
#[derive(Serialize, ToSchema)]
#[schema(as = Invoice)]
pub struct InvoiceView {
    /// Its identifier here.
    pub id: Uuid,
    /// Its identifier at Stripe.
    #[schema(example = "in_1QxAbc")]
    pub stripe_invoice_id: String,
    /// The number that stands on it; `null` for a draft.
    #[schema(example = "ABCD-0001")]
    pub number: Option<String>,
    /// The whole amount.
    #[schema(example = 900)]
    pub amount: i64,
    /// What was paid of it.
    pub amount_paid: i64,
    /// What credit notes took off.
    pub amount_credited: i64,
    /// What was paid back.
    pub amount_refunded: i64,
    /// The currency: ISO 4217 in small letters.
    #[schema(example = "eur")]
    pub currency: String,
    /// Its state, in Stripe's words.
    pub status: InvoiceStatus,
    /// What it is for.
    pub description: Option<String>,
    /// The PDF, at Stripe.
    pub invoice_pdf: Option<String>,
    /// Its page, at Stripe, where it can be paid.
    pub hosted_invoice_url: Option<String>,
    /// From when it counts.
    pub period_start: Option<DateTime<Utc>>,
    /// Until when.
    pub period_end: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl From<Invoice> for InvoiceView {
    fn from(Invoice { id, stripe: invoice }: Invoice) -> Self {
        Self {
            id,
            stripe_invoice_id: invoice.id,
            number: invoice.number,
            amount: invoice.amount,
            amount_paid: invoice.amount_paid,
            amount_credited: invoice.amount_credited,
            amount_refunded: invoice.amount_refunded,
            currency: invoice.currency,
            status: invoice.status,
            description: invoice.description,
            invoice_pdf: invoice.invoice_pdf,
            hosted_invoice_url: invoice.hosted_invoice_url,
            period_start: invoice.period_start,
            period_end: invoice.period_end,
            created_at: invoice.created_at,
        }
    }
}

/// That an event was taken.
#[derive(Serialize, ToSchema)]
pub struct ReceivedView {
    /// Always `true`.
    pub received: bool,
}
