//! `GET /openapi.json`: the document says what the server does.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::support::{Engine, TestApp};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

async fn document() -> (TestApp, Value) {
    let app = TestApp::start(Engine::Sqlite).await;
    let document = app.call("GET", "/openapi.json", None).await.expect(200);
    assert_eq!(document.header("content-type"), "application/json");
    let document = document.json();
    (app, document)
}

/// Every operation with its method and its path.
pub(super) fn operations(document: &Value) -> Vec<(String, String, &Map<String, Value>)> {
    let paths = document["paths"].as_object().expect("paths");
    let all = paths.iter().flat_map(|(path, item)| {
        item.as_object().expect("an item").iter().map(move |(method, operation)| (method, path, operation))
    });
    let all: Vec<_> = all.filter(|(method, ..)| METHODS.contains(&method.as_str())).collect();
    all.into_iter()
        .map(|(method, path, operation)| {
            (method.to_uppercase(), path.clone(), operation.as_object().expect("an operation"))
        })
        .collect()
}

/// The path with every parameter filled in.
pub(super) fn filled(path: &str) -> String {
    path.replace("{id}", "018f4e4c-7b5a-7cc2-9d3e-0a1b2c3d4e5f").replace("{n}", "1")
}

#[tokio::test]
async fn it_is_an_openapi_3_1_document() {
    let (_app, document) = document().await;

    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["info"]["title"], "Vault API");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert!(operations(&document).len() >= 20);
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
}

#[tokio::test]
async fn every_documented_operation_is_served() {
    let (app, document) = document().await;

    for (method, path, operation) in operations(&document) {
        assert!(!filled(&path).contains('{'), "{path}");
        let body = operation.contains_key("requestBody").then(|| json!({}));
        let answer = app.call(&method, &filled(&path), body).await;

        let is_off = answer.status == 503 && answer.json()["code"] == "billing_not_configured";
        assert!(
            is_off || !matches!(answer.status, 404 | 405 | 500..),
            "{method} {path}: {} {}",
            answer.status,
            answer.text()
        );
        let documented = operation["responses"].as_object().unwrap();
        assert!(
            documented.contains_key(&answer.status.to_string()),
            "{method} {path} answers {}, not documented",
            answer.status
        );
    }
}

#[tokio::test]
async fn every_key_and_audit_operation_of_the_contract_is_documented() {
    let (_app, document) = document().await;

    let documented: BTreeSet<_> =
        operations(&document).into_iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    for operation in [
        "POST /api/keys",
        "GET /api/keys",
        "GET /api/keys/{id}",
        "PATCH /api/keys/{id}",
        "PUT /api/keys/{id}",
        "DELETE /api/keys/{id}",
        "GET /api/keys/{id}/decrypt",
        "POST /api/keys/{id}/reveal",
        "POST /api/keys/{id}/rotate",
        "POST /api/keys/{id}/end-grace",
        "POST /api/keys/{id}/reinstate",
        "GET /api/keys/facets",
        "GET /api/keys/{id}/versions",
        "POST /api/keys/{id}/versions/{n}/restore",
        "POST /api/keys/verify",
        "GET /api/keys/check",
        "GET /api/audit",
        "GET /api/providers",
    ] {
        assert!(documented.contains(operation), "{operation}");
    }
}

#[tokio::test]
async fn operation_ids_are_snake_case_and_unique() {
    let (_app, document) = document().await;

    let operations = operations(&document);
    let ids: Vec<_> = operations
        .iter()
        .map(|(_, path, operation)| {
            operation.get("operationId").and_then(Value::as_str).unwrap_or_else(|| panic!("{path} has no id"))
        })
        .collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    assert!(
        ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
            && !id.starts_with('_')),
        "{ids:?}"
    );
}

/// Whether an operation is for members alone: `{}` among its security stands for visitors.
fn needs_sign_in(operation: &serde_json::Map<String, Value>) -> bool {
    operation.get("security").and_then(Value::as_array).is_some_and(|ways| !ways.contains(&json!({})))
}

#[tokio::test]
async fn every_secured_operation_refuses_a_visitor() {
    let (app, document) = document().await;
    let secured: Vec<_> =
        operations(&document).into_iter().filter(|(.., operation)| needs_sign_in(operation)).collect();

    assert!(secured.len() >= 10);
    for (method, path, operation) in secured {
        let body = operation.contains_key("requestBody").then(|| json!({}));
        for headers in [&[][..], &[("authorization", "Bearer x")], &[("authorization", "Basic YTpi")]] {
            let refused = app
                .call_with(&method, &filled(&path), body.clone(), headers)
                .await
                .expect_problem(401, "unauthenticated");
            assert_eq!(refused.header("www-authenticate"), "Bearer", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn operations_under_keys_and_audit_are_secured() {
    let (_app, document) = document().await;

    for (method, path, operation) in operations(&document)
        .into_iter()
        .filter(|(_, path, _)| path.starts_with("/api/keys") || path.starts_with("/api/audit"))
    {
        // whoever shows a key and names its vault may have it checked
        let ways = if path == "/api/keys/check" { json!([{ "bearer": [] }, {}]) } else { json!([{ "bearer": [] }]) };
        assert_eq!(operation.get("security"), Some(&ways), "{method} {path}");
    }
}

#[tokio::test]
async fn every_refusal_is_documented_as_a_problem() {
    let (_app, document) = document().await;

    for (method, path, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{method} {path}");
        for (status, response) in responses.iter().filter(|(status, _)| status.starts_with(['4', '5'])) {
            if path == "/api/keys/check" && matches!(status.as_str(), "401" | "403") {
                assert_eq!(response.get("content"), None, "a proxy reads headers alone");
                continue;
            }
            let kinds: Vec<_> = response["content"].as_object().unwrap().keys().collect();
            assert_eq!(kinds, ["application/problem+json"], "{method} {path} {status}");
            assert_eq!(
                response["content"]["application/problem+json"]["schema"]["$ref"],
                "#/components/schemas/Problem"
            );
        }
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let (_app, document) = document().await;
    let text = document.to_string();

    let references: BTreeSet<_> =
        text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect();

    assert!(!references.is_empty());
    for reference in references {
        assert!(document.pointer(&reference).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn an_answer_has_the_fields_that_its_schema_names() {
    let (app, document) = document().await;
    let alice = app.member("alice").await;
    let made = alice.store("a", "v").await;
    let audit = alice.get("/api/audit").await.expect(200).json()["data"][0].clone();
    let key = alice.get(&format!("/api/keys/{}", made["id"].as_str().unwrap())).await.json();
    let provider = app.call("GET", "/api/providers", None).await.json()["data"][1].clone();
    let problem = app.call("GET", "/api/keys", None).await.json();

    for (schema, value) in [("Key", key), ("AuditEntry", audit), ("Provider", provider), ("Problem", problem)] {
        let properties = document["components"]["schemas"][schema]["properties"]
            .as_object()
            .unwrap_or_else(|| panic!("{schema} has no properties"));
        let given = value.as_object().unwrap();
        assert!(given.keys().all(|name| properties.contains_key(name)), "{schema}: {value}");
        let required = document["components"]["schemas"][schema]["required"].as_array().cloned().unwrap_or_default();
        assert!(required.iter().all(|name| given.contains_key(name.as_str().unwrap())), "{schema}: {value}");
    }
}
