//! `POST /api/auth/register`.

use serde_json::json;

use super::{log_in, register};

const GOOD: &str = "tulipes sous la pluie";

on_both! {
    async fn an_account_is_stored_under_its_address_in_lower_case_without_spaces(app: TestApp) {
        let body = json!({ "email": "  Alice.B@Example.COM ", "password": GOOD, "name": "  Alice B  " });

        let reply = app.call("POST", "/api/auth/register", Some(body)).await.expect(201);

        let user = reply.json();
        let mut members: Vec<_> = user.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["created_at", "email", "email_verified", "id", "language", "name", "plan", "role", "updated_at"]);
        assert_eq!((user["email"].as_str(), user["name"].as_str()), (Some("alice.b@example.com"), Some("Alice B")));
        assert_eq!((user["role"].as_str(), user["plan"].as_str(), user["email_verified"].as_bool()), (Some("user"), Some("FREE"), Some(false)));
        assert_eq!(app.sql(r#"select email from auth."user""#).await, "alice.b@example.com");
        let stored = app.sql(r#"select password from auth."user""#).await;
        assert!(stored.starts_with("v1$") && !stored.contains(GOOD), "{stored}");
    }

    async fn addresses_that_differ_in_case_or_space_are_one_account(app: TestApp) {
        register(&app, "alice@example.com", GOOD).await.expect(201);

        for variant in ["ALICE@example.com", "alice@EXAMPLE.com", " alice@example.com", "Alice@Example.Com\t"] {
            register(&app, variant, GOOD).await.expect_problem(409, "email_taken");
            log_in(&app, variant, GOOD).await.expect(200);
        }

        assert_eq!(app.sql(r#"select count(*) from auth."user""#).await, "1");
    }

    async fn a_taken_address_is_refused_and_its_owner_keeps_the_password(app: TestApp) {
        let alice = app.member("alice").await;

        let reply = register(&app, &alice.email, GOOD).await;

        reply.expect_problem(409, "email_taken");
        log_in(&app, &alice.email, GOOD).await.expect_problem(401, "invalid_credentials");
        log_in(&app, &alice.email, &alice.password).await.expect(200);
        alice.get("/api/auth/me").await.expect(200);
    }

    async fn of_two_registrations_at_once_one_wins(app: TestApp) {
        let (one, other) = tokio::join!(register(&app, "alice@example.com", GOOD), register(&app, "Alice@example.com", GOOD));

        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{} {}", one.text(), other.text());
        assert_eq!(app.sql("select count(*) from auth.account_keys").await, "1");
    }

    async fn nobody_gives_himself_a_role_a_plan_or_an_identifier(app: TestApp) {
        let extras = [
            ("role", json!("admin")),
            ("plan", json!("PRO")),
            ("email_verified", json!(true)),
            ("id", json!("0190163d-8694-739b-aea5-966c26f8ad91")),
        ];

        for (name, value) in extras {
            let mut body = json!({ "email": "alice@example.com", "password": GOOD });
            body[name] = value;
            let reply = app.call("POST", "/api/auth/register", Some(body)).await.expect_problem(422, "unknown_field");
            assert_eq!(reply.faults(), [(name.to_owned(), "unknown_field".to_owned())]);
        }

        assert_eq!(app.sql(r#"select count(*) from auth."user""#).await, "0");
    }

    async fn every_fault_of_the_form_is_told_at_once(app: TestApp) {
        let body = json!({ "email": "nobody", "password": 12, "name": "a\u{0}b", "role": "admin" });

        let reply = app.call("POST", "/api/auth/register", Some(body)).await.expect_problem(422, "validation_failed");

        let faults = [("email", "invalid_format"), ("name", "invalid_characters"), ("password", "wrong_type"), ("role", "unknown_field")];
        assert_eq!(reply.faults(), faults.map(|(field, code)| (field.to_owned(), code.to_owned())));
        let missing = app.call("POST", "/api/auth/register", Some(json!({}))).await.expect_problem(422, "validation_failed");
        assert_eq!(missing.faults(), ["email", "password"].map(|field| (field.to_owned(), "required".to_owned())));
    }

    async fn a_bad_address_and_a_short_password_are_told_at_once(app: TestApp) {
        let reply = register(&app, "nobody", "short").await;

        let faults = reply.expect_problem(422, "validation_failed").faults();
        assert_eq!(faults, [("email", "invalid_format"), ("password", "too_short")].map(|(field, code)| (field.to_owned(), code.to_owned())));
    }

    async fn texts_that_are_no_plain_address_are_refused(app: TestApp) {
        let overlong = format!("{}@example.com", "a".repeat(250));
        let texts = [
            "alice", "alice@", "@example.com", "a@b@example.com", "alice@localhost", "a b@example.com", "alicé@example.com",
            "ａlice@example.com", "alice@example.com\nbcc: bob@example.com", "<alice@example.com>", "\"alice\"@example.com",
            "alice@example..com", ".alice@example.com", "alice@-example.com", "alice@127.0.0.1", "", overlong.as_str(),
        ];

        for text in texts {
            let reply = register(&app, text, GOOD).await.expect_problem(422, "validation_failed");
            assert_eq!(reply.faults()[0].0, "email", "{text}");
        }

        assert_eq!(app.sql(r#"select count(*) from auth."user""#).await, "0");
    }

    async fn passwords_that_are_too_short_too_long_or_too_easy_are_refused(app: TestApp) {
        let spread = |count: usize| "zq7!Kd0wPx".chars().cycle().take(count).collect::<String>();
        let (longest, overlong, overlimit) = (spread(128), spread(129), spread(1025));
        let refused = [
            ("", "too_short"),
            ("zq7!Kd0wPx5", "too_short"),
            (overlong.as_str(), "too_long"),
            (overlimit.as_str(), "too_long"),
            ("password1234", "password_too_common"),
            ("123456789012", "password_too_common"),
            ("aaaaaaaaaaaaaaaa", "password_too_common"),
            ("bertha.quill@example.com", "password_too_common"),
            ("Bertha.Quill2026", "password_too_common"),
        ];

        for (password, code) in refused {
            let reply = register(&app, "bertha.quill@example.com", password).await.expect_problem(422, "validation_failed");
            assert_eq!(reply.faults(), [("password".to_owned(), code.to_owned())], "{password}");
            assert!(password.is_empty() || !reply.text().contains(password), "the answer repeats a password");
        }

        register(&app, "bertha.quill@example.com", &longest).await.expect(201);
        log_in(&app, "bertha.quill@example.com", &longest).await.expect(200);
    }

    async fn a_password_close_to_the_name_is_refused(app: TestApp) {
        let body = json!({ "email": "w@example.com", "password": "Winterbottom1!", "name": "Ada Winterbottom" });

        let reply = app.call("POST", "/api/auth/register", Some(body)).await;

        assert_eq!(reply.expect_problem(422, "validation_failed").faults()[0].1, "password_too_common");
    }

    async fn the_length_of_a_password_is_counted_in_characters(app: TestApp) {
        let twelve = "🔑🦊🌧🍋🛶🎻🧵🪁🐌🌵🥁🧭";
        let eleven: String = twelve.chars().take(11).collect();

        let short = register(&app, "alice@example.com", &eleven).await;
        let made = register(&app, "alice@example.com", twelve).await;

        assert_eq!(short.expect_problem(422, "validation_failed").faults()[0].1, "too_short");
        made.expect(201);
        log_in(&app, "alice@example.com", twelve).await.expect(200);
    }

    async fn refusals_speak_the_language_that_the_client_prefers(app: TestApp) {
        let body = json!({ "email": "alice@example.com", "password": "court" });
        let message = async |language: &str| {
            let reply = app.call_with("POST", "/api/auth/register", Some(body.clone()), &[("accept-language", language)]).await;
            let problem = reply.expect_problem(422, "validation_failed").json();
            (problem["title"].as_str().unwrap().to_owned(), problem["errors"][0]["message"].as_str().unwrap().to_owned())
        };

        let french = message("fr-CA, en;q=0.5").await;
        let english = message("de, en;q=0.5, fr;q=0.2").await;
        let neither = message("de").await;

        assert_eq!(french, ("Certains champs sont à revoir".into(), "Utilisez au moins 12 caractères.".into()));
        assert_eq!(english, ("Some fields need attention".into(), "Use at least 12 characters.".into()));
        assert_eq!(neither, english);
    }
}
