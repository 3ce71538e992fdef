//! No act without its entry: what can not be recorded does not happen, and no value leaves.

use serde_json::json;

use crate::support::{Engine, Reply, TestApp};

const VALUE: &str = "sk-proj-theValueThatMustNotLeaveWithoutARecord0";

async fn take_trail_away(app: &TestApp) {
    app.sql("alter table auth.audit_trail rename to audit_trail_away").await;
}

async fn bring_trail_back(app: &TestApp) {
    let away = if app.engine == Engine::Sqlite { "audit_trail_away" } else { "auth.audit_trail_away" };
    app.sql(&format!("alter table {away} rename to audit_trail")).await;
}

#[track_caller]
fn failed_without(reply: &Reply, secret: &str) {
    assert!(matches!(reply.status, 500 | 503), "{}: {}", reply.status, reply.text());
    assert_eq!(reply.header("content-type"), "application/problem+json");
    assert!(!reply.text().contains(secret), "{}", reply.text());
    assert!(!reply.text().contains("audit_trail"), "an answer names a table: {}", reply.text());
}

on_both! {
    async fn a_reveal_that_can_not_be_recorded_gives_no_value(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("OpenAI", VALUE).await;
        let path = format!("/api/keys/{}", made["id"].as_str().unwrap());
        take_trail_away(&app).await;

        for reply in [alice.get(&format!("{path}/decrypt")).await, alice.post(&format!("{path}/reveal"), json!({})).await] {
            failed_without(&reply, VALUE);
        }

        bring_trail_back(&app).await;
        let revealed = alice.get(&format!("{path}/decrypt")).await.expect(200).json();
        assert_eq!(revealed["api_key"], VALUE);
        assert_eq!(alice.trail().await.iter().filter(|action| *action == "key.revealed").count(), 1);
    }

    async fn of_many_reveals_at_once_each_is_refused_while_none_can_be_recorded(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("OpenAI", VALUE).await;
        let path = format!("/api/keys/{}/decrypt", made["id"].as_str().unwrap());
        take_trail_away(&app).await;

        let (a, b, c, d) = tokio::join!(alice.get(&path), alice.get(&path), alice.get(&path), alice.get(&path));

        for reply in [a, b, c, d] {
            failed_without(&reply, VALUE);
        }
    }

    async fn a_key_that_can_not_be_recorded_is_not_made(app: TestApp) {
        let alice = app.member("alice").await;
        take_trail_away(&app).await;

        let reply = alice.post("/api/keys", json!({ "name": "OpenAI", "value": VALUE })).await;

        failed_without(&reply, VALUE);
        assert_eq!(app.sql("select count(*) from auth.api_keys").await, "0");
        bring_trail_back(&app).await;
        alice.store("OpenAI", VALUE).await;
    }

    async fn a_revocation_that_can_not_be_recorded_does_not_happen(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("OpenAI", VALUE).await;
        let path = format!("/api/keys/{}", made["id"].as_str().unwrap());
        take_trail_away(&app).await;

        failed_without(&alice.delete(&path).await, VALUE);
        failed_without(&alice.patch(&path, json!({ "name": "other" })).await, VALUE);

        bring_trail_back(&app).await;
        let key = alice.get(&path).await.expect(200).json();
        assert_eq!((key["revoked"].as_bool(), key["name"].as_str()), (Some(false), Some("OpenAI")));
    }

    async fn nobody_registers_or_signs_in_without_a_record(app: TestApp) {
        let alice = app.member("alice").await;
        take_trail_away(&app).await;

        let login = app.call("POST", "/api/auth/login", Some(json!({ "email": alice.email, "password": alice.password }))).await;
        let register = app.call("POST", "/api/auth/register", Some(json!({ "email": "bob@example.com", "password": alice.password }))).await;

        failed_without(&login, "access_token");
        failed_without(&register, "bob@example.com");
        assert_eq!(app.sql("select count(*) from auth.login_sessions").await, "1");
        assert_eq!(app.sql("select count(*) from auth.\"user\"").await, "1");
    }

    async fn the_entry_of_a_reveal_is_there_when_the_value_arrives(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("OpenAI", VALUE).await;
        let path = format!("/api/keys/{}/decrypt", made["id"].as_str().unwrap());

        for count in 1..=5 {
            alice.get(&path).await.expect(200);
            assert_eq!(app.sql("select count(*) from auth.audit_trail where action = 'key.revealed'").await, count.to_string());
        }
    }
}
