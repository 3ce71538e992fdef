//! `POST /api/auth/refresh`: one line of descent, and a spent token ends it.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{NEW_PASSWORD, assert_dies_soon, assert_refused, log_in, read_me, register};
use crate::support::{Reply, TestApp, at_once};

/// Tries to refresh.
async fn refresh(app: &TestApp, token: &str) -> Reply {
    app.call("POST", "/api/auth/refresh", Some(json!({ "refresh_token": token }))).await
}

/// The access token and the refresh token of an answer.
fn pair(tokens: &Value) -> (String, String) {
    let text = |name: &str| tokens[name].as_str().expect("a token").to_owned();
    (text("access_token"), text("refresh_token"))
}

/// Registers and signs in; both tokens.
async fn signed_in(app: &TestApp) -> (String, String) {
    register(app, "alice@example.com", NEW_PASSWORD).await.expect(201);
    pair(&log_in(app, "alice@example.com", NEW_PASSWORD).await.expect(200).json())
}

#[track_caller]
fn refused(reply: Reply, code: &str) {
    let reply = reply.expect_problem(401, code);
    assert_eq!(reply.header("www-authenticate"), "Bearer");
}

async fn sessions(app: &TestApp) -> String {
    app.sql("select count(*) from auth.login_sessions").await
}

on_both! {
    async fn a_refresh_gives_new_tokens_of_the_same_session(app: TestApp) {
        let (access, first) = signed_in(&app).await;
        app.clock.advance(TimeDelta::minutes(5));

        let reply = refresh(&app, &first).await.expect(200);

        assert_eq!(reply.header("cache-control"), "no-store");
        let (new_access, second) = pair(&reply.json());
        assert_eq!(reply.json()["expires_in"], 30 * 24 * 60 * 60);
        assert_ne!(first, second);
        assert_ne!(access, new_access);
        read_me(&app, &new_access).await.expect(200);
        read_me(&app, &access).await.expect(200);
        assert_eq!(sessions(&app).await, "1");
        refresh(&app, &second).await.expect(200);
    }

    async fn a_refresh_token_opens_nothing_else(app: TestApp) {
        let (access, token) = signed_in(&app).await;

        assert_refused(read_me(&app, &token).await);
        refused(refresh(&app, &access).await, "invalid_refresh_token");
        refused(refresh(&app, "vrt_").await, "invalid_refresh_token");
        refused(refresh(&app, &token.replace("vrt_", "vkt_")).await, "invalid_refresh_token");
        app.call("POST", "/api/auth/refresh", Some(json!({ "refresh_token": "" }))).await.expect_problem(422, "validation_failed");
        refresh(&app, &token).await.expect(200);
    }

    async fn a_spent_token_ends_its_session_and_the_owner_gets_a_mail(app: TestApp) {
        let (access, first) = signed_in(&app).await;
        let (_, second) = pair(&refresh(&app, &first).await.expect(200).json());
        let (_, third) = pair(&refresh(&app, &second).await.expect(200).json());

        refused(refresh(&app, &first).await, "refresh_token_reused");

        assert_refused(read_me(&app, &access).await);
        refused(refresh(&app, &third).await, "invalid_refresh_token");
        refused(refresh(&app, &first).await, "invalid_refresh_token");
        assert_eq!(app.sql("select action from auth.audit_trail where action like 'session.refresh%' order by seq").await,
            "session.refreshed\nsession.refreshed\nsession.refresh_token_reused");
        app.wait_for_mails("alice@example.com", 1).await;
        app.settle_mails().await;
        assert_eq!(app.mails.to("alice@example.com").len(), 1);
    }

    async fn the_other_sessions_outlive_a_replay(app: TestApp) {
        let (_, first) = signed_in(&app).await;
        let (other, _) = pair(&log_in(&app, "alice@example.com", NEW_PASSWORD).await.expect(200).json());
        let (_, second) = pair(&refresh(&app, &first).await.expect(200).json());
        refresh(&app, &second).await.expect(200);

        refused(refresh(&app, &first).await, "refresh_token_reused");

        read_me(&app, &other).await.expect(200);
    }

    async fn a_lost_answer_is_given_again_for_half_a_minute(app: TestApp) {
        let (_, first) = signed_in(&app).await;
        let (_, lost) = pair(&refresh(&app, &first).await.expect(200).json());

        app.clock.advance(TimeDelta::seconds(30));
        let (access, again) = pair(&refresh(&app, &first).await.expect(200).json());

        assert_eq!(lost, again, "a second line of descent");
        read_me(&app, &access).await.expect(200);
        app.clock.advance(TimeDelta::seconds(1));
        refused(refresh(&app, &first).await, "refresh_token_reused");
        assert_refused(read_me(&app, &access).await);
    }

    async fn a_lost_answer_is_not_given_again_once_its_tokens_were_used(app: TestApp) {
        let (_, first) = signed_in(&app).await;
        let (_, second) = pair(&refresh(&app, &first).await.expect(200).json());
        refresh(&app, &second).await.expect(200);

        refused(refresh(&app, &first).await, "refresh_token_reused");
        assert_eq!(sessions(&app).await, "0");
    }

    async fn of_many_refreshes_at_once_never_two_lines_descend(app: TestApp) {
        let (_, mut token) = signed_in(&app).await;
        for round in 0..20 {
            let replies = at_once(50, |_| refresh(&app, &token)).await;

            let next: BTreeSet<String> = replies.into_iter().map(|reply| pair(&reply.expect(200).json()).1).collect();
            assert_eq!(next.len(), 1, "round {round}");
            token = next.into_iter().next().unwrap();
        }
        assert_eq!(app.sql("select \"refreshCount\" from auth.login_sessions").await, "20");
    }

    async fn a_replay_that_comes_many_times_at_once_is_said_once(app: TestApp) {
        let (_, first) = signed_in(&app).await;
        let (_, second) = pair(&refresh(&app, &first).await.expect(200).json());
        refresh(&app, &second).await.expect(200);

        let replies = at_once(20, |_| refresh(&app, &first)).await;

        assert!(replies.iter().all(|reply| reply.status == 401));
        assert_eq!(app.sql("select count(*) from auth.audit_trail where action = 'session.refresh_token_reused'").await, "1");
        app.wait_for_mails("alice@example.com", 1).await;
        app.settle_mails().await;
        assert_eq!(app.mails.to("alice@example.com").len(), 1);
    }

    async fn a_session_lives_as_long_as_it_is_used_but_180_days_at_most(app: TestApp) {
        let (_, mut token) = signed_in(&app).await;
        for _ in 0..2 {
            app.clock.advance(TimeDelta::days(89));
            token = pair(&refresh(&app, &token).await.expect(200).json()).1;
        }
        app.clock.advance(TimeDelta::days(1));
        let last = refresh(&app, &token).await.expect(200);
        let (access, token) = pair(&last.json());
        assert_eq!(last.json()["expires_in"], 24 * 60 * 60, "the access token outlives its session");

        app.clock.advance(TimeDelta::days(1));

        refused(refresh(&app, &token).await, "invalid_refresh_token");
        assert_refused(read_me(&app, &access).await);
    }

    async fn a_refresh_token_that_was_not_used_for_90_days_is_worth_nothing(app: TestApp) {
        let (_, token) = signed_in(&app).await;

        app.clock.advance(TimeDelta::days(90));

        refused(refresh(&app, &token).await, "invalid_refresh_token");
    }

    async fn a_signed_out_session_can_not_be_refreshed(app: TestApp) {
        let (access, token) = signed_in(&app).await;
        app.call_with("POST", "/api/auth/logout", None, &[("authorization", &format!("Bearer {access}"))]).await.expect(204);

        refused(refresh(&app, &token).await, "invalid_refresh_token");
    }

    async fn a_changed_password_ends_the_other_sessions_refresh_tokens(app: TestApp) {
        let (access, kept) = signed_in(&app).await;
        let (_, other) = pair(&log_in(&app, "alice@example.com", NEW_PASSWORD).await.expect(200).json());
        let body = json!({ "current_password": NEW_PASSWORD, "new_password": "quatre hérissons sur une luge" });
        app.call_with("POST", "/api/auth/password", Some(body), &[("authorization", &format!("Bearer {access}"))]).await.expect(204);

        refused(refresh(&app, &other).await, "invalid_refresh_token");
        refresh(&app, &kept).await.expect(200);
    }

    async fn a_disabled_account_can_not_refresh(app: TestApp) {
        let (_, token) = signed_in(&app).await;
        app.sql("update auth.\"user\" set \"disabledAt\" = \"createdAt\"").await;

        refused(refresh(&app, &token).await, "invalid_refresh_token");
    }

    async fn a_replay_on_another_server_ends_the_session_everywhere(app: TestApp) {
        let (_, first) = signed_in(&app).await;
        let sibling = app.sibling().await;
        let (access, second) = pair(&refresh(&sibling, &first).await.expect(200).json());
        refresh(&app, &second).await.expect(200);
        read_me(&app, &access).await.expect(200);

        refused(refresh(&sibling, &first).await, "refresh_token_reused");

        assert_dies_soon(&app, &access).await;
    }
}
