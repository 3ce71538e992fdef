//! Whoever may not do something hears that, and nothing about the query, the headers or the body, which may be wrong as well.

use axum::{body::Body, http::Request};
use serde_json::Value;
use vault_api::models::user::Role;

use crate::{
    api::{
        admin::staff,
        openapi::{filled, operations},
        tokens::token,
    },
    support::TestApp,
};

/// The operations that ask for a sign-in and take a query or a body, as method and path.
async fn demanding(app: &TestApp) -> Vec<(String, String)> {
    let document = app.call("GET", "/openapi.json", None).await.expect(200).json();
    let takes = |operation: &serde_json::Map<String, Value>, place: &str| {
        let parameters = operation.get("parameters").and_then(Value::as_array);
        parameters.is_some_and(|all| all.iter().any(|parameter| parameter["in"] == place))
    };
    operations(&document)
        .into_iter()
        .filter(|(_, _, operation)| operation.get("security") == Some(&serde_json::json!([{ "bearer": [] }])))
        .filter(|(_, _, operation)| {
            operation.contains_key("requestBody") || takes(operation, "query") || takes(operation, "header")
        })
        .map(|(method, path, _)| (method, path))
        .collect()
}

/// Everything about this request but its bearer is wrong; the status and code of the answer.
async fn spoilt(app: &TestApp, bearer: &str, method: &str, path: &str) -> (u16, String) {
    let request = Request::builder()
        .method(method)
        .uri(format!("{}?limit=many&no=such", filled(path)))
        .header("authorization", format!("Bearer {bearer}"))
        .header("content-type", "application/json")
        .header("idempotency-key", "")
        .header("if-match", "x");
    let answer = app.send(request.body(Body::from("{")).expect("a request")).await;
    let code =
        if answer.status >= 400 { answer.json()["code"].as_str().unwrap_or_default().into() } else { String::new() };
    (answer.status, code)
}

on_both! {
    async fn a_token_without_the_scope_learns_nothing_of_a_faulty_request(app: TestApp) {
        let owner = staff(&app, "owner", Role::Admin).await;
        let (verifies, reads) = (token(&owner, &["keys:verify"]).await.1, token(&owner, &["keys:read"]).await.1);

        let mut asked = Vec::new();
        for (method, path) in demanding(&app).await {
            let token = if path == "/api/keys/verify" { &reads } else { &verifies };
            assert_eq!(spoilt(&app, token, &method, &path).await, (403, "insufficient_scope".into()), "{method} {path}");
            asked.push(format!("{method} {path}"));
        }

        for operation in ["POST /api/keys", "PATCH /api/keys/{id}", "POST /api/keys/{id}/rotate", "GET /api/keys", "POST /api/keys/import", "POST /api/keys/verify", "POST /api/tokens"] {
            assert!(asked.iter().any(|asked| asked == operation), "{operation} was not asked");
        }
    }

    async fn a_role_that_may_not_learns_nothing_of_a_faulty_request(app: TestApp) {
        let (alice, support) = (app.member("alice").await, staff(&app, "support", Role::Support).await);

        for (method, path) in demanding(&app).await.into_iter().filter(|(_, path)| path.starts_with("/api/admin/")) {
            assert_eq!(spoilt(&app, &alice.token, &method, &path).await, (403, "forbidden".into()), "{method} {path}");
            if method != "GET" {
                assert_eq!(spoilt(&app, &support.token, &method, &path).await, (403, "forbidden".into()), "{method} {path}");
            }
        }
    }
}

on_both! {
    with [("REQUIRE_VERIFIED_EMAIL", "true")];

    async fn an_account_that_must_prove_its_address_learns_nothing_of_a_faulty_request(app: TestApp) {
        let alice = app.member("alice").await;

        for (method, path) in demanding(&app).await.into_iter().filter(|(_, path)| !path.starts_with("/api/admin/")) {
            assert_eq!(spoilt(&app, &alice.token, &method, &path).await, (403, "email_not_verified".into()), "{method} {path}");
        }
    }
}
