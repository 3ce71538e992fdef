//! What time does: periods end and renew, payments are tried again, sessions expire. And what every change leaves
//! behind: invoices, charges, events.
//!
//! A payment that fails is tried again 3, 8 and 15 days after the first time; when the last try fails too, the
//! subscription ends and the invoice stays open. (Stripe lets a seller choose; this is a usual choice.)

use chrono::{DateTime, Months};
use serde_json::{Value, json};

use super::{
    expand,
    refusal::Refusal,
    shapes,
    state::{AMOUNT, Charge, CheckoutStatus, Event, Invoice, InvoiceStatus, State, Status, VERSION, new_id},
};
use crate::core::random;

const A_DAY: i64 = 86_400;
/// How long after the first try the others come, in days.
const RETRIES: [i64; 3] = [3, 8, 15];
/// No more is done at one time, however far the clock was moved.
const MOST_STEPS: usize = 1000;
/// How many events are remembered once they are delivered.
const MOST_EVENTS: usize = 300;

/// Something that time does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// A checkout session closes.
    Checkout(String),
    /// A payment is tried again.
    Attempt(String),
    /// A subscription's period ends.
    Period(String),
}

impl State {
    /// Does all that is due by now, each at its own moment; whether there was anything.
    pub fn settle(&mut self) -> Result<bool, Refusal> {
        let (end, mut was_due) = (self.now, false);
        for _ in 0..MOST_STEPS {
            let Some((moment, due)) = self.next_due(None).filter(|(moment, _)| *moment <= end) else { break };
            (self.now, was_due) = (moment, true);
            match due {
                Due::Checkout(id) => self.expire(&id)?,
                Due::Attempt(invoice) => self.collect(&invoice)?,
                Due::Period(subscription) => self.end_period(&subscription)?,
            }
        }
        self.now = end;
        Ok(was_due)
    }

    /// What is due next, for all or for one customer, and when.
    #[must_use]
    pub fn next_due(&self, customer: Option<&str>) -> Option<(i64, Due)> {
        let counts = |of: &str| customer.is_none_or(|customer| customer == of);
        let open = self.checkouts.values().filter(|one| one.status == CheckoutStatus::Open && counts(&one.customer));
        let checkouts = open.map(|one| (one.expires_at, Due::Checkout(one.id.clone())));
        let waiting = self.invoices.iter().filter(|one| one.status == InvoiceStatus::Open && counts(&one.customer));
        let attempts = waiting.filter_map(|one| Some((one.next_attempt?, Due::Attempt(one.id.clone()))));
        let running = self.subscriptions.iter().filter(|one| one.is_running() && counts(&one.customer));
        let periods = running.map(|one| (one.period_end, Due::Period(one.id.clone())));
        checkouts.chain(attempts).chain(periods).min_by_key(|(moment, _)| *moment)
    }

    /// Moves the clock to the next thing that happens to this customer's subscriptions, and lets it happen; whether
    /// there was any.
    pub fn let_time_pass(&mut self, customer: &str) -> Result<bool, Refusal> {
        let running = self.subscriptions.iter().filter(|one| one.is_running() && one.customer == customer);
        let periods = running.map(|one| one.period_end);
        let waiting = self.invoices.iter().filter(|one| one.status == InvoiceStatus::Open && one.customer == customer);
        let Some(moment) = periods.chain(waiting.filter_map(|one| one.next_attempt)).min() else { return Ok(false) };
        self.move_clock((moment - self.now).max(0))?;
        Ok(true)
    }

    /// Moves the clock on, and does what is due then.
    pub fn move_clock(&mut self, seconds: i64) -> Result<(), Refusal> {
        let seconds = seconds.max(0);
        self.ahead_seconds += seconds;
        self.now += seconds;
        self.settle().map(drop)
    }

    /// Tries now to collect an open invoice.
    pub fn collect(&mut self, id: &str) -> Result<(), Refusal> {
        let (now, charge) = (self.now, new_id("ch")?);
        let invoice = self.invoice_mut(id)?;
        if invoice.status != InvoiceStatus::Open {
            return Err(Refusal::invalid(400, Some("invoice_not_editable"), "This invoice is not open."));
        }
        invoice.attempts += 1;
        let first = invoice.finalized_at.unwrap_or(now);
        let retry = usize::try_from(invoice.attempts).ok().and_then(|done| RETRIES.get(done - 1));
        invoice.next_attempt = retry.map(|days| (first + days * A_DAY).max(now + 1));
        let (amount, subscription, customer) =
            (invoice.remaining(), invoice.subscription.clone(), invoice.customer.clone());
        let (_, payment_intent) = invoice.payment.clone().unwrap_or_default();
        let is_paid = !self.customer(&customer).is_none_or(|one| one.card_is_declined || one.is_deleted);
        self.charges.push(Charge {
            id: charge,
            payment_intent,
            customer,
            invoice: id.to_owned(),
            amount,
            is_paid,
            created: now,
            refunds: Vec::new(),
        });
        if is_paid {
            return self.invoice_is_paid(id, amount);
        }
        self.invoice_changed("invoice.payment_failed", id)?;
        if retry.is_none() {
            return self.end(&subscription, "payment_failed");
        }
        self.set_status(&subscription, Status::PastDue)
    }

    /// The next period of a subscription begins.
    pub(super) fn begin_period(&mut self, id: &str) -> Result<(), Refusal> {
        let subscription = self.subscription_mut(id)?;
        subscription.periods += 1;
        subscription.period_start =
            if subscription.periods == 1 { subscription.created } else { subscription.period_end };
        // counted from the first day, so that a 31st stays one wherever there is one
        let first = DateTime::from_timestamp(subscription.created, 0);
        let end = first.and_then(|first| first.checked_add_months(Months::new(subscription.periods)));
        subscription.period_end = end.map_or(subscription.period_start + 30 * A_DAY, |end| end.timestamp());
        Ok(())
    }

    /// The period of a subscription ends: so does it, or it renews.
    fn end_period(&mut self, id: &str) -> Result<(), Refusal> {
        let subscription = self.subscription_mut(id)?;
        if subscription.cancel_at_period_end {
            return self.end(id, "cancellation_requested");
        }
        let before = json!({ "items": { "data": [{
            "current_period_start": subscription.period_start,
            "current_period_end": subscription.period_end,
        }] }, "latest_invoice": subscription.latest_invoice });
        self.begin_period(id)?;
        let invoice = self.write_invoice(id)?;
        self.subscription_changed(id, &before)?;
        self.collect(&invoice)
    }

    /// Writes the invoice for the period that has begun; it is open then.
    pub(super) fn write_invoice(&mut self, subscription: &str) -> Result<String, Refusal> {
        let (now, id) = (self.now, new_id("in")?);
        let found = self.subscription_mut(subscription)?;
        found.latest_invoice = Some(id.clone());
        let found = found.clone();
        let reason = if found.periods == 1 { "subscription_create" } else { "subscription_cycle" };
        self.invoices.push(Invoice {
            id: id.clone(),
            number: None,
            token: format!("test_{}", random::base62(32)?),
            customer: found.customer.clone(),
            subscription: subscription.to_owned(),
            status: InvoiceStatus::Draft,
            amount: AMOUNT,
            amount_paid: 0,
            credited_before: 0,
            credited_after: 0,
            attempts: 0,
            next_attempt: None,
            reason: reason.to_owned(),
            created: now,
            finalized_at: None,
            paid_at: None,
            voided_at: None,
            uncollectible_at: None,
            period_start: found.period_start,
            period_end: found.period_end,
            payment: None,
        });
        self.invoice_changed("invoice.created", &id)?;
        let customer = self.invoice_mut(&id)?.customer.clone();
        let customer = self.customers.get_mut(&customer).ok_or_else(|| Refusal::missing("customer", &customer))?;
        let number = format!("{}-{:04}", customer.invoice_prefix, customer.next_invoice);
        customer.next_invoice += 1;
        let payment = (new_id("inpay")?, new_id("pi")?);
        let invoice = self.invoice_mut(&id)?;
        (invoice.number, invoice.status) = (Some(number), InvoiceStatus::Open);
        (invoice.finalized_at, invoice.payment) = (Some(now), Some(payment));
        self.invoice_changed("invoice.finalized", &id)?;
        Ok(id)
    }

    /// An open invoice is paid, with so much money.
    pub(super) fn invoice_is_paid(&mut self, id: &str, money: i64) -> Result<(), Refusal> {
        let now = self.now;
        let invoice = self.invoice_mut(id)?;
        (invoice.status, invoice.paid_at, invoice.next_attempt) = (InvoiceStatus::Paid, Some(now), None);
        invoice.amount_paid += money;
        let subscription = invoice.subscription.clone();
        self.invoice_changed("invoice.paid", id)?;
        self.invoice_changed("invoice.payment_succeeded", id)?;
        if self.subscription_mut(&subscription)?.status == Status::Canceled {
            return Ok(());
        }
        self.set_status(&subscription, Status::Active)
    }

    /// A subscription is over.
    pub(super) fn end(&mut self, id: &str, reason: &str) -> Result<(), Refusal> {
        let now = self.now;
        let subscription = self.subscription_mut(id)?;
        subscription.status = Status::Canceled;
        subscription.canceled_at = subscription.canceled_at.or(Some(now));
        subscription.ended_at = Some(now);
        subscription.reason = Some(reason.to_owned());
        // nothing is collected any more by itself
        for invoice in self.invoices.iter_mut().filter(|one| one.subscription == id) {
            invoice.next_attempt = None;
        }
        let object = shapes::subscription(self, id);
        self.happened("customer.subscription.deleted", &object)
    }

    /// A subscription is in another state.
    pub fn set_status(&mut self, id: &str, status: Status) -> Result<(), Refusal> {
        let subscription = self.subscription_mut(id)?;
        let before = std::mem::replace(&mut subscription.status, status);
        if before == status {
            return Ok(());
        }
        self.subscription_changed(id, &json!({ "status": before }))
    }

    pub(super) fn subscription_changed(&mut self, id: &str, previous: &Value) -> Result<(), Refusal> {
        let object = shapes::subscription(self, id);
        self.note("customer.subscription.updated", &object, Some(previous))
    }

    pub(super) fn invoice_changed(&mut self, kind: &str, id: &str) -> Result<(), Refusal> {
        let object = shapes::invoice(self, id);
        self.happened(kind, &object)
    }

    pub(super) fn happened(&mut self, kind: &str, object: &Value) -> Result<(), Refusal> {
        self.note(kind, object, None)
    }

    /// Keeps an event, to be sent (invariant 3).
    fn note(&mut self, kind: &str, object: &Value, previous: Option<&Value>) -> Result<(), Refusal> {
        let id = new_id("evt")?;
        let mut data = json!({ "object": expand::expanded(self, object.clone(), &[])? });
        if let Some(previous) = previous {
            shapes::put(&mut data, "previous_attributes", previous.clone());
        }
        let body = json!({
            "id": id, "object": "event", "api_version": VERSION, "created": self.now, "data": data, "livemode": false,
            "pending_webhooks": 1, "request": { "id": null, "idempotency_key": null }, "type": kind,
        });
        self.events.push(Event {
            id,
            kind: kind.to_owned(),
            body: body.to_string(),
            attempts: 0,
            due: 0,
            is_done: false,
        });
        if self.events.len() > MOST_EVENTS
            && let Some(oldest) = self.events.iter().position(|one| one.is_done)
        {
            self.events.remove(oldest);
        }
        Ok(())
    }
}
