//! Stripe, as far as we need it: a thin client over its HTTP API with the version pinned (why no library:
//! `docs/decisions/0014-stripe-client.md`).
//!
//! `http` sends and retries, `circuit` spares everybody the wait while Stripe is away, `read` makes models of what comes back,
//! `signature` tells Stripe's events from forgeries. What the answers mean for an account is the services' business.

mod circuit;
mod http;
mod read;
pub mod signature;

use std::{fmt, time::Duration};

use serde_json::Value;

pub use read::Refunded;

use self::{http::Http, read::Reading};
use super::{configuration::StripeSettings, language::Language, texts::money::money};
use crate::models::billing::{CheckoutSession, StripeInvoice, Subscription};

/// The most pages (of 100 items) that one customer's list may have.
const PAGES_OF_A_CUSTOMER: usize = 20;
/// The most pages that the list of everybody's subscriptions may have.
const PAGES_OF_ALL: usize = 5000;
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

    /// Whether Stripe says that there is no such thing.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        match self {
            Self::Away { .. } => false,
            Self::Refused { status, code, .. } => {
                code == "resource_missing" || (*status == 404 && !matches!(&**code, "other_mode" | "unknown_path"))
            }
        }
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

/// Stripe.
pub struct Stripe {
    http: Http,
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
        Self { http: Http::new(settings, patience) }
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
            return Err(StripeError::away("Stripe made a checkout session without a page".into()));
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

    /// All subscriptions of a customer, those that are over included; `None` where the customer is gone.
    pub async fn subscriptions(&self, customer: &str) -> Result<Option<Vec<Subscription>>, StripeError> {
        let query = [("customer", customer), ("status", "all")];
        let found = match self.http.pages("subscriptions", &query, PAGES_OF_A_CUSTOMER).await {
            Ok(found) => found,
            Err(error) if error.is_missing() => return Ok(None),
            Err(error) => return Err(error),
        };
        let reading = self.reading();
        let mut subscriptions = Vec::new();
        for value in &found {
            subscriptions.extend(reading.subscription(value)?);
        }
        // a deleted customer still has its list of what is over
        let may_be_gone = subscriptions.iter().all(|one| one.status.is_over());
        if may_be_gone && self.is_gone(customer).await? { Ok(None) } else { Ok(Some(subscriptions)) }
    }

    async fn is_gone(&self, customer: &str) -> Result<bool, StripeError> {
        match self.http.get(&format!("customers/{}", segment(customer)?), &[]).await {
            Ok(found) => Ok(found.get("deleted").and_then(Value::as_bool).unwrap_or(false)),
            Err(StripeError::Refused { code, .. }) => Ok(code == "resource_missing"),
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

    /// Deletes a customer, and with it all that it pays for; one that is gone already is fine.
    pub async fn delete_customer(&self, id: &str) -> Result<(), StripeError> {
        match self.http.delete(&format!("customers/{}", segment(id)?)).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_missing() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Everybody's subscriptions that are not cancelled, each with its customer.
    pub async fn live_subscriptions(&self) -> Result<Vec<(String, Subscription)>, StripeError> {
        let found = self.http.pages("subscriptions", &[], PAGES_OF_ALL).await?;
        let reading = self.reading();
        let mut all = Vec::new();
        for value in &found {
            if let (Some(customer), Some(subscription)) = (read::customer(value), reading.subscription(value)?) {
                all.push((customer, subscription));
            }
        }
        Ok(all)
    }

    /// Whether the key works and what it sells can be sold; a line for the operator.
    ///
    /// # Errors
    /// Also where a price is unknown, or the one that is sold is inactive, not recurring, metered or of the other mode.
    pub async fn check(&self) -> Result<String, StripeError> {
        let settings = self.settings();
        let mut line = None;
        for price in &settings.prices {
            let found = match self.http.get(&format!("prices/{}", segment(price)?), &[]).await {
                Ok(found) => found,
                Err(error) if error.is_missing() => {
                    let sentence =
                        format!("STRIPE_PRICE_PRO: Stripe knows no price {price} in {} mode", settings.mode());
                    return Err(StripeError::ours("price_unknown", sentence));
                }
                Err(error) => return Err(error),
            };
            if line.is_none() {
                may_be_sold(price, &found, settings.is_live)?;
                line = Some(format!("{} mode, {price}: {}", settings.mode(), price_line(&found)));
            }
        }
        line.ok_or_else(|| StripeError::ours("no_price", "STRIPE_PRICE_PRO is not set: there is nothing to sell"))
    }
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

fn may_be_sold(price: &str, found: &Value, is_live: bool) -> Result<(), StripeError> {
    let flag = |name: &str| found.get(name).and_then(Value::as_bool);
    let recurring = found.get("recurring").filter(|recurring| recurring.is_object());
    let usage = recurring.and_then(|recurring| recurring.get("usage_type")).and_then(Value::as_str);
    let (code, why) = match () {
        () if flag("livemode").is_some_and(|price_is_live| price_is_live != is_live) => {
            ("other_mode", "is of the other mode than STRIPE_SECRET_KEY: one is for tests, the other for real money")
        }
        () if flag("active") == Some(false) => ("price_inactive", "is archived at Stripe, and can not be bought"),
        () if recurring.is_none() => ("price_not_recurring", "is paid once; PRO needs a recurring price"),
        () if usage == Some("metered") => ("price_metered", "is metered; PRO needs a price with a fixed amount"),
        () => return Ok(()),
    };
    Err(StripeError::ours(code, format!("STRIPE_PRICE_PRO: {price} {why}")))
}

/// As `€9.00 each month`.
fn price_line(found: &Value) -> String {
    let text = |pointer: &str| found.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let count = found.pointer("/recurring/interval_count").and_then(Value::as_i64).unwrap_or(1);
    let interval = match text("/recurring/interval") {
        "" => "period",
        interval => interval,
    };
    let every = if count == 1 { format!("each {interval}") } else { format!("every {count} {interval}s") };
    let amount = found.get("unit_amount").and_then(Value::as_i64).zip(read::currency(found));
    match amount {
        Some((amount, currency)) => format!("{} {every}", money(amount, &currency, Language::English)),
        None => format!("an amount in tiers {every}"),
    }
}
