//! The rig itself: what `tests/localstripe.py` adds to localstripe behaves as Stripe's documentation says.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    sync::mpsc,
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::{LocalStripe, asked_of_stripes_library, pause};

const CHECKOUT: [(&str, &str); 4] = [
    ("mode", "subscription"),
    ("line_items[0][quantity]", "1"),
    ("success_url", "http://127.0.0.1:1/ok?session={CHECKOUT_SESSION_ID}"),
    ("cancel_url", "http://127.0.0.1:1/no"),
];

fn checkout(stripe: &LocalStripe, customer: &str) -> Value {
    let price = stripe.create_price();
    let mine = [("customer", customer), ("line_items[0][price]", price.as_str())];
    stripe.api("POST", "checkout/sessions", &[CHECKOUT.as_slice(), &mine].concat())
}

fn customer(stripe: &LocalStripe) -> String {
    let made = stripe.api("POST", "customers", &[("email", "alice@example.com")]);
    made["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_checkout_that_is_paid_makes_a_subscription_and_a_paid_invoice_once() {
    let stripe = LocalStripe::start();
    let customer = customer(&stripe);
    let session = checkout(&stripe, &customer);
    let url = session["url"].as_str().unwrap();

    let declined = stripe.pay_with(url, "4000000000000341");
    let lead_to = stripe.pay(url);

    declined.expect(402);
    let id = session["id"].as_str().unwrap();
    assert_eq!(lead_to, format!("http://127.0.0.1:1/ok?session={id}"));
    stripe.pay_with(url, "4242424242424242").expect(410);
    let session = stripe.api("GET", &format!("checkout/sessions/{id}"), &[]);
    assert_eq!((&session["status"], &session["payment_status"]), (&json!("complete"), &json!("paid")));
    let living: Vec<_> = stripe.subscriptions(&customer).into_iter().filter(|one| one["status"] == "active").collect();
    assert_eq!(living.len(), 1);
    assert_eq!(living[0]["id"], session["subscription"]);
    assert_eq!(stripe.invoices(&customer).iter().filter(|invoice| invoice["status"] == "paid").count(), 1);
}

#[test]
fn a_customer_that_is_deleted_takes_its_subscriptions_along() {
    let stripe = LocalStripe::start();
    let customer = customer(&stripe);
    stripe.pay(checkout(&stripe, &customer)["url"].as_str().unwrap());
    let subscription = stripe.subscriptions(&customer)[0]["id"].as_str().unwrap().to_owned();

    let gone = stripe.api("DELETE", &format!("customers/{customer}"), &[]);

    assert_eq!(gone["deleted"], true);
    assert_eq!(stripe.api("GET", &format!("customers/{customer}"), &[])["deleted"], true);
    assert_eq!(stripe.api("GET", &format!("subscriptions/{subscription}"), &[])["status"], "canceled");
}

/// Takes events and passes on their signatures and bodies; its address.
fn receiver() -> (String, mpsc::Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (sender, received) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                stream.read_line(&mut head).unwrap();
            }
            let field = |name: &str| {
                let mut fields = head.lines().filter_map(|line| line.split_once(": "));
                fields.find(|(found, _)| found.eq_ignore_ascii_case(name)).unwrap().1.to_owned()
            };
            let mut body = vec![0; field("content-length").parse().unwrap()];
            stream.read_exact(&mut body).unwrap();
            stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            if sender.send((field("stripe-signature"), String::from_utf8(body).unwrap())).is_err() {
                return;
            }
        }
    });
    (url, received)
}

#[test]
fn events_come_in_the_order_that_a_test_asks_for_and_signed_by_their_makers() {
    let stripe = LocalStripe::start();
    let (url, received) = receiver();
    stripe.send_events_to(&url, "whsec_a");
    stripe.hold(true);
    let customer = customer(&stripe);
    stripe.pay(checkout(&stripe, &customer)["url"].as_str().unwrap());
    let portal = [("customer", customer.as_str()), ("return_url", "http://127.0.0.1:1/back")];
    let portal = stripe.api("POST", "billing_portal/sessions", &portal);
    for act in ["cancel", "end"] {
        assert_eq!(stripe.act(portal["url"].as_str().unwrap(), act), "http://127.0.0.1:1/back");
    }
    let id_of = |kind: &str| {
        let events = stripe.events();
        let found = events.iter().find(|event| event["type"] == kind);
        found.map(|event| event["id"].as_str().unwrap().to_owned())
    };
    while id_of("customer.subscription.deleted").is_none() {
        pause(Duration::from_millis(50));
    }
    assert!(received.try_recv().is_err(), "an event came though it was held");

    let kinds = ["customer.subscription.deleted", "customer.subscription.updated", "customer.subscription.deleted"];
    let answers = stripe.deliver(&kinds.map(|kind| id_of(kind).unwrap()));
    stripe.hold(false);

    assert_eq!(answers, json!([200, 200, 200]));
    let came: Vec<_> = std::iter::from_fn(|| received.recv_timeout(Duration::from_millis(300)).ok()).collect();
    let cases: Vec<_> =
        came.iter().map(|(header, body)| json!({ "body": body, "header": header, "secret": "whsec_a" })).collect();
    assert!(asked_of_stripes_library(&cases).iter().all(|answer| answer == "accepted"), "{cases:?}");
    let kind = |body: &str| serde_json::from_str::<Value>(body).unwrap()["type"].as_str().unwrap().to_owned();
    let came: Vec<_> = came.iter().map(|(_, body)| kind(body)).collect();
    assert_eq!(came[..3], kinds);
    for kind in ["checkout.session.completed", "customer.subscription.created", "invoice.payment_succeeded"] {
        assert_eq!(came.iter().filter(|one| *one == kind).count(), 1, "{came:?}");
    }
    assert_eq!(stripe.customers().len(), 1);
}

#[test]
fn signatures_of_the_official_library_fit_to_its_own_check() {
    let body = json!({ "id": "evt_1", "object": "event", "type": "é" }).to_string();
    let header = &asked_of_stripes_library(&[json!({ "body": body, "secret": "whsec_a", "at": 1_600_000_000 })])[0];

    let with = |header: &str| json!({ "body": body, "secret": "whsec_a", "header": header });
    let answers = asked_of_stripes_library(&[with(header), with("t=1,v1=00")]);

    assert!(header.starts_with("t=1600000000,v1="), "{header}");
    assert!(answers.iter().all(|answer| answer != "accepted"), "an old and a wrong one: {answers:?}");
}
