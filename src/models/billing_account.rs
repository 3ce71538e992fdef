//! What is kept of an account's life at Stripe, and the lease under which one server at a time works on it.
//!
//! States of a look at Stripe: *at rest* (`wanted = done`), *wanted* (an event came: `wanted > done`), *under way*
//! (leased). Transitions: at rest → wanted `billing_accounts::want`; wanted or due → under way `claim`; under way → at
//! rest `finish`, or wanted again where an event came meanwhile; under way → due later `fail`; a server that dies leaves
//! a lease that ends by itself.
//!
//! Invariants, cited by the tests:
//! 1. Whoever holds the lease alone writes: each write asks for the lease's identifier.
//! 2. A look settles only the events that had come before it began.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    billing::{StripeInvoice, Subscription, SubscriptionStatus},
    ids::UserId,
    user::{Plan, words},
};

/// What is known of an account at Stripe.
#[derive(Clone, Debug)]
pub struct BillingAccount {
    /// Whose it is.
    pub account: UserId,
    /// Stripe's customer, once there is one.
    pub customer: Option<String>,
    /// The address that the customer has at Stripe.
    pub customer_email: Option<String>,
    /// Whether that customer is one of the live mode.
    pub is_live: Option<bool>,
    /// How many customers there were before: one that was deleted at Stripe is followed by another.
    pub generation: i64,
    /// The subscription that counts, as it was last seen.
    pub subscription: Option<Seen>,
    /// The checkout session that was made last.
    pub checkout: Option<String>,
    /// The price that it sells.
    pub checkout_price: Option<String>,
    /// How many checkout sessions were made, and how often Stripe failed to make one.
    pub checkouts: i64,
    /// Counts up with each event.
    pub wanted: i64,
    /// What `wanted` was when the last look that succeeded began.
    pub done: i64,
    /// How many looks in a row have failed.
    pub failures: i64,
    /// Until when somebody works on it.
    pub leased_until: Option<DateTime<Utc>>,
}

/// A subscription, as it was last seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Stripe's identifier.
    pub id: String,
    /// The price that it is for.
    pub price: Option<String>,
    /// Its state.
    pub status: SubscriptionStatus,
    /// When the period that is paid for ends.
    pub current_period_end: Option<DateTime<Utc>>,
    /// Whether it ends with the period.
    pub cancel_at_period_end: bool,
}

impl From<&Subscription> for Seen {
    fn from(subscription: &Subscription) -> Self {
        Self {
            id: subscription.id.clone(),
            price: subscription.prices.first().cloned(),
            status: subscription.status,
            current_period_end: subscription.current_period_end,
            cancel_at_period_end: subscription.cancel_at_period_end,
        }
    }
}

/// The right to work on an account's billing, until it is given back or ends by itself.
#[derive(Clone, Debug)]
pub struct Lease {
    /// Names this one lease.
    pub id: Uuid,
    /// Of which account.
    pub account: UserId,
    /// What `wanted` was when it began.
    pub wanted: i64,
}

/// An account's plan and what stands behind it, for its owner.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The plan.
    pub plan: Plan,
    /// The subscription that counts, if there is one.
    pub subscription: Option<Seen>,
}

/// How many keys an account has, and how many its plan allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// Its active keys.
    pub used: i64,
    /// The limit; `None` where there is none.
    pub limit: Option<i64>,
}

/// An invoice, as it is kept.
#[derive(Clone, Debug)]
pub struct Invoice {
    /// Our identifier, in the order of the invoices' dates.
    pub id: Uuid,
    /// What Stripe says.
    pub stripe: StripeInvoice,
}

words! {
    /// What became of an event.
    EventOutcome {
        /// Stripe is asked about the customer.
        Accepted = "accepted",
        /// It is about nothing that we keep.
        NothingToDo = "nothing_to_do",
        /// Stripe did not make events of this type when this was written.
        UnknownType = "unknown_type",
        /// No account has this customer.
        UnknownCustomer = "unknown_customer",
        /// Test mode where ours is live, or the other way round.
        WrongMode = "wrong_mode",
        /// It is about another account at Stripe.
        OtherAccount = "other_account",
    }
}

/// A customer of an account that was deleted, to be deleted at Stripe too.
#[derive(Clone, Debug)]
pub struct Farewell {
    /// Stripe's customer.
    pub customer: String,
    /// How often it was tried.
    pub attempts: i64,
}

/// What a look at Stripe changed, for whoever wants to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The plan before and after, where it changed.
    pub plan: Option<(Plan, Plan)>,
    /// The subscription's state before and after, where it changed.
    pub status: Option<(Option<SubscriptionStatus>, Option<SubscriptionStatus>)>,
    /// How many invoices are new, changed or gone.
    pub invoices: usize,
}

impl Changes {
    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
