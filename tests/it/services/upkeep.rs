//! Keeping the house: what expired goes and nothing else; what was seen is written down.

use chrono::TimeDelta;
use serde_json::json;
use vault_api::services::{mails, upkeep};

use crate::support::TestApp;

async fn count(app: &TestApp, table: &str) -> String {
    app.sql(&format!("select count(*) from auth.{table}")).await
}

async fn sweep(app: &TestApp) {
    upkeep::sweep(&app.operator()).await.expect("swept");
}

on_both! {
    async fn a_sweep_removes_sessions_that_have_expired_and_no_others(app: TestApp) {
        let alice = app.member("alice").await;
        app.clock.advance(TimeDelta::minutes(129_599));
        let newer = alice.sign_in().await;
        sweep(&app).await;
        assert_eq!(count(&app, "login_sessions").await, "2");

        app.clock.advance(TimeDelta::minutes(1));
        sweep(&app).await;

        assert_eq!(count(&app, "login_sessions").await, "1");
        alice.get("/api/auth/me").await.expect_problem(401, "unauthenticated");
        let bearer = format!("Bearer {newer}");
        app.call_with("GET", "/api/auth/me", None, &[("authorization", &bearer)]).await.expect(200);
    }

    async fn a_sweep_removes_reset_tokens_that_have_expired_and_no_others(app: TestApp) {
        app.member("alice").await;
        app.call("POST", "/api/auth/recover", Some(json!({ "email": "alice@example.com" }))).await.expect(202);
        app.wait_for_mails("alice@example.com", 1).await;
        app.clock.advance(TimeDelta::seconds(14 * 60 + 59));
        sweep(&app).await;
        assert_eq!(count(&app, "password_resets").await, "1");

        app.clock.advance(TimeDelta::seconds(1));
        sweep(&app).await;

        assert_eq!(count(&app, "password_resets").await, "0");
    }

    async fn a_sweep_forgets_answers_to_repeatable_requests_after_a_day(app: TestApp) {
        let alice = app.member("alice").await;
        let make = async || alice.call_with("POST", "/api/keys", Some(json!({ "name": "one" })), &[("idempotency-key", "once")]).await;
        let first = make().await.expect(201);
        app.clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
        sweep(&app).await;
        assert_eq!(make().await.expect(201).body, first.body);

        app.clock.advance(TimeDelta::seconds(1));
        sweep(&app).await;

        assert_eq!(count(&app, "idempotency_keys").await, "0");
        make().await.expect_problem(409, "duplicate_name");
    }

    async fn a_sweep_touches_neither_keys_nor_accounts_nor_the_trail(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.post("/api/keys", json!({ "name": "one", "value": "sk-proj-aValueThatExpires0000", "expires_at": "2126-01-01T00:00:00Z" })).await.expect(201).json();
        alice.store("two", "sk-proj-aValueThatIsRevoked000").await;
        alice.delete(&format!("/api/keys/{}", made["id"].as_str().unwrap())).await.expect(204);
        let before = (count(&app, "api_keys").await, count(&app, "\"user\"").await, count(&app, "audit_trail").await);

        app.clock.advance(TimeDelta::days(36_600));
        sweep(&app).await;

        assert_eq!((count(&app, "api_keys").await, count(&app, "\"user\"").await, count(&app, "audit_trail").await), before);
        assert_eq!(before.0, "2");
    }

    async fn a_session_that_was_used_is_marked_with_the_moment(app: TestApp) {
        let alice = app.member("alice").await;
        let seen = async || alice.get("/api/auth/sessions").await.expect(200).json()["data"][0]["last_seen_at"].as_str().unwrap().to_owned();
        let at_first = seen().await;
        app.clock.advance(TimeDelta::minutes(2));
        // what is in memory is a second old at most; a server that starts anew asks the database
        let sibling = app.sibling().await;
        let bearer = format!("Bearer {}", alice.token);
        sibling.call_with("GET", "/api/auth/me", None, &[("authorization", &bearer)]).await.expect(200);

        upkeep::write_last_seen(&sibling.operator()).await.expect("written");

        let later = seen().await;
        let (at_first, later): (chrono::DateTime<chrono::Utc>, chrono::DateTime<chrono::Utc>) = (at_first.parse().unwrap(), later.parse().unwrap());
        assert_eq!(later - at_first, TimeDelta::minutes(2));
    }

    async fn an_older_moment_never_replaces_a_newer_one(app: TestApp) {
        let alice = app.member("alice").await;
        let session = app.context(&alice).await.session().unwrap();
        let mut tx = app.app.db.write().await.unwrap();
        let now = app.operator().now();

        for minutes in [5, 3] {
            vault_api::repositories::login_sessions::set_last_seen(&mut tx, session, now + TimeDelta::minutes(minutes)).await.unwrap();
        }
        tx.commit().await.unwrap();

        let seen = alice.get("/api/auth/sessions").await.expect(200).json()["data"][0]["last_seen_at"].as_str().unwrap().to_owned();
        assert_eq!(seen.parse::<chrono::DateTime<chrono::Utc>>().unwrap() - now, TimeDelta::minutes(5));
    }

    async fn a_session_that_is_gone_does_not_stop_the_others_from_being_marked(app: TestApp) {
        let alice = app.member("alice").await;
        let session = app.context(&alice).await.session().unwrap();
        let later = app.operator().now() + TimeDelta::minutes(7);
        let gone = vault_api::models::ids::SessionId(uuid::Uuid::now_v7());
        app.app.seen.write().unwrap().extend([(session, later), (gone, later)]);

        upkeep::write_last_seen(&app.operator()).await.expect("written");

        assert_eq!(app.app.seen.read().unwrap().len(), 0);
        let marked = alice.get("/api/auth/sessions").await.expect(200).json()["data"][0]["last_seen_at"].as_str().unwrap().to_owned();
        assert_eq!(marked.parse::<chrono::DateTime<chrono::Utc>>().unwrap(), later);
    }

    async fn the_mails_that_wait_are_counted(app: TestApp) {
        app.member("alice").await;
        app.mails.refuse(true);
        for _ in 0..3 {
            app.call("POST", "/api/auth/recover", Some(json!({ "email": "alice@example.com" }))).await.expect(202);
        }

        assert_eq!(mails::backlog(&app.operator()).await.unwrap().waiting, 3);

        app.mails.refuse(false);
        app.clock.advance(TimeDelta::minutes(2));
        while mails::send_next(&app.operator()).await.unwrap() {}
        app.wait_for_mails("alice@example.com", 3).await;
    }
}
