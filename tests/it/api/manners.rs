//! What holds for every request: addresses, methods, identifiers, languages, headers.

mod bodies;
mod browsers;
mod operations;
mod permission_first;

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::Reply;

/// The methods that `Allow` lists.
fn allowed(reply: &Reply) -> BTreeSet<&str> {
    reply.header("allow").split(',').map(str::trim).collect()
}

on_both! {
    async fn an_unknown_path_is_not_found(app: TestApp) {
        let alice = app.member("alice").await;

        for path in ["/nothing", "/api", "/api/", "/api/nothing", "/api/keys/x/y/z", "/API/KEYS", "/health/", "//api/keys", "/api/auth/../keys", "/.env", "/.git/config"] {
            for method in ["GET", "POST", "DELETE", "OPTIONS", "BREW"] {
                app.call(method, path, None).await.expect_problem(404, "not_found");
            }
            alice.get(path).await.expect_problem(404, "not_found");
        }
    }

    async fn a_wrong_method_is_told_the_right_ones(app: TestApp) {
        let alice = app.member("alice").await;

        for (method, path, expected) in [
            ("DELETE", "/api/keys", vec!["GET", "HEAD", "POST"]), ("PATCH", "/api/keys/", vec!["GET", "HEAD", "POST"]), ("POST", "/api/keys/x", vec!["DELETE", "GET", "HEAD", "PATCH", "PUT"]),
            ("DELETE", "/api/keys/x/decrypt", vec!["GET", "HEAD"]), ("GET", "/api/keys/x/reveal", vec!["POST"]), ("POST", "/api/audit", vec!["GET", "HEAD"]), ("POST", "/health", vec!["GET", "HEAD"]),
            ("BREW", "/api/providers", vec!["GET", "HEAD"]), ("GET", "/api/auth/login", vec!["POST"]), ("TRACE", "/api/keys", vec!["GET", "HEAD", "POST"]),
        ] {
            let refused = alice.call(method, path, None).await.expect_problem(405, "method_not_allowed");

            assert_eq!(allowed(&refused), expected.into_iter().collect(), "{method} {path}");
        }
    }

    async fn head_answers_as_get_without_a_body(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("a", "value").await;
        let one = format!("/api/keys/{}", made["id"].as_str().unwrap());

        for path in ["/health", "/ready", "/metrics", "/openapi.json", "/docs", "/", "/api/providers", "/api/keys", "/api/audit", "/api/auth/me", &one] {
            let (get, head) = (alice.get(path).await.expect(200), alice.call("HEAD", path, None).await.expect(200));

            assert!(head.body.is_empty(), "{path}");
            assert_eq!((get.header("content-type"), get.header("etag")), (head.header("content-type"), head.header("etag")), "{path}");
        }
        assert!(app.call("HEAD", "/nothing", None).await.expect(404).body.is_empty());
        assert!(app.call("HEAD", "/api/keys", None).await.expect(401).body.is_empty());
    }

    async fn a_path_that_is_no_text_is_not_found(app: TestApp) {
        let alice = app.member("alice").await;

        for id in ["%ff", "%00", "%c3%28", "%", "%zz", "%ed%a0%80", "%2e%2e", "a%0d%0ab"] {
            alice.get(&format!("/api/keys/{id}")).await.expect_problem(404, "not_found");
            alice.get(&format!("/api/keys/{id}/decrypt")).await.expect_problem(404, "not_found");
            app.call("GET", &format!("/{id}"), None).await.expect_problem(404, "not_found");
        }
    }

    async fn an_address_over_8_kib_is_too_long(app: TestApp) {
        let alice = app.member("alice").await;
        let long = "x".repeat(9 * 1024);

        for path in [format!("/api/keys?q={long}"), format!("/{long}"), format!("/api/keys/{long}"), format!("/health?{long}")] {
            alice.get(&path).await.expect_problem(414, "uri_too_long");
        }
        alice.get(&format!("/health?{}", "x".repeat(8000))).await.expect(200);
    }

    async fn a_sane_request_id_comes_back_and_another_is_replaced(app: TestApp) {
        let longest = "x".repeat(64);
        for id in ["a", "my-own_id.1", "018f4e4c-7b5a-7cc2-9d3e-0a1b2c3d4e5f", &longest] {
            let answer = app.call_with("GET", "/health", None, &[("x-request-id", id)]).await.expect(200);
            assert_eq!(answer.header("x-request-id"), id);
            app.call_with("GET", "/nothing", None, &[("x-request-id", id)]).await.expect_problem(404, "not_found");
        }

        let longer = "x".repeat(65);
        let mut seen = BTreeSet::new();
        for id in ["", "a b", "<script>", "a;b", "\"a\"", "clé", "a/b", &longer] {
            let answer = app.call_with("GET", "/nothing", None, &[("x-request-id", id)]).await.expect_problem(404, "not_found");
            let given = answer.header("x-request-id").to_owned();
            assert!(given != id && given.len() >= 16 && given.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'), "{id}: {given}");
            assert!(seen.insert(given));
        }
        assert!(seen.insert(app.call("GET", "/health", None).await.header("x-request-id").to_owned()));
    }

    async fn a_problem_speaks_french_where_french_is_preferred(app: TestApp) {
        let alice = app.member("alice").await;

        for (language, title, tag) in [("fr", "Introuvable", "fr"), ("fr-CA,fr;q=0.8,en;q=0.5", "Introuvable", "fr"), ("en,fr;q=0.9", "Not found", "en"), ("de", "Not found", "en"), ("", "Not found", "en"), ("é;;q=x", "Not found", "en")] {
            let refused = app.call_with("GET", "/nothing", None, &[("accept-language", language)]).await.expect_problem(404, "not_found");
            assert_eq!((refused.json()["title"].as_str(), refused.header("content-language")), (Some(title), tag), "{language}");
            assert!(refused.header("vary").to_lowercase().contains("accept-language"));
        }
        let faulty = alice.call_with("POST", "/api/keys", Some(json!({ "colour": 1 })), &[("accept-language", "fr")]).await.expect_problem(422, "validation_failed").json();
        assert_eq!(faulty["detail"], "Corrigez les champs listés dans « errors » et renvoyez la requête.");
        let messages: Vec<_> = faulty["errors"].as_array().unwrap().iter().map(|fault| fault["message"].as_str().unwrap()).collect();
        assert_eq!(messages, ["Ce champ est obligatoire.", "Ce champ n’est pas connu ici. Retirez-le."]);
    }

    async fn a_problem_names_its_documentation(app: TestApp) {
        let refused = app.call("GET", "/nothing", None).await.expect_problem(404, "not_found").json();

        assert_eq!(refused["type"], "/docs#not_found");
        assert_eq!(refused.as_object().unwrap().keys().map(String::as_str).collect::<BTreeSet<_>>(), BTreeSet::from(["type", "title", "status", "detail", "code", "request_id"]));
    }
}
