//! The stand-in for Stripe by itself: what it does, what it shows, what it sends.

mod acts;
pub mod events;
mod pages;

use std::{path::PathBuf, sync::Arc};

use axum::{Router, body::Body, http::Request};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;
use vault_api::{
    core::secret::SecretText,
    routes::simulated_stripe::{KEY, NewCheckout, Options, SimulatedStripe, State, VERSION},
};

use crate::support::{ManualClock, Reply};

pub const SECRET: &str = "whsec_MARKER-of-the-tests";
pub const BASE: &str = "http://vault.test";

/// A stand-in with a clock of the test's own.
pub struct Stage {
    pub stripe: SimulatedStripe,
    pub clock: Arc<ManualClock>,
    router: Router,
}

impl Stage {
    pub fn new() -> Self {
        Self::with(None, None)
    }

    pub fn with(file: Option<PathBuf>, webhook_url: Option<String>) -> Self {
        let clock = Arc::new(ManualClock::new());
        let options = Options {
            base_url: BASE.into(),
            webhook_url,
            webhook_secret: SecretText::new(SECRET.into()),
            file,
            clock: clock.clone(),
        };
        let stripe = SimulatedStripe::open(options).expect("a stand-in");
        let router = stripe.router();
        Self { stripe, clock, router }
    }

    /// A customer of this address.
    pub fn customer(&self, email: &str) -> String {
        self.stripe.change(|state| state.create_customer(Some(email.into()), None, Default::default())).unwrap()
    }

    /// An open checkout session.
    pub fn checkout(&self, customer: &str) -> String {
        let new = NewCheckout {
            customer: customer.into(),
            success_url: format!("{BASE}/done?session_id={{CHECKOUT_SESSION_ID}}"),
            cancel_url: Some(format!("{BASE}/back")),
            ..NewCheckout::default()
        };
        self.stripe.change(|state| state.create_checkout(new)).unwrap()
    }

    /// A customer and the subscription that they paid for.
    pub fn subscriber(&self, email: &str) -> (String, String) {
        let customer = self.customer(email);
        let subscription = self.stripe.pay(&self.checkout(&customer)).unwrap();
        (customer, subscription)
    }

    pub fn portal(&self, customer: &str) -> String {
        self.stripe.change(|state| state.create_portal(customer, Some(format!("{BASE}/")), None)).unwrap()
    }

    /// What a subscription and its newest invoice are, as `active`, `paid`.
    pub fn states(&self, subscription: &str) -> (String, String) {
        self.stripe.look(|state: &State| {
            let found = state.subscription(subscription).unwrap();
            let invoice = state.invoice(found.latest_invoice.as_ref().unwrap()).unwrap();
            let word = |value: Value| value.as_str().unwrap().to_owned();
            (word(serde_json::to_value(found.status).unwrap()), word(serde_json::to_value(invoice.status).unwrap()))
        })
    }

    /// The kinds of what happened, the newest last.
    pub fn kinds(&self) -> Vec<String> {
        self.stripe.events().into_iter().map(|event| event.kind).collect()
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (head, body) = response.into_parts();
        Reply::new(head.status.as_u16(), head.headers, body.collect().await.expect("a body").to_bytes())
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form of a page.
    pub async fn press(&self, path: &str, form: &str) -> Reply {
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    /// Calls the API with the right key and version, and these headers.
    pub async fn api(&self, method: &str, path: &str, form: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header("stripe-version", VERSION);
        request = request.header("authorization", format!("Bearer {KEY}"));
        if method == "POST" {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }
}
