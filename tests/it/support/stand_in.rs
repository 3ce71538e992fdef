//! The stand-in for Stripe in this process, with faults before it: it can be slow, refuse, hang, or forget an answer
//! after the deed was done.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use vault_api::{
    core::{clock::Clock as _, secret::SecretText},
    routes::simulated_stripe::{Event, KEY, Options, SimulatedStripe},
};

use super::{Actor, Engine, ManualClock, Reply, TestApp};

/// What its events are signed with.
const STAND_IN_SECRET: &str = "whsec_MARKERofthestandin";

/// What stands between the client and the stand-in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// How long each answer takes, before anything is done.
    pub delay: Duration,
    /// How long each answer is held back after the deed was done.
    pub holds: Duration,
    /// What is answered instead, nothing having been done.
    pub refuses_with: Option<u16>,
    /// What is answered after the deed was done.
    pub forgets_with: Option<u16>,
    /// What Stripe itself answers to whatever has an idempotency key. It says the same to the same key from then on, but
    /// for 409 and 429, as Stripe documents of what began to execute.
    pub fails_with: Option<u16>,
}

/// A running stand-in.
pub struct StandIn {
    pub stripe: SimulatedStripe,
    pub clock: Arc<ManualClock>,
    pub base: String,
    faults: Arc<Mutex<Faults>>,
    asked: Arc<Mutex<Vec<String>>>,
    broken_for: Arc<Mutex<Option<String>>>,
}

#[derive(Clone, Default)]
struct Gate {
    faults: Arc<Mutex<Faults>>,
    asked: Arc<Mutex<Vec<String>>>,
    broken_for: Arc<Mutex<Option<String>>>,
    /// What failed, by its idempotency key.
    failed: Arc<Mutex<HashMap<String, u16>>>,
}

impl StandIn {
    /// Starts it; events are delivered by the test itself, unless somebody runs `stripe.deliver`.
    pub async fn start() -> Self {
        Self::start_for(None).await
    }

    /// Starts it for a server that browsers find at `web_base`, with its webhook.
    pub async fn start_for(web_base: Option<&str>) -> Self {
        let clock = Arc::new(ManualClock::new());
        let stripe = SimulatedStripe::open(Options {
            base_url: web_base.unwrap_or("http://vault.localhost").into(),
            webhook_url: web_base.map(|base| format!("{base}/api/billing/webhook")),
            webhook_secret: SecretText::from(STAND_IN_SECRET),
            file: None,
            clock: clock.clone(),
        })
        .expect("a stand-in");
        let gate = Gate::default();
        let router = stripe.router().layer(from_fn_with_state(gate.clone(), pass));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { stripe, clock, base, faults: gate.faults, asked: gate.asked, broken_for: gate.broken_for }
    }

    /// The variables of a server that takes it for Stripe.
    pub fn settings(&self) -> Vec<(&str, &str)> {
        vec![
            ("STRIPE_SECRET_KEY", KEY),
            ("STRIPE_WEBHOOK_SECRET", STAND_IN_SECRET),
            ("STRIPE_PRICE_PRO", "price_simulated_pro"),
            ("STRIPE_API_BASE", &self.base),
            // a name close by: the pages of the stand-in need no TLS there
            ("WEB_BASE_URL", "http://vault.localhost"),
        ]
    }

    /// An app that takes it for Stripe; their clocks are one.
    pub async fn app(&self, engine: Engine) -> TestApp {
        TestApp::start_at(engine, &self.settings(), self.clock.clone()).await
    }

    /// A stand-in and an app that takes it for Stripe.
    pub async fn with_app(engine: Engine) -> (TestApp, Self) {
        let stand_in = Self::start().await;
        (stand_in.app(engine).await, stand_in)
    }

    /// Begins a checkout; the session.
    pub async fn check_out(&self, actor: &Actor<'_>) -> String {
        let answer = actor.call("POST", "/api/billing/checkout", None).await.expect(200).json();
        self.checkout_of(answer["url"].as_str().expect("an address"))
    }

    /// Begins a checkout and pays; the customer. The app has not heard of it.
    pub async fn subscribe(&self, actor: &Actor<'_>) -> String {
        let session = self.check_out(actor).await;
        self.stripe.pay(&session).expect("paid");
        self.stripe.look(|state| state.checkouts[&session].customer.clone())
    }

    /// From now on.
    pub fn set_faults(&self, faults: Faults) {
        *self.faults.lock().unwrap() = faults;
    }

    /// From now on requests whose address names this customer fail with 500; `None` heals it.
    pub fn break_for(&self, customer: Option<&str>) {
        *self.broken_for.lock().unwrap() = customer.map(str::to_owned);
    }

    /// What was asked so far, as `POST /v1/customers`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// The customers that there are.
    pub fn customers(&self) -> Vec<String> {
        self.stripe
            .look(|state| state.customers.values().filter(|one| !one.is_deleted).map(|one| one.id.clone()).collect())
    }

    /// The checkout session that a page's address leads to.
    pub fn checkout_of(&self, url: &str) -> String {
        let ids: Vec<String> = self.stripe.look(|state| state.checkouts.keys().cloned().collect());
        ids.into_iter().find(|id| url.contains(id.as_str())).unwrap_or_else(|| panic!("{url} leads to no checkout"))
    }

    /// Moves its clock on, which is its app's too.
    pub fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
        self.stripe.advance(TimeDelta::zero()).expect("what is due happens");
    }

    /// Delivers an event to an app.
    pub async fn deliver(&self, app: &TestApp, event: &Event) -> Reply {
        let (header, body) = self.stripe.signed(event);
        let request = axum::http::Request::builder().method("POST").uri("/api/billing/webhook");
        let request = request.header("stripe-signature", header);
        app.send(request.body(axum::body::Body::from(body)).expect("a request")).await
    }

    /// Waits until nobody is to be looked at. A look that failed has its pause: the apps' clocks move on past it.
    pub async fn settle(&self, apps: &[&TestApp]) {
        const BUSY: &str = "select count(*) from auth.billing_accounts where wanted > done or lease is not null";
        for round in 1..=600 {
            if apps[0].sql(BUSY).await == "0" {
                return;
            }
            if round % 40 == 0 {
                for app in apps {
                    app.clock.advance(TimeDelta::seconds(11));
                    app.app.billing_is_due.notify_one();
                }
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let rows = apps[0].sql("select wanted, done, failures, \"lastError\" from auth.billing_accounts").await;
        panic!("the worker is not idle at {}:\n{rows}", apps[0].clock.now());
    }

    /// Delivers all events that there are, the oldest first.
    pub async fn deliver_all(&self, app: &TestApp) {
        for event in self.stripe.events() {
            self.deliver(app, &event).await.expect(200);
        }
    }
}

/// The customer that an event is about.
pub fn customer_of(event: &Event) -> String {
    let body: Value = serde_json::from_str(&event.body).expect("JSON");
    body["data"]["object"]["customer"].as_str().unwrap_or_default().to_owned()
}

async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    gate.asked.lock().unwrap().push(format!("{} {}", request.method(), request.uri().path()));
    let faults = *gate.faults.lock().unwrap();
    let broken = |status: u16| StatusCode::from_u16(status).expect("a status").into_response();
    tokio::time::sleep(faults.delay).await;
    if let Some(status) = faults.refuses_with {
        return broken(status);
    }
    let is_broken =
        gate.broken_for.lock().unwrap().as_ref().is_some_and(|customer| request.uri().to_string().contains(customer));
    if is_broken {
        return broken(500);
    }
    let key = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
    if let Some(key) = key {
        let kept = gate.failed.lock().unwrap().get(&key).copied();
        if let Some(status) = kept.or(faults.fails_with) {
            if !matches!(status, 409 | 429) {
                gate.failed.lock().unwrap().insert(key, status);
            }
            let body = json!({ "error": { "type": "api_error", "message": "An unknown error occurred" } });
            return (StatusCode::from_u16(status).expect("a status"), Json(body)).into_response();
        }
    }
    let answer = next.run(request).await;
    tokio::time::sleep(faults.holds).await;
    faults.forgets_with.map_or(answer, broken)
}
