//! A plan that an administrator gives, and one that is paid for.

use serde_json::json;
use vault_api::models::user::{Plan, Role};

use super::{look, standing, subscribe};
use crate::{api::admin::staff, support::StandIn};

on_both! {
    async fn the_plan_tells_how_many_keys_there_are_and_may_be(plain: TestApp) {
        let (app, stand_in) = StandIn::with_app(plain.engine).await;
        let alice = app.member("alice").await;
        alice.store("a", "sk-proj-abcdefghijklmnopqrstuvwx").await;

        let free = alice.get("/api/billing/subscription").await.expect(200).json();
        subscribe(&stand_in, &alice).await;
        let pro = alice.get("/api/billing/subscription").await.expect(200).json();

        assert_eq!((free["keys_used"].as_i64(), free["keys_limit"].as_i64()), (Some(1), app.app.config.free_plan_max_keys));
        assert!(free["keys_limit"].is_i64());
        assert_eq!((pro["keys_used"].as_i64(), pro["keys_limit"].is_null()), (Some(1), true));
    }

    async fn what_an_administrator_gave_stripe_does_not_take_away(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let (alice, admin) = (app.member("alice").await, staff(&app, "admin", Role::Admin).await);
        let path = format!("/api/admin/users/{}", alice.id);
        let session = stand_in.check_out(&alice).await;
        admin.patch(&path, json!({ "plan": "PRO" })).await.expect(200);
        alice.call("POST", "/api/billing/checkout", None).await.expect_problem(409, "already_pro");
        // paid all the same, on the page that was open
        let subscription = stand_in.stripe.pay(&session).unwrap();
        stand_in.deliver_all(&app).await;
        look(&app).await;

        stand_in.stripe.cancel(&subscription).unwrap();
        stand_in.deliver_all(&app).await;
        look(&app).await;

        assert_eq!(standing(&alice).await, (Plan::Pro, "canceled".into()));
        assert_eq!(admin.patch(&path, json!({ "plan": "FREE" })).await.expect(200).json()["plan"], "FREE");
        look(&app).await;
        assert_eq!(standing(&alice).await, (Plan::Free, "canceled".into()));
    }

    async fn what_is_paid_for_is_neither_given_nor_taken_away(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let (alice, admin) = (app.member("alice").await, staff(&app, "admin", Role::Admin).await);
        let path = format!("/api/admin/users/{}", alice.id);
        subscribe(&stand_in, &alice).await;

        admin.patch(&path, json!({ "plan": "PRO" })).await.expect(200);
        admin.patch(&path, json!({ "plan": "FREE" })).await.expect_problem(409, "subscription_active");
        assert_eq!(standing(&alice).await.0, Plan::Pro);
        let subscription = stand_in.stripe.look(|state| state.subscriptions[0].id.clone());
        stand_in.stripe.cancel(&subscription).unwrap();
        stand_in.deliver_all(&app).await;
        look(&app).await;

        assert_eq!(standing(&alice).await, (Plan::Free, "canceled".into()));
    }

    async fn a_gift_to_somebody_who_pays_can_be_taken_back(plain: TestApp) {
        let stand_in = StandIn::start().await;
        let app = stand_in.app(plain.engine).await;
        let (alice, admin) = (app.member("alice").await, staff(&app, "admin", Role::Admin).await);
        let path = format!("/api/admin/users/{}", alice.id);
        let session = stand_in.check_out(&alice).await;
        admin.patch(&path, json!({ "plan": "PRO" })).await.expect(200);
        let subscription = stand_in.stripe.pay(&session).unwrap();
        stand_in.deliver_all(&app).await;
        look(&app).await;

        // it stays PRO, by what is paid
        assert_eq!(admin.patch(&path, json!({ "plan": "FREE" })).await.expect(200).json()["plan"], "PRO");
        stand_in.stripe.cancel(&subscription).unwrap();
        stand_in.deliver_all(&app).await;
        look(&app).await;

        assert_eq!(standing(&alice).await.0, Plan::Free);
        let changes = app.sql("select count(*) from auth.audit_trail where action = 'account.plan_changed'").await;
        assert_eq!(changes, "3");
    }
}
