//! `POST /api/auth/verify-email`, and what an account may do before its address is proved.

use axum::{body::Body, http::Request};
use serde_json::json;

use super::{
    NEW_PASSWORD, assert_refused, log_in, mailed_token, mfa::turn_on, read_me, recovery_token, register, reset,
};
use crate::support::{Reply, TestApp, at_once, unescape};

const STRICT: [(&str, &str); 1] = [("REQUIRE_VERIFIED_EMAIL", "true")];

async fn verify(app: &TestApp, token: &str) -> Reply {
    app.call("POST", "/api/auth/verify-email", Some(json!({ "token": token }))).await
}

async fn resend(app: &TestApp, email: &str) -> Reply {
    app.call("POST", "/api/auth/verify-email/resend", Some(json!({ "email": email }))).await
}

/// Sends the form of a page with its first button.
async fn click(app: &TestApp, page: &str, token: &str) -> Reply {
    send_form(app, page, &format!("token={token}")).await
}

async fn send_form(app: &TestApp, page: &str, form: &str) -> Reply {
    let request = Request::post(page)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form.to_owned()))
        .expect("a request");
    app.send(request).await
}

on_both! {
    async fn the_mail_of_a_registration_proves_the_address_once(app: TestApp) {
        let alice = app.member("alice").await;
        let token = mailed_token(&app, &alice.email, "/verify", 1).await;
        assert_eq!(alice.get("/api/auth/me").await.expect(200).json()["email_verified"], false);

        verify(&app, &token).await.expect(204);

        assert_eq!(alice.get("/api/auth/me").await.expect(200).json()["email_verified"], true);
        verify(&app, &token).await.expect_problem(400, "invalid_token");
        assert_eq!(alice.trail().await, ["account.created", "session.created", "account.address_verified"]);
    }

    async fn opening_the_link_spends_nothing_and_a_click_does(app: TestApp) {
        let alice = app.member("alice").await;
        let token = mailed_token(&app, &alice.email, "/verify", 1).await;

        for method in ["GET", "HEAD", "GET"] {
            let page = app.call_with(method, &format!("/verify?token={token}"), None, &[("accept-language", "fr")]).await.expect(200);
            assert!(page.header("content-security-policy").contains("default-src 'none'"));
            assert!(method == "HEAD" || page.text().contains("C’est mon adresse"), "{}", page.text());
        }
        assert_eq!(alice.get("/api/auth/me").await.expect(200).json()["email_verified"], false);

        assert!(click(&app, "/verify", &token).await.expect(200).text().contains("Your address is confirmed"));
        assert_eq!(alice.get("/api/auth/me").await.expect(200).json()["email_verified"], true);
        assert!(click(&app, "/verify", &token).await.expect(400).text().contains("nothing left to do"));
    }

    async fn what_a_token_is_not_for_it_does_not_do(app: TestApp) {
        let alice = app.member("alice").await;
        let verification = mailed_token(&app, &alice.email, "/verify", 1).await;
        let recovery = recovery_token(&app, &alice.email, 1).await;

        for path in ["/api/auth/email/confirm", "/api/auth/email/undo"] {
            for token in [&verification, &recovery, &alice.token] {
                app.call("POST", path, Some(json!({ "token": token }))).await.expect_problem(400, "invalid_token");
            }
        }
        verify(&app, &recovery).await.expect_problem(400, "invalid_token");
        verify(&app, &alice.token).await.expect_problem(400, "invalid_token");
        reset(&app, &verification, NEW_PASSWORD).await.expect_problem(400, "invalid_token");
        assert_refused(read_me(&app, &verification).await);
        verify(&app, &verification).await.expect(204);
    }

    async fn a_token_works_for_a_day_and_the_newest_alone(app: TestApp) {
        let alice = app.member("alice").await;
        let first = mailed_token(&app, &alice.email, "/verify", 1).await;
        alice.call("POST", "/api/auth/verify-email/resend", None).await.expect(202);
        let second = mailed_token(&app, &alice.email, "/verify", 2).await;
        verify(&app, &first).await.expect_problem(400, "invalid_token");

        app.clock.advance(chrono::TimeDelta::hours(24));

        verify(&app, &second).await.expect_problem(400, "invalid_token");
        resend(&app, &alice.email).await.expect(202);
        let third = mailed_token(&app, &alice.email, "/verify", 3).await;
        verify(&app, &third).await.expect(204);
    }

    async fn a_token_that_comes_many_times_at_once_counts_once(app: TestApp) {
        let alice = app.member("alice").await;
        let token = mailed_token(&app, &alice.email, "/verify", 1).await;

        let replies = at_once(10, |_| verify(&app, &token)).await;

        assert_eq!(replies.iter().filter(|reply| reply.status == 204).count(), 1);
    }

    async fn asking_again_is_answered_alike_for_all_addresses(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        verify(&app, &mailed_token(&app, &bob.email, "/verify", 1).await).await.expect(204);

        let lacking = resend(&app, &alice.email).await.expect(202);
        let proved = resend(&app, &bob.email).await.expect(202);
        let unknown = resend(&app, "nobody@example.com").await.expect(202);

        assert_eq!((lacking.text(), proved.text()), (unknown.text(), unknown.text()));
        mailed_token(&app, &alice.email, "/verify", 2).await;
        app.settle_mails().await;
        assert_eq!((app.mails.verifications(&bob.email).len(), app.mails.verifications("nobody@example.com").len()), (1, 0));
        app.call("POST", "/api/auth/verify-email/resend", None).await.expect_problem(422, "validation_failed");
        app.call_with("POST", "/api/auth/verify-email/resend", None, &[("authorization", "Bearer nonsense")]).await.expect_problem(401, "unauthenticated");
    }

    async fn nothing_of_a_token_lies_in_the_database(app: TestApp) {
        let alice = app.member("alice").await;
        let token = mailed_token(&app, &alice.email, "/verify", 1).await;

        for table in ["mail_links", "mail_outbox", "audit_trail"] {
            assert!(!app.sql(&format!("select * from auth.{table}")).await.contains(&token), "{table}");
        }
    }

    async fn what_a_stranger_registered_is_worth_nothing_to_him_once_the_owner_proves_the_mailbox(app: TestApp) {
        let stranger = app.member("victim").await;
        let made = stranger.post("/api/keys", json!({ "name": "made by the vault" })).await.expect(201).json();
        let kept = stranger.store("kept", "sk-proj-Zk3vQ9xT1mB7nR5cL2wYpH8sD4gJ6fA0").await;

        let token = recovery_token(&app, &stranger.email, 1).await;
        reset(&app, &token, NEW_PASSWORD).await.expect(204);

        assert_refused(stranger.get("/api/auth/me").await);
        log_in(&app, &stranger.email, &stranger.password).await.expect_problem(401, "invalid_credentials");
        let owner = log_in(&app, &stranger.email, NEW_PASSWORD).await.expect(200).json();
        assert_eq!(owner["user"]["email_verified"], true, "the mail proved the address");
        let bearer = format!("Bearer {}", owner["access_token"].as_str().unwrap());
        let read = async |key: &serde_json::Value| {
            let path = format!("/api/keys/{}", key["id"].as_str().unwrap());
            app.call_with("GET", &path, None, &[("authorization", &bearer)]).await.expect(200).json()["enabled"].clone()
        };
        assert_eq!((read(&made).await, read(&kept).await), (json!(false), json!(true)));
    }

    async fn whoever_has_the_address_deletes_what_a_stranger_registered_there(app: TestApp) {
        let stranger = app.member("victim").await;
        stranger.store("kept", "sk-proj-Zk3vQ9xT1mB7nR5cL2wYpH8sD4gJ6fA0").await;
        let token = mailed_token(&app, &stranger.email, "/verify", 1).await;
        let page = app.call("GET", &format!("/verify?token={token}"), None).await.expect(200).text();
        assert!(page.contains(&format!("<a href=\"/verify/disown?token={token}\">I did not register</a>")), "{page}");
        assert!(page.contains("with your address, and knows the password of this account."), "{page}");
        let french = app.call("GET", &format!("/verify?token={token}&lang=fr"), None).await.expect(200).text();
        assert!(french.contains("avec votre adresse, et connaît le mot de passe de ce compte."), "{french}");
        assert_eq!(page.matches("type=\"submit\"").count(), 1, "one button, and that confirms: {page}");

        // the second page tells what goes; opening it deletes nothing, with HEAD as with GET
        for method in ["HEAD", "GET", "GET"] {
            let reply = app.call(method, &format!("/verify/disown?token={token}&lang=fr"), None).await.expect(200);
            let page = reply.text();
            assert!(method == "HEAD" || page.contains("1 clé enregistrée, avec toutes ses versions"), "{page}");
            assert!(method == "HEAD" || (page.contains(&*stranger.email) && !page.contains("kept")), "{page}");
        }
        assert_eq!(app.sql("select count(*) from auth.api_keys").await, "1");
        let foreign = Request::post("/verify/disown")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "cross-site")
            .body(Body::from(format!("token={token}")))
            .expect("a request");
        app.send(foreign).await.expect(403);
        stranger.get("/api/auth/me").await.expect(200);

        let done = send_form(&app, "/verify/disown", &format!("token={token}&lang=fr")).await.expect(200).text();

        assert!(done.contains("Le compte est supprimé") && !done.contains("<form"), "{done}");
        assert!(done.contains(&format!("Le compte de {}", stranger.email)) && done.contains("href=\"/sign-up\">Créer un compte</a>"), "{done}");
        send_form(&app, "/verify/disown", &format!("token={token}")).await.expect(400);
        assert_refused(stranger.get("/api/auth/me").await);
        log_in(&app, &stranger.email, &stranger.password).await.expect_problem(401, "invalid_credentials");
        assert_eq!(app.sql("select count(*) from auth.api_keys").await, "0");
        assert_eq!(app.sql("select count(*) from auth.audit_trail where action = 'account.disowned'").await, "1");
        register(&app, &stranger.email, NEW_PASSWORD).await.expect(201);
    }

    async fn an_account_without_keys_is_said_to_have_none_before_it_is_deleted(app: TestApp) {
        let stranger = app.member("victim").await;
        let token = mailed_token(&app, &stranger.email, "/verify", 1).await;

        let page = app.call("GET", &format!("/verify/disown?token={token}"), None).await.expect(200).text();

        assert!(page.contains("No active key: there is none") && page.contains("class=\"btn danger"), "{page}");
        assert!(page.contains(&format!("href=\"/verify?token={token}\">Back, delete nothing</a>")), "{page}");
    }

    async fn nobody_disowns_a_proved_account_nor_one_with_a_role(app: TestApp) {
        let (alice, helper) = (app.member("alice").await, app.member("helper").await);
        let disown = async |token: &str| app.call("POST", "/api/auth/verify-email/disown", Some(json!({ "token": token }))).await;
        let token = mailed_token(&app, &alice.email, "/verify", 1).await;
        verify(&app, &token).await.expect(204);
        app.sql("update auth.\"user\" set role = 'support' where email = 'helper@example.com'").await;
        let helpers = mailed_token(&app, &helper.email, "/verify", 1).await;

        disown(&token).await.expect_problem(400, "invalid_token");
        disown("garbage").await.expect_problem(400, "invalid_token");
        disown(&helpers).await.expect_problem(403, "forbidden");
        for (token, status) in [(&*token, 400), ("garbage", 400), (&*helpers, 403)] {
            let page = app.call("GET", &format!("/verify/disown?token={token}"), None).await.expect(status).text();
            assert!(!page.contains("<form") && !page.contains("@example.com"), "{page}");
            send_form(&app, "/verify/disown", &format!("token={token}")).await.expect(status);
        }

        alice.get("/api/auth/me").await.expect(200);
        verify(&app, &helpers).await.expect(204);
    }

    async fn a_second_factor_from_before_the_proof_ends_with_a_recovery_and_a_later_one_does_not(app: TestApp) {
        let (stranger, alice) = (app.member("victim").await, app.member("alice").await);
        turn_on(&app, &stranger).await;
        verify(&app, &mailed_token(&app, &stranger.email, "/verify", 1).await).await.expect(204);
        verify(&app, &mailed_token(&app, &alice.email, "/verify", 1).await).await.expect(204);
        turn_on(&app, &alice).await;

        for (member, loses_it) in [(&stranger, true), (&alice, false)] {
            app.call("POST", "/api/auth/recover", Some(json!({ "email": member.email }))).await.expect(202);
            let token = mailed_token(&app, &member.email, "/reset", 1).await;
            let password = NEW_PASSWORD.replace(' ', "+");
            let page = send_form(&app, "/reset", &format!("token={token}&password={password}")).await.expect(200).text();
            assert_eq!(page.contains("The second factor is off"), loses_it, "{page}");
            // the second factor, the link, the new password
            let mails = app.wait_for_mails(&member.email, 3).await;
            let told = mails.iter().find(|mail| mail.subject.contains("password was changed")).expect("a mail");
            assert_eq!(told.body.contains("The second factor was turned off with it"), loses_it, "{}", told.body);
        }

        let owner = log_in(&app, &stranger.email, NEW_PASSWORD).await.expect(200).json();
        assert!(owner["access_token"].is_string(), "{owner}");
        assert_eq!(log_in(&app, &alice.email, NEW_PASSWORD).await.expect(200).json()["mfa_required"], true);
    }

    async fn the_page_and_its_form_speak_the_language_that_was_chosen_there(app: TestApp) {
        let alice = app.member("alice").await;
        let token = mailed_token(&app, &alice.email, "/verify", 1).await;
        let english = app.call("GET", &format!("/verify?token={token}"), None).await.expect(200).text();
        let switch = format!("<a href=\"/verify?token={token}&lang=fr\" lang=\"fr\" hreflang=\"fr\"");
        assert!(unescape(&english).contains(&switch), "{english}");

        let french = app.call("GET", &format!("/verify?token={token}&lang=fr"), None).await.expect(200).text();

        assert!(french.contains("C’est mon adresse") && french.contains("name=\"lang\" value=\"fr\""), "{french}");
        let refused = send_form(&app, "/verify", "token=garbage&lang=fr").await.expect(400).text();
        assert!(refused.contains("Ce lien a déjà servi"), "{refused}");
    }

    async fn a_member_may_ask_again_with_an_empty_object(app: TestApp) {
        let alice = app.member("alice").await;

        alice.post("/api/auth/verify-email/resend", json!({})).await.expect(202);

        mailed_token(&app, &alice.email, "/verify", 2).await;
        app.call("POST", "/api/auth/verify-email/resend", Some(json!({}))).await.expect_problem(422, "validation_failed");
    }

    async fn the_keys_of_a_proved_account_outlive_a_reset(app: TestApp) {
        let alice = app.member("alice").await;
        verify(&app, &mailed_token(&app, &alice.email, "/verify", 1).await).await.expect(204);
        alice.post("/api/keys", json!({ "name": "made by the vault" })).await.expect(201);

        reset(&app, &recovery_token(&app, &alice.email, 1).await, NEW_PASSWORD).await.expect(204);

        assert_eq!(app.sql("select count(*) from auth.api_keys where enabled").await, "1");
    }
}

on_both! {
    with STRICT;

    async fn an_unproved_account_may_do_next_to_nothing(app: TestApp) {
        let alice = app.member("alice").await;

        for (method, path, body) in [
            ("GET", "/api/keys", None),
            ("POST", "/api/keys", Some(json!({ "name": "a" }))),
            ("GET", "/api/audit", None),
            ("GET", "/api/auth/sessions", None),
            ("PATCH", "/api/auth/me", Some(json!({ "name": "a" }))),
            ("POST", "/api/auth/email", Some(json!({ "email": "b@example.com", "password": alice.password }))),
            ("POST", "/api/auth/password", Some(json!({ "current_password": alice.password, "new_password": NEW_PASSWORD }))),
            ("DELETE", "/api/auth/me", Some(json!({ "password": alice.password }))),
        ] {
            alice.call(method, path, body).await.expect_problem(403, "email_not_verified");
        }
        alice.get("/api/auth/me").await.expect(200);
        alice.call("POST", "/api/auth/verify-email/resend", None).await.expect(202);
        alice.call("POST", "/api/auth/logout", None).await.expect(204);
    }

    async fn a_proved_account_may_do_all_at_once(app: TestApp) {
        let alice = app.member("alice").await;
        alice.get("/api/keys").await.expect_problem(403, "email_not_verified");

        verify(&app, &mailed_token(&app, &alice.email, "/verify", 1).await).await.expect(204);

        alice.get("/api/keys").await.expect(200);
    }
}

on_both! {
    with [("ENUMERATION_PROTECTION", "true")];

    async fn a_registration_does_not_tell_whether_the_address_is_taken(app: TestApp) {
        let fresh = register(&app, "alice@example.com", NEW_PASSWORD).await.expect(202);
        let taken = register(&app, "alice@example.com", "quatre hiboux sur un tracteur").await.expect(202);

        assert_eq!(fresh.text(), taken.text());
        log_in(&app, "alice@example.com", NEW_PASSWORD).await.expect(200);
        log_in(&app, "alice@example.com", "quatre hiboux sur un tracteur").await.expect_problem(401, "invalid_credentials");
        mailed_token(&app, "alice@example.com", "/verify", 1).await;
        app.wait_for_mails("alice@example.com", 1).await;
        assert_eq!(app.sql("select count(*) from auth.\"user\"").await, "1");
    }

    async fn a_bad_password_is_told_for_taken_and_fresh_addresses_alike(app: TestApp) {
        register(&app, "alice@example.com", NEW_PASSWORD).await.expect(202);

        let taken = register(&app, "alice@example.com", "passwordpassword").await.expect_problem(422, "validation_failed").json();
        let fresh = register(&app, "bobby@example.com", "passwordpassword").await.expect_problem(422, "validation_failed").json();

        assert_eq!(taken["errors"], fresh["errors"]);
    }
}

on_both! {
    with [("ENUMERATION_PROTECTION", "true"), ("REQUIRE_VERIFIED_EMAIL", "true")];

    async fn a_sign_in_right_after_a_registration_does_not_tell_whether_the_address_was_free(app: TestApp) {
        register(&app, "alice@example.com", NEW_PASSWORD).await.expect(202);

        let of_the_account = log_in(&app, "alice@example.com", NEW_PASSWORD).await.expect_problem(401, "invalid_credentials").json();
        let of_nobody = log_in(&app, "nobody@example.com", NEW_PASSWORD).await.expect_problem(401, "invalid_credentials").json();

        assert_eq!(of_the_account["detail"], of_nobody["detail"]);
        verify(&app, &mailed_token(&app, "alice@example.com", "/verify", 1).await).await.expect(204);
        log_in(&app, "alice@example.com", NEW_PASSWORD).await.expect(200);
    }
}
