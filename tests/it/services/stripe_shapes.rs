//! What the client reads out of Stripe's answers, of this version of its API and of older ones.

use serde_json::{Value, json};
use vault_api::models::billing::{InvoiceStatus, StripeInvoice, SubscriptionStatus};

use super::stripe_stand_in::{PRICE, StandIn, ok, page, refusal};

/// The way the version that we pin has it.
fn subscription(status: &str, price: &str) -> Value {
    json!({
        "id": "sub_1", "object": "subscription", "status": status, "customer": "cus_1", "created": 1_760_000_000,
        "cancel_at_period_end": false, "cancel_at": null, "something_new": { "deep": [1, null] },
        "items": { "object": "list", "data": [
            { "id": "si_1", "price": { "id": price, "recurring": { "interval": "month" } }, "current_period_end": 1_762_000_000 },
        ] },
    })
}

async fn stand_in_with(items: &[Value]) -> StandIn {
    // the second answer is for the question whether the customer is still there
    StandIn::answering([page(items, false), ok(&json!({ "id": "cus_1", "object": "customer" }))]).await
}

#[tokio::test]
async fn subscriptions_of_all_shapes_are_read() {
    let mut former = subscription("active", "x");
    former["items"] = json!({ "data": [{ "plan": { "id": "plan_old" } }] });
    former["plan"] = json!({ "id": "plan_old" });
    former["current_period_end"] = json!(1_761_000_000);
    let mut leaving = subscription("active", PRICE);
    leaving["cancel_at"] = json!(1_762_000_000);
    let mut later = subscription("active", PRICE);
    later["cancel_at"] = json!(1_790_000_000);
    let bare = json!({ "id": "sub_2", "status": "canceled" });
    let all = [subscription("past_due", PRICE), former, leaving, later, bare];

    let stand_in = stand_in_with(&all).await;
    let found = stand_in.client().subscriptions("cus_1").await.unwrap().expect("a customer");

    let seen: Vec<_> = found
        .iter()
        .map(|one| {
            (
                one.status.as_str(),
                one.prices.join(","),
                one.current_period_end.map_or(0, |at| at.timestamp()),
                one.cancel_at_period_end,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("past_due", PRICE.to_owned(), 1_762_000_000, false),
            ("active", "plan_old".to_owned(), 1_761_000_000, false),
            ("active", PRICE.to_owned(), 1_762_000_000, true),
            ("active", PRICE.to_owned(), 1_762_000_000, false),
            ("canceled", String::new(), 0, false),
        ]
    );
    assert_eq!(stand_in.asked()[0].field("status"), Some("all"));
}

#[tokio::test]
async fn every_state_that_stripe_knows_is_read() {
    for status in SubscriptionStatus::ALL {
        let stand_in = stand_in_with(&[subscription(status.as_str(), PRICE)]).await;
        let found = stand_in.client().subscriptions("cus_1").await.unwrap().expect("a customer");
        assert_eq!(found[0].status, *status);
    }
}

#[tokio::test]
async fn a_state_that_nobody_knows_leaves_the_plan_as_it_is() {
    for status in [json!("hibernating"), json!(""), json!(null), json!(7)] {
        let mut odd = subscription("active", PRICE);
        odd["status"] = status.clone();
        let mut of_others = odd.clone();
        of_others["items"]["data"][0]["price"]["id"] = json!("price_of_another_product");

        let error = stand_in_with(&[odd]).await.client().subscriptions("cus_1").await.expect_err("unreadable");
        let found = stand_in_with(&[of_others]).await.client().subscriptions("cus_1").await.unwrap();

        assert!(error.is_for_now() && error.to_string().contains("sub_1"), "{error}");
        assert_eq!(found, Some(Vec::new()), "{status}");
    }
}

#[tokio::test]
async fn a_customer_that_is_gone_is_told_from_one_that_can_not_be_seen() {
    let missing = refusal(400, "resource_missing", "No such customer: 'cus_1'");
    let stand_in = StandIn::answering([missing]).await;
    assert_eq!(stand_in.client().subscriptions("cus_1").await.unwrap(), None);

    // deleted at Stripe: its list is still there
    stand_in.then([page(&[subscription("canceled", PRICE)], false), ok(&json!({ "id": "cus_1", "deleted": true }))]);
    assert_eq!(stand_in.client().subscriptions("cus_1").await.unwrap(), None);

    let message = "No such customer: 'cus_1'; a similar object exists in live mode, but a test mode key was used to make this request.";
    for refused in [
        refusal(400, "resource_missing", message),
        refusal(404, "resource_missing", message),
        refusal(404, "", "Unrecognized request URL (GET: /x/v1/subscriptions)."),
        refusal(401, "api_key_expired", "Expired API Key provided"),
    ] {
        stand_in.then([refused]);
        let error = stand_in.client().subscriptions("cus_1").await.expect_err("not gone");
        assert!(!error.is_for_now(), "{error}");
    }
}

#[tokio::test]
async fn somebody_who_pays_costs_one_question() {
    let stand_in = stand_in_with(&[subscription("active", PRICE)]).await;
    stand_in.client().subscriptions("cus_1").await.unwrap();
    assert_eq!(stand_in.asked().len(), 1);
}

fn invoice() -> Value {
    json!({
        "id": "in_1", "object": "invoice", "number": "ABC-0001", "status": "paid", "currency": "EUR", "total": 900,
        "amount_due": 800, "amount_paid": 800, "attempt_count": 2, "created": 1_760_000_000,
        "period_start": 1_760_000_000, "period_end": 1_760_000_000,
        "pre_payment_credit_notes_amount": 40, "post_payment_credit_notes_amount": 60,
        "invoice_pdf": "https://pay.stripe.com/invoice/x/pdf", "hosted_invoice_url": "https://invoice.stripe.com/i/x",
        "status_transitions": { "paid_at": 1_760_000_100 },
        "lines": { "data": [{ "description": "1 × PRO\r\n(at €9.00 / month)", "period": { "start": 1_760_000_000, "end": 1_762_600_000 } }] },
    })
}

async fn read(value: &Value) -> Vec<StripeInvoice> {
    stand_in_with(std::slice::from_ref(value)).await.client().invoices("cus_1").await.unwrap()
}

#[tokio::test]
async fn an_invoice_is_read_with_what_its_lines_are_for() {
    let found = read(&invoice()).await.remove(0);

    let seconds = |at: Option<chrono::DateTime<chrono::Utc>>| at.map_or(0, |at| at.timestamp());
    assert_eq!((found.amount, found.amount_paid, found.amount_credited, found.amount_refunded), (900, 800, 100, 0));
    assert_eq!((found.currency.as_str(), found.number.as_deref(), found.attempt_count), ("eur", Some("ABC-0001"), 2));
    assert_eq!(found.description.as_deref(), Some("1 × PRO  (at €9.00 / month)"));
    assert_eq!((seconds(found.period_start), seconds(found.period_end)), (1_760_000_000, 1_762_600_000));
    assert_eq!((found.status, seconds(found.paid_at)), (InvoiceStatus::Paid, 1_760_000_100));
    assert_eq!(found.hosted_invoice_url.as_deref(), Some("https://invoice.stripe.com/i/x"));
}

#[tokio::test]
async fn invoices_of_older_versions_have_flags_for_a_state() {
    for (flags, status) in [
        (json!({ "paid": true, "closed": true }), InvoiceStatus::Paid),
        (json!({ "paid": false, "forgiven": true }), InvoiceStatus::Uncollectible),
        (json!({ "paid": false, "closed": true, "forgiven": false }), InvoiceStatus::Void),
        (json!({ "paid": false, "closed": false }), InvoiceStatus::Open),
    ] {
        let mut value = json!({ "id": "in_1", "currency": "usd", "amount_due": 500, "date": 1_500_000_000 });
        value.as_object_mut().unwrap().extend(flags.as_object().unwrap().clone());

        let found = read(&value).await.remove(0);

        assert_eq!((found.status, found.amount, found.created_at.timestamp()), (status, 500, 1_500_000_000));
    }
}

#[tokio::test]
async fn an_invoice_that_can_not_be_read_is_left_out_and_the_others_stay() {
    for (field, value) in
        [("status", json!("pending")), ("currency", json!("euro")), ("currency", json!(null)), ("id", json!(1))]
    {
        let mut odd = invoice();
        odd[field] = value;
        let found = stand_in_with(&[odd, invoice()]).await.client().invoices("cus_1").await.unwrap();
        assert_eq!(found.len(), 1, "{field}");
    }
    let mut odd = invoice();
    for field in ["total", "created", "attempt_count", "lines", "period_end"] {
        odd[field] = json!({ "a": "thing" });
    }
    assert_eq!(read(&odd).await[0].amount, 800);
}

#[tokio::test]
async fn only_links_that_are_safe_to_show_are_kept() {
    for (link, is_kept) in [
        ("https://invoice.stripe.com/i/x", true),
        // Stripe is a stand-in close by here
        ("http://127.0.0.1:8000/simulated-stripe/i/x", true),
        ("http://invoice.stripe.com/i/x", false),
        ("javascript:alert(1)", false),
        ("data:text/html,x", false),
        ("/relative", false),
        ("", false),
    ] {
        let mut value = invoice();
        (value["hosted_invoice_url"], value["invoice_pdf"]) = (json!(link), json!(link));

        let found = read(&value).await.remove(0);

        assert_eq!((found.hosted_invoice_url.is_some(), found.invoice_pdf.is_some()), (is_kept, is_kept), "{link}");
    }
}

#[tokio::test]
async fn refunds_find_their_invoice() {
    let charges = [
        json!({ "id": "ch_1", "amount_refunded": 300, "payment_intent": "pi_1" }),
        json!({ "id": "ch_2", "amount_refunded": 200, "payment_intent": { "id": "pi_1" } }),
        json!({ "id": "ch_3", "amount_refunded": 0, "payment_intent": "pi_2" }),
        json!({ "id": "ch_4", "amount_refunded": 100, "payment_intent": null }),
        json!({ "id": "ch_5", "amount_refunded": 700, "invoice": "in_3" }),
        json!({ "id": "ch_6", "amount_refunded": 999, "payment_intent": "pi_of_no_invoice" }),
    ];
    let payments = |payment: Value| json!({ "data": [{ "id": "inpay_1", "payment": payment }] });
    let invoices = [
        json!({ "id": "in_1", "payments": payments(json!({ "type": "payment_intent", "payment_intent": "pi_1" })) }),
        json!({ "id": "in_2", "payments": payments(json!({ "type": "charge", "charge": "ch_4" })) }),
    ];
    let stand_in = StandIn::answering([page(&charges, false), page(&invoices, false)]).await;

    let refunded = stand_in.client().refunded("cus_1").await.unwrap();

    let template = read(&invoice()).await.remove(0);
    let amount_of = |id: &str| {
        let mut one = StripeInvoice { id: id.into(), ..template.clone() };
        refunded.apply(&mut one);
        one.amount_refunded
    };
    assert_eq!(["in_1", "in_2", "in_3", "in_4"].map(amount_of), [500, 100, 700, 0]);
    assert_eq!(stand_in.asked()[1].field("expand[]"), Some("data.payments"));
    stand_in.then([page(&charges[2..3], false)]);
    stand_in.client().refunded("cus_1").await.unwrap();
    assert_eq!(stand_in.asked().len(), 3, "without refunds, the invoices are not asked for again");
}

#[tokio::test]
async fn a_checkout_that_stripe_does_not_know_is_none() {
    let stand_in = StandIn::answering([refusal(404, "resource_missing", "No such checkout.session")]).await;
    assert_eq!(stand_in.client().checkout("cs_1").await.unwrap(), None);

    stand_in.then([ok(&json!({ "id": "cs_1", "status": "complete", "url": null, "customer": { "id": "cus_1" } }))]);
    let session = stand_in.client().checkout("cs_1").await.unwrap().expect("a session");
    assert_eq!((session.is_open, session.url, session.customer.as_deref()), (false, None, Some("cus_1")));
}

#[tokio::test]
async fn deleting_who_is_gone_already_is_fine() {
    let stand_in = StandIn::answering([refusal(404, "resource_missing", "No such customer: 'cus_1'")]).await;
    stand_in.client().delete_customer("cus_1").await.unwrap();
    assert_eq!(stand_in.asked()[0].method, "DELETE");
}

#[tokio::test]
async fn everybodys_subscriptions_come_with_their_customers() {
    let mut second = subscription("active", PRICE);
    second["customer"] = json!({ "id": "cus_2", "email": "a@example.com" });
    let stand_in = stand_in_with(&[subscription("trialing", PRICE), second]).await;

    let all = stand_in.client().live_subscriptions_page(None).await.unwrap();

    assert_eq!(all.live.iter().map(|(customer, _)| customer.as_str()).collect::<Vec<_>>(), ["cus_1", "cus_2"]);
    assert_eq!(stand_in.asked()[0].field("status"), None);
}

#[tokio::test]
async fn the_price_is_looked_at_before_anybody_pays() {
    let price = |change: Value| {
        let mut price = json!({
            "id": PRICE, "active": true, "livemode": false, "currency": "eur", "unit_amount": 900, "type": "recurring",
            "recurring": { "interval": "month", "interval_count": 1, "usage_type": "licensed" },
        });
        price.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        ok(&price)
    };
    let stand_in = StandIn::answering([price(json!({}))]).await;
    assert_eq!(stand_in.client().check().await.unwrap(), "test mode, price_pro: €9.00 each month");
    assert_eq!(stand_in.asked()[0].path, "/v1/prices/price_pro");

    for (answer, word) in [
        (price(json!({ "active": false })), "archived"),
        (price(json!({ "recurring": null, "type": "one_time" })), "paid once"),
        (price(json!({ "livemode": true })), "other mode"),
        (price(json!({ "recurring": { "interval": "month", "usage_type": "metered" } })), "metered"),
        (refusal(404, "resource_missing", "No such price"), "knows no price price_pro"),
        (refusal(401, "", "Invalid API Key provided: sk_test_****"), "Invalid API Key"),
    ] {
        stand_in.then([answer]);
        let error = stand_in.client().check().await.expect_err(word);
        assert!(!error.is_for_now() && error.to_string().contains(word), "{error}");
    }
    stand_in.then([price(json!({ "recurring": { "interval": "month", "interval_count": 3 }, "unit_amount": null }))]);
    assert_eq!(stand_in.client().check().await.unwrap(), "test mode, price_pro: an amount in tiers every 3 months");
}
