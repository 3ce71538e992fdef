//! Wrong passwords: growing delays, a hundred a day, and an owner who always gets in.

use chrono::TimeDelta;
use serde_json::json;
use vault_api::core::clock::Clock as _;

use super::{PASSWORD, WRONG, log_in_from, refused};
use crate::support::{DEFAULT_LIMITS, TestApp};

const HOME: &str = "203.0.113.7";

/// An address of a crowd of strangers.
fn stranger(number: usize) -> String {
    format!("10.{}.{}.{}", number / 60_000, number / 250 % 240, number % 250)
}

/// Guesses from ever new addresses, every `pause`, for this long: how many guesses were compared.
async fn guess_for(app: &TestApp, email: &str, length: TimeDelta, pause: TimeDelta) -> u64 {
    let (before, end) = (app.app.hasher.compared(), app.clock.now() + length);
    let mut number = 0;
    while app.clock.now() < end {
        log_in_from(app, &stranger(number), email, WRONG).await.expect_problem(401, "invalid_credentials");
        number += 1;
        app.clock.advance(pause);
    }
    app.app.hasher.compared() - before
}

on_both! {
    with DEFAULT_LIMITS;

    async fn from_the_fourth_wrong_password_each_makes_the_next_wait_twice_as_long(app: TestApp) {
        app.member("alice").await;
        for number in 0..4 {
            log_in_from(&app, &stranger(number), "alice@example.com", WRONG).await.expect(401);
        }

        for (turn, seconds) in [1, 2, 4, 8, 16, 32, 60, 60].into_iter().enumerate() {
            app.clock.advance(TimeDelta::milliseconds(seconds * 1000 - 1));
            let before = app.app.hasher.compared();
            let wrong = log_in_from(&app, &stranger(100 + turn), "alice@example.com", WRONG).await;
            let right = log_in_from(&app, &stranger(200 + turn), "alice@example.com", PASSWORD).await;
            assert_eq!(app.app.hasher.compared(), before, "nothing is compared during the delay");
            let (wrong, right) = (wrong.expect_problem(401, "invalid_credentials"), right.expect_problem(401, "invalid_credentials"));
            assert_eq!(wrong.json()["detail"], right.json()["detail"]);
            assert_eq!(wrong.headers.len(), right.headers.len());
            app.clock.advance(TimeDelta::milliseconds(1));
            log_in_from(&app, &stranger(300 + turn), "alice@example.com", WRONG).await.expect(401);
            assert_eq!(app.app.hasher.compared(), before + 1);
        }

        app.clock.advance(TimeDelta::seconds(60));
        log_in_from(&app, &stranger(999), "alice@example.com", PASSWORD).await.expect(200);
        for number in 0..3 {
            log_in_from(&app, &stranger(2000 + number), "alice@example.com", WRONG).await.expect(401);
        }
        log_in_from(&app, &stranger(3000), "alice@example.com", PASSWORD).await.expect(200);
    }

    async fn a_crowd_compares_a_hundred_passwords_a_day_and_the_owner_gets_in(app: TestApp) {
        app.member("alice").await;
        log_in_from(&app, HOME, "alice@example.com", PASSWORD).await.expect(200);

        let compared = guess_for(&app, "alice@example.com", TimeDelta::hours(24), TimeDelta::minutes(2)).await;

        assert_eq!(compared, 100);
        log_in_from(&app, &stranger(9999), "alice@example.com", PASSWORD).await.expect_problem(401, "invalid_credentials");
        log_in_from(&app, HOME, "alice@example.com", PASSWORD).await.expect(200);
        let again = guess_for(&app, "alice@example.com", TimeDelta::minutes(30), TimeDelta::minutes(2)).await;
        assert_eq!(again, 0, "the owner's own sign-in gives the crowd no new tries");
    }

    async fn an_address_without_an_account_is_counted_the_same(app: TestApp) {
        app.member("alice").await;

        let existing = guess_for(&app, "alice@example.com", TimeDelta::hours(3), TimeDelta::seconds(45)).await;
        let missing = guess_for(&app, "nobody@example.com", TimeDelta::hours(3), TimeDelta::seconds(45)).await;

        assert_eq!((existing, missing), (100, 100));
    }

    async fn guesses_at_the_same_moment_are_a_hundred_too(app: TestApp) {
        app.member("alice").await;
        let before = app.app.hasher.compared();

        let answers = crate::support::at_once(300, |number| {
            let app = &app;
            async move { log_in_from(app, &stranger(number), "alice@example.com", WRONG).await }
        });
        for answer in answers.await {
            assert!(matches!(answer.status, 401 | 503), "{}", answer.text());
        }

        let compared = app.app.hasher.compared() - before;
        assert!((4..=100).contains(&compared), "{compared}");
    }

    async fn recovery_works_under_fire_and_opens_the_way_back_in(app: TestApp) {
        app.member("alice").await;
        guess_for(&app, "alice@example.com", TimeDelta::hours(3), TimeDelta::seconds(61)).await;
        let away = "203.0.113.200";
        log_in_from(&app, away, "alice@example.com", PASSWORD).await.expect(401);

        app.call_from(away, "POST", "/api/auth/recover", Some(json!({ "email": "alice@example.com" }))).await.expect(202);
        let mail = app.wait_for_mails("alice@example.com", 1).await.remove(0).body;
        let token = mail.split("reset?token=").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a token").to_owned();
        let new = "trois loutres et un parapluie";
        app.call_from(away, "POST", "/api/auth/reset", Some(json!({ "token": token, "password": new }))).await.expect(204);
        guess_for(&app, "alice@example.com", TimeDelta::minutes(20), TimeDelta::seconds(10)).await;

        log_in_from(&app, away, "alice@example.com", new).await.expect(200);
    }

    async fn twenty_wrong_passwords_in_ten_minutes_make_an_address_wait_ten(app: TestApp) {
        app.member("alice").await;
        for number in 0..20 {
            app.clock.advance(TimeDelta::seconds(20));
            log_in_from(&app, "192.0.2.1", &format!("nobody{number}@example.com"), WRONG).await.expect(401);
        }

        app.clock.advance(TimeDelta::seconds(20));
        let wait = refused(log_in_from(&app, "192.0.2.1", "alice@example.com", PASSWORD).await, "failures");

        assert_eq!(wait, 580);
        log_in_from(&app, "192.0.2.2", "alice@example.com", PASSWORD).await.expect(200);
        app.clock.advance(TimeDelta::seconds(580));
        log_in_from(&app, "192.0.2.1", "alice@example.com", PASSWORD).await.expect(200);
    }

    async fn a_route_that_asks_for_the_password_again_shares_the_check(app: TestApp) {
        let alice = app.member("alice").await;
        for turn in 0..4 {
            let reply = if turn % 2 == 0 {
                alice.post("/api/auth/password", json!({ "current_password": WRONG, "new_password": "trois loutres et un parapluie" })).await
            } else {
                alice.call("DELETE", "/api/auth/me", Some(json!({ "password": WRONG }))).await
            };
            reply.expect_problem(403, "wrong_password");
        }

        let wait = refused(alice.call("DELETE", "/api/auth/me", Some(json!({ "password": PASSWORD }))).await, "passwords-session");

        assert_eq!(wait, 1);
        app.clock.advance(TimeDelta::seconds(1));
        alice.call("DELETE", "/api/auth/me", Some(json!({ "password": PASSWORD }))).await.expect(204);
    }

    async fn strangers_keep_no_member_from_confirming_an_act(app: TestApp) {
        let alice = app.member("alice").await;
        guess_for(&app, "alice@example.com", TimeDelta::hours(3), TimeDelta::seconds(61)).await;

        let body = json!({ "current_password": PASSWORD, "new_password": "trois loutres et un parapluie" });

        alice.post("/api/auth/password", body).await.expect(204);
    }

    async fn a_place_is_forgotten_after_ninety_days(app: TestApp) {
        app.member("alice").await;
        log_in_from(&app, HOME, "alice@example.com", PASSWORD).await.expect(200);
        app.clock.advance(TimeDelta::days(90));
        guess_for(&app, "alice@example.com", TimeDelta::minutes(10), TimeDelta::seconds(5)).await;

        log_in_from(&app, HOME, "alice@example.com", PASSWORD).await.expect(401);
    }

    async fn a_clock_that_steps_back_keeps_nobody_out(app: TestApp) {
        app.member("alice").await;
        for turn in 0..10 {
            log_in_from(&app, &stranger(turn), "alice@example.com", WRONG).await.expect(401);
            app.clock.advance(TimeDelta::seconds(61));
        }
        app.clock.advance(TimeDelta::hours(-48));

        log_in_from(&app, &stranger(1000), "alice@example.com", WRONG).await.expect(401);
        app.clock.advance(TimeDelta::seconds(61));
        log_in_from(&app, &stranger(1001), "alice@example.com", PASSWORD).await.expect(200);
    }

    async fn the_table_of_places_tells_no_address(app: TestApp) {
        app.member("alice").await;
        app.member("bob").await;
        log_in_from(&app, HOME, "alice@example.com", PASSWORD).await.expect(200);
        log_in_from(&app, HOME, "bob@example.com", PASSWORD).await.expect(200);
        log_in_from(&app, HOME, "bob@example.com", PASSWORD).await.expect(200);

        let digests = app.sql("select count(distinct digest), count(*) from auth.known_addresses").await;
        assert_eq!(digests, "4|4", "each account from here and from home");
        assert!(!app.sql("select digest from auth.known_addresses").await.contains(HOME));
    }
}
