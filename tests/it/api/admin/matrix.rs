//! Role × route: who may ask what, for every operation of the OpenAPI document.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use vault_api::models::user::Role;

use super::staff;
use crate::{
    api::openapi::{filled, operations},
    support::{Actor, Reply, TestApp},
};

/// Whom an operation lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    /// Everybody.
    Anybody,
    /// Whoever has signed in.
    Members,
    /// The roles `support` and `admin`.
    Staff,
    /// The role `admin`.
    Administrators,
}

use For::{Administrators, Anybody, Members, Staff};

/// Every operation. One that is missing here fails the test: say whom it lets in.
const TABLE: &[(&str, For)] = &[
    ("POST /api/auth/register", Anybody),
    ("POST /api/auth/login", Anybody),
    ("POST /api/auth/login/mfa", Anybody),
    ("POST /api/auth/refresh", Anybody),
    ("POST /api/auth/verify-email", Anybody),
    ("POST /api/auth/device", Anybody),
    ("POST /api/auth/device/token", Anybody),
    ("POST /api/auth/device/approve", Members),
    ("POST /api/auth/device/refuse", Anybody),
    ("POST /api/auth/verify-email/disown", Anybody),
    ("POST /api/auth/verify-email/resend", Anybody),
    ("GET /api/auth/email", Members),
    ("POST /api/auth/email", Members),
    ("POST /api/auth/email/resend", Members),
    ("DELETE /api/auth/email", Members),
    ("POST /api/auth/email/confirm", Anybody),
    ("POST /api/auth/email/undo", Anybody),
    ("POST /api/auth/recover", Anybody),
    ("POST /api/auth/reset", Anybody),
    ("POST /api/auth/logout", Members),
    ("GET /api/auth/me", Members),
    ("PATCH /api/auth/me", Members),
    ("DELETE /api/auth/me", Members),
    ("POST /api/auth/password", Members),
    ("POST /api/auth/reauthenticate", Members),
    ("GET /api/auth/mfa", Members),
    ("DELETE /api/auth/mfa", Members),
    ("POST /api/auth/mfa/totp", Members),
    ("POST /api/auth/mfa/totp/confirm", Members),
    ("POST /api/auth/mfa/recovery-codes", Members),
    ("GET /api/auth/sessions", Members),
    ("DELETE /api/auth/sessions", Members),
    ("DELETE /api/auth/sessions/{id}", Members),
    ("GET /api/keys", Members),
    ("POST /api/keys", Members),
    ("GET /api/keys/{id}", Members),
    ("PUT /api/keys/{id}", Members),
    ("PATCH /api/keys/{id}", Members),
    ("DELETE /api/keys/{id}", Members),
    ("POST /api/keys/{id}/reinstate", Members),
    ("GET /api/keys/facets", Members),
    ("GET /api/keys/{id}/decrypt", Members),
    ("POST /api/keys/{id}/reveal", Members),
    ("GET /api/keys/{id}/usage", Members),
    ("POST /api/keys/{id}/rotate", Members),
    ("POST /api/keys/{id}/end-grace", Members),
    ("GET /api/keys/{id}/versions", Members),
    ("POST /api/keys/{id}/versions/{n}/restore", Members),
    ("POST /api/keys/verify", Members),
    ("GET /api/keys/check", Anybody),
    ("POST /api/keys/import", Members),
    ("GET /api/keys/export", Members),
    ("GET /api/tokens", Members),
    ("POST /api/tokens", Members),
    ("DELETE /api/tokens/{id}", Members),
    ("POST /api/billing/checkout", Members),
    ("POST /api/billing/portal", Members),
    ("GET /api/billing/subscription", Members),
    ("GET /api/billing/invoices", Members),
    ("POST /api/billing/webhook", Anybody),
    ("GET /api/audit", Members),
    ("GET /api/audit/verify", Members),
    ("GET /api/usage", Members),
    ("GET /api/providers", Anybody),
    ("GET /api/admin/users", Staff),
    ("GET /api/admin/users/{id}", Staff),
    ("PATCH /api/admin/users/{id}", Administrators),
    ("DELETE /api/admin/users/{id}/sessions", Administrators),
    ("POST /api/admin/users/{id}/recovery", Administrators),
    ("GET /api/admin/audit", Staff),
    ("GET /api/admin/stats", Staff),
];

/// What an answer says of the right to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    LetIn,
    SignInFirst,
    Forbidden,
}

fn decision(answer: &Reply) -> Decision {
    // a wrong password or a missing row is an answer to somebody who was let in
    match (answer.status, answer.status >= 400 && answer.text().contains("\"code\"")) {
        (401, true) if answer.json()["code"] == "unauthenticated" => Decision::SignInFirst,
        (403, true) if answer.json()["code"] == "forbidden" => Decision::Forbidden,
        (503, true) if answer.json()["code"] == "billing_not_configured" => Decision::LetIn,
        (500.., _) => panic!("{}: {}", answer.status, answer.text()),
        _ => Decision::LetIn,
    }
}

fn expected(whom: For, role: Option<Role>) -> Decision {
    match (whom, role) {
        (Anybody, _) | (Members | Staff | Administrators, Some(Role::Admin)) => Decision::LetIn,
        (_, None) => Decision::SignInFirst,
        (Members, Some(_)) | (Staff, Some(Role::Support)) => Decision::LetIn,
        (Staff | Administrators, Some(_)) => Decision::Forbidden,
    }
}

async fn documented(app: &TestApp) -> Vec<(String, String, Option<Value>)> {
    let document = app.call("GET", "/openapi.json", None).await.expect(200).json();
    let body = |operation: &serde_json::Map<String, Value>| operation.contains_key("requestBody").then(|| json!({}));
    operations(&document).into_iter().map(|(method, path, operation)| (method, path, body(operation))).collect()
}

/// Asks with a sign-in of its own, so that no operation takes the next one's away.
async fn ask(app: &TestApp, actor: Option<&Actor<'_>>, method: &str, path: &str, body: Option<Value>) -> Reply {
    match actor {
        None => app.call(method, path, body).await,
        Some(actor) => {
            let bearer = format!("Bearer {}", actor.sign_in().await);
            app.call_with(method, path, body, &[("authorization", &bearer)]).await
        }
    }
}

on_both! {
    async fn every_operation_lets_in_exactly_whom_the_table_says(app: TestApp) {
        let table: BTreeMap<_, _> = TABLE.iter().copied().collect();
        let (user, support, admin) = (app.member("user").await, staff(&app, "support", Role::Support).await, staff(&app, "admin", Role::Admin).await);
        let people = [(None, None), (Some(&user), Some(Role::User)), (Some(&support), Some(Role::Support)), (Some(&admin), Some(Role::Admin))];

        let operations = documented(&app).await;
        let (mut faults, mut asked) = (Vec::new(), 0);
        for (method, path, body) in &operations {
            let Some(whom) = table.get(format!("{method} {path}").as_str()) else {
                faults.push(format!("{method} {path} is not in the table: say whom it lets in"));
                continue;
            };
            for (actor, role) in people {
                let answer = ask(&app, actor, method, &filled(path), body.clone()).await;
                asked += 1;
                if decision(&answer) != expected(*whom, role) {
                    faults.push(format!("{method} {path} is for {whom:?}, but {role:?} got {}: {}", answer.status, answer.text()));
                }
            }
        }

        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert_eq!((operations.len(), asked), (TABLE.len(), TABLE.len() * 4), "the table has an operation that is not there");
    }

    async fn support_changes_nothing_of_others(app: TestApp) {
        let (support, alice) = (staff(&app, "support", Role::Support).await, app.member("alice").await);
        staff(&app, "admin", Role::Admin).await;
        let path = format!("/api/admin/users/{}", alice.id);
        let before = app.sql("select email, role, plan, \"disabledAt\", \"updatedAt\" from auth.\"user\" order by id").await;

        for changes in [json!({ "role": "admin" }), json!({ "plan": "PRO" }), json!({ "disabled": true }), json!({})] {
            support.patch(&path, changes.clone()).await.expect_problem(403, "forbidden");
            support.patch(&format!("/api/admin/users/{}", support.id), changes).await.expect_problem(403, "forbidden");
        }
        support.delete(&format!("{path}/sessions")).await.expect_problem(403, "forbidden");
        support.call("POST", &format!("{path}/recovery"), None).await.expect_problem(403, "forbidden");

        assert_eq!(app.sql("select email, role, plan, \"disabledAt\", \"updatedAt\" from auth.\"user\" order by id").await, before);
        alice.get("/api/auth/me").await.expect(200);
        support.store("its own", "value").await;
        support.get(&path).await.expect(200);
    }

    async fn no_other_spelling_of_an_address_or_method_lets_more_in(app: TestApp) {
        let (user, admin) = (app.member("user").await, staff(&app, "admin", Role::Admin).await);
        let path = format!("/api/admin/users/{}", admin.id);

        for target in [
            "/api/admin/users/", "/api/admin//users", "/api//admin/users", "/api/keys/../admin/users", "/api/keys/..;/admin/users", "/api/%2e%2e/admin/users", "/API/admin/users",
            "/api/admin/users%2f", "/api/admin%2fusers", "/api/admin/users;x", "/api/admin/users%00", "/api/%61dmin/users", "/api/%2561dmin/users",
        ] {
            let answer = user.get(target).await;
            assert!(matches!(answer.status, 400 | 401 | 403 | 404), "{target}: {} {}", answer.status, answer.text());
        }
        user.call("HEAD", "/api/admin/users", None).await.expect(403);
        for method in ["TRACE", "OPTIONS", "CONNECT", "PUT", "POST", "FOO"] {
            let answer = user.call(method, &path, None).await;
            assert!(answer.status >= 400, "{method}: {}", answer.status);
        }
        for header in ["x-http-method-override", "x-http-method", "x-method-override"] {
            user.call_with("GET", &path, None, &[(header, "PATCH")]).await.expect_problem(403, "forbidden");
        }
    }
}
