//! `POST /api/auth/logout` and `/api/auth/sessions`.

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{assert_dies_soon, assert_refused, read_me};

/// The identifiers of a page's rows.
fn identifiers(page: &Value) -> Vec<String> {
    page["data"].as_array().expect("data").iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

on_both! {
    async fn a_signed_out_token_is_refused_from_the_next_request_on(app: TestApp) {
        let alice = app.member("alice").await;
        alice.get("/api/auth/me").await.expect(200);

        let reply = alice.call("POST", "/api/auth/logout", None).await.expect(204);

        assert!(reply.body.is_empty());
        assert_refused(alice.get("/api/auth/me").await);
        assert_refused(alice.get("/api/keys").await);
        assert_refused(alice.call("POST", "/api/auth/logout", None).await);
        assert_eq!(app.sql("select count(*) from auth.login_sessions").await, "0");
    }

    async fn a_signed_out_token_is_soon_refused_by_another_server(app: TestApp) {
        let (alice, sibling) = (app.member("alice").await, app.sibling().await);
        read_me(&sibling, &alice.token).await.expect(200);

        alice.call("POST", "/api/auth/logout", None).await.expect(204);

        assert_dies_soon(&sibling, &alice.token).await;
    }

    async fn the_other_sessions_outlive_a_sign_out(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let second = alice.sign_in().await;

        alice.call("POST", "/api/auth/logout", None).await.expect(204);

        read_me(&app, &second).await.expect(200);
        bob.get("/api/auth/me").await.expect(200);
    }

    async fn signing_out_is_in_the_trail(app: TestApp) {
        let mut alice = app.member("alice").await;

        alice.call("POST", "/api/auth/logout", None).await.expect(204);

        alice.token = alice.sign_in().await;
        assert_eq!(alice.trail().await, ["account.created", "session.created", "session.ended", "session.created"]);
    }

    async fn sessions_are_listed_newest_first_with_the_current_one_marked(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        app.clock.advance(TimeDelta::minutes(1));
        let body = json!({ "email": alice.email, "password": alice.password });
        app.call_with("POST", "/api/auth/login", Some(body), &[("user-agent", "curl/8.5.0")]).await.expect(200);

        let page = alice.get("/api/auth/sessions").await.expect(200).json();

        let rows = page["data"].as_array().unwrap();
        let mut members: Vec<_> = rows[0].as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["created_at", "current", "id", "ip", "last_seen_at", "user_agent"]);
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0]["current"].as_bool(), rows[1]["current"].as_bool()), (Some(false), Some(true)));
        assert_eq!(rows[0]["user_agent"], "curl/8.5.0");
        assert!(rows[0]["created_at"].as_str() > rows[1]["created_at"].as_str());
        assert!(rows[0]["created_at"].as_str().unwrap().ends_with('Z'));
        assert_eq!(page["next_cursor"], Value::Null);
        assert_eq!(identifiers(&bob.get("/api/auth/sessions").await.expect(200).json()).len(), 1);
    }

    async fn an_expired_session_is_not_listed(app: TestApp) {
        let mut alice = app.member("alice").await;
        app.clock.advance(TimeDelta::days(90));
        alice.token = alice.sign_in().await;

        let page = alice.get("/api/auth/sessions").await.expect(200).json();

        assert_eq!(identifiers(&page).len(), 1);
        assert_eq!(page["data"][0]["current"], true);
    }

    async fn an_ended_session_is_refused_and_the_current_one_goes_on(app: TestApp) {
        let alice = app.member("alice").await;
        app.clock.advance(TimeDelta::minutes(1));
        let second = alice.sign_in().await;
        read_me(&app, &second).await.expect(200);
        let id = identifiers(&alice.get("/api/auth/sessions").await.expect(200).json())[0].clone();

        alice.delete(&format!("/api/auth/sessions/{id}")).await.expect(204);

        assert_refused(read_me(&app, &second).await);
        alice.get("/api/auth/me").await.expect(200);
        assert_eq!(identifiers(&alice.get("/api/auth/sessions").await.expect(200).json()).len(), 1);
        alice.delete(&format!("/api/auth/sessions/{id}")).await.expect_problem(404, "not_found");
        assert_eq!(alice.trail().await.last().map(String::as_str), Some("session.ended"));
    }

    async fn somebody_elses_session_can_not_be_ended(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let bobs = identifiers(&bob.get("/api/auth/sessions").await.expect(200).json())[0].clone();

        let refused = alice.delete(&format!("/api/auth/sessions/{bobs}")).await.expect_problem(404, "not_found");

        let nowhere = alice.delete(&format!("/api/auth/sessions/{}", Uuid::new_v4())).await.expect_problem(404, "not_found");
        assert_eq!(refused.json()["detail"], nowhere.json()["detail"]);
        alice.delete("/api/auth/sessions/nonsense").await.expect_problem(404, "not_found");
        bob.get("/api/auth/me").await.expect(200);
        assert_eq!(identifiers(&bob.get("/api/auth/sessions").await.expect(200).json()), [bobs]);
    }

    async fn all_other_sessions_end_at_once_and_nobody_elses(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let (second, third) = (alice.sign_in().await, alice.sign_in().await);
        read_me(&app, &second).await.expect(200);

        alice.delete("/api/auth/sessions").await.expect(204);

        assert_refused(read_me(&app, &second).await);
        assert_refused(read_me(&app, &third).await);
        alice.get("/api/auth/me").await.expect(200);
        bob.get("/api/auth/me").await.expect(200);
        let page = alice.get("/api/auth/sessions").await.expect(200).json();
        assert_eq!((identifiers(&page).len(), page["data"][0]["current"].as_bool()), (1, Some(true)));
        let entry = alice.get("/api/audit?limit=1").await.expect(200).json()["data"][0].clone();
        assert_eq!((entry["action"].as_str(), entry["details"]["sessions"].as_i64()), (Some("session.all_ended"), Some(2)));
    }

    async fn a_session_can_end_itself(app: TestApp) {
        let alice = app.member("alice").await;
        let id = identifiers(&alice.get("/api/auth/sessions").await.expect(200).json())[0].clone();

        alice.delete(&format!("/api/auth/sessions/{id}")).await.expect(204);

        assert_refused(alice.get("/api/auth/me").await);
    }

    async fn pages_of_sessions_hold_each_session_once(app: TestApp) {
        let alice = app.member("alice").await;
        for _ in 0..4 {
            app.clock.advance(TimeDelta::seconds(1));
            alice.sign_in().await;
        }
        let whole = identifiers(&alice.get("/api/auth/sessions?limit=100").await.expect(200).json());

        let (mut found, mut sizes, mut path) = (Vec::new(), Vec::new(), "/api/auth/sessions?limit=2".to_owned());
        loop {
            let page = alice.get(&path).await.expect(200).json();
            sizes.push(identifiers(&page).len());
            found.extend(identifiers(&page));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/api/auth/sessions?limit=2&cursor={cursor}");
        }

        assert_eq!(sizes, [2, 2, 1]);
        assert_eq!(found, whole);
        for query in ["limit=0", "limit=101", "limit=x", "cursor=nonsense", "page=2"] {
            let reply = alice.get(&format!("/api/auth/sessions?{query}")).await;
            assert_eq!(reply.status, 422, "{query}: {}", reply.text());
        }
    }
}
