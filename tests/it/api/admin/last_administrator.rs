//! One administrator always stays.

use serde_json::json;
use vault_api::models::user::Role;

use super::{change, disable, root, staff};
use crate::support::at_once;

const ADMINISTRATORS: &str = "select count(*) from auth.\"user\" where role = 'admin' and \"disabledAt\" is null";

on_both! {
    async fn the_last_administrator_can_neither_be_demoted_nor_disabled_nor_deleted(app: TestApp) {
        let root = root(&app).await;
        // one who may not sign in does not count
        let second = staff(&app, "second", Role::Admin).await;
        disable(&root, &second).await;

        for changes in [json!({ "role": "user" }), json!({ "role": "support" }), json!({ "disabled": true }), json!({ "plan": "PRO", "disabled": true })] {
            change(&root, &root, changes).await.expect_problem(409, "last_administrator");
        }
        root.call("DELETE", "/api/auth/me", Some(json!({ "password": root.password }))).await.expect_problem(409, "last_administrator");

        assert_eq!(app.sql(ADMINISTRATORS).await, "1");
        assert_eq!(root.get("/api/auth/me").await.expect(200).json()["plan"], "FREE", "a refused change changes nothing");
        change(&root, &second, json!({ "disabled": false })).await.expect(200);
        change(&root, &root, json!({ "role": "user" })).await.expect(200);
    }

    async fn the_last_administrator_may_be_changed_otherwise(app: TestApp) {
        let root = root(&app).await;

        for changes in [json!({ "plan": "PRO" }), json!({ "role": "admin" }), json!({ "disabled": false })] {
            change(&root, &root, changes).await.expect(200);
        }
    }

    async fn of_two_who_demote_or_disable_each_other_at_once_one_stays(app: TestApp) {
        let (root, second, sibling) = (root(&app).await, staff(&app, "second", Role::Admin).await, app.sibling().await);

        for round in 0..10 {
            let changes = |number: usize| if (round + number).is_multiple_of(2) { json!({ "role": "user" }) } else { json!({ "disabled": true }) };
            let path = |id: &str| format!("/api/admin/users/{id}");
            let (on_one, on_other) = (format!("Bearer {}", root.token), format!("Bearer {}", second.token));
            let answers = at_once(4, |number| {
                // the first pair on one server, the second on another
                let server = if number < 2 { &app } else { &sibling };
                let (bearer, target) = if number % 2 == 0 { (on_one.clone(), path(&second.id)) } else { (on_other.clone(), path(&root.id)) };
                async move { server.call_with("PATCH", &target, Some(changes(number)), &[("authorization", &bearer)]).await.status }
            }).await;

            assert_eq!(app.sql(ADMINISTRATORS).await, "1", "{answers:?}");
            // 503: the role was taken while the body was on its way
            assert!(answers.iter().all(|status| [200, 401, 403, 409, 503].contains(status)), "{answers:?}");
            // both are administrators again, for the next round
            app.sql("update auth.\"user\" set role = 'admin', \"disabledAt\" = null").await;
            app.app.sessions.forget_account(vault_api::models::ids::UserId(root.id.parse().unwrap()));
            app.app.sessions.forget_account(vault_api::models::ids::UserId(second.id.parse().unwrap()));
            if app.call_with("GET", "/api/auth/me", None, &[("authorization", &on_one)]).await.status != 200
                || app.call_with("GET", "/api/auth/me", None, &[("authorization", &on_other)]).await.status != 200
            {
                return; // a disabled one has lost its session, which is as it should be
            }
        }
    }
}
