//! Fresh sign-ins for dangerous acts, and `POST /api/auth/reauthenticate`.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{assert_refused, mfa::turn_on, read_me};
use crate::support::{Actor, Reply};

/// Asks for a dangerous act that changes nothing where it is let through.
async fn dangerous(actor: &Actor<'_>) -> Reply {
    actor.delete("/api/auth/mfa").await
}

async fn renew(actor: &Actor<'_>, body: Value) -> Reply {
    actor.post("/api/auth/reauthenticate", body).await
}

on_both! {
    async fn a_sign_in_is_fresh_for_a_quarter_of_an_hour(app: TestApp) {
        let alice = app.member("alice").await;

        app.clock.advance(TimeDelta::minutes(15));
        dangerous(&alice).await.expect(204);
        app.clock.advance(TimeDelta::milliseconds(1));

        let refused = dangerous(&alice).await.expect_problem(401, "reauthentication_required");
        assert_eq!(refused.header("www-authenticate"), "Bearer error=\"insufficient_user_authentication\"");
        alice.get("/api/auth/me").await.expect(200);
    }

    async fn every_dangerous_act_asks_and_changes_nothing(app: TestApp) {
        let alice = app.member("alice").await;
        turn_on(&app, &alice).await;
        app.clock.advance(TimeDelta::minutes(16));

        for (method, path, body) in [
            ("DELETE", "/api/auth/me", Some(json!({ "password": alice.password }))),
            ("POST", "/api/auth/email", Some(json!({ "email": "new@example.com", "password": alice.password }))),
            ("DELETE", "/api/auth/mfa", None),
            ("POST", "/api/auth/mfa/recovery-codes", None),
            ("POST", "/api/auth/mfa/totp", None),
            ("POST", "/api/auth/mfa/totp/confirm", Some(json!({ "code": "123456" }))),
        ] {
            alice.call(method, path, body).await.expect_problem(401, "reauthentication_required");
        }

        let state = alice.get("/api/auth/mfa").await.expect(200).json();
        assert_eq!((&state["enabled"], &state["recovery_codes_left"]), (&json!(true), &json!(10)));
    }

    async fn the_password_renews_this_session_alone_and_at_once(app: TestApp) {
        let mut alice = app.member("alice").await;
        let other = alice.sign_in().await;
        app.clock.advance(TimeDelta::hours(1));
        dangerous(&alice).await.expect_problem(401, "reauthentication_required");

        let renewed = renew(&alice, json!({ "password": alice.password })).await.expect(204);

        assert!(renewed.body.is_empty());
        dangerous(&alice).await.expect(204);
        assert_eq!(alice.trail().await.last().map(String::as_str), Some("session.renewed"));
        alice.token = other;
        dangerous(&alice).await.expect_problem(401, "reauthentication_required");
    }

    async fn a_renewal_lasts_as_long_as_a_sign_in_and_is_soon_known_to_another_server(app: TestApp) {
        let (alice, sibling) = (app.member("alice").await, app.sibling().await);
        for server in [&app, &sibling] {
            server.clock.advance(TimeDelta::hours(1));
        }
        let bearer = format!("Bearer {}", alice.token);
        let there = async || sibling.call_with("DELETE", "/api/auth/mfa", None, &[("authorization", &bearer)]).await;
        there().await.expect_problem(401, "reauthentication_required");

        renew(&alice, json!({ "password": alice.password })).await.expect(204);

        for round in 0.. {
            if there().await.status == 204 {
                break;
            }
            assert!(round < 40, "not known after two seconds");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        app.clock.advance(TimeDelta::minutes(16));
        dangerous(&alice).await.expect_problem(401, "reauthentication_required");
    }

    async fn a_wrong_password_renews_nothing_and_is_recorded(app: TestApp) {
        let alice = app.member("alice").await;
        app.clock.advance(TimeDelta::hours(1));

        renew(&alice, json!({ "password": "trois loutres" })).await.expect_problem(403, "wrong_password");
        assert_eq!(renew(&alice, json!({})).await.expect_problem(422, "validation_failed").faults(), [("password".into(), "required".into())]);
        assert_refused(app.call("POST", "/api/auth/reauthenticate", Some(json!({ "password": alice.password }))).await);

        dangerous(&alice).await.expect_problem(401, "reauthentication_required");
        assert_eq!(alice.trail().await.last().map(String::as_str), Some("password.refused"));
    }

    async fn with_a_second_factor_the_password_alone_renews_nothing(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;
        app.clock.advance(TimeDelta::hours(1));
        let with = |code: &str| json!({ "password": alice.password, "code": code });

        let missing = renew(&alice, json!({ "password": alice.password })).await.expect_problem(422, "validation_failed");
        assert_eq!(missing.faults(), [("code".into(), "required".into())]);
        renew(&alice, with(&phone.wrong_code(&app))).await.expect_problem(403, "wrong_code");
        renew(&alice, json!({ "password": "trois loutres", "code": phone.code_at(vault_api::core::clock::Clock::now(&*app.clock)) })).await.expect_problem(403, "wrong_password");
        dangerous(&alice).await.expect_problem(401, "reauthentication_required");

        let code = phone.fresh_code(&app);
        renew(&alice, with(&code)).await.expect(204);
        renew(&alice, with(&code)).await.expect_problem(403, "wrong_code");
        renew(&alice, with(&phone.recovery_codes[0])).await.expect(204);
        dangerous(&alice).await.expect(204);
    }

    async fn a_value_is_shown_without_a_fresh_sign_in(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.store("a", "v").await;
        app.clock.advance(TimeDelta::hours(1));

        alice.get(&format!("/api/keys/{}/decrypt", made["id"].as_str().unwrap())).await.expect(200);
    }

    async fn an_ended_session_is_not_renewed(app: TestApp) {
        let alice = app.member("alice").await;
        alice.call("POST", "/api/auth/logout", None).await.expect(204);

        assert_refused(renew(&alice, json!({ "password": alice.password })).await);
        assert_refused(read_me(&app, &alice.token).await);
    }
}

mod by_the_operators_wish {
    use super::*;

    on_both! {
        with [("REVEAL_STEP_UP", "true"), ("STEP_UP_MINUTES", "5")];

        async fn showing_a_value_asks_for_a_fresh_sign_in_too(app: TestApp) {
            let alice = app.member("alice").await;
            let body = json!({ "name": "a", "value": "the value" });
            let repeat = || alice.call_with("POST", "/api/keys", Some(body.clone()), &[("idempotency-key", "once")]);
            let made = repeat().await.expect(201).json();
            let path = format!("/api/keys/{}", made["id"].as_str().unwrap());
            alice.get(&format!("{path}/decrypt")).await.expect(200);

            app.clock.advance(TimeDelta::minutes(6));

            let refused = [alice.get(&format!("{path}/decrypt")).await, alice.call("POST", &format!("{path}/reveal"), None).await, repeat().await];
            for refused in refused {
                let refused = refused.expect_problem(401, "reauthentication_required");
                assert!(!refused.text().contains("the value"));
            }
            alice.get(&path).await.expect(200);
            alice.store("b", "another").await;
            renew(&alice, json!({ "password": alice.password })).await.expect(204);
            alice.get(&format!("{path}/decrypt")).await.expect(200);
        }
    }
}
