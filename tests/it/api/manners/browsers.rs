//! What browsers are told: security headers, and which origins may call.

use serde_json::json;

use crate::support::Reply;

/// Asserts the headers that stand on every answer.
#[track_caller]
fn assert_protected(reply: &Reply, referrer: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", referrer),
        ("strict-transport-security", "max-age=63072000; includeSubDomains"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ] {
        assert_eq!(reply.header(name), value, "{name}");
    }
    assert!(reply.header("content-security-policy").contains("default-src 'none'"));
    assert!(reply.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert!(!reply.header("content-security-policy").contains("unsafe-inline"));
    assert!(!reply.header("x-request-id").is_empty());
    assert_eq!(reply.header("server"), "");
    assert_eq!(reply.headers.get_all("x-request-id").iter().count(), 1);
}

on_both! {
    async fn every_answer_is_protected_and_stored_by_no_cache(app: TestApp) {
        let alice = app.member("alice").await;
        let (first, _) = (alice.store("a", "value a").await, alice.store("b", "value b").await);
        app.sql("update auth.api_keys set sealed = (select sealed from auth.api_keys where name = 'b') where name = 'a'").await;
        let path = format!("/api/keys/{}", first["id"].as_str().unwrap());

        for (status, answer) in [
            (200, alice.get(&path).await), (200, app.call("GET", "/health", None).await), (201, alice.post("/api/keys", json!({ "name": "c" })).await), (204, alice.delete(&format!("/api/keys/{}", alice.store("d", "d").await["id"].as_str().unwrap())).await),
            (401, app.call("GET", "/api/keys", None).await), (404, app.call("GET", "/nothing", None).await), (405, app.call("DELETE", "/health", None).await), (414, app.call("GET", &format!("/{}", "x".repeat(9000)), None).await),
            (415, alice.call_with("POST", "/api/keys", None, &[]).await), (422, alice.post("/api/keys", json!({})).await), (500, alice.get(&format!("{path}/decrypt")).await),
        ] {
            assert_eq!(answer.status, status, "{}", answer.text());
            assert_protected(&answer, "no-referrer");
            assert_eq!(answer.header("cache-control"), "no-store", "{status}");
        }
    }

    async fn pages_and_their_parts_are_protected_too(app: TestApp) {
        for path in ["/", "/docs", "/openapi.json", "/assets/console/app.css", "/assets/icon.svg", "/verify?token=x", "/reset?token=x"] {
            // forms of the console must say where they come from; what a mail's address holds is told to nobody
            let referrer = if path == "/" { "same-origin" } else { "no-referrer" };
            assert_protected(&app.call("GET", path, None).await, referrer);
        }
    }

    async fn where_no_origin_is_listed_none_may_call(app: TestApp) {
        for origin in ["https://app.example.com", "null", "http://localhost:3000", "http://vault.test"] {
            let answer = app.call_with("GET", "/api/providers", None, &[("origin", origin)]).await.expect(200);
            let preflight = app.call_with("OPTIONS", "/api/providers", None, &[("origin", origin), ("access-control-request-method", "GET")]).await;

            for reply in [answer, preflight] {
                assert!(reply.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{:?}", reply.headers);
            }
        }
    }
}

mod with_origins {
    use super::*;

    on_both! {
        with [("ALLOWED_ORIGINS", "https://app.example.com,http://localhost:3000")];

        async fn a_listed_origin_may_call_and_read_refusals(app: TestApp) {
            let alice = app.member("alice").await;

            for origin in ["https://app.example.com", "http://localhost:3000"] {
                for (status, answer) in [
                    (200, alice.call_with("GET", "/api/keys", None, &[("origin", origin)]).await), (401, app.call_with("GET", "/api/keys", None, &[("origin", origin)]).await),
                    (404, app.call_with("GET", "/nothing", None, &[("origin", origin)]).await), (422, alice.call_with("POST", "/api/keys", Some(json!({})), &[("origin", origin)]).await),
                ] {
                    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, origin));
                    assert!(answer.headers.get_all("vary").iter().any(|value| value.to_str().unwrap().to_lowercase().contains("origin")), "{:?}", answer.headers);
                    assert_eq!(answer.header("access-control-allow-credentials"), "");
                    assert_protected(&answer, "no-referrer");
                }
            }
        }

        async fn a_listed_origins_preflight_is_answered(app: TestApp) {
            let headers = [("origin", "https://app.example.com"), ("access-control-request-method", "PATCH"), ("access-control-request-headers", "authorization,content-type,if-match,idempotency-key")];

            let answer = app.call_with("OPTIONS", "/api/keys/x", None, &headers).await.expect(200);

            assert_eq!(answer.header("access-control-allow-origin"), "https://app.example.com");
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                assert!(answer.header("access-control-allow-methods").contains(method), "{method}");
            }
            for header in ["authorization", "content-type", "if-match", "idempotency-key"] {
                assert!(answer.header("access-control-allow-headers").contains(header), "{header}");
            }
            assert_protected(&answer, "no-referrer");
        }

        async fn any_other_origin_is_told_nothing(app: TestApp) {
            let alice = app.member("alice").await;

            for origin in [
                "https://evil.example", "null", "*", "", "https://app.example.com.evil.example", "https://evil-app.example.com", "https://sub.app.example.com", "https://app.example.com:8443", "http://app.example.com",
                "http://localhost:3001", "http://localhost", "https://app.example.com/", "https://app.example.com https://evil.example", "file://",
            ] {
                let answer = alice.call_with("GET", "/api/keys", None, &[("origin", origin)]).await.expect(200);
                let preflight = app.call_with("OPTIONS", "/api/keys", None, &[("origin", origin), ("access-control-request-method", "POST")]).await;

                assert_eq!((answer.header("access-control-allow-origin"), preflight.header("access-control-allow-origin")), ("", ""), "{origin}");
            }
        }
    }
}
