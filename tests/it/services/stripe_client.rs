//! The client for Stripe on the wire: what it sends, when it tries again, and what it makes of hostile answers.

use std::time::{Duration, Instant};

use serde_json::json;
use vault_api::core::{
    language::Language,
    stripe::{NewCheckout, Stripe, StripeError},
};

use super::stripe_stand_in::{Answer, KEY, PRICE, StandIn, hurry, json_with, ok, page, refusal};

const NEW: NewCheckout<'_> = NewCheckout {
    customer: "cus_1",
    user_id: "user-1",
    success_url: "https://vault.test/billing/success",
    cancel_url: "https://vault.test/",
    language: Language::French,
};

fn session() -> Answer {
    ok(&json!({ "id": "cs_1", "url": "https://checkout.stripe.com/c/pay/cs_1", "status": "open", "customer": "cus_1" }))
}

fn with_headers(answer: Answer, headers: &[(&'static str, &str)]) -> Answer {
    let Answer::With(status, mut all, body) = answer else { return answer };
    all.extend(headers.iter().map(|(name, value)| (*name, (*value).to_owned())));
    Answer::With(status, all, body)
}

fn sentence(error: &StripeError) -> String {
    let text = error.to_string();
    assert!(!text.contains("MARKER") && !text.contains('\n') && text.len() < 600, "{text}");
    text
}

#[tokio::test]
async fn a_checkout_is_asked_for_as_stripes_reference_has_it() {
    let stand_in = StandIn::answering([session()]).await;

    let session = stand_in.client().create_checkout(&NEW, "key-1").await.unwrap();

    let asked = &stand_in.asked()[0];
    assert_eq!((session.is_open, session.customer.as_deref()), (true, Some("cus_1")));
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/v1/checkout/sessions"));
    assert_eq!(asked.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(asked.header("stripe-version"), Some("2026-10-28.endive"));
    assert_eq!(asked.header("idempotency-key"), Some("key-1"));
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
    let expected = [
        ("mode", "subscription"),
        ("customer", "cus_1"),
        ("line_items[0][price]", PRICE),
        ("line_items[0][quantity]", "1"),
        ("success_url", "https://vault.test/billing/success?session_id={CHECKOUT_SESSION_ID}"),
        ("cancel_url", "https://vault.test/"),
        ("client_reference_id", "user-1"),
        ("subscription_data[metadata][user_id]", "user-1"),
        ("locale", "fr"),
        ("allow_promotion_codes", "true"),
        ("customer_update[address]", "auto"),
    ];
    assert_eq!(asked.fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn a_place_for_the_session_that_is_there_is_not_doubled() {
    let stand_in = StandIn::answering([session()]).await;
    for (given, sent) in [
        ("https://v.test/ok?session_id={CHECKOUT_SESSION_ID}", "https://v.test/ok?session_id={CHECKOUT_SESSION_ID}"),
        ("https://v.test/ok?a=b", "https://v.test/ok?a=b&session_id={CHECKOUT_SESSION_ID}"),
    ] {
        stand_in.client().create_checkout(&NewCheckout { success_url: given, ..NEW }, "k").await.unwrap();
        assert_eq!(stand_in.asked().last().unwrap().field("success_url"), Some(sent));
    }
}

#[tokio::test]
async fn customers_and_portals_are_made_with_what_they_need() {
    let stand_in = StandIn::answering([ok(&json!({ "id": "cus_9", "url": "https://billing.stripe.com/p/x" }))]).await;
    let stripe = stand_in.client();

    assert_eq!(stripe.create_customer("a@example.com", "Zoë & Söhne", "user-1", "k").await.unwrap(), "cus_9");
    stripe.create_customer("a@example.com", " ", "user-1", "k").await.unwrap();
    let portal = stripe.create_portal("cus_9", "https://vault.test/", Language::English).await.unwrap();

    let asked = stand_in.asked();
    assert_eq!(portal, "https://billing.stripe.com/p/x");
    assert_eq!((asked[0].field("name"), asked[1].field("name")), (Some("Zoë & Söhne"), None));
    assert_eq!((asked[0].field("email"), asked[0].field("metadata[user_id]")), (Some("a@example.com"), Some("user-1")));
    assert_eq!((asked[2].path.as_str(), asked[2].field("locale")), ("/v1/billing_portal/sessions", Some("en")));
    assert_eq!(asked[2].header("idempotency-key"), None);
}

#[tokio::test]
async fn without_a_price_nothing_is_asked() {
    let stand_in = StandIn::answering([session()]).await;
    let mut settings = stand_in.settings();
    settings.prices.clear();

    let refused = Stripe::patient(settings, hurry()).create_checkout(&NEW, "k").await.unwrap_err();

    assert!(!refused.is_for_now() && sentence(&refused).contains("STRIPE_PRICE_PRO"), "{refused}");
    assert!(stand_in.asked().is_empty());
}

#[tokio::test]
async fn what_stripe_asks_to_be_tried_again_is_tried_again_with_the_same_key() {
    let locked = || refusal(409, "idempotency_key_in_use", "another request is under way");
    let later = with_headers(refusal(429, "rate_limit", "slow down"), &[("retry-after", "0")]);
    let lock = refusal(429, "lock_timeout", "this object is in use");
    let stand_in = StandIn::answering([locked(), later, lock, session()]).await;

    stand_in.client().create_checkout(&NEW, "key-1").await.unwrap();

    let asked = stand_in.asked();
    assert_eq!(asked.len(), 4);
    assert!(asked.iter().all(|one| one.header("idempotency-key") == Some("key-1")));
    stand_in.then([locked()]);
    let error = stand_in.client().create_checkout(&NEW, "key-1").await.unwrap_err();
    assert!(error.is_for_now(), "{error}");
    assert_eq!(stand_in.asked().len(), 8, "four attempts, and no more");
}

#[tokio::test]
async fn what_is_refused_for_good_is_asked_once() {
    for (status, code) in
        [(400, "parameter_missing"), (401, "api_key_expired"), (402, "card_declined"), (403, "x"), (409, "y")]
    {
        let stand_in =
            StandIn::answering([with_headers(refusal(status, code, "no"), &[("request-id", "req_1")])]).await;

        let refused = stand_in.client().create_checkout(&NEW, "k").await.unwrap_err();

        assert!(
            matches!(&refused, StripeError::Refused { status: told, code: word, .. } if *told == status && word == code),
            "{refused:?}"
        );
        assert!(sentence(&refused).contains("req_1"), "{refused}");
        assert_eq!(stand_in.asked().len(), 1);
    }
}

#[tokio::test]
async fn stripes_own_word_on_trying_again_wins() {
    let yes = with_headers(refusal(500, "api_error", "again"), &[("stripe-should-retry", "true")]);
    let no = with_headers(refusal(409, "lock_timeout", "no"), &[("stripe-should-retry", "false")]);
    let stand_in = StandIn::answering([yes, session()]).await;
    stand_in.client().create_checkout(&NEW, "k").await.unwrap();
    assert_eq!(stand_in.asked().len(), 2);

    stand_in.then([no]);
    assert!(stand_in.client().create_checkout(&NEW, "k").await.unwrap_err().is_for_now());
    assert_eq!(stand_in.asked().len(), 3);
}

#[tokio::test]
async fn a_long_wait_is_passed_on_and_not_waited() {
    let stand_in =
        StandIn::answering([with_headers(refusal(429, "rate_limit", "x"), &[("retry-after", "3600")])]).await;

    let begun = Instant::now();
    let error = stand_in.client().delete_customer("cus_1").await.unwrap_err();

    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_silent_stripe_is_given_up_in_time() {
    let stand_in = StandIn::answering([Answer::Silence]).await;

    let begun = Instant::now();
    let error = stand_in.client().subscriptions("cus_1").await.unwrap_err();

    assert!(error.is_for_now() && sentence(&error).contains("no answer"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(3));
    assert_eq!(stand_in.asked().len(), 1, "what timed out is not asked again");
}

#[tokio::test]
async fn after_five_failures_nobody_waits_until_stripe_is_back() {
    let stand_in = StandIn::answering([refusal(503, "api_error", "down")]).await;
    let stripe = stand_in.client();
    for _ in 0..5 {
        assert!(stripe.delete_customer("cus_1").await.unwrap_err().is_for_now());
    }

    let spared = stripe.delete_customer("cus_1").await.unwrap_err();

    assert!(spared.retry_after().is_some() && sentence(&spared).contains("left alone"), "{spared}");
    assert_eq!(stand_in.asked().len(), 5);
    stand_in.then([ok(&json!({ "id": "cus_1", "deleted": true }))]);
    tokio::time::sleep(Duration::from_millis(350)).await;
    stripe.delete_customer("cus_1").await.unwrap();
    stripe.delete_customer("cus_1").await.unwrap();
    assert_eq!(stand_in.asked().len(), 7);
}

#[tokio::test]
async fn refusals_do_not_open_the_circuit() {
    let stand_in = StandIn::answering([refusal(400, "x", "no")]).await;
    let stripe = stand_in.client();
    for _ in 0..8 {
        assert!(!stripe.create_customer("a@example.com", "", "u", "k").await.unwrap_err().is_for_now());
    }
    assert_eq!(stand_in.asked().len(), 8);
}

#[tokio::test]
async fn what_stripe_did_not_say_is_no_ones_word() {
    let html = |status| Answer::With(status, vec![("content-type", "text/html".into())], "<html>gone</html>".into());
    let cases = [
        ("10 MB", Answer::With(200, vec![], vec![b' '; 10 << 20].into())),
        ("HTML", html(200)),
        ("HTML 404", html(404)),
        ("an empty 404", Answer::With(404, vec![], "".into())),
        ("half an answer", Answer::With(200, vec![], r#"{"object":"list","data":[{"id":"sub_1""#.into())),
        ("a text", ok(&json!("gone"))),
        ("no list", ok(&json!({ "object": "list", "data": { "id": "x" } }))),
        ("an error without form", json_with(404, &json!({ "error": "not found" }))),
        ("items without identifiers", page(&[json!({ "status": "active" })], false)),
        ("wrong types", page(&[json!({ "id": 7, "status": ["active"], "items": "none" })], false)),
        ("endless", page(&[json!({ "id": "sub_1", "status": "canceled" })], true)),
        ("empty and endless", page(&[], true)),
    ];
    for (case, answer) in cases {
        let stand_in = StandIn::answering([answer]).await;

        let error = stand_in.client().subscriptions("cus_1").await.expect_err(case);

        assert!(error.is_for_now(), "{case}: {error:?}");
        sentence(&error);
        assert!(stand_in.asked().len() <= 2, "{case}");
    }
}

#[tokio::test]
async fn the_key_goes_to_no_other_address() {
    let elsewhere = StandIn::answering([session()]).await;
    for status in [301, 302, 307, 308] {
        let to = [("location", format!("{}/v1/checkout/sessions", elsewhere.base))];
        let stand_in = StandIn::answering([Answer::With(status, to.to_vec(), "".into())]).await;

        let error = stand_in.client().create_checkout(&NEW, "k").await.unwrap_err();

        assert!(error.is_for_now() && sentence(&error).contains("STRIPE_API_BASE"), "{error}");
    }
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn pages_are_read_to_the_end() {
    let one = |at: usize| json!({ "id": format!("in_{at}"), "status": "paid", "currency": "eur", "total": at });
    let stand_in = StandIn::answering([page(&[one(1), one(2)], true), page(&[one(3)], false)]).await;

    let invoices = stand_in.client().invoices("cus_1").await.unwrap();

    let asked = stand_in.asked();
    assert_eq!(invoices.iter().map(|one| one.amount).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((asked[0].field("limit"), asked[0].field("starting_after")), (Some("100"), None));
    assert_eq!((asked[1].field("customer"), asked[1].field("starting_after")), (Some("cus_1"), Some("in_2")));
}

#[tokio::test]
async fn identifiers_do_not_lead_to_other_paths() {
    let stand_in = StandIn::answering([ok(&json!({ "id": "x" }))]).await;
    let stripe = stand_in.client();
    for id in ["", "../customers/cus_1", "cs_1?expand[]=x", "cs_1/expire", "a b", "é", "%2e%2e"] {
        assert_eq!(stripe.checkout(id).await.unwrap(), None, "{id}");
        assert!(!stripe.delete_customer(id).await.unwrap_err().is_for_now());
    }
    assert!(stand_in.asked().is_empty());
}

#[tokio::test]
async fn no_sentence_repeats_keys_links_or_addresses() {
    let said =
        format!("Invalid API Key provided: {KEY}, see https://stripe.com/x for a@example.com whsec_abc \u{7}\r\nand");
    let stand_in = StandIn::answering([refusal(401, "bad\r\ncode", &said)]).await;

    let text = sentence(&stand_in.client().delete_customer("cus_1").await.unwrap_err());

    for hidden in ["stripe.com", "example.com", "whsec_", "sk_test_"] {
        assert!(!text.contains(hidden), "{text}");
    }
    assert!(text.contains("Invalid API Key provided"), "{text}");
}

#[tokio::test]
async fn nobody_there_is_said_without_the_address() {
    let mut settings = StandIn::answering([]).await.settings();
    settings.base = "http://127.0.0.1:9".into();

    let error = Stripe::patient(settings, hurry()).checkout("cs_1").await.unwrap_err();

    assert!(error.is_for_now() && sentence(&error).contains("can not be reached"), "{error}");
    assert!(!error.to_string().contains("127.0.0.1"), "{error}");
}
