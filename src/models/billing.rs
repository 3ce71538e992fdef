//! What Stripe says of an account, and what follows from it: subscriptions, the plan they entitle to, invoices.
//!
//! States of a subscription (Stripe's own words), and the plan each gives:
//! `trialing`, `active` → PRO; `past_due` → PRO, for as long as Stripe tries to collect (that is the grace);
//! `incomplete` (the first payment waits) → FREE; `incomplete_expired`, `canceled`, `unpaid`, `paused` → FREE.
//!
//! Invariants, cited by the tests:
//! 1. The plan is a function of what Stripe says now and of what an administrator gave, never of the order of events.
//! 2. Only a subscription to one of the server's own prices counts.
//! 3. Amounts are whole numbers of the currency's smallest unit, as Stripe has them.

use chrono::{DateTime, Utc};

use super::user::{Plan, words};

words! {
    /// The state of a subscription, in Stripe's words.
    SubscriptionStatus {
        /// The first payment has not come yet.
        Incomplete = "incomplete",
        /// The first payment did not come in time.
        IncompleteExpired = "incomplete_expired",
        /// Before the first payment.
        Trialing = "trialing",
        /// Paid.
        Active = "active",
        /// A renewal was not paid; Stripe tries again.
        PastDue = "past_due",
        /// Over.
        Canceled = "canceled",
        /// Stripe has given up collecting, and keeps the subscription.
        Unpaid = "unpaid",
        /// A trial that ended without a way to pay.
        Paused = "paused",
    }
}

words! {
    /// The state of an invoice, in Stripe's words.
    InvoiceStatus {
        /// Still being written.
        Draft = "draft",
        /// Waits to be paid.
        Open = "open",
        /// Paid.
        Paid = "paid",
        /// Taken back.
        Void = "void",
        /// Nobody expects it to be paid any more.
        Uncollectible = "uncollectible",
    }
}

words! {
    /// For how long one payment is, in Stripe's words.
    Interval {
        /// A day.
        Day = "day",
        /// A week.
        Week = "week",
        /// A month.
        Month = "month",
        /// A year.
        Year = "year",
    }
}

/// What PRO costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// Of the currency's smallest unit.
    pub amount: i64,
    /// ISO 4217, in small letters.
    pub currency: String,
    /// For how long it is paid…
    pub every: Interval,
    /// … and for how many of them at once.
    pub count: i64,
}

impl SubscriptionStatus {
    /// The plan that a subscription in this state gives.
    #[must_use]
    pub fn plan(self) -> Plan {
        match self {
            Self::Trialing | Self::Active | Self::PastDue => Plan::Pro,
            Self::Incomplete | Self::IncompleteExpired | Self::Canceled | Self::Unpaid | Self::Paused => Plan::Free,
        }
    }

    /// Whether a payment was asked for and did not come.
    #[must_use]
    pub fn waits_for_a_payment(self) -> bool {
        matches!(self, Self::PastDue | Self::Unpaid | Self::Incomplete)
    }

    /// Whether nothing can come of it any more.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Canceled | Self::IncompleteExpired)
    }
}

/// A subscription, as Stripe has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Stripe's identifier, `sub_…`.
    pub id: String,
    /// Its state.
    pub status: SubscriptionStatus,
    /// The prices that it is for.
    pub prices: Vec<String>,
    /// When the period that is paid for ends.
    pub current_period_end: Option<DateTime<Utc>>,
    /// Whether it ends with the period.
    pub cancel_at_period_end: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// The subscription that counts for an account: of those to one of `prices` and the one that counted `before` (with the
/// price that it was for), one that
/// gives PRO before one that does not, then one that is not over, then the newest. What counted once goes on counting: a
/// price that was dropped from the settings, or mistyped, takes PRO from nobody who pays.
#[must_use]
pub fn deciding<'a>(
    subscriptions: &'a [Subscription],
    prices: &[String],
    before: Option<(&str, &str)>,
) -> Option<&'a Subscription> {
    let is_ours = |one: &&Subscription| one.prices.iter().any(|price| prices.contains(price));
    let counted = |one: &&Subscription| {
        before.is_some_and(|(id, price)| one.id == id && one.prices.iter().any(|own| own == price))
    };
    let ours = subscriptions.iter().filter(|one| is_ours(one) || counted(one));
    ours.max_by_key(|one| (one.status.plan() == Plan::Pro, !one.status.is_over(), one.created_at, &one.id))
}

/// The plan of an account: PRO where an administrator gave it, or where the subscription that counts gives it.
#[must_use]
pub fn plan(subscription: Option<SubscriptionStatus>, is_granted: bool) -> Plan {
    if is_granted { Plan::Pro } else { subscription.map_or(Plan::Free, SubscriptionStatus::plan) }
}

/// An invoice, as Stripe has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StripeInvoice {
    /// Stripe's identifier, `in_…`.
    pub id: String,
    /// Its number, once it is written.
    pub number: Option<String>,
    /// Its state.
    pub status: InvoiceStatus,
    /// The whole amount, in the currency's smallest unit.
    pub amount: i64,
    /// What was paid of it.
    pub amount_paid: i64,
    /// What credit notes took off.
    pub amount_credited: i64,
    /// What was paid back.
    pub amount_refunded: i64,
    /// The currency, ISO 4217 in small letters.
    pub currency: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its PDF, `https://…`.
    pub invoice_pdf: Option<String>,
    /// Its page at Stripe, `https://…`.
    pub hosted_invoice_url: Option<String>,
    /// From when it counts.
    pub period_start: Option<DateTime<Utc>>,
    /// Until when.
    pub period_end: Option<DateTime<Utc>>,
    /// How often Stripe tried to collect it.
    pub attempt_count: i64,
    /// When it was paid.
    pub paid_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A checkout session: a page where somebody subscribes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckoutSession {
    /// Stripe's identifier, `cs_…`.
    pub id: String,
    /// The page; `None` once it is over.
    pub url: Option<String>,
    /// Whether it still waits for somebody.
    pub is_open: bool,
    /// The customer that it is for.
    pub customer: Option<String>,
    /// The subscription that came of it, once somebody paid.
    pub subscription: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(id: &str, status: SubscriptionStatus, price: &str, created: i64) -> Subscription {
        Subscription {
            id: id.into(),
            status,
            prices: vec![price.into()],
            current_period_end: None,
            cancel_at_period_end: false,
            created_at: DateTime::from_timestamp(created, 0).unwrap_or_default(),
        }
    }

    #[test]
    fn each_state_gives_its_plan_and_a_gift_gives_pro() {
        use SubscriptionStatus::*;
        let table = [
            (None, Plan::Free),
            (Some(Trialing), Plan::Pro),
            (Some(Active), Plan::Pro),
            (Some(PastDue), Plan::Pro),
            (Some(Incomplete), Plan::Free),
            (Some(IncompleteExpired), Plan::Free),
            (Some(Canceled), Plan::Free),
            (Some(Unpaid), Plan::Free),
            (Some(Paused), Plan::Free),
        ];

        assert_eq!(table.len(), SubscriptionStatus::ALL.len() + 1);
        for (status, expected) in table {
            assert_eq!((status, plan(status, false)), (status, expected));
            assert_eq!((status, plan(status, true)), (status, Plan::Pro));
        }
    }

    #[test]
    fn the_subscription_that_counts_is_one_of_ours_that_gives_most() {
        use SubscriptionStatus::*;
        let ours = ["price_new".to_owned(), "price_old".to_owned()];
        let all = [
            one("sub_canceled", Canceled, "price_new", 9),
            one("sub_unpaid", Unpaid, "price_new", 8),
            one("sub_active", Active, "price_old", 1),
            one("sub_foreign", Active, "price_foreign", 10),
        ];
        let found = |count: usize, before| deciding(&all[..count], &ours, before).map(|one| one.id.as_str());

        assert_eq!(found(4, None), Some("sub_active"));
        assert_eq!(found(2, None), Some("sub_unpaid"));
        assert_eq!(found(1, None), Some("sub_canceled"));
        assert_eq!(found(0, None), None);
        assert_eq!(deciding(&all[3..], &ours, None), None);
        // what counted once goes on counting
        assert_eq!(deciding(&all[3..], &ours, Some(("sub_foreign", "price_foreign"))), all.get(3));
        // at another price it is another thing
        assert_eq!(deciding(&all[3..], &ours, Some(("sub_foreign", "price_former"))), None);
        assert_eq!(found(3, Some(("sub_gone", "price_new"))), Some("sub_active"));
    }
}
