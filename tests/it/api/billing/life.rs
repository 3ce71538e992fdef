//! A subscription's life: renewals, failed payments, refunds, its end; what becomes of the plan, the invoices and the mails.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vault_api::{
    core::clock::Clock as _, models::user::Plan, repositories::billing_accounts, routes::simulated_stripe::Status,
};

use super::{look, standing, subscribe};
use crate::support::{Actor, StandIn, TestApp};

async fn invoices(actor: &Actor<'_>) -> Vec<Value> {
    actor.get("/api/billing/invoices").await.expect(200).json()["data"].as_array().expect("invoices").clone()
}

async fn subjects(app: &TestApp, address: &str, count: usize) -> Vec<String> {
    app.wait_for_mails(address, count).await.into_iter().map(|mail| mail.subject).collect()
}

async fn trail(app: &TestApp, actor: &Actor<'_>, action: &str) -> Vec<String> {
    let id = format!("select id from auth.\"user\" where email = '{}'", actor.email);
    let rows = app
        .sql(&format!("select details from auth.audit_trail where action = '{action}' and chain = ({id}) order by seq"))
        .await;
    rows.lines().map(str::to_owned).collect()
}

/// Another server on the same database, with these prices.
async fn selling(app: &TestApp, prices: &str) -> TestApp {
    let mut settings = app.settings.clone();
    settings.insert("STRIPE_PRICE_PRO".into(), prices.into());
    TestApp::with(app.engine, settings).await
}

on_both! {
    async fn from_free_to_pro_and_back_with_all_keys_still_there(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        for number in 0..3 {
            alice.store(&format!("key {number}"), &format!("value {number}")).await;
        }
        alice.post("/api/keys", json!({ "name": "fourth", "value": "v" })).await.expect_problem(402, "plan_limit_reached");
        let customer = subscribe(&stand_in, &alice).await;
        let fourth = alice.store("fourth", "value of the fourth").await["id"].as_str().unwrap().to_owned();

        // the portal: PRO until the period ends
        let subscription = stand_in.stripe.look(|state| state.subscriptions[0].id.clone());
        stand_in.stripe.change(|state| state.cancel_at_period_end(&subscription, true)).unwrap();
        stand_in.deliver_all(&app).await;
        look(&app).await;
        let now = alice.get("/api/billing/subscription").await.json();
        assert_eq!((&now["plan"], &now["status"], &now["cancel_at_period_end"]), (&json!("PRO"), &json!("active"), &json!(true)));
        assert!(now["current_period_end"].as_str().unwrap().ends_with('Z'));

        // it ends
        stand_in.stripe.let_time_pass(&customer).unwrap();
        stand_in.deliver_all(&app).await;
        look(&app).await;

        assert_eq!(standing(&alice).await, (Plan::Free, "canceled".into()));
        assert_eq!(alice.get("/api/keys").await.json()["data"].as_array().unwrap().len(), 4);
        alice.call("POST", &format!("/api/keys/{fourth}/reveal"), None).await.expect(200);
        alice.post("/api/keys", json!({ "name": "fifth", "value": "w" })).await.expect_problem(402, "plan_limit_reached");
        alice.delete(&format!("/api/keys/{fourth}")).await.expect(204);
        let subjects = subjects(&app, "alice@example.com", 2).await;
        assert_eq!(subjects.len(), 2, "{subjects:?}");
        assert_eq!(trail(&app, &alice, "account.plan_changed").await, [
            r#"{"by":"stripe","from":"FREE","to":"PRO"}"#, r#"{"by":"stripe","from":"PRO","to":"FREE"}"#,
        ]);
    }

    async fn a_payment_that_fails_is_told_once_and_pro_stays_while_stripe_tries(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        let customer = subscribe(&stand_in, &alice).await;
        stand_in.stripe.fail_payments(&customer, true).unwrap();

        stand_in.stripe.let_time_pass(&customer).unwrap();
        for _ in 0..3 {
            stand_in.deliver_all(&app).await;
            look(&app).await;
        }

        assert_eq!(standing(&alice).await, (Plan::Pro, "past_due".into()));
        assert_eq!(trail(&app, &alice, "billing.payment_failed").await.len(), 1);
        let mails = app.wait_for_mails("alice@example.com", 2).await;
        assert_eq!(mails.len(), 2);
        assert!(mails[1].body.contains("9"), "{}", mails[1].body);
        assert_eq!(invoices(&alice).await[0]["status"], "open");

        stand_in.stripe.fail_payments(&customer, false).unwrap();
        stand_in.stripe.let_time_pass(&customer).unwrap();
        stand_in.deliver_all(&app).await;
        look(&app).await;
        assert_eq!(standing(&alice).await, (Plan::Pro, "active".into()));
        assert_eq!(invoices(&alice).await.iter().map(|one| one["status"].clone()).collect::<Vec<_>>(), [json!("paid"), json!("paid")]);
    }

    async fn refunds_and_credit_notes_stand_in_the_invoice(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        let customer = subscribe(&stand_in, &alice).await;
        let invoice = invoices(&alice).await[0]["stripe_invoice_id"].as_str().unwrap().to_owned();

        stand_in.stripe.refund_last(&customer, Some(250)).unwrap();
        stand_in.stripe.change(|state| state.credit(&invoice, 100)).unwrap();
        stand_in.deliver_all(&app).await;
        look(&app).await;

        let after = invoices(&alice).await;
        assert_eq!(after.len(), 1);
        assert_eq!(
            (&after[0]["amount"], &after[0]["amount_paid"], &after[0]["amount_refunded"], &after[0]["amount_credited"], &after[0]["currency"]),
            (&json!(900), &json!(900), &json!(250), &json!(100), &json!("eur")),
        );
        assert_eq!(app.mails.to("alice@example.com").len(), 1);
    }

    async fn invoices_are_listed_newest_first_page_by_page(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let customer = subscribe(&stand_in, &alice).await;
        subscribe(&stand_in, &bob).await;
        for _ in 0..6 {
            stand_in.stripe.let_time_pass(&customer).unwrap();
        }
        // told of the last one alone, in one go
        let last = stand_in.stripe.events().into_iter().rfind(|event| event.body.contains(&customer)).unwrap();
        stand_in.deliver(&app, &last).await.expect(200);
        look(&app).await;

        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = alice.get(&format!("/api/billing/invoices?limit=3{cursor}")).await.expect(200).json();
            seen.extend(page["data"].as_array().unwrap().clone());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }

        assert_eq!(seen.len(), 7);
        let dates: Vec<_> = seen.iter().map(|one| one["created_at"].as_str().unwrap()).collect();
        assert!(dates.windows(2).all(|pair| pair[0] > pair[1]), "{dates:?}");
        let mut names: Vec<_> = seen[0].as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, [
            "amount", "amount_credited", "amount_paid", "amount_refunded", "created_at", "currency", "description", "hosted_invoice_url", "id", "invoice_pdf", "number",
            "period_end", "period_start", "status", "stripe_invoice_id",
        ]);
        assert_eq!(invoices(&bob).await.len(), 1);
        alice.get("/api/billing/invoices?limit=0").await.expect(422);
    }

    async fn what_no_event_told_is_found_within_a_day(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        let customer = subscribe(&stand_in, &alice).await;
        let subscription = stand_in.stripe.look(|state| state.subscriptions[0].id.clone());
        stand_in.stripe.cancel(&subscription).unwrap();

        stand_in.advance(TimeDelta::hours(22));
        look(&app).await;
        assert_eq!(standing(&alice).await.0, Plan::Pro);
        stand_in.advance(TimeDelta::hours(3));
        look(&app).await;

        assert_eq!(standing(&alice).await.0, Plan::Free);
        assert_eq!(stand_in.customers(), [customer]);
    }

    async fn a_subscription_to_another_price_gives_nothing_and_is_noted(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        subscribe(&stand_in, &alice).await;
        let session = stand_in.check_out(&bob).await;
        // the same database, a server that sells something else now
        let other = selling(&app, "price_new").await;
        stand_in.stripe.pay(&session).unwrap();

        stand_in.deliver_all(&other).await;
        look(&other).await;

        // what counted once goes on counting
        assert_eq!(standing(&alice.at(&other)).await, (Plan::Pro, "active".into()));
        assert_eq!(standing(&bob.at(&other)).await, (Plan::Free, "none".into()));
        assert!(!trail(&app, &bob, "billing.subscription_ignored").await.is_empty());
        bob.at(&other).call("POST", "/api/billing/checkout", None).await.expect_problem(409, "subscription_exists");
    }

    async fn settings_without_a_price_take_pro_from_nobody(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        subscribe(&stand_in, &alice).await;
        let other = selling(&app, "").await;

        stand_in.deliver_all(&other).await;
        look(&other).await;

        assert_eq!(standing(&alice.at(&other)).await, (Plan::Pro, "active".into()));
    }

    async fn a_payment_that_is_under_way_has_not_failed(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        let customer = subscribe(&stand_in, &alice).await;
        stand_in.stripe.fail_payments(&customer, true).unwrap();
        stand_in.stripe.let_time_pass(&customer).unwrap();
        let subscription = stand_in.stripe.look(|state| state.subscriptions[0].id.clone());
        // as with a direct debit: the invoice is open and tried, the subscription as good as before
        stand_in.stripe.change(|state| state.set_status(&subscription, Status::Active)).unwrap();
        stand_in.deliver_all(&app).await;
        look(&app).await;
        assert_eq!((invoices(&alice).await[0]["status"].clone(), trail(&app, &alice, "billing.payment_failed").await.len()), (json!("open"), 0));

        stand_in.stripe.change(|state| state.set_status(&subscription, Status::PastDue)).unwrap();
        stand_in.deliver_all(&app).await;
        look(&app).await;

        assert_eq!(trail(&app, &alice, "billing.payment_failed").await.len(), 1);
    }

    async fn who_just_paid_is_looked_at_before_those_who_are_merely_due(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        for actor in [&alice, &bob] {
            subscribe(&stand_in, actor).await;
        }
        // due in a while: the app's own worker leaves them alone until then
        let at = |minutes| (app.clock.now() + TimeDelta::minutes(minutes)).to_rfc3339();
        let due_at = |actor: &Actor<'_>, minutes, heard| {
            let id = format!("(select id from auth.\"user\" where email = '{}')", actor.email);
            format!("update auth.billing_accounts set \"lookAt\" = '{}', wanted = wanted + {heard} where \"userId\" = {id}", at(minutes))
        };
        app.sql(&due_at(&alice, 10, 0)).await;
        app.sql(&due_at(&bob, 20, 1)).await;
        let (now, beyond) = (app.clock.now() + TimeDelta::hours(1), app.clock.now() + TimeDelta::hours(2));

        let due = billing_accounts::find_due(&mut app.app.db.read().await.unwrap(), now, beyond).await.unwrap();
        assert_eq!(due.map(|due| due.0.to_string()), Some(bob.id.clone()));

        // one that keeps failing waits with the others
        app.sql("update auth.billing_accounts set failures = 1 where wanted <> done").await;
        let due = billing_accounts::find_due(&mut app.app.db.read().await.unwrap(), now, beyond).await.unwrap();
        assert_eq!(due.map(|due| due.0.to_string()), Some(alice.id.clone()));
    }

    async fn a_former_price_still_counts_where_it_is_named(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        subscribe(&stand_in, &alice).await;
        let other = selling(&app, "price_new,price_simulated_pro").await;

        stand_in.deliver_all(&other).await;
        look(&other).await;

        assert_eq!(standing(&alice.at(&other)).await, (Plan::Pro, "active".into()));
    }

    async fn a_changed_address_is_the_customers_too(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        let customer = subscribe(&stand_in, &alice).await;

        alice.post("/api/auth/email", json!({ "email": "alice@example.org", "password": alice.password })).await.expect(202);
        let mail = app.wait_for_mails("alice@example.org", 1).await.pop().unwrap();
        let token = mail.body.split_once("token=").unwrap().1.split_whitespace().next().unwrap().to_owned();
        app.call("POST", "/api/auth/email/confirm", Some(json!({ "token": token }))).await.expect(204);
        look(&app).await;

        assert_eq!(stand_in.stripe.look(|state| state.customers[&customer].email.clone()).as_deref(), Some("alice@example.org"));
    }

    async fn deleting_an_account_ends_what_it_pays_for_even_where_stripe_is_away(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        subscribe(&stand_in, &alice).await;
        stand_in.set_faults(crate::support::Faults { refuses_with: Some(500), ..Default::default() });

        alice.call("DELETE", "/api/auth/me", Some(json!({ "password": alice.password }))).await.expect(204);
        assert_eq!(stand_in.customers().len(), 1);
        stand_in.set_faults(crate::support::Faults::default());
        let sibling = app.sibling().await;
        for _ in 0..100 {
            sibling.clock.advance(TimeDelta::minutes(2));
            vault_api::services::billing::say_next(&sibling.operator()).await.unwrap();
            if stand_in.customers().is_empty() {
                break;
            }
        }

        assert!(stand_in.customers().is_empty());
        assert!(stand_in.stripe.look(|state| state.subscriptions.iter().all(|one| !one.is_running())));
        assert_eq!(app.sql("select count(*) from auth.billing_farewells").await, "0");
    }
}
