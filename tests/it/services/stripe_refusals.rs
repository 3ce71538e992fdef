//! What a refusal of Stripe's means: nobody is forgotten for a 404 of something else, and a key that lacks a right is told
//! which one.

use serde_json::{Value, json};
use vault_api::core::stripe::StripeError;

use super::stripe_stand_in::{Answer, PRICE, StandIn, json_with, ok, page, refusal};
use crate::support::{Faults, StandIn as Simulation};

/// 404s that look like Stripe's and do not say that the customer is gone.
fn others_404s() -> Vec<Answer> {
    vec![
        json_with(404, &json!({ "error": { "message": "no route" } })),
        json_with(404, &json!({ "error": { "type": "invalid_request_error", "message": "Not Found" } })),
        refusal(404, "not_found", "the gateway knows no such place"),
        refusal(404, "", "Unrecognized request URL (GET: /v1/customers/cus_1)."),
        refusal(404, "resource_missing", "No such customer: 'cus_1'; a similar object exists in live mode"),
    ]
}

fn missing() -> Answer {
    refusal(404, "resource_missing", "No such customer: 'cus_1'")
}

fn canceled() -> Value {
    json!({ "id": "sub_1", "status": "canceled", "customer": "cus_1", "items": { "data": [{ "price": { "id": PRICE } }] } })
}

#[tokio::test]
async fn a_404_of_something_else_makes_nobody_forgotten() {
    for answer in others_404s() {
        // for ever
        let stand_in = StandIn::answering([answer.clone()]).await;
        let error = stand_in.client().subscriptions("cus_1").await.unwrap_err();
        assert!(!error.is_missing(), "{error:?}");
        stand_in.client().delete_customer("cus_1").await.unwrap_err();
        stand_in.client().checkout("cs_1").await.unwrap_err();

        // of the customer itself, where the list says that it is gone
        stand_in.then([refusal(400, "resource_missing", "No such customer: 'cus_1'"), answer.clone()]);
        stand_in.client().subscriptions("cus_1").await.unwrap_err();
        stand_in.then([missing(), answer.clone()]);
        stand_in.client().delete_customer("cus_1").await.unwrap_err();
        // where nothing is left of what it paid for, it is there until it is said to be gone
        stand_in.then([page(&[canceled()], false), answer]);
        assert_eq!(stand_in.client().subscriptions("cus_1").await.unwrap().map(|found| found.len()), Some(1));
    }
}

#[tokio::test]
async fn the_customer_itself_is_asked_for_before_it_counts_as_gone() {
    let there = ok(&json!({ "id": "cus_1", "object": "customer" }));
    let deleted = ok(&json!({ "id": "cus_1", "object": "customer", "deleted": true }));
    let stand_in = StandIn::answering([]).await;

    for first in [missing(), page(&[], false), page(&[canceled()], false)] {
        for gone in [missing(), deleted.clone()] {
            stand_in.then([first.clone(), gone]);
            assert_eq!(stand_in.client().subscriptions("cus_1").await.unwrap(), None);
            assert_eq!(stand_in.asked().last().unwrap().path, "/v1/customers/cus_1");
        }
    }
    stand_in.then([missing(), there.clone()]);
    assert!(stand_in.client().subscriptions("cus_1").await.unwrap_err().is_for_now());

    for answers in [vec![deleted.clone()], vec![missing(), deleted], vec![missing(), missing()]] {
        stand_in.then(answers);
        stand_in.client().delete_customer("cus_1").await.unwrap();
    }
    for answers in [vec![missing(), there.clone()], vec![there]] {
        stand_in.then(answers);
        assert!(stand_in.client().delete_customer("cus_1").await.unwrap_err().is_for_now());
    }
}

#[tokio::test]
async fn the_check_names_each_right_that_the_key_lacks() {
    let price = ok(&json!({
        "id": PRICE, "active": true, "livemode": false, "currency": "eur", "unit_amount": 900,
        "recurring": { "interval": "month", "interval_count": 1, "usage_type": "licensed" },
    }));
    let (list, denied) = (page(&[], false), refusal(403, "", "does not have the required permissions"));
    let stand_in = StandIn::answering([]).await;
    // the second price is only looked up
    let prices = [price.clone(), price.clone()];
    let cases = [
        ([&denied, &list, &list, &list], "read Customers;"),
        ([&list, &denied, &list, &list], "read Subscriptions;"),
        ([&list, &list, &denied, &denied], "read Invoices, Charges;"),
    ];
    for (answers, words) in cases {
        stand_in.then(prices.iter().chain(answers).cloned());
        let error = stand_in.client().check().await.unwrap_err();
        assert!(error.is_forbidden() && error.to_string().contains(words), "{error:?}");
    }
    stand_in.then([denied]);
    assert!(stand_in.client().check().await.unwrap_err().to_string().contains("read Prices;"));
    let before = stand_in.asked().len();
    stand_in.then(prices.into_iter().chain([list]));
    stand_in.client().check().await.unwrap();
    let asked = &stand_in.asked()[before + 2..];
    let paths: Vec<_> = asked.iter().map(|one| (&*one.path, one.field("limit"))).collect();
    let lists = ["/v1/customers", "/v1/subscriptions", "/v1/invoices", "/v1/charges"];
    assert_eq!(paths, lists.map(|list| (list, Some("1"))));
}

#[tokio::test]
async fn a_key_without_a_right_is_told_from_a_stripe_that_is_away() {
    let stand_in = StandIn::answering([]).await;
    for (status, is_forbidden) in [(401, true), (403, true), (400, false), (404, false), (429, false), (500, false)] {
        stand_in.then([refusal(status, "x", "no")]);
        let error: StripeError = stand_in.client().refunded("cus_1").await.unwrap_err();
        assert_eq!(error.is_forbidden(), is_forbidden, "{status}: {error:?}");
    }
}

#[tokio::test]
async fn the_list_of_everybody_comes_page_by_page_and_what_can_not_be_read_spoils_nothing() {
    let one = |id: &str, status: &str| json!({ "id": id, "status": status, "customer": format!("cus_of_{id}"), "items": { "data": [{ "price": { "id": PRICE } }] } });
    let first = page(&[one("sub_1", "active"), one("sub_2", "thinking"), one("sub_3", "past_due")], true);
    let stand_in = StandIn::answering([first, page(&[one("sub_4", "trialing")], false)]).await;
    let client = stand_in.client();

    let begin = client.live_subscriptions_page(None).await.unwrap();
    assert_eq!(stand_in.asked().len(), 1);
    let end = client.live_subscriptions_page(begin.next.as_deref()).await.unwrap();

    let ids = |live: &[(String, _)]| live.iter().map(|(customer, _)| customer.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&begin.live), ["cus_of_sub_1", "cus_of_sub_3"]);
    assert_eq!((begin.unreadable.len(), begin.next.as_deref()), (1, Some("sub_3")));
    assert_eq!((ids(&end.live), end.next), (vec!["cus_of_sub_4".to_owned()], None));
    assert_eq!(stand_in.asked()[1].field("starting_after"), Some("sub_3"));
    // a page that leads back to itself
    stand_in.then([page(&[one("sub_4", "active")], true)]);
    client.live_subscriptions_page(Some("sub_4")).await.unwrap_err();
}

#[tokio::test]
async fn the_simulation_repeats_a_failure_under_its_idempotency_key() {
    let stand_in = Simulation::start().await;
    let settings = vault_api::core::configuration::StripeSettings {
        key: vault_api::routes::simulated_stripe::KEY.into(),
        webhook_secrets: Vec::new(),
        prices: vec!["price_simulated_pro".into()],
        base: stand_in.base.clone(),
        is_live: false,
    };
    let client = vault_api::core::stripe::Stripe::patient(settings, super::stripe_stand_in::hurry());
    let make = async |key: &str| client.create_customer("a@example.com", "A", "user-1", key).await;

    stand_in.set_faults(Faults { fails_with: Some(500), ..Faults::default() });
    assert!(make("one").await.unwrap_err().is_for_now());
    stand_in.set_faults(Faults { fails_with: Some(429), ..Faults::default() });
    assert!(make("two").await.unwrap_err().is_for_now());
    stand_in.set_faults(Faults::default());

    assert!(make("one").await.unwrap_err().is_for_now());
    make("two").await.unwrap();
    make("three").await.unwrap();
    // the operator's check finds all lists in the simulation too
    assert_eq!(client.check().await.unwrap(), "test mode, price_simulated_pro: €9.00 each month");
}
