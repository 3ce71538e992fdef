//! A plan that an administrator gives, and one that is paid for.

use serde_json::json;
use vault_api::models::user::{Plan, Role};

use super::{look, standing, subscribe};
use crate::{api::admin::staff, support::StandIn};

on_both! {
    async fn what_an_administrator_gave_stripe_does_not_take_away(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let (alice, admin) = (app.member("alice").await, staff(&app, "admin", Role::Admin).await);
        let path = format!("/api/admin/users/{}", alice.id);
        subscribe(&stand_in, &alice).await;
        admin.patch(&path, json!({ "plan": "PRO" })).await.expect(200);

        let subscription = stand_in.stripe.look(|state| state.subscriptions[0].id.clone());
        stand_in.stripe.cancel(&subscription).unwrap();
        stand_in.deliver_all(&app).await;
        look(&app).await;

        assert_eq!(standing(&alice).await, (Plan::Pro, "canceled".into()));
        alice.call("POST", "/api/billing/checkout", None).await.expect_problem(409, "already_pro");
        admin.patch(&path, json!({ "plan": "FREE" })).await.expect(200);
        look(&app).await;
        assert_eq!(standing(&alice).await, (Plan::Free, "canceled".into()));
    }

    async fn what_is_paid_for_an_administrator_does_not_take_away(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let (alice, admin) = (app.member("alice").await, staff(&app, "admin", Role::Admin).await);
        let path = format!("/api/admin/users/{}", alice.id);
        subscribe(&stand_in, &alice).await;

        admin.patch(&path, json!({ "plan": "FREE" })).await.expect_problem(409, "subscription_active");

        assert_eq!(standing(&alice).await.0, Plan::Pro);
        admin.patch(&path, json!({ "plan": "PRO" })).await.expect(200);
        admin.patch(&path, json!({ "plan": "FREE" })).await.expect_problem(409, "subscription_active");
    }
}
