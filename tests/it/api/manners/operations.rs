//! `/health`, `/ready`, `/metrics`.

use serde_json::json;

on_both! {
    async fn health_answers_while_the_process_lives(app: TestApp) {
        let answer = app.call("GET", "/health", None).await.expect(200);

        assert_eq!((answer.text().as_str(), answer.header("content-type")), (r#"{"status":"ok"}"#, "application/json"));
    }

    async fn ready_names_each_part(app: TestApp) {
        let answer = app.call("GET", "/ready", None).await.expect(200).json();

        assert_eq!(answer["status"], "ready");
        let checks = answer["checks"].as_object().unwrap();
        assert!(checks.contains_key("database") && checks.contains_key("migrations"), "{answer}");
        assert!(checks.values().all(|check| check == "ok"), "{answer}");
    }

    async fn a_missing_table_is_told_to_nobody_and_the_process_lives(app: TestApp) {
        app.sql("alter table auth.api_keys rename to elsewhere").await;
        app.sql("alter table auth.\"user\" rename to gone").await;

        let answer = app.call("GET", "/health", None).await.expect(200);
        let login = app.call("POST", "/api/auth/login", Some(json!({ "email": "a@example.com", "password": "une girafe en pyjama vert" }))).await;

        assert_eq!(answer.json(), json!({ "status": "ok" }));
        assert!(matches!(login.status, 500 | 503), "{}", login.text());
        for word in ["api_keys", "no such table", "relation", "select", "sqlx", "/src/"] {
            assert!(!login.text().contains(word), "{}", login.text());
        }
    }

    async fn metrics_are_open_where_no_token_is_set(app: TestApp) {
        let answer = app.call("GET", "/metrics", None).await.expect(200);

        assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
    }
}

mod with_a_token {
    on_both! {
        with [("METRICS_TOKEN", "a-token-for-the-counters-0123456789")];

        async fn metrics_are_for_the_bearer_of_the_token_alone(app: TestApp) {
            let alice = app.member("alice").await;

            let mine = format!("Bearer {}", alice.token);
            for authorization in ["", "Bearer", "Bearer ", "Bearer x", "Bearer a-token-for-the-counters-012345678", "Bearer a-token-for-the-counters-01234567890", "Basic a-token-for-the-counters-0123456789", "a-token-for-the-counters-0123456789", &mine] {
                let refused = app.call_with("GET", "/metrics", None, &[("authorization", authorization)]).await.expect_problem(401, "unauthenticated");
                assert_eq!(refused.header("www-authenticate"), "Bearer");
            }
            app.call("GET", "/metrics?token=a-token-for-the-counters-0123456789", None).await.expect_problem(401, "unauthenticated");

            app.call_with("GET", "/metrics", None, &[("authorization", "Bearer a-token-for-the-counters-0123456789")]).await.expect(200);
        }

        async fn health_and_readiness_need_no_token(app: TestApp) {
            app.call("GET", "/health", None).await.expect(200);
            app.call("GET", "/ready", None).await.expect(200);
        }
    }
}
