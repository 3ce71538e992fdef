//! `/reset`: the page that a recovery mail leads to.

use axum::{body::Body, http::Request};
use chrono::TimeDelta;
use url::form_urlencoded;

use super::{NEW_PASSWORD, assert_refused, log_in, recovery_token, reset};
use crate::support::{Reply, TestApp};

/// Opens the page as a mail's link does.
async fn open(app: &TestApp, token: &str, language: &str) -> Reply {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("token", token).finish();
    app.call_with("GET", &format!("/reset?{query}"), None, &[("accept-language", language)]).await
}

/// Sends the page's form.
async fn submit(app: &TestApp, token: &str, password: &str, language: &str) -> Reply {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("token", token)
        .append_pair("password", password)
        .finish();
    let request = Request::post("/reset")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept-language", language);
    app.send(request.body(Body::from(form)).expect("a request")).await
}

/// The page's text, if it is one that a browser shows safely.
#[track_caller]
fn page(reply: Reply, status: u16) -> String {
    let reply = reply.expect(status);
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("referrer-policy"), "no-referrer");
    assert!(reply.header("content-security-policy").contains("default-src 'none'"));
    assert_eq!(reply.text().matches("<script").count(), reply.text().matches("<script src=\"/assets/").count());
    reply.text()
}

on_both! {
    async fn opening_the_page_shows_a_form_and_spends_nothing(app: TestApp) {
        let alice = app.member("alice").await;
        let token = recovery_token(&app, &alice.email, 1).await;

        for _ in 0..3 {
            let html = page(open(&app, &token, "en").await, 200);
            assert!(html.contains(r#"<form class="form" method="post" action="/reset">"#), "{html}");
            assert!(html.contains(&format!(r#"name="token" value="{token}""#)), "{html}");
        }
        app.call("HEAD", &format!("/reset?token={token}"), None).await.expect(200);

        log_in(&app, &alice.email, &alice.password).await.expect(200);
        alice.get("/api/auth/me").await.expect(200);
        reset(&app, &token, NEW_PASSWORD).await.expect(204);
    }

    async fn the_form_sets_the_password_and_ends_the_sessions(app: TestApp) {
        let alice = app.member("alice").await;
        let token = recovery_token(&app, &alice.email, 1).await;

        let html = page(submit(&app, &token, NEW_PASSWORD, "en").await, 200);

        assert!(html.contains("Your password is set") && !html.contains("<form"), "{html}");
        assert!(!html.contains(&token) && !html.contains(NEW_PASSWORD), "{html}");
        assert_refused(alice.get("/api/auth/me").await);
        log_in(&app, &alice.email, NEW_PASSWORD).await.expect(200);
        log_in(&app, &alice.email, &alice.password).await.expect_problem(401, "invalid_credentials");
        page(submit(&app, &token, "quatre hiboux sur un tracteur", "en").await, 400);
        log_in(&app, &alice.email, NEW_PASSWORD).await.expect(200);
    }

    async fn letters_of_any_alphabet_reach_the_server_through_the_form(app: TestApp) {
        let alice = app.member("alice").await;
        let token = recovery_token(&app, &alice.email, 1).await;
        let password = "ключ & замок + été = 100 %";

        page(submit(&app, &token, password, "en").await, 200);

        log_in(&app, &alice.email, password).await.expect(200);
    }

    async fn a_fault_is_shown_and_the_form_can_be_sent_again(app: TestApp) {
        let alice = app.member("alice").await;
        let token = recovery_token(&app, &alice.email, 1).await;

        let unknown = page(submit(&app, "garbage", NEW_PASSWORD, "en").await, 400);
        let none = page(submit(&app, "", NEW_PASSWORD, "en").await, 400);
        let easy = page(submit(&app, &token, "password1234", "en").await, 422);
        let empty = page(submit(&app, &token, "", "en").await, 422);

        for html in [&unknown, &none] {
            assert!(html.contains("This link is unknown, was used already or has expired."), "{html}");
        }
        assert!(easy.contains("This password is too easy to guess") && easy.contains(&token), "{easy}");
        assert!(!easy.contains("password1234"), "{easy}");
        assert!(empty.contains("Use at least 12 characters."), "{empty}");
        page(submit(&app, &token, NEW_PASSWORD, "en").await, 200);
    }

    async fn a_dead_link_says_so_at_once_and_leads_to_a_new_one(app: TestApp) {
        let alice = app.member("alice").await;
        let replaced = recovery_token(&app, &alice.email, 1).await;
        let used = recovery_token(&app, &alice.email, 2).await;
        reset(&app, &used, NEW_PASSWORD).await.expect(204);
        let expired = recovery_token(&app, &alice.email, 3).await;
        page(open(&app, &expired, "en").await, 200);
        app.clock.advance(TimeDelta::minutes(16));

        for dead in ["garbage", "", &replaced, &used, &expired] {
            let english = [open(&app, dead, "en").await, submit(&app, dead, "court", "en").await];
            let french = [open(&app, dead, "fr").await, submit(&app, dead, "court", "fr").await];

            for html in english.map(|reply| page(reply, 400)) {
                assert!(html.contains("<h1>This link no longer works</h1>") && !html.contains("<form"), "{html}");
                assert!(html.contains("href=\"/forgot-password\">Ask for a new link</a>"), "{html}");
            }
            for html in french.map(|reply| page(reply, 400)) {
                assert!(html.contains("<h1>Ce lien ne sert plus</h1>") && !html.contains("<form"), "{html}");
                assert!(html.contains("href=\"/forgot-password\">Demander un nouveau lien</a>"), "{html}");
            }
        }
    }

    async fn the_page_speaks_french(app: TestApp) {
        let alice = app.member("alice").await;
        let token = recovery_token(&app, &alice.email, 1).await;

        let shown = open(&app, &token, "fr-CA").await;
        let fault = page(submit(&app, "garbage", NEW_PASSWORD, "fr").await, 400);
        let easy = page(submit(&app, &token, "password1234", "fr").await, 422);
        let done = page(submit(&app, &token, NEW_PASSWORD, "fr").await, 200);

        assert_eq!(shown.header("content-language"), "fr");
        let html = page(shown, 200);
        assert!(html.contains(r#"lang="fr""#) && html.contains("Choisir un nouveau mot de passe"), "{html}");
        assert!(fault.contains("Ce lien est inconnu"), "{fault}");
        assert!(easy.contains("Ce mot de passe est trop facile à deviner"), "{easy}");
        assert!(done.contains("Votre mot de passe est enregistré"), "{done}");
    }

    async fn a_token_never_becomes_a_part_of_the_page(app: TestApp) {
        for hostile in [r#""><script>alert(1)</script>"#, "'><img src=x onerror=alert(1)>", "{{content}}", "</form><h1>hello"] {
            for html in [page(open(&app, hostile, "en").await, 400), page(submit(&app, hostile, NEW_PASSWORD, "en").await, 400)] {
                assert!(!html.contains("<img src=x") && !html.contains("</form><h1>hello"), "{html}");
                assert_eq!((html.matches("<form").count(), html.matches("<input").count()), (0, 0), "{html}");
            }
        }
    }

    async fn the_form_is_taken_as_a_form_alone(app: TestApp) {
        let alice = app.member("alice").await;
        let token = recovery_token(&app, &alice.email, 1).await;
        let body = serde_json::json!({ "token": token, "password": NEW_PASSWORD });

        let json = app.call("POST", "/reset", Some(body)).await;
        let query = app.call("POST", &format!("/reset?token={token}&password=trois+loutres+et+un+parapluie"), None).await;

        page(json, 415);
        page(query, 415);
        log_in(&app, &alice.email, &alice.password).await.expect(200);
    }
}

on_both! {
    with [("RATE_LIMIT_AUTH_PER_MINUTE", "3")];

    async fn a_refusal_is_a_page_too(app: TestApp) {
        for _ in 0..3 {
            page(submit(&app, "nonsense", NEW_PASSWORD, "fr").await, 400);
        }

        let refused = submit(&app, "nonsense", NEW_PASSWORD, "fr").await;

        assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
        let html = page(refused, 429);
        assert!(html.contains("Trop de requêtes") && html.contains("lang=\"fr\""), "{html}");
    }
}
