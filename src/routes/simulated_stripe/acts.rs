//! What people do: become customers, subscribe, cancel, get money back. What time does stands in `periods`.
//!
//! A checkout session: `open` → `complete` (`pay`) or `expired` (`settle`, `expire`); declining a card leaves it open.
//! A subscription: `incomplete` → `active` (`pay`) → `past_due` and back (`periods`) → `canceled` (`cancel`,
//! `delete_customer`, `periods`).

use std::collections::BTreeMap;

use serde_json::json;

use super::{
    refusal::Refusal,
    shapes,
    state::{
        Checkout, CheckoutStatus, CreditNote, Customer, InvoiceStatus, Portal, State, Status, Subscription, new_id,
    },
};
use crate::core::random;

const A_DAY: i64 = 86_400;
const MOST_PORTALS: usize = 200;

/// What a new checkout session is made of.
#[derive(Clone, Debug, Default)]
pub struct NewCheckout {
    /// For whom.
    pub customer: String,
    /// Where the browser goes once it is paid; `{CHECKOUT_SESSION_ID}` in it is replaced.
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
    /// When it closes; a day from now where nothing is said.
    pub expires_at: Option<i64>,
}

impl State {
    /// Makes a customer; its identifier.
    pub fn create_customer(
        &mut self,
        email: Option<String>,
        name: Option<String>,
        metadata: BTreeMap<String, String>,
    ) -> Result<String, Refusal> {
        let id = new_id("cus")?;
        let customer = Customer {
            id: id.clone(),
            email,
            name,
            metadata,
            invoice_prefix: random::base62(8)?.to_ascii_uppercase(),
            next_invoice: 1,
            created: self.now,
            is_deleted: false,
            card_is_declined: false,
        };
        self.customers.insert(id.clone(), customer);
        Ok(id)
    }

    /// Deletes a customer, and cancels what it pays for.
    pub fn delete_customer(&mut self, id: &str) -> Result<(), Refusal> {
        self.living_customer(id).map_err(|()| Refusal::missing("customer", id))?;
        for one in self.running_of(id) {
            self.cancel(&one)?;
        }
        for checkout in self.checkouts.values_mut().filter(|one| one.customer == id) {
            if checkout.status == CheckoutStatus::Open {
                checkout.status = CheckoutStatus::Expired;
            }
        }
        if let Some(customer) = self.customers.get_mut(id) {
            customer.is_deleted = true;
            // who it was is forgotten, as at Stripe
            (customer.email, customer.name) = (None, None);
            customer.metadata.clear();
        }
        Ok(())
    }

    /// Opens a checkout session; its identifier.
    pub fn create_checkout(&mut self, new: NewCheckout) -> Result<String, Refusal> {
        self.living_customer(&new.customer)
            .map_err(|()| Refusal::missing_param("customer", "customer", &new.customer))?;
        let expires_at = new.expires_at.unwrap_or(self.now + A_DAY);
        if !(self.now + 1800..=self.now + A_DAY).contains(&expires_at) {
            let message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.";
            return Err(Refusal::param("expires_at", "parameter_invalid_integer", message));
        }
        let id = new_id("cs_test")?;
        let checkout = Checkout {
            id: id.clone(),
            status: CheckoutStatus::Open,
            customer: new.customer,
            success_url: new.success_url,
            cancel_url: new.cancel_url,
            locale: new.locale,
            client_reference_id: new.client_reference_id,
            metadata: new.metadata,
            subscription_metadata: new.subscription_metadata,
            created: self.now,
            expires_at,
            subscription: None,
            invoice: None,
        };
        self.checkouts.insert(id.clone(), checkout);
        Ok(id)
    }

    /// Closes an open checkout session.
    pub fn expire(&mut self, id: &str) -> Result<(), Refusal> {
        let checkout = self.checkouts.get_mut(id).ok_or_else(|| Refusal::missing("checkout.session", id))?;
        if checkout.status != CheckoutStatus::Open {
            return Err(Refusal::invalid(
                400,
                None,
                "Only Checkout Sessions with a status in [\"open\"] can be expired.",
            ));
        }
        checkout.status = CheckoutStatus::Expired;
        Ok(())
    }

    /// Pays for a checkout session; the subscription. Once more, it is the same one (invariant 1).
    pub fn pay(&mut self, id: &str) -> Result<String, Refusal> {
        let checkout = self.checkouts.get(id).ok_or_else(|| Refusal::missing("checkout.session", id))?.clone();
        match (checkout.status, checkout.subscription) {
            (CheckoutStatus::Complete, Some(subscription)) => return Ok(subscription),
            (CheckoutStatus::Open, _) => {}
            _ => return Err(Refusal::invalid(400, None, "This Checkout Session has expired.")),
        }
        // whoever pays here does it with a card that works
        self.set_card(&checkout.customer, false)?;
        let subscription = self.subscribe(&checkout.customer, checkout.subscription_metadata)?;
        let invoice = self.subscription_mut(&subscription)?.latest_invoice.clone();
        let checkout = self.checkouts.get_mut(id).ok_or_else(|| Refusal::missing("checkout.session", id))?;
        checkout.status = CheckoutStatus::Complete;
        (checkout.subscription, checkout.invoice) = (Some(subscription.clone()), invoice);
        let object = shapes::checkout(self, id);
        self.happened("checkout.session.completed", &object)?;
        Ok(subscription)
    }

    /// Opens a session of the portal; its identifier.
    pub fn create_portal(
        &mut self,
        customer: &str,
        return_url: Option<String>,
        locale: Option<String>,
    ) -> Result<String, Refusal> {
        self.living_customer(customer).map_err(|()| Refusal::missing_param("customer", "customer", customer))?;
        let id = new_id("bps")?;
        let portal = Portal { id: id.clone(), customer: customer.to_owned(), return_url, locale, created: self.now };
        if self.portals.len() >= MOST_PORTALS {
            self.portals.remove(0);
        }
        self.portals.push(portal);
        Ok(id)
    }

    /// Whether the customer's card is declined from now on.
    pub fn set_card(&mut self, customer: &str, is_declined: bool) -> Result<(), Refusal> {
        let found = self.customers.get_mut(customer).ok_or_else(|| Refusal::missing("customer", customer))?;
        found.card_is_declined = is_declined;
        Ok(())
    }

    /// Lets a subscription end with its period, or not.
    pub fn cancel_at_period_end(&mut self, id: &str, ends: bool) -> Result<(), Refusal> {
        let now = self.now;
        let subscription = self.subscription_mut(id)?;
        if !subscription.is_running() {
            return Err(Refusal::invalid(400, None, "A canceled subscription can only update its metadata."));
        }
        if subscription.cancel_at_period_end == ends {
            return Ok(());
        }
        let (before, canceled_before) = (subscription.cancel_at_period_end, subscription.canceled_at);
        subscription.cancel_at_period_end = ends;
        subscription.canceled_at = ends.then_some(now);
        subscription.reason = ends.then(|| "cancellation_requested".to_owned());
        let previous = json!({ "cancel_at_period_end": before, "canceled_at": canceled_before });
        self.subscription_changed(id, &previous)
    }

    /// Ends a subscription at once; nothing is paid back. One that is over stays as it is.
    pub fn cancel(&mut self, id: &str) -> Result<(), Refusal> {
        if self.subscription_mut(id)?.status == Status::Canceled {
            return Ok(());
        }
        self.end(id, "cancellation_requested")
    }

    /// Pays money back, all that can be where no amount is given; the refund.
    pub fn refund(&mut self, charge: &str, amount: Option<i64>) -> Result<String, Refusal> {
        let (now, id) = (self.now, new_id("re")?);
        let found = self.charges.iter_mut().find(|one| one.id == charge);
        let found = found.filter(|one| one.is_paid).ok_or_else(|| Refusal::missing("charge", charge))?;
        let left = found.amount - found.refunded();
        let amount = amount.unwrap_or(left);
        if left == 0 {
            let message = format!("Charge {charge} has already been refunded.");
            return Err(Refusal::param("charge", "charge_already_refunded", message));
        }
        if !(1..=left).contains(&amount) {
            let message = "Refund amount is greater than unrefunded amount on charge, or not positive.";
            return Err(Refusal::param("amount", "parameter_invalid_integer", message));
        }
        found.refunds.push((id.clone(), amount, now));
        let object = shapes::charge(self, charge);
        self.happened("charge.refunded", &object)?;
        Ok(id)
    }

    /// Takes something off an invoice with a credit note; its identifier. One that is open and has nothing left to
    /// pay is paid thereby.
    pub fn credit(&mut self, invoice: &str, amount: i64) -> Result<String, Refusal> {
        let (now, id) = (self.now, new_id("cn")?);
        let found = self.invoice_mut(invoice)?;
        let most = match found.status {
            InvoiceStatus::Open => found.remaining(),
            InvoiceStatus::Paid => found.amount - found.credited_before - found.credited_after,
            _ => 0,
        };
        if !(1..=most).contains(&amount) {
            let message = "The credit note amount exceeds what is left of the invoice.";
            return Err(Refusal::param("amount", "parameter_invalid_integer", message));
        }
        let is_open = found.status == InvoiceStatus::Open;
        if is_open {
            found.credited_before += amount;
        } else {
            found.credited_after += amount;
        }
        let is_settled = is_open && found.remaining() == 0;
        self.credit_notes.push(CreditNote { id: id.clone(), invoice: invoice.to_owned(), amount, created: now });
        let object = shapes::credit_note(self, &id);
        self.happened("credit_note.created", &object)?;
        self.invoice_changed("invoice.updated", invoice)?;
        if is_settled {
            self.invoice_is_paid(invoice, 0)?;
        }
        Ok(id)
    }

    /// Takes an open invoice back.
    pub fn void(&mut self, invoice: &str) -> Result<(), Refusal> {
        let now = self.now;
        let found = self.open_invoice(invoice)?;
        (found.status, found.voided_at, found.next_attempt) = (InvoiceStatus::Void, Some(now), None);
        self.invoice_changed("invoice.voided", invoice)
    }

    /// Gives an open invoice up.
    pub fn mark_uncollectible(&mut self, invoice: &str) -> Result<(), Refusal> {
        let now = self.now;
        let found = self.open_invoice(invoice)?;
        (found.status, found.uncollectible_at, found.next_attempt) = (InvoiceStatus::Uncollectible, Some(now), None);
        self.invoice_changed("invoice.marked_uncollectible", invoice)
    }

    /// A new subscription whose first invoice is paid.
    fn subscribe(&mut self, customer: &str, metadata: BTreeMap<String, String>) -> Result<String, Refusal> {
        let id = new_id("sub")?;
        let subscription = Subscription {
            id: id.clone(),
            item: new_id("si")?,
            customer: customer.to_owned(),
            status: Status::Incomplete,
            created: self.now,
            periods: 0,
            period_start: self.now,
            period_end: self.now,
            cancel_at_period_end: false,
            canceled_at: None,
            ended_at: None,
            reason: None,
            metadata,
            latest_invoice: None,
        };
        self.subscriptions.push(subscription);
        self.begin_period(&id)?;
        let object = shapes::subscription(self, &id);
        self.happened("customer.subscription.created", &object)?;
        let invoice = self.write_invoice(&id)?;
        self.collect(&invoice)?;
        Ok(id)
    }

    /// The subscriptions of a customer that are not over.
    pub(super) fn running_of(&self, customer: &str) -> Vec<String> {
        let running = self.subscriptions.iter().filter(|one| one.customer == customer);
        running.filter(|one| one.status != Status::Canceled).map(|one| one.id.clone()).collect()
    }

    fn living_customer(&self, id: &str) -> Result<(), ()> {
        self.customers.get(id).filter(|one| !one.is_deleted).map(|_| ()).ok_or(())
    }

    fn open_invoice(&mut self, id: &str) -> Result<&mut super::state::Invoice, Refusal> {
        let found = self.invoice_mut(id)?;
        if found.status == InvoiceStatus::Open {
            return Ok(found);
        }
        Err(Refusal::invalid(400, Some("invoice_not_editable"), "This invoice is not open."))
    }
}
