//! An app and, in the same process, a stand-in for Stripe that a test drives by its handle. No event goes anywhere by
//! itself: the test delivers them, in whatever order and as often as it likes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, extract::Request, http::Request as HttpRequest, middleware::Next};
use serde_json::Value;
use vault_api::{
    core::clock::Clock as _,
    routes::simulated_stripe::{Event, KEY, Options, PRICE, SimulatedStripe},
};

use super::{Actor, Engine, Reply, TestApp, clock::ManualClock};

const SECRET: &str = "whsec_of_the_tests";
/// Where browsers would find the app; nobody listens there.
const WEB: &str = "https://vault.test";

/// A stand-in, and how it is reached.
pub struct StandIn {
    pub stripe: SimulatedStripe,
    /// How many requests its API got.
    pub requests: Arc<AtomicU64>,
    /// How many milliseconds its API takes for each.
    pub takes: Arc<AtomicU64>,
}

impl StandIn {
    /// An app that sells PRO at a stand-in of its own; their clocks are one.
    pub async fn with_app(engine: Engine) -> (TestApp, Self) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}/simulated-stripe", listener.local_addr().expect("an address"));
        let settings = [
            ("STRIPE_SECRET_KEY", KEY),
            ("STRIPE_WEBHOOK_SECRET", SECRET),
            ("STRIPE_PRICE_PRO", PRICE),
            ("STRIPE_API_BASE", &base),
            ("WEB_BASE_URL", WEB),
        ];
        let app = TestApp::start_with(engine, &settings).await;
        let options = Options {
            base_url: WEB.into(),
            webhook_url: None,
            webhook_secret: SECRET.into(),
            file: None,
            clock: Arc::<ManualClock>::clone(&app.clock),
        };
        let stripe = SimulatedStripe::open(options).expect("a stand-in");
        let (requests, takes) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let counted = (requests.clone(), takes.clone());
        let router = Router::new().nest("/simulated-stripe", stripe.router());
        let router = router.layer(axum::middleware::from_fn(move |request: Request, next: Next| {
            let (requests, takes) = counted.clone();
            async move {
                requests.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(takes.load(Ordering::SeqCst))).await;
                next.run(request).await
            }
        }));
        tokio::spawn(async move { axum::serve(listener, router).await });
        (app, Self { stripe, requests, takes })
    }

    /// Sends an event to an app, as Stripe would.
    pub async fn deliver(&self, app: &TestApp, event: &Event) -> Reply {
        let (header, body) = self.stripe.signed(event);
        let request = HttpRequest::post("/api/billing/webhook")
            .header("content-type", "application/json; charset=utf-8")
            .header("stripe-signature", header);
        app.send(request.body(Body::from(body)).expect("a request")).await
    }

    /// Begins a checkout; the session.
    pub async fn check_out(&self, actor: &Actor<'_>) -> String {
        let url = actor.call("POST", "/api/billing/checkout", None).await.expect(200).json();
        let url = url["url"].as_str().expect("an address");
        url.rsplit('/').next().and_then(|rest| rest.split('?').next()).expect("a session").to_owned()
    }

    /// Begins a checkout and pays; the customer.
    pub async fn subscribe(&self, actor: &Actor<'_>) -> String {
        let session = self.check_out(actor).await;
        self.stripe.pay(&session).expect("paid");
        self.stripe.look(|state| state.checkouts[&session].customer.clone())
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
                    app.clock.advance(chrono::TimeDelta::seconds(11));
                    app.app.billing_is_due.notify_one();
                }
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let rows = apps[0].sql("select wanted, done, failures, \"lastError\" from auth.billing_accounts").await;
        panic!("the worker is not idle at {}:\n{rows}", apps[0].clock.now());
    }
}

/// The customer that an event is about.
pub fn customer_of(event: &Event) -> String {
    let body: Value = serde_json::from_str(&event.body).expect("JSON");
    body["data"]["object"]["customer"].as_str().unwrap_or_default().to_owned()
}
