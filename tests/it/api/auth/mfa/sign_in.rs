//! Signing in with a second factor: challenge and code.

use chrono::TimeDelta;
use serde_json::json;
use vault_api::core::clock::Clock as _;

use super::{answer, challenge, sign_in, turn_on};
use crate::{
    api::auth::{NEW_PASSWORD, assert_refused, log_in, read_me, recovery_token, reset},
    support::at_once,
};

on_both! {
    async fn the_password_gives_a_challenge_and_the_code_gives_the_tokens(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;

        let first = log_in(&app, &alice.email, &alice.password).await.expect(200).json();
        let challenge = first["challenge"].as_str().unwrap();
        assert_eq!(first, json!({ "mfa_required": true, "challenge": challenge, "expires_in": 300, "methods": ["totp", "recovery_code"] }));
        assert!(challenge.len() >= 43);
        assert_refused(read_me(&app, challenge).await);

        let tokens = answer(&app, challenge, &phone.fresh_code(&app)).await.expect(200);
        assert_eq!(tokens.header("cache-control"), "no-store");
        let tokens = tokens.json();
        assert_eq!((tokens["token_type"].as_str(), &tokens["user"]["email"]), (Some("bearer"), &json!(alice.email)));
        read_me(&app, tokens["access_token"].as_str().unwrap()).await.expect(200);
        let trail = alice.trail().await;
        assert_eq!(trail[trail.len() - 2..], ["session.second_factor_asked", "session.created"]);
    }

    async fn a_wrong_password_is_answered_as_for_an_account_without_a_second_factor(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        turn_on(&app, &alice).await;

        let mut answers = Vec::new();
        for email in [&alice.email, &bob.email, "nobody@example.com"] {
            let mut problem = log_in(&app, email, "trois loutres").await.expect_problem(401, "invalid_credentials").json();
            problem["request_id"] = json!("");
            answers.push(problem);
        }

        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
        let without = log_in(&app, &bob.email, &bob.password).await.expect(200).json();
        assert!(without["access_token"].is_string() && without.get("mfa_required").is_none());
    }

    async fn a_code_works_once(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;
        let code = phone.fresh_code(&app);
        sign_in(&app, &alice, &code).await.expect(200);

        sign_in(&app, &alice, &code).await.expect_problem(403, "wrong_code");
        let before = phone.code_at(app.clock.now() - TimeDelta::seconds(30));
        sign_in(&app, &alice, &before).await.expect_problem(403, "wrong_code");

        sign_in(&app, &alice, &phone.fresh_code(&app)).await.expect(200);
    }

    async fn of_fifty_who_send_one_code_at_once_one_gets_in(app: TestApp) {
        let (alice, sibling) = (app.member("alice").await, app.sibling().await);
        let phone = turn_on(&app, &alice).await;
        let mut challenges = Vec::new();
        for _ in 0..50 {
            challenges.push(challenge(&app, &alice).await);
        }
        let code = phone.fresh_code(&app);
        sibling.clock.advance(app.clock.now() - sibling.clock.now());

        let statuses = at_once(50, |number| {
            let server = if number % 2 == 0 { &app } else { &sibling };
            let (challenge, code) = (challenges[number].clone(), code.clone());
            async move { answer(server, &challenge, &code).await.status }
        }).await;

        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [200, 403, 429, 503].contains(status)), "{statuses:?}");
    }

    async fn of_fifty_who_answer_one_challenge_at_once_one_gets_in(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;
        let waiting = challenge(&app, &alice).await;
        let code = phone.fresh_code(&app);

        let statuses = at_once(50, |_| {
            let (waiting, code, app) = (waiting.clone(), code.clone(), &app);
            async move { answer(app, &waiting, &code).await.status }
        }).await;

        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [200, 401, 503].contains(status)), "{statuses:?}");
    }

    async fn a_clock_may_be_one_step_wrong_and_no_more(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;

        for (steps, status) in [(-2, 403), (2, 403), (-1, 200), (1, 200)] {
            app.clock.advance(TimeDelta::minutes(5));
            let code = phone.code_at(app.clock.now() + TimeDelta::seconds(30 * steps));
            assert_eq!(sign_in(&app, &alice, &code).await.status, status, "{steps}");
        }
    }

    async fn a_challenge_works_once_and_for_five_minutes(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;
        let (used, early, late) = (challenge(&app, &alice).await, challenge(&app, &alice).await, challenge(&app, &alice).await);
        answer(&app, &used, &phone.fresh_code(&app)).await.expect(200);

        answer(&app, &used, &phone.fresh_code(&app)).await.expect_problem(401, "invalid_challenge");
        app.clock.advance(TimeDelta::seconds(300 - 120 - 1));
        answer(&app, &early, &phone.code_at(app.clock.now())).await.expect(200);
        app.clock.advance(TimeDelta::seconds(1));
        answer(&app, &late, &phone.recovery_codes[0]).await.expect_problem(401, "invalid_challenge");

        for unknown in ["x", &"x".repeat(43), &alice.token[..200]] {
            answer(&app, unknown, &phone.recovery_codes[0]).await.expect_problem(401, "invalid_challenge");
        }
        assert_eq!(alice.get("/api/auth/mfa").await.json()["recovery_codes_left"], 10);
    }

    async fn a_challenge_dies_with_what_it_stands_on(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;
        let root = crate::api::admin::staff(&app, "root", vault_api::models::user::Role::Admin).await;
        let path = format!("/api/admin/users/{}", alice.id);

        let before_change = challenge(&app, &alice).await;
        alice.post("/api/auth/password", json!({ "current_password": alice.password, "new_password": NEW_PASSWORD })).await.expect(204);
        answer(&app, &before_change, &phone.fresh_code(&app)).await.expect_problem(401, "invalid_challenge");

        let mut alice = alice;
        alice.password = NEW_PASSWORD.into();
        let before_disabling = challenge(&app, &alice).await;
        root.patch(&path, json!({ "disabled": true })).await.expect(200);
        answer(&app, &before_disabling, &phone.fresh_code(&app)).await.expect_problem(401, "invalid_challenge");
        root.patch(&path, json!({ "disabled": false })).await.expect(200);
        answer(&app, &before_disabling, &phone.fresh_code(&app)).await.expect_problem(401, "invalid_challenge");
    }

    async fn resetting_the_password_does_not_get_around_it(app: TestApp) {
        let mut alice = app.member("alice").await;
        app.sql("update auth.\"user\" set \"emailVerified\" = true").await;
        let phone = turn_on(&app, &alice).await;
        let before = challenge(&app, &alice).await;
        let token = recovery_token(&app, &alice.email, 1).await;

        let done = reset(&app, &token, NEW_PASSWORD).await.expect(204);

        assert!(done.body.is_empty());
        answer(&app, &before, &phone.fresh_code(&app)).await.expect_problem(401, "invalid_challenge");
        alice.password = NEW_PASSWORD.into();
        let waiting = challenge(&app, &alice).await;
        assert_refused(read_me(&app, &waiting).await);
        answer(&app, &waiting, &phone.wrong_code(&app)).await.expect_problem(403, "wrong_code");
        answer(&app, &waiting, &phone.fresh_code(&app)).await.expect(200);
    }

    async fn the_second_factor_of_a_stranger_who_registered_the_address_goes_with_the_rest(app: TestApp) {
        let stranger = app.member("alice").await;
        turn_on(&app, &stranger).await;

        // the owner of the mailbox, whose address was never proved
        let token = recovery_token(&app, &stranger.email, 1).await;
        reset(&app, &token, NEW_PASSWORD).await.expect(204);

        let tokens = log_in(&app, &stranger.email, NEW_PASSWORD).await.expect(200).json();
        assert!(tokens["access_token"].is_string(), "{tokens}");
    }

    async fn bodies_are_checked(app: TestApp) {
        for (body, faults) in [
            (json!({}), vec![("challenge", "required"), ("code", "required")]),
            (json!({ "challenge": "x", "code": 123456 }), vec![("code", "wrong_type")]),
            (json!({ "challenge": "x".repeat(201), "code": "1".repeat(65) }), vec![("challenge", "too_long"), ("code", "too_long")]),
            (json!({ "challenge": "x", "code": "" }), vec![("code", "too_short")]),
        ] {
            let refused = app.call("POST", "/api/auth/login/mfa", Some(body)).await.expect_problem(422, "validation_failed");
            let faults: Vec<_> = faults.into_iter().map(|(field, code)| (field.to_owned(), code.to_owned())).collect();
            assert_eq!(refused.faults(), faults);
        }
    }
}
