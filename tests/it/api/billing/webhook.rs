//! `POST /api/billing/webhook`: which events are believed, and that each counts once. Stripe itself is out of reach here.

use axum::{body::Body, http::Request};
use chrono::TimeDelta;
use serde_json::{Value, json};
use vault_api::core::{clock::Clock as _, secret::SecretText, stripe::signature};

use crate::support::{Actor, Reply, TestApp, at_once};

const SECRET: &str = "whsec_MARKERofthetests";
const SETTINGS: [(&str, &str); 5] = [
    ("STRIPE_SECRET_KEY", "sk_test_MARKER"),
    ("STRIPE_WEBHOOK_SECRET", "whsec_former,whsec_MARKERofthetests"),
    ("STRIPE_PRICE_PRO", "price_pro"),
    // nobody listens there
    ("STRIPE_API_BASE", "http://127.0.0.1:9"),
    ("RATE_LIMIT_AUTH_PER_MINUTE", "100000"),
];

fn event(id: &str, kind: &str, object: Value) -> Value {
    json!({ "id": id, "object": "event", "type": kind, "livemode": false, "created": 1_700_000_000, "data": { "object": object } })
}

fn updated(id: &str, customer: &str) -> Value {
    event(
        id,
        "customer.subscription.updated",
        json!({ "object": "subscription", "id": "sub_1", "customer": customer, "status": "active" }),
    )
}

fn signed_with(app: &TestApp, secret: &str, body: &str) -> String {
    signature::sign(&SecretText::from(secret), body.as_bytes(), app.clock.now())
}

async fn post(app: &TestApp, body: &str, header: Option<&str>) -> Reply {
    let mut request = Request::builder().method("POST").uri("/api/billing/webhook");
    if let Some(header) = header {
        request = request.header("stripe-signature", header);
    }
    app.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn deliver(app: &TestApp, event: &Value) -> Reply {
    let body = event.to_string();
    post(app, &body, Some(&signed_with(app, SECRET, &body))).await
}

/// Gives an account a customer, as a checkout would.
async fn with_customer(actor: &Actor<'_>, customer: &str) {
    let id = format!("select id from auth.\"user\" where email = '{}'", actor.email);
    actor.app.sql(&format!(
        "insert into auth.billing_accounts (\"userId\", \"stripeCustomerId\", \"isLive\", generation, \"cancelAtPeriodEnd\", checkouts, wanted, done, failures, \"createdAt\") \
         select id, '{customer}', false, 0, false, 0, 0, 0, 0, \"createdAt\" from auth.\"user\" where id = ({id})"
    )).await;
}

async fn noted(app: &TestApp) -> String {
    app.sql("select id, type, coalesce(customer, '-'), outcome from auth.billing_events order by id").await
}

async fn wanted(app: &TestApp) -> String {
    app.sql("select \"stripeCustomerId\", wanted from auth.billing_accounts order by \"stripeCustomerId\"").await
}

async fn trail(app: &TestApp) -> String {
    app.sql("select action, details from auth.audit_trail where action like 'billing%' order by \"createdAt\", seq")
        .await
}

on_both! {
    with SETTINGS;

    async fn a_signed_event_is_stored_and_has_its_customer_looked_at(app: TestApp) {
        let alice = app.member("alice").await;
        with_customer(&alice, "cus_alice").await;

        let answer = deliver(&app, &updated("evt_1", "cus_alice")).await.expect(200).json();

        assert_eq!(answer, json!({ "received": true }));
        assert_eq!(noted(&app).await, "evt_1|customer.subscription.updated|cus_alice|accepted");
        assert_eq!(wanted(&app).await, "cus_alice|1");
        // what it says is not believed: Stripe is asked, and does not answer
        assert_eq!(alice.get("/api/billing/subscription").await.json()["plan"], "FREE");
        assert_eq!(trail(&app).await, "");
    }

    async fn an_event_counts_once_however_often_and_at_once_it_comes(app: TestApp) {
        let alice = app.member("alice").await;
        with_customer(&alice, "cus_alice").await;
        let (event, sibling) = (updated("evt_1", "cus_alice"), app.sibling().await);

        let answers = at_once(20, |number| deliver(if number % 2 == 0 { &app } else { &sibling }, &event)).await;

        assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
        deliver(&app.sibling().await, &event).await.expect(200);
        assert_eq!(noted(&app).await.lines().count(), 1);
        assert_eq!(wanted(&app).await, "cus_alice|1");
    }

    async fn what_is_not_signed_as_stripe_signs_changes_nothing(app: TestApp) {
        let alice = app.member("alice").await;
        with_customer(&alice, "cus_alice").await;
        let body = updated("evt_1", "cus_alice").to_string();
        let good = signed_with(&app, SECRET, &body);
        let (time, code) = good.split_once(",v1=").unwrap();
        let moment = |seconds| signature::sign(&SecretText::from(SECRET), body.as_bytes(), app.clock.now() + TimeDelta::seconds(seconds));
        let respelt = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&body).unwrap()).unwrap();

        let table = [
            ("none", body.clone(), None),
            ("empty", body.clone(), Some(String::new())),
            ("nonsense", body.clone(), Some("hello".into())),
            ("another secret", body.clone(), Some(signed_with(&app, "whsec_other", &body))),
            ("the empty secret", body.clone(), Some(signed_with(&app, "", &body))),
            ("another body", body.replace("cus_alice", "cus_other"), Some(good.clone())),
            ("the same, written again", respelt, Some(good.clone())),
            ("v0 alone", body.clone(), Some(format!("{time},v0={code}"))),
            ("no time", body.clone(), Some(format!("v1={code}"))),
            ("another time", body.clone(), Some(format!("t=1,v1={code}"))),
            ("too old", body.clone(), Some(moment(-301))),
            ("in the future", body.clone(), Some(moment(301))),
        ];
        for (what, body, header) in &table {
            let answer = post(&app, body, header.as_deref()).await;
            assert_eq!((*what, answer.status, &answer.json()["code"]), (*what, 400, &json!("invalid_signature")));
        }

        assert_eq!((noted(&app).await.as_str(), wanted(&app).await.as_str()), ("", "cus_alice|0"));
        let trail = trail(&app).await;
        assert_eq!(trail.lines().count(), table.len(), "{trail}");
        assert!(trail.lines().all(|line| line.starts_with("billing.event_refused|")) && trail.contains("too_old"), "{trail}");

        let two = format!("{time},v1={},v1={code}", "0".repeat(64));
        for (number, header) in [good.clone(), two, signed_with(&app, "whsec_former", &body), moment(-299)].into_iter().enumerate() {
            let answer = post(&app, &body, Some(&header)).await;
            assert_eq!((number, answer.status), (number, 200), "{}", answer.text());
        }
        assert_eq!(wanted(&app).await, "cus_alice|1");
    }

    async fn what_is_signed_and_not_for_us_is_noted_and_changes_nothing(app: TestApp) {
        let alice = app.member("alice").await;
        with_customer(&alice, "cus_alice").await;
        let mut live = updated("evt_live", "cus_alice");
        live["livemode"] = json!(true);
        let mut other = updated("evt_other", "cus_alice");
        other["account"] = json!("acct_other");
        let mut named = updated("evt_stranger", "cus_stranger");
        named["data"]["object"]["metadata"] = json!({ "user_id": alice.id });
        named["data"]["object"]["client_reference_id"] = json!(alice.id);

        for event in [&live, &other, &named, &event("evt_new", "unheard.of", json!({ "customer": "cus_alice" })), &event("evt_price", "price.updated", json!({ "id": "price_pro" }))] {
            deliver(&app, event).await.expect(200);
        }

        let outcomes: Vec<_> = noted(&app).await.lines().map(|line| line.rsplit('|').next().unwrap().to_owned()).collect();
        assert_eq!(outcomes, ["wrong_mode", "unknown_type", "other_account", "nothing_to_do", "unknown_customer"]);
        assert_eq!(wanted(&app).await, "cus_alice|0");
        let trail = trail(&app).await;
        assert_eq!(trail.lines().filter(|line| line.starts_with("billing.event_ignored|")).count(), 4, "{trail}");
        assert!(["evt_live", "evt_other", "evt_stranger", "evt_new"].iter().all(|id| trail.contains(id)), "{trail}");
    }

    async fn bodies_of_any_kind_are_answered_in_words(app: TestApp) {
        let large = format!("{{\"x\":\"{}\"}}", "y".repeat(1024 * 1024));
        post(&app, &large, Some(&signed_with(&app, SECRET, &large))).await.expect_problem(413, "body_too_large");
        let huge = "z".repeat(10 * 1024 * 1024);
        post(&app, &huge, Some("t=1,v1=00")).await.expect_problem(413, "body_too_large");

        for body in ["", "null", "[]", "{", "{\"id\":1}", "{\"id\":\"evt_1\",\"type\":\"invoice.paid\",\"livemode\":false,\"created\":\"x\",\"data\":{}}", "\u{feff}{}"] {
            let answer = post(&app, body, Some(&signed_with(&app, SECRET, body))).await;
            assert_eq!((body, answer.status, &answer.json()["code"]), (body, 400, &json!("malformed_json")));
        }
        let odd = event(&format!("evt_{}", "é".repeat(5000)), "invoice.paid", json!({ "customer": "\u{0}cus" }));
        deliver(&app, &odd).await.expect(200);
        let mut ancient = updated("evt_ancient", "cus_x");
        ancient["created"] = json!(i64::MIN);
        deliver(&app, &ancient).await.expect(200);
        assert_eq!(noted(&app).await.lines().count(), 2);
    }

    async fn two_signature_headers_are_none(app: TestApp) {
        let body = updated("evt_1", "cus_alice").to_string();
        let good = signed_with(&app, SECRET, &body);
        let request = Request::builder().method("POST").uri("/api/billing/webhook");
        let request = request.header("stripe-signature", &good).header("stripe-signature", &good);

        app.send(request.body(Body::from(body)).unwrap()).await.expect_problem(400, "invalid_signature");
    }

    async fn events_are_forgotten_after_sixty_days(app: TestApp) {
        deliver(&app, &updated("evt_1", "cus_alice")).await.expect(200);

        app.clock.advance(TimeDelta::days(59));
        vault_api::services::upkeep::sweep(&app.operator()).await.unwrap();
        assert_eq!(noted(&app).await.lines().count(), 1);
        app.clock.advance(TimeDelta::days(2));
        vault_api::services::upkeep::sweep(&app.operator()).await.unwrap();

        assert_eq!(noted(&app).await, "");
    }
}

on_both! {
    with [SETTINGS[0], SETTINGS[1], ("RATE_LIMIT_AUTH_PER_MINUTE", "3"), ("RATE_LIMIT_API_PER_MINUTE", "3")];

    async fn wrong_signatures_are_limited_and_right_ones_are_not(app: TestApp) {
        let statuses = at_once(6, |_| post(&app, "{}", Some("t=1,v1=00"))).await;
        assert_eq!(statuses.iter().filter(|answer| answer.status == 400).count(), 3, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|answer| answer.status == 429).count(), 3, "{statuses:?}");
        assert_eq!(trail(&app).await.lines().count(), 3);

        for number in 0..10 {
            deliver(&app, &updated(&format!("evt_{number}"), "cus_x")).await.expect(200);
        }
    }
}
