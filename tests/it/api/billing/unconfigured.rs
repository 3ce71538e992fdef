//! A server without Stripe, and one that lacks a part of its settings.

use serde_json::json;

use crate::support::Actor;

async fn all(alice: &Actor<'_>) -> [(&'static str, crate::support::Reply); 5] {
    [
        ("checkout", alice.call("POST", "/api/billing/checkout", None).await),
        ("portal", alice.call("POST", "/api/billing/portal", None).await),
        ("subscription", alice.get("/api/billing/subscription").await),
        ("invoices", alice.get("/api/billing/invoices").await),
        ("webhook", alice.post("/api/billing/webhook", json!({})).await),
    ]
}

on_both! {
    async fn without_stripe_billing_answers_503_and_plans_do_not_limit(app: TestApp) {
        let alice = app.member("alice").await;

        for (what, answer) in all(&alice).await {
            assert_eq!((what, answer.status, &answer.json()["code"]), (what, 503, &json!("billing_not_configured")));
        }
        for number in 0..5 {
            alice.store(&format!("key {number}"), &format!("value {number}")).await;
        }
        app.call("POST", "/api/billing/checkout", None).await.expect_problem(401, "unauthenticated");
        app.call("GET", "/billing/success?session_id=cs_1", None).await.expect(503);
        app.call("GET", "/billing/cancelled", None).await.expect(200);
    }
}

on_both! {
    with [("STRIPE_SECRET_KEY", "sk_test_alone")];

    async fn with_the_key_alone_the_server_runs_and_says_what_it_can_not_do(app: TestApp) {
        let alice = app.member("alice").await;

        let answers = all(&alice).await;

        let codes: Vec<_> = answers.iter().map(|(what, answer)| (*what, answer.status, answer.json()["code"].clone())).collect();
        assert_eq!(codes, [
            ("checkout", 503, json!("billing_not_configured")),
            ("portal", 409, json!("no_customer")),
            ("subscription", 200, json!(null)),
            ("invoices", 200, json!(null)),
            ("webhook", 503, json!("billing_not_configured")),
        ]);
        assert_eq!(answers[2].1.json(), json!({ "plan": "FREE", "status": null, "current_period_end": null, "cancel_at_period_end": false, "keys_used": 0, "keys_limit": 3 }));
        assert_eq!(answers[3].1.json(), json!({ "data": [], "next_cursor": null }));
        for number in 0..3 {
            alice.store(&format!("key {number}"), &format!("value {number}")).await;
        }
        alice.post("/api/keys", json!({ "name": "one more", "value": "v" })).await.expect_problem(402, "plan_limit_reached");
    }
}
