//! `POST /api/auth/password`.

use serde_json::json;

use super::{NEW_PASSWORD, assert_dies_soon, assert_refused, log_in, read_me, recovery_token, reset};
use crate::support::{Actor, Reply};

/// Tries to change the actor's password.
async fn change(actor: &Actor<'_>, current: &str, new: &str) -> Reply {
    actor.post("/api/auth/password", json!({ "current_password": current, "new_password": new })).await
}

on_both! {
    async fn a_changed_password_takes_the_place_of_the_old_one(app: TestApp) {
        let alice = app.member("alice").await;

        change(&alice, &alice.password, NEW_PASSWORD).await.expect(204);

        log_in(&app, &alice.email, &alice.password).await.expect_problem(401, "invalid_credentials");
        log_in(&app, &alice.email, NEW_PASSWORD).await.expect(200);
        assert!(alice.trail().await.contains(&"password.changed".to_owned()));
    }

    async fn a_wrong_current_password_changes_nothing_and_is_in_the_trail(app: TestApp) {
        let alice = app.member("alice").await;
        let second = alice.sign_in().await;

        let reply = change(&alice, "une girafe en pyjama rouge", NEW_PASSWORD).await;

        reply.expect_problem(403, "wrong_password");
        assert_eq!(alice.trail().await.last().map(String::as_str), Some("password.refused"));
        read_me(&app, &second).await.expect(200);
        log_in(&app, &alice.email, NEW_PASSWORD).await.expect_problem(401, "invalid_credentials");
        log_in(&app, &alice.email, &alice.password).await.expect(200);
        assert!(app.mails.all().is_empty());
    }

    async fn the_other_sessions_end_and_the_own_goes_on(app: TestApp) {
        let (alice, bob, sibling) = (app.member("alice").await, app.member("bob").await, app.sibling().await);
        let second = alice.sign_in().await;
        read_me(&app, &second).await.expect(200);
        read_me(&sibling, &second).await.expect(200);

        change(&alice, &alice.password, NEW_PASSWORD).await.expect(204);

        assert_refused(read_me(&app, &second).await);
        assert_dies_soon(&sibling, &second).await;
        alice.get("/api/auth/me").await.expect(200);
        read_me(&sibling, &alice.token).await.expect(200);
        bob.get("/api/auth/me").await.expect(200);
        assert_eq!(alice.get("/api/auth/sessions").await.expect(200).json()["data"].as_array().map(Vec::len), Some(1));
    }

    async fn an_outstanding_recovery_mail_is_worth_nothing_afterwards(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let token = recovery_token(&app, &alice.email, 1).await;
        let bobs = recovery_token(&app, &bob.email, 1).await;

        change(&alice, &alice.password, NEW_PASSWORD).await.expect(204);

        reset(&app, &token, "quatre hiboux sur un tracteur").await.expect_problem(400, "invalid_token");
        log_in(&app, &alice.email, NEW_PASSWORD).await.expect(200);
        reset(&app, &bobs, "quatre hiboux sur un tracteur").await.expect(204);
    }

    async fn the_owner_is_told_by_mail(app: TestApp) {
        let alice = app.member("alice").await;

        change(&alice, &alice.password, NEW_PASSWORD).await.expect(204);

        let mails = app.wait_for_mails(&alice.email, 1).await;
        assert_eq!(mails[0].subject, "Your Vault API password was changed");
        assert!(!mails[0].body.contains(NEW_PASSWORD) && !mails[0].body.contains(&alice.password));
    }

    async fn a_new_password_that_is_too_easy_is_refused(app: TestApp) {
        let alice = app.member("alice").await;
        let overlong: String = "zq7!Kd0wPx".chars().cycle().take(129).collect();

        let refused = [
            ("short", "too_short"),
            (overlong.as_str(), "too_long"),
            ("password1234", "password_too_common"),
            ("alice@example.com", "password_too_common"),
        ];

        for (new, code) in refused {
            let reply = change(&alice, &alice.password, new).await.expect_problem(422, "validation_failed");
            assert_eq!(reply.faults(), [("new_password".to_owned(), code.to_owned())]);
        }

        let reply = alice.post("/api/auth/password", json!({ "password": "x" })).await.expect_problem(422, "validation_failed");
        let faults = [("current_password", "required"), ("new_password", "required"), ("password", "unknown_field")];
        assert_eq!(reply.faults(), faults.map(|(field, code)| (field.to_owned(), code.to_owned())));
        log_in(&app, &alice.email, &alice.password).await.expect(200);
    }

    async fn of_two_changes_at_once_one_counts(app: TestApp) {
        let alice = app.member("alice").await;
        let other_password = "quatre hiboux sur un tracteur";

        let (one, other) = tokio::join!(change(&alice, &alice.password, NEW_PASSWORD), change(&alice, &alice.password, other_password));

        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 403], "{} {}", one.text(), other.text());
        let winner = if one.status == 204 { NEW_PASSWORD } else { other_password };
        log_in(&app, &alice.email, winner).await.expect(200);
    }

    async fn a_visitor_changes_no_password(app: TestApp) {
        let alice = app.member("alice").await;
        let body = json!({ "current_password": alice.password, "new_password": NEW_PASSWORD });

        let reply = app.call("POST", "/api/auth/password", Some(body)).await;

        assert_refused(reply);
        log_in(&app, &alice.email, &alice.password).await.expect(200);
    }
}
