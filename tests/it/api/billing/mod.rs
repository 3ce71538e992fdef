//! `/api/billing`: plans, invoices, Stripe's events.

mod checkout;
mod gone;
mod life;
mod plans;
mod unconfigured;
mod webhook;

use std::time::Duration;

use vault_api::{jobs, models::user::Plan, services::billing};

use crate::support::{Actor, StandIn, TestApp};

/// Looks at whoever is due, until nobody is.
pub async fn look(app: &TestApp) {
    for _ in 0..200 {
        let ctx = jobs::context(&app.app, "test");
        match billing::claim_next(&ctx).await.expect("a claim") {
            Some(lease) => drop(billing::look_at(&ctx, &lease).await),
            // the app's own worker may be at it
            None if is_quiet(app).await => return,
            None => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    panic!("the worker never came to rest");
}

async fn is_quiet(app: &TestApp) -> bool {
    app.sql("select count(*) from auth.billing_accounts where lease is not null or (wanted <> done and failures = 0)")
        .await
        == "0"
}

/// Begins a checkout; the page's address.
pub async fn check_out(actor: &Actor<'_>) -> String {
    let answer = actor.call("POST", "/api/billing/checkout", None).await.expect(200).json();
    answer["url"].as_str().expect("an address").to_owned()
}

/// Subscribes and pays, and comes back; the customer.
pub async fn subscribe(stand_in: &StandIn, actor: &Actor<'_>) -> String {
    let session = stand_in.checkout_of(&check_out(actor).await);
    stand_in.stripe.pay(&session).expect("paid");
    actor.app.call("GET", &format!("/billing/success?session_id={session}"), None).await.expect(200);
    look(actor.app).await;
    stand_in.stripe.look(|state| state.checkouts[&session].customer.clone())
}

/// The account's plan and its subscription's state.
pub async fn standing(actor: &Actor<'_>) -> (Plan, String) {
    let answer = actor.get("/api/billing/subscription").await.expect(200).json();
    let plan = Plan::try_from(answer["plan"].as_str().unwrap_or_default().to_owned()).expect("a plan");
    (plan, answer["status"].as_str().unwrap_or("none").to_owned())
}
