//! `POST /api/billing/checkout` and `/portal`, and the way back.

use serde_json::json;
use vault_api::models::user::Plan;

use super::{check_out, look, standing, subscribe};
use crate::support::{Faults, StandIn};

on_both! {
    async fn a_checkout_is_for_the_servers_own_price_and_leads_back_to_it(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;

        let body = json!({ "price": "price_other", "amount": 1, "customer": "cus_other", "success_url": "https://evil.example" });
        let url = alice.call("POST", "/api/billing/checkout", Some(body)).await.expect(200).json()["url"].as_str().unwrap().to_owned();

        let session = stand_in.checkout_of(&url);
        stand_in.stripe.look(|state| {
            let checkout = &state.checkouts[&session];
            assert_eq!(checkout.success_url, "http://vault.localhost/billing/success?session_id={CHECKOUT_SESSION_ID}");
            assert_eq!(checkout.cancel_url.as_deref(), Some("http://vault.localhost/billing/cancelled"));
            assert_eq!(checkout.client_reference_id.as_deref(), Some(alice.id.as_str()));
            let customer = &state.customers[&checkout.customer];
            assert_eq!((customer.email.as_deref(), state.customers.len()), (Some("alice@example.com"), 1));
        });
    }

    async fn whoever_comes_back_is_pro_before_any_event(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        let session = stand_in.checkout_of(&check_out(&alice).await);
        let back = format!("/billing/success?session_id={session}");

        let waiting = app.call_with("GET", &back, None, &[("accept-language", "fr")]).await.expect(200);
        assert!(waiting.text().contains("en cours de confirmation"), "{}", waiting.text());
        assert_eq!(standing(&alice).await, (Plan::Free, "none".into()));
        stand_in.stripe.pay(&session).unwrap();
        let page = app.call("GET", &back, None).await.expect(200);

        assert!(page.text().contains("Your plan is now PRO"), "{}", page.text());
        assert_eq!(standing(&alice).await, (Plan::Pro, "active".into()));
        assert_eq!(alice.get("/api/auth/me").await.json()["plan"], "PRO");
        alice.call("POST", "/api/billing/checkout", None).await.expect_problem(409, "already_pro");
        look(&app).await;
        let invoices = alice.get("/api/billing/invoices").await.expect(200).json();
        assert_eq!((invoices["data"][0]["amount"].clone(), invoices["data"][0]["status"].clone()), (json!(900), json!("paid")));
    }

    async fn nobody_is_told_of_a_checkout_that_is_not_there(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let asked = stand_in.asked().len();

        for session in ["", "cs_test_unknown", "cs_test_é", "' or 1=1 --", "%00", &"x".repeat(3000)] {
            app.call("GET", &format!("/billing/success?session_id={}", session.replace(' ', "%20").replace('é', "%C3%A9").replace('\'', "%27")), None).await.expect(404);
        }

        assert_eq!(stand_in.asked().len(), asked);
    }

    async fn an_answer_that_is_lost_makes_nothing_twice(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;

        stand_in.set_faults(Faults { forgets_with: Some(502), ..Faults::default() });
        let lost = alice.call("POST", "/api/billing/checkout", None).await.expect_problem(503, "billing_unavailable");
        assert_eq!(lost.header("retry-after"), "30");
        stand_in.set_faults(Faults::default());
        // this server leaves Stripe alone for a while now; another one goes on where it stopped
        let sibling = app.sibling().await;
        check_out(&alice.at(&sibling)).await;

        assert_eq!((stand_in.customers().len(), stand_in.stripe.look(|state| state.checkouts.len())), (1, 1));
    }

    async fn a_failure_that_stripe_remembers_does_not_last(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        for _ in 0..2 {
            stand_in.set_faults(Faults { fails_with: Some(500), ..Faults::default() });
            alice.call("POST", "/api/billing/checkout", None).await.expect_problem(503, "billing_unavailable");
            stand_in.set_faults(Faults::default());
        }

        check_out(&alice).await;

        assert_eq!(stand_in.customers().len(), 1);
    }

    async fn who_pays_while_another_page_is_asked_for_gets_no_second_page(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        let session = stand_in.checkout_of(&check_out(&alice).await);
        let before = stand_in.asked().len();
        stand_in.set_faults(Faults { delay: std::time::Duration::from_millis(150), ..Faults::default() });

        let asking = alice.call("POST", "/api/billing/checkout", None);
        let paying = async {
            // at the first thing that is asked
            while stand_in.asked().len() == before {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            tokio::time::sleep(std::time::Duration::from_millis(170)).await;
            stand_in.stripe.pay(&session).unwrap();
            stand_in.deliver_all(&app).await;
        };
        let (answer, ()) = tokio::join!(asking, paying);
        stand_in.set_faults(Faults::default());
        look(&app).await;

        assert!(answer.status == 409 || answer.json()["url"].as_str().is_some_and(|url| url.contains(&session)), "{}", answer.text());
        assert_eq!(stand_in.stripe.look(|state| state.checkouts.len()), 1);
        assert_eq!(standing(&alice).await, (Plan::Pro, "active".into()));
    }

    async fn a_page_at_a_former_price_is_closed(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        let first = stand_in.checkout_of(&check_out(&alice).await);
        app.sql("update auth.billing_accounts set \"checkoutPrice\" = 'price_former'").await;

        let second = stand_in.checkout_of(&check_out(&alice).await);

        assert_ne!(first, second);
        assert!(stand_in.stripe.pay(&first).is_err());
        assert!(stand_in.stripe.pay(&second).is_ok());
    }

    async fn a_live_customer_is_not_lost_by_a_key_of_the_test_mode(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        let customer = subscribe(&stand_in, &alice).await;
        app.sql("update auth.billing_accounts set \"isLive\" = true").await;

        alice.call("POST", "/api/billing/checkout", None).await.expect_problem(503, "billing_not_configured");
        look(&app).await;

        assert_eq!(standing(&alice).await.0, Plan::Pro);
        assert_eq!(app.sql("select \"stripeCustomerId\" from auth.billing_accounts").await, customer);
    }

    async fn the_portal_is_for_whoever_has_a_customer(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let customer = subscribe(&stand_in, &alice).await;

        bob.call("POST", "/api/billing/portal", None).await.expect_problem(409, "no_customer");
        let url = alice.call("POST", "/api/billing/portal", None).await.expect(200).json()["url"].as_str().unwrap().to_owned();

        let portal = stand_in.stripe.look(|state| state.portals.last().cloned()).expect("a portal");
        assert_eq!((portal.customer, portal.return_url.as_deref()), (customer, Some("http://vault.localhost/billing")));
        assert!(url.contains(&portal.id), "{url}");
    }

    async fn a_customer_that_stripe_lost_is_followed_by_another(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        let first = subscribe(&stand_in, &alice).await;
        stand_in.stripe.change(|state| state.delete_customer(&first)).unwrap();

        let session = stand_in.checkout_of(&check_out(&alice).await);

        assert_eq!(standing(&alice).await.0, Plan::Free);
        let customers = stand_in.customers();
        assert!(customers.len() == 1 && customers[0] != first, "{customers:?}");
        stand_in.stripe.pay(&session).unwrap();
        app.call("GET", &format!("/billing/success?session_id={session}"), None).await.expect(200);
        assert_eq!(standing(&alice).await.0, Plan::Pro);
    }

    async fn stripe_s_silence_is_a_503_that_says_when_to_come_back_and_costs_nothing_else(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        stand_in.set_faults(Faults { refuses_with: Some(500), ..Faults::default() });

        for _ in 0..6 {
            alice.call("POST", "/api/billing/checkout", None).await.expect_problem(503, "billing_unavailable");
        }

        alice.store("a", "v").await;
        alice.get("/api/billing/subscription").await.expect(200);
        // after five failures in a row nobody asks any more
        let asked = stand_in.asked().len();
        alice.call("POST", "/api/billing/checkout", None).await.expect_problem(503, "billing_unavailable");
        assert_eq!(stand_in.asked().len(), asked);
    }
}
