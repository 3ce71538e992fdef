//! Our client and our signatures against what others made: localstripe, and Stripe's official library.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use vault_api::{
    core::{
        clock::{Clock as _, SystemClock},
        configuration::StripeSettings,
        language::Language,
        secret::SecretText,
        stripe::{
            NewCheckout, Stripe,
            signature::{Forgery, sign, verify},
        },
    },
    models::billing::{InvoiceStatus, Subscription, SubscriptionStatus},
};

use crate::support::{LocalStripe, asked_of_stripes_library};

/// Bodies of events, as different as JSON allows.
fn bodies() -> Vec<String> {
    let event =
        json!({ "id": "evt_1", "object": "event", "type": "invoice.paid", "data": { "object": { "amount": 900 } } });
    let words = json!({ "id": "evt_2", "object": "event", "name": "Zoë, 東京, \u{1F511}, \"\\\u{2028}", "dot": "1.2" });
    let long = json!({ "id": "evt_3", "object": "event", "text": "x".repeat(100_000) });
    vec![
        event.to_string(),
        serde_json::to_string_pretty(&event).unwrap(),
        format!("\n {event} \r\n"),
        words.to_string(),
        long.to_string(),
    ]
}

const SECRETS: [&str; 4] = ["whsec_a", "whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH", "é ü", "x"];
const TIMES: [i64; 4] = [1, 1_600_000_000, 1_760_000_000, 4_102_444_800];

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

#[test]
fn signatures_of_stripes_library_are_ours_byte_for_byte() {
    let bodies = bodies();
    let mut cases = Vec::new();
    for body in &bodies {
        cases.extend(SECRETS.iter().flat_map(|secret| TIMES.map(|time| (body, *secret, time))));
    }
    let asked: Vec<_> =
        cases.iter().map(|(body, secret, time)| json!({ "body": body, "secret": secret, "at": time })).collect();

    let headers = asked_of_stripes_library(&asked);

    assert_eq!(headers.len(), 80);
    for ((body, secret, time), header) in cases.iter().zip(&headers) {
        let (mine, others) = (SecretText::from(*secret), SecretText::from("whsec_other"));
        let check = |secrets: &[SecretText], now| verify(secrets, header, body.as_bytes(), at(now));
        assert_eq!(sign(&mine, body.as_bytes(), at(*time)), *header);
        assert_eq!(check(&[others.clone(), mine.clone()], *time), Ok(()), "{secret}, {time}");
        assert_eq!(check(&[others], *time), Err(Forgery::Unknown), "{secret}, {time}");
        assert_eq!(check(std::slice::from_ref(&mine), *time + 301), Err(Forgery::Late), "{secret}, {time}");
    }
}

#[test]
fn stripes_library_accepts_what_we_sign_and_refuses_what_we_refuse() {
    let (now, secret) = (SystemClock.now(), SecretText::from("whsec_a"));
    let body = bodies().remove(1);
    let signed = |seconds: i64| sign(&secret, body.as_bytes(), now + TimeDelta::seconds(seconds));
    let (old, good) = (sign(&"whsec_old".into(), body.as_bytes(), now), signed(0));
    let rotated = format!("{old},{}", good.split_once(',').unwrap().1);
    let v0 = good.replace("v1=", "v0=");
    // header, body, whether it is believed
    let cases = [
        (good.clone(), body.clone(), true),
        (rotated, body.clone(), true),
        (signed(-290), body.clone(), true),
        (signed(-320), body.clone(), false),
        (old, body.clone(), false),
        (v0, body.clone(), false),
        (good.replace("t=", "t=1"), body.clone(), false),
        (good.clone(), body.replace("900", "901"), false),
        (good.clone(), body.replace('\n', ""), false),
        ("t=,v1=".into(), body.clone(), false),
        (good.split_once(',').unwrap().1.into(), body.clone(), false),
    ];
    let asked: Vec<_> =
        cases.iter().map(|(header, body, _)| json!({ "body": body, "secret": "whsec_a", "header": header })).collect();

    let answers = asked_of_stripes_library(&asked);

    for ((header, body, is_believed), answer) in cases.iter().zip(&answers) {
        let ours = verify(std::slice::from_ref(&secret), header, body.as_bytes(), now);
        assert_eq!(ours.is_ok(), *is_believed, "ours says {ours:?} of {header}");
        assert_eq!(answer == "accepted", *is_believed, "theirs says {answer} of {header}");
    }
}

fn client(stripe: &LocalStripe) -> Stripe {
    Stripe::new(StripeSettings {
        key: "sk_test_rig".into(),
        webhook_secrets: vec!["whsec_a".into()],
        prices: vec![stripe.create_price()],
        base: stripe.base(),
        is_live: false,
    })
}

fn checkout_of(customer: &str) -> NewCheckout<'_> {
    NewCheckout {
        customer,
        user_id: "0198c0de-0000-7000-8000-000000000001",
        success_url: "http://127.0.0.1:1/billing/success",
        cancel_url: "http://127.0.0.1:1/billing/cancelled",
        language: Language::French,
    }
}

async fn only(client: &Stripe, customer: &str) -> Subscription {
    let found = client.subscriptions(customer).await.unwrap().expect("a customer");
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().unwrap()
}

#[tokio::test]
async fn a_subscription_is_read_through_its_whole_life_at_localstripe() {
    let stripe = LocalStripe::start();
    let client = client(&stripe);
    assert_eq!(client.check().await.unwrap(), format!("test mode, {}: €9.00 each month", client.settings().prices[0]));

    // the same request twice makes one customer and one session
    let customer = client.create_customer("alice@example.com", "Alice", "user-1", "key-1").await.unwrap();
    let again = client.create_customer("alice@example.com", "Alice", "user-1", "key-1").await.unwrap();
    let session = client.create_checkout(&checkout_of(&customer), "key-2").await.unwrap();
    let session_again = client.create_checkout(&checkout_of(&customer), "key-2").await.unwrap();
    assert_eq!((&again, &session_again), (&customer, &session));
    assert_eq!(stripe.customers().len(), 1);
    assert_eq!(client.subscriptions(&customer).await.unwrap(), Some(Vec::new()));
    assert!(client.checkout(&session.id).await.unwrap().unwrap().is_open);
    assert_eq!(client.checkout("cs_test_of_nobody").await.unwrap(), None);

    // paid
    let lead_to = stripe.pay(session.url.as_deref().unwrap());
    assert_eq!(lead_to, format!("http://127.0.0.1:1/billing/success?session_id={}", session.id));
    let over = client.checkout(&session.id).await.unwrap().unwrap();
    assert_eq!((over.is_open, over.url, over.customer.as_deref()), (false, None, Some(customer.as_str())));
    let subscription = only(&client, &customer).await;
    assert_eq!(subscription.status, SubscriptionStatus::Active);
    assert_eq!(subscription.prices, client.settings().prices);
    assert!(subscription.current_period_end.unwrap() > subscription.created_at + TimeDelta::days(27));
    let invoices = client.invoices(&customer).await.unwrap();
    assert_eq!(invoices.len(), 1);
    let paid = &invoices[0];
    assert_eq!((paid.status, paid.amount, paid.amount_paid, &*paid.currency), (InvoiceStatus::Paid, 900, 900, "eur"));
    assert!(paid.paid_at.is_some());
    assert_eq!((paid.period_start, paid.period_end), (Some(subscription.created_at), subscription.current_period_end));

    // a part is paid back
    let charge = stripe.api("GET", &format!("charges?customer={customer}"), &[])["data"][0]["id"].clone();
    stripe.api("POST", "refunds", &[("charge", charge.as_str().unwrap()), ("amount", "250")]);
    let mut refunded = paid.clone();
    client.refunded(&customer).await.unwrap().apply(&mut refunded);
    assert_eq!(refunded.amount_refunded, 250);

    // canceled in the portal, then ended by time
    let portal = client.create_portal(&customer, "http://127.0.0.1:1/", Language::English).await.unwrap();
    assert_eq!(stripe.act(&portal, "cancel"), "http://127.0.0.1:1/");
    let canceled = only(&client, &customer).await;
    assert_eq!((canceled.status, canceled.cancel_at_period_end), (SubscriptionStatus::Active, true));
    assert_eq!(client.live_subscriptions_page(None).await.unwrap().live, [(customer.clone(), canceled)]);
    stripe.act(&portal, "end");
    assert_eq!(only(&client, &customer).await.status, SubscriptionStatus::Canceled);
    assert_eq!(client.live_subscriptions_page(None).await.unwrap().live, []);

    // gone
    client.delete_customer(&customer).await.unwrap();
    client.delete_customer(&customer).await.unwrap();
    assert_eq!(client.subscriptions(&customer).await.unwrap(), None);
}

#[tokio::test]
async fn all_pages_of_a_long_list_are_read_at_localstripe() {
    let stripe = LocalStripe::start();
    let client = client(&stripe);
    let customer = client.create_customer("alice@example.com", "", "user-1", "key").await.unwrap();
    let session = client.create_checkout(&checkout_of(&customer), "key-2").await.unwrap();
    stripe.pay(&session.url.unwrap());
    let price = client.settings().prices[0].clone();
    let form = [("customer", customer.as_str()), ("items[0][price]", price.as_str())];
    for _ in 0..230 {
        stripe.api("POST", "subscriptions", &form);
    }

    let subscriptions = client.subscriptions(&customer).await.unwrap().unwrap();

    let ids: std::collections::BTreeSet<_> = subscriptions.iter().map(|one| &one.id).collect();
    assert_eq!((subscriptions.len(), ids.len()), (231, 231));
    assert_eq!(client.invoices(&customer).await.unwrap().len(), 231);
}
