//! `/api/auth/device` and the page `/device`: a person lets a program in with the code that it shows.

use axum::{body::Body, http::Request};
use chrono::TimeDelta;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{NEW_PASSWORD, log_in, mfa::turn_on, recovery_token, reset};
use vault_api::models::user::Role;

use crate::{
    api::admin::staff,
    support::{Person, Reply, TestApp, at_once, unescape},
};

/// A program begins.
async fn begin(app: &TestApp) -> Value {
    let headers = [("user-agent", "vk/0.1 <b>\"x\"")];
    app.call_with("POST", "/api/auth/device", None, &headers).await.expect(200).json()
}

/// The program asks whether it was let in.
async fn collect(app: &TestApp, begun: &Value) -> Reply {
    app.call("POST", "/api/auth/device/token", Some(json!({ "device_code": begun["device_code"] }))).await
}

/// Sends the form of the page.
async fn send(app: &TestApp, fields: &[(&str, &str)]) -> Reply {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post("/device").header("content-type", "application/x-www-form-urlencoded");
    app.send(request.body(Body::from(form)).expect("a request")).await
}

fn code(begun: &Value) -> &str {
    begun["user_code"].as_str().expect("a code")
}

on_both! {
    async fn a_program_collects_a_session_of_its_own_once_a_person_let_it_in(app: TestApp) {
        let alice = app.member("alice").await;
        let begun = begin(&app).await;
        assert_eq!(begun["verification_uri_complete"], format!("http://vault.test/device?code={}", code(&begun)));
        assert_eq!((&begun["expires_in"], &begun["interval"]), (&json!(600), &json!(2)));
        collect(&app, &begun).await.expect_problem(400, "authorization_pending");
        let page = app.call("GET", &format!("/device?code={}&lang=fr", code(&begun).to_lowercase()), None).await.expect(200);
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(unescape(&page.text()).contains("vk/0.1 <b>\"x\", depuis") && !page.text().contains("<b>"), "{}", page.text());

        let done = send(&app, &[("code", code(&begun)), ("email", &alice.email), ("password", &alice.password)]).await.expect(200).text();

        assert!(done.contains("The program is let in") && !done.contains("<form"), "{done}");
        let tokens = collect(&app, &begun).await.expect(200).json();
        assert_eq!(tokens["user"]["email"], "alice@example.com");
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        app.call_with("GET", "/api/keys", None, &[("authorization", &bearer)]).await.expect(200);
        collect(&app, &begun).await.expect_problem(400, "expired_token");
        send(&app, &[("code", code(&begun)), ("email", &alice.email), ("password", &alice.password)]).await.expect(400);
        assert!(alice.trail().await.ends_with(&["session.device_approved".into(), "session.created".into()]));
    }

    async fn a_session_is_collected_once_however_many_ask_at_once(app: TestApp) {
        let alice = app.member("alice").await;
        let begun = begin(&app).await;
        alice.post("/api/auth/device/approve", json!({ "user_code": code(&begun) })).await.expect(204);

        let replies = at_once(10, |_| collect(&app, &begun)).await;

        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    }

    async fn what_was_refused_stays_outside(app: TestApp) {
        let alice = app.member("alice").await;
        let (first, second) = (begin(&app).await, begin(&app).await);

        assert!(send(&app, &[("code", code(&first)), ("answer", "refuse")]).await.expect(200).text().contains("stays outside"));
        app.call("POST", "/api/auth/device/refuse", Some(json!({ "user_code": code(&second) }))).await.expect(204);

        for begun in [&first, &second] {
            collect(&app, begun).await.expect_problem(400, "access_denied");
            alice.post("/api/auth/device/approve", json!({ "user_code": code(begun) })).await.expect_problem(400, "invalid_user_code");
        }
    }

    async fn somebody_who_has_signed_in_lets_a_program_in_with_one_click(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let (first, second) = (begin(&app).await, begin(&app).await);

        alice.open(&format!("/device?code={}", code(&first))).await.sees("Signed in as <strong>alice</strong>");
        let form = alice.filled("/device/allow", &[]);
        alice.submit("/device/allow", &[]).await.sees("The program is let in");
        assert_eq!(collect(&app, &first).await.expect(200).json()["user"]["email"], "alice@example.com");
        alice.post(&form).await.sees("unknown");
        assert_eq!(alice.page.status, 400);

        alice.open(&format!("/device?code={}", code(&second))).await.submit("/device", &[("answer", "refuse")]).await.sees("stays outside");
        collect(&app, &second).await.expect_problem(400, "access_denied");
    }

    async fn the_click_needs_our_own_page_and_a_fresh_sign_in(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let begun = begin(&app).await;
        let mut forged = alice.open(&format!("/device?code={}", code(&begun))).await.filled("/device/allow", &[]);
        forged.fields.retain(|(name, _)| name != "csrf");

        alice.post(&forged).await;
        assert_eq!(alice.page.status, 403, "{}", alice.text());
        collect(&app, &begun).await.expect_problem(400, "authorization_pending");

        app.clock.advance(TimeDelta::minutes(16));
        let later = begin(&app).await;
        alice.open(&format!("/device?code={}", code(&later))).await.submit("/device/allow", &[]).await;
        collect(&app, &later).await.expect_problem(400, "authorization_pending");
        alice.submit("/device/allow", &[("confirm_password", "une girafe en pyjama vert")]).await.sees("The program is let in");
        collect(&app, &later).await.expect(200);
    }

    async fn without_the_proofs_nobody_is_let_in(app: TestApp) {
        let alice = app.member("alice").await;
        let phone = turn_on(&app, &alice).await;
        let begun = begin(&app).await;
        let with = |password: &str, second: &str| {
            let fields = [("code", code(&begun).to_owned()), ("email", alice.email.clone()), ("password", password.to_owned()), ("second_factor", second.to_owned())];
            let app = &app;
            async move { send(app, &fields.each_ref().map(|(name, value)| (*name, value.as_str()))).await }
        };

        for (password, second, status) in [("wrong", "", 401), (alice.password.as_str(), "", 422), (&alice.password, &phone.wrong_code(&app), 403)] {
            let page = with(password, second).await.expect(status).text();
            assert!(page.contains("role=\"alert\"") && page.contains("value=\"alice@example.com\""), "{page}");
            assert!(!page.contains(&alice.password), "{page}");
            collect(&app, &begun).await.expect_problem(400, "authorization_pending");
        }

        let right = phone.fresh_code(&app);
        with(&alice.password, &right).await.expect(200);
        collect(&app, &begun).await.expect(200);
    }

    async fn both_codes_live_ten_minutes_and_must_be_right(app: TestApp) {
        let alice = app.member("alice").await;
        let begun = begin(&app).await;
        app.call("POST", "/api/auth/device/token", Some(json!({ "device_code": "garbage" }))).await.expect_problem(400, "expired_token");
        for wrong in ["", "garbage", "BCDF-GHJK"] {
            app.call("GET", &format!("/device?code={wrong}"), None).await.expect(if wrong.is_empty() { 200 } else { 400 });
        }

        app.clock.advance(TimeDelta::minutes(10));

        alice.post("/api/auth/device/approve", json!({ "user_code": code(&begun) })).await.expect_problem(400, "invalid_user_code");
        collect(&app, &begun).await.expect_problem(400, "expired_token");
        vault_api::services::upkeep::sweep(&app.operator()).await.expect("swept");
        assert_eq!(app.sql("select count(*) from auth.device_logins").await, "0");
    }

    async fn a_new_password_ends_what_was_approved_with_the_old_one(app: TestApp) {
        let alice = app.member("alice").await;
        let begun = begin(&app).await;
        alice.post("/api/auth/device/approve", json!({ "user_code": code(&begun) })).await.expect(204);

        reset(&app, &recovery_token(&app, &alice.email, 1).await, NEW_PASSWORD).await.expect(204);

        collect(&app, &begun).await.expect_problem(400, "expired_token");
        log_in(&app, &alice.email, NEW_PASSWORD).await.expect(200);
    }

    async fn what_ends_the_sessions_ends_programs_that_were_let_in_and_wait(app: TestApp) {
        let (alice, root) = (app.member("alice").await, staff(&app, "root", Role::Admin).await);
        let (first, second) = (begin(&app).await, begin(&app).await);
        let id = alice.get("/api/auth/me").await.expect(200).json()["id"].as_str().unwrap().to_owned();

        alice.post("/api/auth/device/approve", json!({ "user_code": code(&first) })).await.expect(204);
        turn_on(&app, &alice).await;
        collect(&app, &first).await.expect_problem(400, "expired_token");

        alice.post("/api/auth/device/approve", json!({ "user_code": code(&second) })).await.expect(204);
        root.call("DELETE", &format!("/api/admin/users/{id}/sessions"), None).await.expect(204);
        collect(&app, &second).await.expect_problem(400, "expired_token");
    }

    async fn only_a_fresh_sign_in_lets_a_program_in_and_no_code_lies_in_the_database(app: TestApp) {
        let alice = app.member("alice").await;
        let begun = begin(&app).await;
        app.clock.advance(TimeDelta::minutes(9));
        let second = begin(&app).await;
        app.clock.advance(TimeDelta::minutes(7));

        alice.post("/api/auth/device/approve", json!({ "user_code": code(&second) })).await.expect_problem(401, "reauthentication_required");

        let kept = app.sql("select * from auth.device_logins").await;
        assert!(!kept.contains(code(&begun)) && !kept.contains(second["device_code"].as_str().unwrap()), "{kept}");
    }
}
