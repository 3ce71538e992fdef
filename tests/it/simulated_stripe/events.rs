//! What the stand-in sends: signed as Stripe signs, again and again until it arrives, and as a test wants it.

use std::{
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State as Shared,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::sync::watch;
use vault_api::{
    core::{clock::Clock as _, secret::SecretText, stripe::signature},
    routes::simulated_stripe::Delivery,
};

use super::{SECRET, Stage};

/// What a webhook got, and how often it refuses first.
#[derive(Default)]
struct Hook {
    got: Vec<(String, Vec<u8>)>,
    refusals: usize,
}

type Hooked = Arc<Mutex<Hook>>;

async fn hook(refusals: usize) -> (Hooked, String) {
    async fn take(Shared(hook): Shared<Hooked>, headers: HeaderMap, body: Bytes) -> StatusCode {
        let mut hook = hook.lock().unwrap();
        if hook.refusals > 0 {
            hook.refusals -= 1;
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        hook.got.push((headers["stripe-signature"].to_str().unwrap().to_owned(), body.to_vec()));
        StatusCode::OK
    }
    let hook = Arc::new(Mutex::new(Hook { refusals, ..Hook::default() }));
    let router = Router::new().route("/hook", post(take)).with_state(hook.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (hook, url)
}

async fn eventually(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..400 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("in vain: {what}");
}

fn kinds(hook: &Hooked) -> Vec<String> {
    let hook = hook.lock().unwrap();
    let bodies = hook.got.iter().map(|(_, body)| serde_json::from_slice::<Value>(body).unwrap());
    bodies.map(|event| event["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_happens_arrives_signed_and_each_event_holds_what_is_true_after_it() {
    let (hook, url) = hook(0).await;
    let stage = Stage::with(None, Some(url));
    let (_stop, stopping) = watch::channel(false);
    tokio::spawn(stage.stripe.clone().deliver(stopping));

    let (_, subscription) = stage.subscriber("alice@example.com");
    eventually("seven events", || kinds(&hook).len() == 7).await;

    assert_eq!(kinds(&hook), stage.kinds());
    for (header, body) in &hook.lock().unwrap().got {
        signature::verify(&[SecretText::new(SECRET.into())], header, body, stage.clock.now()).unwrap();
        let event: Value = serde_json::from_slice(body).unwrap();
        let object = &event["data"]["object"];
        match event["type"].as_str().unwrap() {
            "customer.subscription.created" => assert_eq!(object["status"], "incomplete"),
            "customer.subscription.updated" => {
                assert_eq!(object["status"], "active");
                assert_eq!(event["data"]["previous_attributes"]["status"], "incomplete");
            }
            "invoice.created" => assert_eq!(object["status"], "draft"),
            "invoice.finalized" => assert_eq!(object["status"], "open"),
            "invoice.paid" | "invoice.payment_succeeded" => {
                assert_eq!(object["status"], "paid");
                assert!(object.get("payments").is_none(), "what is shown on demand is in no event");
            }
            "checkout.session.completed" => assert_eq!(object["subscription"], subscription.as_str()),
            other => panic!("{other}"),
        }
    }
    assert!(stage.stripe.events().iter().all(|event| event.is_done && event.attempts == 1));
}

#[tokio::test]
async fn an_event_that_is_refused_comes_again_and_holds_no_other_up() {
    let (hook, url) = hook(3).await;
    let stage = Stage::with(None, Some(url));
    let client = reqwest::Client::new();
    stage.subscriber("alice@example.com");

    stage.stripe.deliver_due(&client).await;
    assert_eq!(kinds(&hook).len(), 4);
    // not at once again
    stage.stripe.deliver_due(&client).await;
    assert_eq!(kinds(&hook).len(), 4);
    stage.clock.advance(TimeDelta::seconds(60));
    stage.stripe.deliver_due(&client).await;

    assert_eq!(kinds(&hook).len(), 7);
    assert!(stage.stripe.events().iter().all(|event| event.is_done));
}

#[tokio::test]
async fn a_test_holds_events_back_repeats_them_and_sends_one_again() {
    let (hook, url) = hook(0).await;
    let stage = Stage::with(None, Some(url));
    let client = reqwest::Client::new();
    stage.stripe.set_delivery(Delivery::Held);
    stage.subscriber("alice@example.com");
    stage.stripe.deliver_due(&client).await;
    assert!(kinds(&hook).is_empty());

    stage.stripe.set_delivery(Delivery::Times(3));
    for _ in 0..5 {
        stage.stripe.deliver_due(&client).await;
    }
    assert_eq!(kinds(&hook).len(), 21);

    stage.stripe.set_delivery(Delivery::On);
    let first = stage.stripe.events()[0].clone();
    stage.stripe.send_again(&first.id).unwrap();
    stage.stripe.deliver_due(&client).await;
    assert_eq!(kinds(&hook)[21..], [first.kind]);
}

#[tokio::test]
async fn events_that_were_not_sent_survive_a_restart() {
    let (hook, url) = hook(0).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("simulated-stripe.json");
    Stage::with(Some(file.clone()), Some(url.clone())).subscriber("alice@example.com");

    let stage = Stage::with(Some(file), Some(url));
    stage.stripe.deliver_due(&reqwest::Client::new()).await;

    assert_eq!(kinds(&hook).len(), 7);
}

#[test]
fn stripes_own_library_takes_the_events_and_no_spoiled_ones() {
    let stage = Stage::new();
    let (customer, subscription) = stage.subscriber("alice@example.com");
    let stripe = &stage.stripe;
    stripe.fail_payments(&customer, true).unwrap();
    stripe.let_time_pass(&customer).unwrap();
    let open = stripe.look(|state| state.invoices[1].id.clone());
    stripe.change(|state| state.credit(&open, 100)).unwrap();
    stripe.change(|state| state.void(&open)).unwrap();
    stripe.refund_last(&customer, None).unwrap();
    stripe.cancel(&subscription).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.json");
    let signed: Vec<_> = stripe.events().iter().map(|event| stripe.signed(event)).collect();
    std::fs::write(&path, json!(signed).to_string()).unwrap();

    run_contract(&["events", path.to_str().unwrap(), SECRET]);
}

/// Runs `tests/stripe_contract.py`.
pub fn run_contract(arguments: &[&str]) {
    let python = crate::support::environment("TEST_PYTHON").unwrap_or_else(|| "target/test-venv/bin/python".into());
    let output = Command::new(python)
        .arg("tests/stripe_contract.py")
        .args(arguments)
        .output()
        .expect("python runs; ./scripts/install-test-tools installs it");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}\n./scripts/install-test-tools installs stripe");
}
