//! What the stand-in knows: customers, checkout sessions, subscriptions, invoices, charges, events. `acts` changes it,
//! `shapes` shows it as Stripe does; nothing here does any input or output.
//!
//! Invariants, cited by the tests:
//! 1. A checkout session makes one subscription at most, however often its button is pressed.
//! 2. An invoice is paid once; what is paid back is never more than what was paid.
//! 3. Every change of a subscription or invoice leaves an event, which holds the object as it is after the change.
//! 4. Times are whole seconds of a clock of its own, which runs ahead of the real one and never behind.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::refusal::Refusal;
use crate::core::random;

/// The one price that the stand-in sells.
pub const PRICE: &str = "price_simulated_pro";
/// The product that it is a price of.
pub const PRODUCT: &str = "prod_simulated_pro";
/// What a month costs, in cents.
pub const AMOUNT: i64 = 900;
/// The currency.
pub const CURRENCY: &str = "eur";

/// The version of Stripe's API that is played.
pub const VERSION: &str = "2026-10-28.endive";

/// All that it knows. Lists are in the order of making.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The address of the stand-in for browsers, without a slash at its end.
    #[serde(skip)]
    pub base: String,
    /// The moment of the act under way.
    #[serde(skip)]
    pub now: i64,
    /// How far its clock is ahead.
    pub ahead_seconds: i64,
    /// The customers, by their identifiers.
    pub customers: BTreeMap<String, Customer>,
    /// The checkout sessions, by their identifiers.
    pub checkouts: BTreeMap<String, Checkout>,
    /// The portal's sessions.
    pub portals: Vec<Portal>,
    /// The subscriptions.
    pub subscriptions: Vec<Subscription>,
    /// The invoices.
    pub invoices: Vec<Invoice>,
    /// The charges.
    pub charges: Vec<Charge>,
    /// The credit notes.
    pub credit_notes: Vec<CreditNote>,
    /// What happened, the newest last; long delivered ones are forgotten.
    pub events: Vec<Event>,
    /// First answers, by the idempotency key.
    pub answers: BTreeMap<String, KeptAnswer>,
}

/// A customer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Customer {
    /// `cus_…`
    pub id: String,
    /// The address.
    pub email: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// What the seller noted.
    pub metadata: BTreeMap<String, String>,
    /// How the numbers of its invoices begin.
    pub invoice_prefix: String,
    /// The number of its next invoice.
    pub next_invoice: u32,
    /// When it was made.
    pub created: i64,
    /// Whether it was deleted.
    pub is_deleted: bool,
    /// Whether its card is declined.
    pub card_is_declined: bool,
}

/// The state of a checkout session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckoutStatus {
    /// Waits for somebody.
    Open,
    /// Paid.
    Complete,
    /// Too late.
    Expired,
}

/// A page where somebody subscribes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Checkout {
    /// `cs_test_…`
    pub id: String,
    /// Its state.
    pub status: CheckoutStatus,
    /// For whom.
    pub customer: String,
    /// Where the browser goes once it is paid.
    pub success_url: String,
    /// Where it goes back to.
    pub cancel_url: Option<String>,
    /// The page's language.
    pub locale: Option<String>,
    /// What the seller noted.
    pub client_reference_id: Option<String>,
    /// Likewise.
    pub metadata: BTreeMap<String, String>,
    /// What the seller notes at the subscription.
    pub subscription_metadata: BTreeMap<String, String>,
    /// When it was made.
    pub created: i64,
    /// When it closes.
    pub expires_at: i64,
    /// What came of it.
    pub subscription: Option<String>,
    /// The first invoice.
    pub invoice: Option<String>,
}

/// A page where somebody looks after a subscription.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Portal {
    /// `bps_…`
    pub id: String,
    /// Whose.
    pub customer: String,
    /// Where the way back leads.
    pub return_url: Option<String>,
    /// The page's language.
    pub locale: Option<String>,
    /// When it was made.
    pub created: i64,
}

/// The state of a subscription, in Stripe's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The first payment has not come.
    Incomplete,
    /// Paid.
    Active,
    /// A renewal was not paid; it is tried again.
    PastDue,
    /// Given up, and kept.
    Unpaid,
    /// Over.
    Canceled,
}

/// A subscription to the one price.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Subscription {
    /// `sub_…`
    pub id: String,
    /// `si_…`, its one item.
    pub item: String,
    /// Whose.
    pub customer: String,
    /// Its state.
    pub status: Status,
    /// When it was made: the day of the month on which it renews.
    pub created: i64,
    /// How many periods it has had.
    pub periods: u32,
    /// When the period began.
    pub period_start: i64,
    /// When the period ends.
    pub period_end: i64,
    /// Whether it ends with the period.
    pub cancel_at_period_end: bool,
    /// When somebody canceled it.
    pub canceled_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// Why: `cancellation_requested`, `payment_failed`.
    pub reason: Option<String>,
    /// What the seller noted.
    pub metadata: BTreeMap<String, String>,
    /// Its newest invoice.
    pub latest_invoice: Option<String>,
}

/// The state of an invoice, in Stripe's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Being written.
    Draft,
    /// Waits to be paid.
    Open,
    /// Paid.
    Paid,
    /// Taken back.
    Void,
    /// Nobody expects the money any more.
    Uncollectible,
}

/// An invoice for one period of a subscription.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Invoice {
    /// `in_…`
    pub id: String,
    /// Its number, once it is written.
    pub number: Option<String>,
    /// Names its page; nobody can guess it.
    pub token: String,
    /// For whom.
    pub customer: String,
    /// What for.
    pub subscription: String,
    /// Its state.
    pub status: InvoiceStatus,
    /// The whole amount, in cents.
    pub amount: i64,
    /// What was paid.
    pub amount_paid: i64,
    /// What credit notes took off before it was paid.
    pub credited_before: i64,
    /// What credit notes took off since.
    pub credited_after: i64,
    /// How often it was tried to collect it.
    pub attempts: u32,
    /// When it is tried again.
    pub next_attempt: Option<i64>,
    /// `subscription_create` or `subscription_cycle`.
    pub reason: String,
    /// When it was made.
    pub created: i64,
    /// When it was written.
    pub finalized_at: Option<i64>,
    /// When it was paid.
    pub paid_at: Option<i64>,
    /// When it was taken back.
    pub voided_at: Option<i64>,
    /// When it was written off.
    pub uncollectible_at: Option<i64>,
    /// From when it counts.
    pub period_start: i64,
    /// Until when.
    pub period_end: i64,
    /// `inpay_…` and `pi_…`, once it is written.
    pub payment: Option<(String, String)>,
}

/// A payment with the card, or a try.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Charge {
    /// `ch_…`
    pub id: String,
    /// `pi_…`
    pub payment_intent: String,
    /// Of whom.
    pub customer: String,
    /// For which invoice.
    pub invoice: String,
    /// How much.
    pub amount: i64,
    /// Whether the money came.
    pub is_paid: bool,
    /// When.
    pub created: i64,
    /// What was paid back of it: `re_…`, how much, when.
    pub refunds: Vec<(String, i64, i64)>,
}

/// A credit note.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CreditNote {
    /// `cn_…`
    pub id: String,
    /// To which invoice.
    pub invoice: String,
    /// How much.
    pub amount: i64,
    /// When.
    pub created: i64,
}

/// Something that happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    /// `evt_…`
    pub id: String,
    /// `invoice.paid`, …
    pub kind: String,
    /// The body, as it is sent.
    pub body: String,
    /// How often it was sent.
    pub attempts: u32,
    /// When it is sent again, by the real clock.
    pub due: i64,
    /// Whether it arrived, or was given up.
    pub is_done: bool,
}

/// The first answer to a request with an idempotency key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeptAnswer {
    /// Method, address and body.
    pub request: String,
    /// The answer.
    pub body: Value,
    /// When.
    pub created: i64,
}

impl Charge {
    /// What was paid back.
    #[must_use]
    pub fn refunded(&self) -> i64 {
        self.refunds.iter().map(|(_, amount, _)| amount).sum()
    }
}

impl Invoice {
    /// What is still to be paid.
    #[must_use]
    pub fn remaining(&self) -> i64 {
        match self.status {
            InvoiceStatus::Draft | InvoiceStatus::Open | InvoiceStatus::Uncollectible => {
                self.amount - self.credited_before - self.amount_paid
            }
            InvoiceStatus::Paid | InvoiceStatus::Void => 0,
        }
    }
}

impl Subscription {
    /// Whether it renews or ends by itself.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self.status, Status::Active | Status::PastDue)
    }
}

impl State {
    /// The customer, a deleted one too.
    #[must_use]
    pub fn customer(&self, id: &str) -> Option<&Customer> {
        self.customers.get(id)
    }

    /// The subscription.
    #[must_use]
    pub fn subscription(&self, id: &str) -> Option<&Subscription> {
        self.subscriptions.iter().find(|one| one.id == id)
    }

    /// The invoice.
    #[must_use]
    pub fn invoice(&self, id: &str) -> Option<&Invoice> {
        self.invoices.iter().find(|one| one.id == id)
    }

    /// The charge.
    #[must_use]
    pub fn charge(&self, id: &str) -> Option<&Charge> {
        self.charges.iter().find(|one| one.id == id)
    }

    /// The charge of this customer that was paid last and can be paid back, wholly or in part.
    #[must_use]
    pub fn last_payment(&self, customer: &str) -> Option<&Charge> {
        let mut of_customer = self.charges.iter().filter(|one| one.customer == customer && one.is_paid);
        of_customer.rfind(|one| one.refunded() < one.amount)
    }

    pub(super) fn subscription_mut(&mut self, id: &str) -> Result<&mut Subscription, Refusal> {
        self.subscriptions.iter_mut().find(|one| one.id == id).ok_or_else(|| Refusal::missing("subscription", id))
    }

    pub(super) fn invoice_mut(&mut self, id: &str) -> Result<&mut Invoice, Refusal> {
        self.invoices.iter_mut().find(|one| one.id == id).ok_or_else(|| Refusal::missing("invoice", id))
    }
}

/// A new identifier that nobody can guess.
pub(super) fn new_id(prefix: &str) -> Result<String, Refusal> {
    Ok(format!("{prefix}_{}", random::base62(24)?))
}
