//! What is gone at Stripe before we hear of it, and who reloads too often while it is looked for.

use vault_api::models::user::Plan;

use super::{look, standing, subscribe};
use crate::support::{DEFAULT_LIMITS, StandIn, TestApp};

on_both! {
    async fn the_portal_of_a_customer_that_is_gone_is_refused_and_the_account_looked_at(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let alice = app.member("alice").await;
        let customer = subscribe(&stand_in, &alice).await;
        stand_in.stripe.change(|state| state.delete_customer(&customer)).unwrap();

        // no event tells us
        alice.call("POST", "/api/billing/portal", None).await.expect_problem(409, "no_customer");
        look(&app).await;

        assert_eq!(standing(&alice).await, (Plan::Free, "none".into()));
        alice.call("POST", "/api/billing/portal", None).await.expect_problem(409, "no_customer");
    }

    async fn reloading_the_way_back_keeps_nobody_from_signing_in(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let settings: Vec<_> = stand_in.settings().into_iter().chain(DEFAULT_LIMITS).collect();
        let app = TestApp::start_at(plain.engine, &settings, stand_in.clock.clone()).await;
        let alice = app.member("alice").await;
        let back = format!("/billing/success?session_id={}", stand_in.check_out(&alice).await);

        for turn in 0..30 {
            let reply = app.call_from("192.0.2.1", "GET", &back, None).await.expect(200);
            assert_eq!(reply.header("ratelimit-policy"), "\"checkout-return\";q=30;w=60", "{turn}");
        }
        app.call_from("192.0.2.1", "GET", &back, None).await.expect(429);

        let body = serde_json::json!({ "email": alice.email, "password": alice.password });
        app.call_from("192.0.2.1", "POST", "/api/auth/login", Some(body)).await.expect(200);
        app.call_from("192.0.2.2", "GET", &back, None).await.expect(200);
    }
}
