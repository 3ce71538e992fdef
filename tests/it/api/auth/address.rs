//! `POST /api/auth/email`: a new address is proved first, and the former one has a way back.

use chrono::TimeDelta;
use serde_json::json;

use super::{NEW_PASSWORD, assert_refused, log_in, mailed_token, recovery_token, register, reset};
use vault_api::core::clock::Clock as _;

use crate::support::{Actor, Reply, TestApp, at_once};

const NEW: &str = "alice@new.example.com";

async fn ask(actor: &Actor<'_>, email: &str) -> Reply {
    actor.post("/api/auth/email", json!({ "email": email, "password": actor.password })).await
}

async fn confirm(app: &TestApp, token: &str) -> Reply {
    app.call("POST", "/api/auth/email/confirm", Some(json!({ "token": token }))).await
}

async fn undo(app: &TestApp, token: &str) -> Reply {
    app.call("POST", "/api/auth/email/undo", Some(json!({ "token": token }))).await
}

/// Proves the address of this actor.
async fn prove(app: &TestApp, actor: &Actor<'_>) {
    let token = mailed_token(app, &actor.email, "/verify", 1).await;
    app.call("POST", "/api/auth/verify-email", Some(json!({ "token": token }))).await.expect(204);
}

/// Changes the address of this actor to `NEW`; the token that takes it back.
async fn changed(app: &TestApp, actor: &Actor<'_>) -> String {
    ask(actor, NEW).await.expect(202);
    confirm(app, &mailed_token(app, NEW, "/confirm-address", 1).await).await.expect(204);
    mailed_token(app, &actor.email, "/undo-address", 1).await
}

on_both! {
    async fn a_new_address_counts_once_it_is_confirmed(app: TestApp) {
        let alice = app.member("alice").await;
        ask(&alice, " ALICE@new.Example.com").await.expect(202);
        let token = mailed_token(&app, NEW, "/confirm-address", 1).await;
        assert_eq!(alice.get("/api/auth/me").await.expect(200).json()["email"], "alice@example.com");
        log_in(&app, NEW, &alice.password).await.expect_problem(401, "invalid_credentials");

        confirm(&app, &token).await.expect(204);

        let me = alice.get("/api/auth/me").await.expect(200).json();
        assert_eq!((&me["email"], &me["email_verified"]), (&json!(NEW), &json!(true)));
        log_in(&app, NEW, &alice.password).await.expect(200);
        log_in(&app, "alice@example.com", &alice.password).await.expect_problem(401, "invalid_credentials");
        confirm(&app, &token).await.expect_problem(400, "invalid_token");
        app.wait_for_mails("alice@example.com", 1).await;
        app.wait_for_mails(NEW, 2).await;
        assert_eq!(alice.trail().await[2..4], ["account.address_change_requested", "account.address_changed"]);
    }

    async fn a_change_asks_for_the_password_and_a_free_address(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);

        alice.post("/api/auth/email", json!({ "email": NEW, "password": "une girafe en pyjama rouge" })).await.expect_problem(403, "wrong_password");
        alice.post("/api/auth/email", json!({ "email": "no address", "password": alice.password })).await.expect_problem(422, "validation_failed");
        ask(&alice, &bob.email).await.expect_problem(409, "email_taken");
        ask(&alice, &alice.email).await.expect_problem(422, "validation_failed");

        app.settle_mails().await;
        assert!(app.mails.all().is_empty());
    }

    async fn a_change_that_waits_is_told_sent_again_and_called_off(app: TestApp) {
        let alice = app.member("alice").await;
        assert_eq!(alice.get("/api/auth/email").await.expect(200).json(), json!({ "email": alice.email, "email_verified": false, "waiting": null }));
        alice.call("POST", "/api/auth/email/resend", None).await.expect_problem(404, "not_found");
        ask(&alice, NEW).await.expect(202);
        let first = mailed_token(&app, NEW, "/confirm-address", 1).await;
        assert_eq!(alice.get("/api/auth/email").await.expect(200).json()["waiting"]["email"], NEW);

        alice.call("POST", "/api/auth/email/resend", None).await.expect(202);
        let second = mailed_token(&app, NEW, "/confirm-address", 2).await;
        confirm(&app, &first).await.expect_problem(400, "invalid_token");
        alice.call("DELETE", "/api/auth/email", None).await.expect(204);
        alice.call("DELETE", "/api/auth/email", None).await.expect(204);

        confirm(&app, &second).await.expect_problem(400, "invalid_token");
        assert_eq!(alice.get("/api/auth/email").await.expect(200).json()["waiting"], json!(null));
        assert_eq!(alice.trail().await[2..], ["account.address_change_requested", "account.address_change_cancelled"]);
    }

    async fn the_former_address_has_a_way_back_for_three_days(app: TestApp) {
        let alice = app.member("alice").await;
        let token = changed(&app, &alice).await;
        app.clock.advance(TimeDelta::hours(72) - TimeDelta::seconds(1));

        undo(&app, &token).await.expect(204);

        assert_refused(alice.get("/api/auth/me").await);
        log_in(&app, NEW, &alice.password).await.expect_problem(401, "invalid_credentials");
        log_in(&app, &alice.email, &alice.password).await.expect_problem(401, "invalid_credentials");
        let recovery = mailed_token(&app, &alice.email, "/reset", 1).await;
        reset(&app, &recovery, NEW_PASSWORD).await.expect(204);
        log_in(&app, &alice.email, NEW_PASSWORD).await.expect(200);
        undo(&app, &token).await.expect_problem(400, "invalid_token");
    }

    async fn after_three_days_the_change_stays(app: TestApp) {
        let alice = app.member("alice").await;
        let token = changed(&app, &alice).await;

        app.clock.advance(TimeDelta::hours(72));

        undo(&app, &token).await.expect_problem(400, "invalid_token");
        log_in(&app, NEW, &alice.password).await.expect(200);
    }

    async fn a_thief_can_not_close_the_owners_way_back_with_one_of_his_own(app: TestApp) {
        let alice = app.member("alice").await;
        prove(&app, &alice).await;
        let owners = changed(&app, &alice).await;
        app.clock.advance(TimeDelta::minutes(1));
        ask(&alice, "thief@example.org").await.expect(202);
        confirm(&app, &mailed_token(&app, "thief@example.org", "/confirm-address", 1).await).await.expect(204);
        let thiefs = mailed_token(&app, NEW, "/undo-address", 1).await;

        undo(&app, &thiefs).await.expect(204);

        register(&app, &alice.email, NEW_PASSWORD).await.expect_problem(409, "email_taken");
        undo(&app, &owners).await.expect(204);
        assert_eq!(app.sql("select email from auth.\"user\"").await, "alice@example.com");
    }

    async fn a_recovery_mail_does_not_follow_to_the_former_address(app: TestApp) {
        let alice = app.member("alice").await;
        ask(&alice, NEW).await.expect(202);
        let token = mailed_token(&app, NEW, "/confirm-address", 1).await;
        app.mails.refuse(true);
        let mail = vault_api::models::mail::QueuedMail {
            id: app.app.ids.next(app.clock.now()),
            kind: vault_api::models::mail::MailKind::Recovery,
            account: Some(vault_api::models::ids::UserId(alice.id.parse().unwrap())),
            address: vault_api::models::email::Email::parse(&alice.email).unwrap(),
            details: std::collections::BTreeMap::new(),
            cause: vault_api::models::mail::MailCause::default(),
            attempts: 0,
            created_at: app.clock.now(),
        };
        let mut tx = app.app.db.write().await.unwrap();
        vault_api::repositories::mail_outbox::insert(&mut tx, &mail).await.unwrap();
        tx.commit().await.unwrap();
        confirm(&app, &token).await.expect(204);
        app.mails.refuse(false);

        app.clock.advance(TimeDelta::minutes(2));
        app.app.mail_is_due.notify_one();
        mailed_token(&app, &alice.email, "/undo-address", 1).await;
        app.settle_mails().await;

        assert!(app.mails.to(&alice.email).iter().all(|mail| !mail.body.contains("/reset?token=")));
    }

    async fn a_password_that_was_reset_meanwhile_confirms_nothing(app: TestApp) {
        let alice = app.member("alice").await;
        let ctx = app.context(&alice).await;
        // what `delete` and the change of the address hold on to after the slow check
        app.sql("update auth.\"user\" set password = 'another hash'").await;

        let refused = vault_api::services::accounts::delete(&ctx, &alice.password.as_str().into()).await;

        assert!(refused.is_err());
        assert_eq!(app.sql("select count(*) from auth.\"user\"").await, "1");
    }

    async fn a_second_change_does_not_close_the_way_back(app: TestApp) {
        let alice = app.member("alice").await;
        let token = changed(&app, &alice).await;
        ask(&alice, "thief@example.org").await.expect(202);
        confirm(&app, &mailed_token(&app, "thief@example.org", "/confirm-address", 1).await).await.expect(204);
        let second = mailed_token(&app, NEW, "/undo-address", 1).await;

        undo(&app, &token).await.expect(204);

        assert_eq!(app.sql("select email from auth.\"user\"").await, "alice@example.com");
        undo(&app, &second).await.expect_problem(400, "invalid_token");
    }

    async fn a_former_address_can_not_be_registered_while_it_has_a_way_back(app: TestApp) {
        let alice = app.member("alice").await;
        let bob = app.member("bob").await;
        prove(&app, &alice).await;
        changed(&app, &alice).await;

        register(&app, "alice@example.com", NEW_PASSWORD).await.expect_problem(409, "email_taken");
        ask(&bob, "alice@example.com").await.expect_problem(409, "email_taken");

        app.clock.advance(TimeDelta::hours(72));
        register(&app, "alice@example.com", NEW_PASSWORD).await.expect(201);
    }

    async fn a_former_address_that_was_never_proved_is_kept_for_nobody(app: TestApp) {
        let stranger = app.member("alice").await;
        let way_back = changed(&app, &stranger).await;

        register(&app, "alice@example.com", NEW_PASSWORD).await.expect(201);

        undo(&app, &way_back).await.expect_problem(409, "email_taken");
        log_in(&app, "alice@example.com", NEW_PASSWORD).await.expect(200);
    }

    async fn of_two_changes_the_newest_counts(app: TestApp) {
        let alice = app.member("alice").await;
        ask(&alice, NEW).await.expect(202);
        let first = mailed_token(&app, NEW, "/confirm-address", 1).await;

        ask(&alice, "alice@newest.example.com").await.expect(202);

        confirm(&app, &first).await.expect_problem(400, "invalid_token");
        confirm(&app, &mailed_token(&app, "alice@newest.example.com", "/confirm-address", 1).await).await.expect(204);
    }

    async fn a_new_password_calls_a_change_off(app: TestApp) {
        let alice = app.member("alice").await;
        ask(&alice, NEW).await.expect(202);
        let token = mailed_token(&app, NEW, "/confirm-address", 1).await;

        reset(&app, &recovery_token(&app, &alice.email, 1).await, NEW_PASSWORD).await.expect(204);

        confirm(&app, &token).await.expect_problem(400, "invalid_token");
    }

    async fn a_recovery_mail_to_the_former_address_is_worth_nothing_after_the_change(app: TestApp) {
        let alice = app.member("alice").await;
        let recovery = recovery_token(&app, &alice.email, 1).await;

        changed(&app, &alice).await;

        reset(&app, &recovery, NEW_PASSWORD).await.expect_problem(400, "invalid_token");
    }

    async fn an_address_that_was_registered_meanwhile_is_not_taken_over(app: TestApp) {
        let alice = app.member("alice").await;
        ask(&alice, NEW).await.expect(202);
        let token = mailed_token(&app, NEW, "/confirm-address", 1).await;
        register(&app, NEW, NEW_PASSWORD).await.expect(201);

        confirm(&app, &token).await.expect_problem(409, "email_taken");

        assert_eq!(alice.get("/api/auth/me").await.expect(200).json()["email"], "alice@example.com");
    }

    async fn of_many_confirmations_at_once_one_counts(app: TestApp) {
        let alice = app.member("alice").await;
        ask(&alice, NEW).await.expect(202);
        let token = mailed_token(&app, NEW, "/confirm-address", 1).await;

        let replies = at_once(10, |_| confirm(&app, &token)).await;

        assert_eq!(replies.iter().filter(|reply| reply.status == 204).count(), 1);
        assert_eq!(app.sql("select count(*) from auth.mail_links where purpose = 'undo'").await, "1");
    }

    async fn the_pages_ask_for_a_click_in_both_languages(app: TestApp) {
        let alice = app.member("alice").await;
        let token = changed(&app, &alice).await;

        let english = app.call("GET", &format!("/undo-address?token={token}"), None).await.expect(200).text();
        let french = app.call_with("GET", "/confirm-address?token=x", None, &[("accept-language", "fr")]).await.expect(200).text();

        assert!(english.contains("Take my address back") && english.contains(&token));
        assert!(french.contains("Utiliser cette adresse"));
        log_in(&app, NEW, &alice.password).await.expect(200);
    }
}

on_both! {
    with [("RATE_LIMIT_MAILBOX_PER_HOUR", "1")];

    async fn a_mailbox_that_got_enough_refuses_a_change_and_says_when_it_takes_one(app: TestApp) {
        let alice = app.member("alice").await;
        let bob = app.member("bob").await;
        ask(&alice, NEW).await.expect(202);

        for reply in [ask(&alice, NEW).await, ask(&bob, NEW).await, alice.call("POST", "/api/auth/email/resend", None).await] {
            let wait = reply.header("retry-after").parse::<i64>();
            assert!(wait.is_ok_and(|wait| wait > 60), "{}", reply.text());
            reply.expect_problem(429, "too_many_requests");
        }

        assert_eq!(bob.get("/api/auth/email").await.expect(200).json()["waiting"], json!(null));
        let token = mailed_token(&app, NEW, "/confirm-address", 1).await;
        confirm(&app, &token).await.expect(204);
        ask(&bob, "other@example.com").await.expect(202);
    }
}

on_both! {
    with [("ENUMERATION_PROTECTION", "true")];

    async fn what_waits_looks_the_same_before_and_after_its_mail_whether_or_not_the_address_has_an_account(app: TestApp) {
        for email in ["alice@example.com", "taken@example.com"] {
            let body = json!({ "email": email, "password": NEW_PASSWORD });
            app.call("POST", "/api/auth/register", Some(body)).await.expect(202);
        }
        let token = log_in(&app, "alice@example.com", NEW_PASSWORD).await.expect(200).json();
        let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
        let headers = [("authorization", bearer.as_str())];
        let waiting = async || app.call_with("GET", "/api/auth/email", None, &headers).await.expect(200).text();
        for address in ["taken@example.com", "free@example.com"] {
            let body = json!({ "email": address, "password": NEW_PASSWORD });
            app.call_with("POST", "/api/auth/email", Some(body), &headers).await.expect(202);
            let before = waiting().await;

            app.clock.advance(TimeDelta::seconds(2));
            app.settle_mails().await;

            assert!(before.contains(address), "{before}");
            assert_eq!(waiting().await, before);
        }
    }
}
