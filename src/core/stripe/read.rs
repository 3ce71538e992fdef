//! From Stripe's JSON to our models. What is absent, unknown or of a wrong type is as if it were not there; older shapes
//! of the API are read too.
//!
//! What can not be read is not guessed: a subscription to one of our prices in a state that this version does not know
//! makes the whole reading fail, so that nobody is given PRO and nobody loses it until the server is brought up to date.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use url::Url;

use super::StripeError;
use crate::{
    core::network,
    models::billing::{CheckoutSession, InvoiceStatus, StripeInvoice, Subscription, SubscriptionStatus},
};

const MOST_LINK: usize = 2048;
const MOST_TEXT: usize = 500;

/// Reads what Stripe says.
pub(super) struct Reading<'a> {
    /// The prices that count.
    pub(super) prices: &'a [String],
    /// Whether Stripe is a stand-in close by, whose links need no TLS.
    pub(super) is_close: bool,
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str().filter(|text| !text.is_empty())
}

fn number(value: &Value, pointer: &str) -> Option<i64> {
    value.pointer(pointer)?.as_i64()
}

fn time(value: &Value, pointer: &str) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(number(value, pointer)?, 0)
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// An identifier, or that of the object in its place.
fn reference(value: &Value, pointer: &str) -> Option<String> {
    text(value, pointer).or_else(|| text(value, &format!("{pointer}/id"))).map(str::to_owned)
}

/// Its own identifier.
pub(super) fn identifier(value: &Value) -> Result<String, StripeError> {
    text(value, "/id")
        .map(str::to_owned)
        .ok_or_else(|| StripeError::away("an object without an identifier came".into()))
}

/// The customer that it belongs to.
pub(super) fn customer(value: &Value) -> Option<String> {
    reference(value, "/customer")
}

/// A text of somebody's, as short as ours are and without line ends.
fn tidy(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    text.trim().chars().take(MOST_TEXT).collect()
}

impl Reading<'_> {
    /// A link that may be shown: HTTPS.
    pub(super) fn link(&self, value: &Value, pointer: &str) -> Option<String> {
        let link = text(value, pointer).filter(|link| link.len() <= MOST_LINK)?;
        let url = Url::parse(link).ok()?;
        let is_local = || self.is_close && network::is_local_host(url.host_str().unwrap_or_default());
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_local());
        is_safe.then(|| link.to_owned())
    }

    /// A subscription; `None` where it is to none of our prices and in a state that we do not know.
    pub(super) fn subscription(&self, value: &Value) -> Result<Option<Subscription>, StripeError> {
        let id = identifier(value)?;
        let items = list(value, "/items/data");
        let mut prices: Vec<String> =
            items.iter().filter_map(|item| reference(item, "/price").or_else(|| reference(item, "/plan"))).collect();
        prices.extend(reference(value, "/plan").filter(|plan| !prices.contains(plan)));
        let said = text(value, "/status").unwrap_or_default();
        let Ok(status) = SubscriptionStatus::try_from(said.to_owned()) else {
            let state = tidy(said);
            if prices.iter().any(|price| self.prices.contains(price)) {
                return Err(StripeError::away(format!(
                    "the subscription {id} is in the state “{state}”, which this version does not know; the plan stays as it is"
                )));
            }
            tracing::warn!(subscription = %id, state, "a subscription to no price of ours is in an unknown state");
            return Ok(None);
        };
        let current_period_end = time(value, "/current_period_end")
            .or_else(|| items.iter().filter_map(|item| time(item, "/current_period_end")).max());
        let ends_at = time(value, "/cancel_at");
        let says_so = value.pointer("/cancel_at_period_end").and_then(Value::as_bool).unwrap_or(false);
        // with flexible billing, the portal sets a moment and leaves the flag alone
        let ends_then = ends_at.is_some_and(|at| current_period_end.is_none_or(|end| at <= end));
        Ok(Some(Subscription {
            id,
            status,
            prices,
            current_period_end,
            cancel_at_period_end: says_so || ends_then,
            created_at: time(value, "/created").unwrap_or(DateTime::UNIX_EPOCH),
        }))
    }

    /// An invoice; `None`, with a line in the log, where it lacks what makes it one.
    pub(super) fn invoice(&self, value: &Value) -> Option<StripeInvoice> {
        let Some(id) = text(value, "/id") else {
            tracing::warn!("an invoice without an identifier came from Stripe");
            return None;
        };
        let (Some(status), Some(currency)) = (invoice_status(value), currency(value)) else {
            tracing::warn!(invoice = id, "an invoice whose state or currency can not be read came from Stripe");
            return None;
        };
        let lines = list(value, "/lines/data");
        // the invoice's own period is the one before; what is paid for stands in its lines
        let start = lines.iter().filter_map(|line| time(line, "/period/start")).min();
        let end = lines.iter().filter_map(|line| time(line, "/period/end")).max();
        let description =
            text(value, "/description").or_else(|| lines.iter().find_map(|line| text(line, "/description")));
        let credited = ["/pre_payment_credit_notes_amount", "/post_payment_credit_notes_amount"];
        Some(StripeInvoice {
            id: id.to_owned(),
            number: text(value, "/number").map(tidy),
            status,
            amount: number(value, "/total").or_else(|| number(value, "/amount_due")).unwrap_or(0),
            amount_paid: number(value, "/amount_paid").unwrap_or(0),
            amount_credited: credited.iter().filter_map(|name| number(value, name)).fold(0, i64::saturating_add),
            amount_refunded: 0,
            currency,
            description: description.map(tidy),
            invoice_pdf: self.link(value, "/invoice_pdf"),
            hosted_invoice_url: self.link(value, "/hosted_invoice_url"),
            period_start: start.or_else(|| time(value, "/period_start")),
            period_end: end.or_else(|| time(value, "/period_end")),
            attempt_count: number(value, "/attempt_count").unwrap_or(0),
            paid_at: time(value, "/status_transitions/paid_at"),
            created_at: time(value, "/created").or_else(|| time(value, "/date")).unwrap_or(DateTime::UNIX_EPOCH),
        })
    }

    /// A checkout session.
    pub(super) fn checkout(&self, value: &Value) -> Result<CheckoutSession, StripeError> {
        let url = self.link(value, "/url");
        Ok(CheckoutSession {
            id: identifier(value)?,
            is_open: text(value, "/status").map_or(url.is_some(), |status| status == "open"),
            url,
            customer: customer(value),
            subscription: reference(value, "/subscription"),
        })
    }
}

/// Older answers have flags in the place of a state.
fn invoice_status(value: &Value) -> Option<InvoiceStatus> {
    let flag = |name: &str| value.pointer(name).and_then(Value::as_bool);
    match text(value, "/status") {
        Some(word) => InvoiceStatus::try_from(word.to_owned()).ok(),
        None if flag("/paid") == Some(true) => Some(InvoiceStatus::Paid),
        None if flag("/forgiven") == Some(true) => Some(InvoiceStatus::Uncollectible),
        None if flag("/closed") == Some(true) => Some(InvoiceStatus::Void),
        None => flag("/paid").map(|_| InvoiceStatus::Open),
    }
}

/// ISO 4217, in small letters.
pub(super) fn currency(value: &Value) -> Option<String> {
    let currency = text(value, "/currency")?.to_ascii_lowercase();
    (currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_lowercase())).then_some(currency)
}

/// What was paid back, by invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refunded(HashMap<String, i64>);

impl Refunded {
    /// Sets what was paid back of this invoice, where something was.
    pub fn apply(&self, invoice: &mut StripeInvoice) {
        if let Some(amount) = self.0.get(&invoice.id) {
            invoice.amount_refunded = *amount;
        }
    }

    /// Sums the charges' refunds by invoice: the one that the charge names (older answers), or the one among whose
    /// payments the charge or its payment intent stands.
    pub(super) fn of(charges: &[Value], invoices: &[Value]) -> Self {
        let mut paid_with = HashMap::new();
        for invoice in invoices {
            let Some(id) = text(invoice, "/id") else { continue };
            for payment in list(invoice, "/payments/data") {
                for kind in ["/payment/payment_intent", "/payment/charge"] {
                    paid_with.extend(reference(payment, kind).map(|payment| (payment, id)));
                }
            }
            for kind in ["/payment_intent", "/charge"] {
                paid_with.extend(reference(invoice, kind).map(|payment| (payment, id)));
            }
        }
        let mut refunded = HashMap::new();
        for charge in charges {
            let Some(amount) = number(charge, "/amount_refunded").filter(|amount| *amount > 0) else { continue };
            let by_payment = || {
                let names = [reference(charge, "/payment_intent"), reference(charge, "/id")];
                names.into_iter().flatten().find_map(|name| paid_with.get(&name)).map(|id| (*id).to_owned())
            };
            if let Some(invoice) = reference(charge, "/invoice").or_else(by_payment) {
                let sum: &mut i64 = refunded.entry(invoice).or_default();
                *sum = sum.saturating_add(amount);
            }
        }
        Self(refunded)
    }
}

/// Whether any of these charges was paid back, and does not itself name its invoice.
pub(super) fn need_invoices(charges: &[Value]) -> bool {
    charges.iter().any(|charge| {
        number(charge, "/amount_refunded").is_some_and(|amount| amount > 0) && reference(charge, "/invoice").is_none()
    })
}
