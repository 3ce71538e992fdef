//! The worker and the reconciliation under load: many farewells hold up no look, many strangers need no memory.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::json;
use vault_api::{core::clock::Clock as _, services::billing};

use super::stripe_stand_in::{self, PRICE, page, refusal};
use crate::support::{Faults, StandIn, TestApp};

const SLOW: Duration = Duration::from_millis(250);

/// Customers of accounts that were deleted, which are due.
async fn note_farewells(app: &TestApp, count: usize) {
    let at = (app.clock.now() - TimeDelta::minutes(5)).format("%Y-%m-%dT%H:%M:%S%.3f+00:00");
    let is_live = if app.engine == crate::support::Engine::Postgres { "false" } else { "0" };
    let rows: Vec<_> =
        (0..count).map(|number| format!("('cus_gone{number:04}', {is_live}, 0, '{at}', '{at}')")).collect();
    let sql =
        "insert into auth.billing_farewells (customer, \"isLive\", attempts, \"nextAttemptAt\", \"createdAt\") values ";
    app.sql(&format!("{sql}{}", rows.join(","))).await;
}

fn farewells_begun(stand_in: &StandIn) -> usize {
    stand_in.asked().iter().filter(|one| one.starts_with("DELETE /v1/customers/")).count()
}

on_both! {
    async fn many_farewells_are_said_one_after_the_other_and_hold_up_no_look(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        stand_in.subscribe(&alice).await;
        note_farewells(&app, 300).await;
        stand_in.set_faults(Faults { delay: SLOW, ..Faults::default() });
        let begun = Instant::now();
        for _ in 0..8 {
            app.app.billing_is_due.notify_one();
            tokio::time::sleep(Duration::from_millis(40)).await;
        }

        stand_in.deliver_all(&app).await;
        stand_in.settle(&[&app]).await;

        let (said, most) = (farewells_begun(&stand_in), begun.elapsed().as_millis() / SLOW.as_millis() + 1);
        assert_eq!(alice.get("/api/billing/subscription").await.json()["plan"], "PRO");
        assert!(begun.elapsed() < Duration::from_secs(8), "the look waited {:?}", begun.elapsed());
        assert!(said > 0 && said as u128 <= most, "{said} farewells in {:?}: several at once", begun.elapsed());
    }

    async fn a_server_that_stops_says_no_further_farewell(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        note_farewells(&app, 300).await;
        stand_in.set_faults(Faults { delay: SLOW, ..Faults::default() });
        app.app.billing_is_due.notify_one();
        while farewells_begun(&stand_in) < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }

        drop(app);
        let said = farewells_begun(&stand_in);
        tokio::time::sleep(8 * SLOW).await;

        assert!(farewells_begun(&stand_in) <= said + 1, "{said}, then {}", farewells_begun(&stand_in));
    }

    async fn a_list_that_breaks_off_is_told_and_what_came_before_it_too(plain: TestApp) {
        let strangers: Vec<_> = (0..100)
            .map(|number| json!({ "id": format!("sub_{number}"), "status": "active", "customer": format!("cus_{number}"), "items": { "data": [{ "price": { "id": PRICE } }] } }))
            .collect();
        for answer in [refusal(500, "api_error", "no"), refusal(403, "", "no right")] {
            let stand_in = stripe_stand_in::StandIn::answering([page(&strangers, true), answer]).await;
            let settings = [("STRIPE_SECRET_KEY", stripe_stand_in::KEY), ("STRIPE_PRICE_PRO", PRICE), ("STRIPE_API_BASE", &stand_in.base)];
            let app = TestApp::start_with(plain.engine, &settings).await;

            let mut lines = Vec::new();
            let done = billing::reconcile(&app.operator(), |line| lines.push(line)).await.unwrap();

            assert_eq!((done.strange, done.failed, done.looked_at), (100, 1, 0), "{lines:#?}");
            assert!(lines[0].contains("cus_0") && lines[100].contains("could not all be looked through"), "{lines:#?}");
        }
    }

    async fn all_pages_of_strangers_are_looked_through(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        stand_in.subscribe(&alice).await;
        for number in 0..205 {
            let customer = stand_in.stripe.change(|state| state.create_customer(Some(format!("x{number}@example.com")), None, Default::default())).unwrap();
            let session = stand_in.stripe.change(|state| state.create_checkout(vault_api::routes::simulated_stripe::NewCheckout {
                customer,
                success_url: "http://vault.localhost/".into(),
                ..Default::default()
            })).unwrap();
            stand_in.stripe.pay(&session).unwrap();
        }

        let mut lines = Vec::new();
        let done = billing::reconcile(&app.operator(), |line| lines.push(line)).await.unwrap();

        assert_eq!((done.looked_at, done.failed, done.strange), (1, 0, 205), "{lines:#?}");
    }
}
