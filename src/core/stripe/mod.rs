//! Stripe, as far as we need it: a thin client over its HTTP API with the version pinned (why no library:
//! `docs/decisions/0014-stripe-client.md`).
//!
//! `http` sends and retries, `circuit` spares everybody the wait while Stripe is away, `read` makes models of what comes back,
//! `check` tells the operator whether the key and the price will do, `price` everybody what PRO costs, `signature` tells Stripe's events from forgeries. What the answers mean for an account is the services' business.

mod check;
mod circuit;
mod http;
mod price;
mod read;
pub mod signature;

use std::{fmt, time::Duration};

use serde_json::Value;

pub use read::Refunded;

use self::{http::Http, read::Reading};
use super::{configuration::StripeSettings, language::Language};
use crate::models::billing::{CheckoutSession, StripeInvoice, Subscription};

/// The most pages (of 100 items) that one customer's list may have.
const PAGES_OF_A_CUSTOMER: usize = 20;
/// Stripe takes no longer name.
const MOST_NAME: usize = 256;

/// How long to wait for Stripe.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For one call as a whole, its retries included.
    pub whole: Duration,
    /// Before the first retry; twice as long before each further one.
    pub pause: Duration,
    /// How long Stripe is left alone after several failures in a row.
    pub rest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            whole: Duration::from_secs(20),
            pause: Duration::from_millis(500),
            rest: Duration::from_secs(30),
        }
    }
}

/// Why Stripe did not do what it was asked. No sentence holds a key, a link or an address of mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StripeError {
    /// Stripe could not be asked, or its answer could not be read: nothing is known, and it may work later.
    Away {
        /// What happened, for the operator.
        sentence: String,
        /// How long to wait before the next attempt, where that is known.
        retry_after: Option<Duration>,
        /// Whether Stripe itself said so.
        is_answer: bool,
    },
    /// Stripe refused: the same call would be refused again until somebody changes something.
    Refused {
        /// Its HTTP status; 0 where we refused for it.
        status: u16,
        /// Its word for the reason, as `resource_missing`; `other_mode` where the key is of the other mode.
        code: String,
        /// What it said, for the operator.
        sentence: String,
    },
}

impl StripeError {
    fn away(sentence: String) -> Self {
        Self::Away { sentence, retry_after: None, is_answer: false }
    }

    fn ours(code: &str, sentence: impl Into<String>) -> Self {
        Self::Refused { status: 0, code: code.into(), sentence: sentence.into() }
    }

    /// Whether the same call may work later, with nobody changing anything.
    #[must_use]
    pub fn is_for_now(&self) -> bool {
        matches!(self, Self::Away { .. })
    }

    /// Whether Stripe itself said so: it says the same to the same idempotency key for a day.
    #[must_use]
    pub fn is_answer(&self) -> bool {
        match self {
            Self::Away { is_answer, .. } => *is_answer,
            Self::Refused { .. } => true,
        }
    }

    /// How long Stripe asks us to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        if let Self::Away { retry_after, .. } = self { *retry_after } else { None }
    }

    /// Whether Stripe says that there is no such thing. A 404 alone is not enough: what stands before Stripe, or is
    /// taken for it, answers so too.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if code == "resource_missing")
    }

    /// Whether the key is not good, or lacks the right to do this.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        matches!(self, Self::Refused { status: 401 | 403, .. })
    }
}

impl fmt::Display for StripeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Away { sentence, .. } | Self::Refused { sentence, .. } => formatter.write_str(sentence),
        }
    }
}

impl std::error::Error for StripeError {}

/// A checkout page to make.
#[derive(Clone, Copy, Debug)]
pub struct NewCheckout<'a> {
    /// Stripe's customer.
    pub customer: &'a str,
    /// The account, for people who look at Stripe's dashboard; it is never believed when it comes back.
    pub user_id: &'a str,
    /// Where a browser goes that has paid; `session_id={CHECKOUT_SESSION_ID}` is added where it is not there.
    pub success_url: &'a str,
    /// Where a browser goes that has not.
    pub cancel_url: &'a str,
    /// The page's language.
    pub language: Language,
}

/// A part of everybody's subscriptions.
#[derive(Clone, Debug)]
pub struct LivePage {
    /// Customers and what they pay for.
    pub live: Vec<(String, Subscription)>,
    /// Why others could not be read.
    pub unreadable: Vec<StripeError>,
    /// Where the next page begins; `None` where this is the last one.
    pub next: Option<String>,
}

/// Stripe.
pub struct Stripe {
    http: Http,
    board: price::Board,
}

impl Stripe {
    /// Speaks to Stripe with these settings; nothing is sent yet.
    #[must_use]
    pub fn new(settings: StripeSettings) -> Self {
        Self::patient(settings, Patience::default())
    }

    /// The same with other waiting times: for tests.
    #[must_use]
    pub fn patient(settings: StripeSettings, patience: Patience) -> Self {
        Self { http: Http::new(settings, patience), board: price::Board::default() }
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &StripeSettings {
        self.http.settings()
    }

    fn reading(&self) -> Reading<'_> {
        let settings = self.settings();
        Reading { prices: &settings.prices, is_close: settings.base.starts_with("http://") }
    }

    /// Makes a customer; its identifier, `cus_…`.
    pub async fn create_customer(
        &self,
        email: &str,
        name: &str,
        user_id: &str,
        idempotency_key: &str,
    ) -> Result<String, StripeError> {
        let name: String = name.chars().take(MOST_NAME).collect();
        let mut form = vec![("email", email), ("metadata[user_id]", user_id)];
        if !name.trim().is_empty() {
            form.push(("name", &name));
        }
        read::identifier(&self.http.post("customers", &form, Some(idempotency_key)).await?)
    }

    /// Makes a checkout page for the price that is sold.
    pub async fn create_checkout(
        &self,
        new: &NewCheckout<'_>,
        idempotency_key: &str,
    ) -> Result<CheckoutSession, StripeError> {
        let Some(price) = self.settings().prices.first() else {
            return Err(StripeError::ours("no_price", "STRIPE_PRICE_PRO is not set: there is nothing to sell"));
        };
        let success_url = with_session(new.success_url);
        let form = [
            ("mode", "subscription"),
            ("customer", new.customer),
            ("line_items[0][price]", price),
            ("line_items[0][quantity]", "1"),
            ("success_url", &success_url),
            ("cancel_url", new.cancel_url),
            ("client_reference_id", new.user_id),
            ("subscription_data[metadata][user_id]", new.user_id),
            ("locale", new.language.tag()),
            ("allow_promotion_codes", "true"),
            // an address that somebody types for the invoice is kept for the next one
            ("customer_update[address]", "auto"),
        ];
        let session = self.http.post("checkout/sessions", &form, Some(idempotency_key)).await?;
        let session = self.reading().checkout(&session)?;
        if session.url.is_none() {
            // it says the same to the same: not to be asked again under the same key
            let sentence = "Stripe made a checkout session without a page that may be shown".into();
            return Err(StripeError::Away { sentence, retry_after: None, is_answer: true });
        }
        Ok(session)
    }

    /// A checkout session; `None` where Stripe does not know it.
    pub async fn checkout(&self, id: &str) -> Result<Option<CheckoutSession>, StripeError> {
        // comes from an address that anybody can write
        let Ok(id) = segment(id) else { return Ok(None) };
        match self.http.get(&format!("checkout/sessions/{id}"), &[]).await {
            Ok(session) => self.reading().checkout(&session).map(Some),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Gives a customer another address: receipts go there.
    pub async fn set_email(&self, customer: &str, email: &str) -> Result<(), StripeError> {
        let customer = segment(customer)?;
        self.http.post(&format!("customers/{customer}"), &[("email", email)], None).await.map(drop)
    }

    /// Closes a checkout page, so that nobody can pay there any more.
    pub async fn expire_checkout(&self, id: &str) -> Result<(), StripeError> {
        let id = segment(id)?;
        self.http.post(&format!("checkout/sessions/{id}/expire"), &[], None).await.map(drop)
    }

    /// Makes a page where a customer manages what they pay for; its address.
    pub async fn create_portal(
        &self,
        customer: &str,
        return_url: &str,
        language: Language,
    ) -> Result<String, StripeError> {
        let form = [("customer", customer), ("return_url", return_url), ("locale", language.tag())];
        let session = self.http.post("billing_portal/sessions", &form, None).await?;
        let page = self.reading().link(&session, "/url");
        page.ok_or_else(|| StripeError::away("Stripe made a portal session without a page".into()))
    }

    /// All subscriptions of a customer, those that are over included; `None` where Stripe says of the customer itself
    /// that it is gone.
    pub async fn subscriptions(&self, customer: &str) -> Result<Option<Vec<Subscription>>, StripeError> {
        let query = [("customer", customer), ("status", "all")];
        let found = match self.http.pages("subscriptions", &query, PAGES_OF_A_CUSTOMER).await {
            Ok(found) => found,
            Err(error) if error.is_missing() => {
                return if self.is_gone(customer).await? { Ok(None) } else { Err(contradiction()) };
            }
            Err(error) => return Err(error),
        };
        let reading = self.reading();
        let mut subscriptions = Vec::new();
        for value in &found {
            subscriptions.extend(reading.subscription(value)?);
        }
        // a deleted customer still has its list of what is over
        let may_be_gone = subscriptions.iter().all(|one| one.status.is_over());
        if !may_be_gone {
            return Ok(Some(subscriptions));
        }
        match self.is_gone(customer).await {
            Ok(true) => Ok(None),
            // where it is refused, nobody said that it is gone
            Ok(false) | Err(StripeError::Refused { .. }) => Ok(Some(subscriptions)),
            Err(error) => Err(error),
        }
    }

    /// Whether Stripe says of the customer itself that it is gone.
    async fn is_gone(&self, customer: &str) -> Result<bool, StripeError> {
        match self.http.get(&format!("customers/{}", segment(customer)?), &[]).await {
            Ok(found) => Ok(is_deleted(&found)),
            Err(error) if error.is_missing() => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// All invoices of a customer; what was paid back is added by `refunded`.
    pub async fn invoices(&self, customer: &str) -> Result<Vec<StripeInvoice>, StripeError> {
        let found = self.http.pages("invoices", &[("customer", customer)], PAGES_OF_A_CUSTOMER).await?;
        let reading = self.reading();
        Ok(found.iter().filter_map(|value| reading.invoice(value)).collect())
    }

    /// What was paid back to a customer, by invoice.
    ///
    /// # Errors
    /// `is_forbidden` where the key may not read charges: what was paid back is unknown then, and all else is not.
    pub async fn refunded(&self, customer: &str) -> Result<Refunded, StripeError> {
        let query = [("customer", customer)];
        let charges = self.http.pages("charges", &query, PAGES_OF_A_CUSTOMER).await?;
        if !read::need_invoices(&charges) {
            return Ok(Refunded::of(&charges, &[]));
        }
        let query = [("customer", customer), ("expand[]", "data.payments")];
        let invoices = self.http.pages("invoices", &query, PAGES_OF_A_CUSTOMER).await?;
        Ok(Refunded::of(&charges, &invoices))
    }

    /// Deletes a customer, and with it all that it pays for; one that is gone already is fine. Done is what Stripe says
    /// of the customer itself: a 404 of something else leaves it to be tried again.
    pub async fn delete_customer(&self, id: &str) -> Result<(), StripeError> {
        match self.http.delete(&format!("customers/{}", segment(id)?)).await {
            Ok(deleted) if is_deleted(&deleted) => Ok(()),
            Err(error) if !error.is_missing() => Err(error),
            _ if self.is_gone(id).await? => Ok(()),
            _ => Err(contradiction()),
        }
    }

    /// A page of everybody's subscriptions that are not cancelled, each with its customer: the one behind `after`, the
    /// first one without it.
    pub async fn live_subscriptions_page(&self, after: Option<&str>) -> Result<LivePage, StripeError> {
        let (found, next) = self.http.page("subscriptions", &[], after).await?;
        let reading = self.reading();
        let mut page = LivePage { live: Vec::new(), unreadable: Vec::new(), next };
        for value in &found {
            match (read::customer(value), reading.subscription(value)) {
                (Some(customer), Ok(Some(subscription))) => page.live.push((customer, subscription)),
                (_, Err(error)) => page.unreadable.push(error),
                (None, _) | (_, Ok(None)) => {}
            }
        }
        Ok(page)
    }
}

/// Whether Stripe shows a customer as what is left of a deleted one.
fn is_deleted(customer: &Value) -> bool {
    customer.get("deleted").and_then(Value::as_bool).unwrap_or(false)
}

/// Two answers about a customer that do not go together.
fn contradiction() -> StripeError {
    StripeError::away("Stripe does not know the customer in one answer, and shows it in the next".into())
}

/// An identifier that may stand in a path.
fn segment(id: &str) -> Result<&str, StripeError> {
    let is_plain = !id.is_empty()
        && id.len() <= 255
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if is_plain { Ok(id) } else { Err(StripeError::ours("malformed_id", "this is no identifier of Stripe's")) }
}

/// Stripe puts the session's identifier in the place of the word in braces.
fn with_session(url: &str) -> String {
    const SESSION: &str = "{CHECKOUT_SESSION_ID}";
    if url.contains(SESSION) {
        return url.to_owned();
    }
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}session_id={SESSION}")
}
