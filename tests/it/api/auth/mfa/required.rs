//! `REQUIRE_MFA`: who lacks the second factor may set it up, and nothing else.

use serde_json::json;
use vault_api::models::user::Role;

use super::{sign_in, turn_on};
use crate::{
    api::{
        admin::staff,
        openapi::{filled, operations},
    },
    support::{Actor, Engine, TestApp},
};

/// What stays possible.
const OPEN: &[&str] = &[
    "GET /api/auth/me",
    "POST /api/auth/logout",
    "POST /api/auth/verify-email/resend",
    "GET /api/auth/mfa",
    "POST /api/auth/mfa/totp",
    "POST /api/auth/mfa/totp/confirm",
    "POST /api/auth/reauthenticate",
];

/// The secured operations that do not answer `mfa_setup_required`.
async fn let_through(app: &TestApp, actor: &Actor<'_>) -> Vec<String> {
    let document = app.call("GET", "/openapi.json", None).await.expect(200).json();
    let mut open = Vec::new();
    for (method, path, operation) in
        operations(&document).into_iter().filter(|(.., operation)| operation.contains_key("security"))
    {
        let body = operation.get("requestBody").map(|_| match path.as_str() {
            "/api/auth/me" if method == "DELETE" => json!({ "password": "x" }),
            "/api/auth/me" => json!({ "name": "x" }),
            "/api/auth/email" => json!({ "email": "new@example.com", "password": "x" }),
            "/api/auth/password" => json!({ "current_password": "x", "new_password": "trois loutres et un parapluie" }),
            "/api/keys" => json!({ "name": "x", "value": "x" }),
            "/api/tokens" => json!({ "name": "x", "scopes": ["keys:read"] }),
            _ => json!({}),
        });
        let bearer = format!("Bearer {}", actor.sign_in().await);
        let answer = app.call_with(&method, &filled(&path), body, &[("authorization", &bearer)]).await;
        let code = if answer.status >= 400 {
            answer.json()["code"].as_str().unwrap_or_default().to_owned()
        } else {
            String::new()
        };
        if code != "mfa_setup_required" && code != "forbidden" {
            open.push(format!("{method} {path}"));
        }
    }
    open.sort();
    open
}

fn expected() -> Vec<String> {
    let mut open: Vec<_> = OPEN.iter().map(|operation| (*operation).to_owned()).collect();
    open.sort();
    open
}

on_both! {
    with [("REQUIRE_MFA", "admins")];

    async fn an_administrator_without_a_second_factor_may_set_it_up_and_nothing_else(app: TestApp) {
        let (user, admin) = (app.member("user").await, staff(&app, "admin", Role::Admin).await);
        admin.get("/api/admin/users").await.expect_problem(403, "mfa_setup_required");
        assert_eq!(admin.get("/api/auth/mfa").await.expect(200).json()["required"], true);
        assert_eq!(let_through(&app, &admin).await, expected());

        let phone = turn_on(&app, &admin).await;

        admin.get("/api/admin/users").await.expect(200);
        admin.get("/api/keys").await.expect(200);
        sign_in(&app, &admin, &phone.fresh_code(&app)).await.expect(200);
        assert_eq!(user.get("/api/auth/mfa").await.json()["required"], false);
        user.store("a", "v").await;
        admin.delete("/api/auth/mfa").await.expect(204);
        admin.get("/api/admin/users").await.expect_problem(403, "mfa_setup_required");
    }

    async fn support_needs_it_too_and_whoever_is_promoted(app: TestApp) {
        let alice = app.member("alice").await;
        alice.store("a", "v").await;
        let support = staff(&app, "support", Role::Support).await;

        assert_eq!(let_through(&app, &support).await, expected());
        let email = vault_api::models::email::Email::parse(&alice.email).unwrap();
        vault_api::services::administration::set_role(&app.operator(), &email, Role::Support).await.unwrap();

        alice.get("/api/keys").await.expect_problem(403, "mfa_setup_required");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_may_be_asked_for_it() {
    let app = TestApp::start_with(Engine::Sqlite, &[("REQUIRE_MFA", "all")]).await;
    let user = app.member("user").await;

    user.get("/api/keys").await.expect_problem(403, "mfa_setup_required");
    assert!(user.get("/api/auth/me").await.expect(200).json()["email"].is_string());
    turn_on(&app, &user).await;
    user.get("/api/keys").await.expect(200);
}
