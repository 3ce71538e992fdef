//! Guessing codes: five tries for a challenge, and pauses that grow for the account.

use chrono::TimeDelta;
use serde_json::json;
use vault_api::core::clock::Clock as _;

use super::{answer, begin, challenge, confirm, sign_in, turn_on};
use crate::support::at_once;

on_both! {
    async fn a_challenge_takes_five_codes(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;
        let waiting = challenge(&app, &alice).await;

        for _ in 0..5 {
            answer(&app, &waiting, "wrong-recovery-code").await.expect_problem(403, "wrong_code");
        }

        answer(&app, &waiting, &phone.recovery_codes[0]).await.expect_problem(401, "invalid_challenge");
        answer(&app, &waiting, &phone.fresh_code(&app)).await.expect_problem(401, "invalid_challenge");
        sign_in(&app, &alice, &phone.fresh_code(&app)).await.expect(200);
    }

    async fn after_five_wrong_codes_there_is_a_pause_on_every_server_that_grows(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;
        for _ in 0..5 {
            sign_in(&app, &alice, &phone.wrong_code(&app)).await.expect_problem(403, "wrong_code");
        }

        let right = phone.code_at(app.clock.now() + TimeDelta::seconds(30));
        let paused = sign_in(&app, &alice, &right).await.expect_problem(429, "too_many_codes");
        assert_eq!(paused.header("retry-after"), "60");
        let sibling = app.sibling().await;
        let waiting = challenge(&app, &alice).await;
        answer(&sibling, &waiting, &right).await.expect_problem(429, "too_many_codes");

        for minutes in [1, 2, 4, 8] {
            app.clock.advance(TimeDelta::minutes(minutes) - TimeDelta::seconds(1));
            let paused = sign_in(&app, &alice, &phone.code_at(app.clock.now())).await.expect_problem(429, "too_many_codes");
            assert_eq!(paused.header("retry-after"), "1");
            app.clock.advance(TimeDelta::seconds(1));
            sign_in(&app, &alice, &phone.wrong_code(&app)).await.expect_problem(403, "wrong_code");
        }
        app.clock.advance(TimeDelta::minutes(16));
        sign_in(&app, &alice, &phone.code_at(app.clock.now())).await.expect(200);
        sign_in(&app, &alice, &phone.wrong_code(&app)).await.expect_problem(403, "wrong_code");
        sign_in(&app, &alice, &phone.fresh_code(&app)).await.expect(200);
    }

    async fn a_recovery_code_goes_during_a_pause(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;
        for _ in 0..5 {
            sign_in(&app, &alice, &phone.wrong_code(&app)).await.expect(403);
        }
        sign_in(&app, &alice, &phone.wrong_code(&app)).await.expect_problem(429, "too_many_codes");

        sign_in(&app, &alice, &phone.recovery_codes[0]).await.expect(200);
    }

    async fn fifty_wrong_codes_at_once_are_five(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;
        let mut challenges = Vec::new();
        for _ in 0..50 {
            challenges.push(challenge(&app, &alice).await);
        }
        let wrong = phone.wrong_code(&app);

        let statuses = at_once(50, |number| {
            let (challenge, wrong, app) = (challenges[number].clone(), wrong.clone(), &app);
            async move { answer(app, &challenge, &wrong).await.status }
        }).await;

        assert_eq!(statuses.iter().filter(|status| **status == 403).count(), 5, "{statuses:?}");
        assert!(statuses.iter().all(|status| [403, 429, 503].contains(status)), "{statuses:?}");
    }

    async fn the_codes_of_a_setup_and_of_a_renewal_are_counted_too(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;
        let renew = |code: String| alice.post("/api/auth/reauthenticate", json!({ "password": "une girafe en pyjama vert", "code": code }));

        for _ in 0..5 {
            renew(phone.wrong_code(&app)).await.expect_problem(403, "wrong_code");
        }

        renew(phone.code_at(app.clock.now() + TimeDelta::seconds(30))).await.expect_problem(429, "too_many_codes");
        let bob = app.member("bob").await;
        let phone = begin(&bob).await;
        for _ in 0..5 {
            confirm(&bob, &phone.wrong_code(&app)).await.expect_problem(403, "wrong_code");
        }
        let paused = begin(&bob).await;
        confirm(&bob, &paused.code_at(app.clock.now())).await.expect_problem(429, "too_many_codes");
    }
}
