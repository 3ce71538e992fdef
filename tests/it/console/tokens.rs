//! Tokens for programs: made, shown once, listed, revoked.

use serde_json::json;
use vault_api::services::upkeep;

use crate::support::{Actor, Person};

/// The token that the page shows.
fn shown(person: &Person<'_>) -> String {
    let text = person.text();
    let value = text.split("<code id=\"token\">").nth(1).expect("a token").split('<').next().unwrap();
    value.to_owned()
}

on_both! {
    async fn a_token_is_shown_once_and_opens_what_was_ticked(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;

        let fields = [("name", "<b>bot</b>"), ("scopes", "keys:verify"), ("expires_in", "30"), ("allowed_ips", "")];
        alice.open("/tokens/new").await.submit("/tokens", &fields).await;
        assert_eq!(alice.page.status, 201);
        let token = shown(&alice);
        assert!(token.starts_with("vkt_") && alice.page.text().contains("&#60;b&#62;bot"));
        assert_eq!(alice.page.header("cache-control"), "no-store");

        let program = Actor { token: token.clone(), ..app.member("somebody").await };
        program.post("/api/keys/verify", json!({ "api_key": "x" })).await.expect(200);
        program.get("/api/keys").await.expect_problem(403, "insufficient_scope");
        alice.open("/tokens").await.sees("<b>bot</b>").sees("Check keys").sees_no(&token);
        assert!(!alice.page.text().contains("<b>bot"));
    }

    async fn a_token_that_shows_values_asks_for_the_password_when_the_sign_in_is_old(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        app.clock.advance(chrono::TimeDelta::minutes(20));

        let fields = [("name", "deploy"), ("scopes", "keys:reveal"), ("expires_in", "never")];
        alice.open("/tokens/new").await.submit("/tokens", &fields).await;
        assert!(!alice.page.text().contains("vkt_"), "{}", alice.page.text());
        alice.submit("/tokens", &[("confirm_password", "une girafe en pyjama vert")]).await;

        assert_eq!(alice.page.status, 201);
        let program = Actor { token: shown(&alice), ..app.member("somebody").await };
        program.get("/api/keys/export").await.expect(200);
    }

    async fn the_same_form_sent_again_makes_no_second_token(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let count = async || app.sql("select count(*) from auth.program_tokens").await;
        let fields = [("name", "bot"), ("scopes", "keys:read"), ("expires_in", "30")];
        let form = alice.open("/tokens/new").await.filled("/tokens", &fields);

        alice.post(&form).await;
        let token = shown(&alice);
        app.clock.advance(chrono::TimeDelta::minutes(9));
        alice.post(&form).await;
        assert_eq!((alice.page.status, shown(&alice), count().await), (201, token.clone(), "1".into()));
        let program = Actor { token: token.clone(), ..app.member("somebody").await };
        program.get("/api/keys").await.expect(200);
        assert_eq!(app.sql("select count(*) from auth.audit_trail where action = 'token.created'").await, "1");

        // somebody else's form of this name is another one
        let mut mallory = Person::signed_in(&app, "mallory").await;
        let mut stolen = mallory.open("/tokens/new").await.filled("/tokens", &fields);
        let name = form.fields.iter().find(|(name, _)| name == "once").expect("a name").clone();
        stolen.fields.retain(|(name, _)| name != "once");
        stolen.fields.push(name);
        assert_ne!(shown(mallory.post(&stolen).await), token);

        // what says something else is another one, and so is what comes late
        for (name, value) in [("name", "other bot"), ("scopes", "keys:write"), ("allowed_ips", "10.0.0.0/8"), ("expires_in", "90"), ("expires_in", "never")] {
            let mut other = form.clone();
            other.fields.retain(|(found, _)| found != name);
            other.fields.push((name.into(), value.into()));
            alice.post(&other).await.sees("already made a token");
            assert_eq!(alice.page.status, 409, "{name}");
            alice.sees_no(&token);
        }
        app.clock.advance(chrono::TimeDelta::minutes(2));
        assert_eq!(alice.post(&form).await.page.status, 409);
        alice.submit("/tokens", &[]).await;
        assert_eq!(alice.page.status, 201);
        assert_ne!(shown(&alice), token);
        assert_eq!(count().await, "3");
    }

    async fn a_revoked_token_is_not_made_again_by_its_form(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let form = alice.open("/tokens/new").await.filled("/tokens", &[("name", "bot"), ("scopes", "keys:read")]);
        alice.post(&form).await;
        let token = shown(&alice);
        alice.open("/tokens").await;
        let action = alice.forms().into_iter().find(|form| form.action.ends_with("/revoke")).expect("a form").action;
        alice.submit(&action, &[]).await.sees("The token is revoked");

        alice.post(&form).await;

        assert_eq!(alice.page.status, 409);
        let program = Actor { token, ..app.member("somebody").await };
        program.get("/api/keys").await.expect_problem(401, "unauthenticated");
    }

    async fn a_form_held_until_its_token_is_forgotten_does_not_make_that_token_again(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let count = async || app.sql("select count(*) from auth.program_tokens").await;
        let form = alice.open("/tokens/new").await.filled("/tokens", &[("name", "bot"), ("scopes", "keys:read"), ("expires_in", "30")]);
        alice.post(&form).await;
        let token = shown(&alice);
        alice.open("/tokens").await;
        let action = alice.forms().into_iter().find(|form| form.action.ends_with("/revoke")).expect("a form").action;
        alice.submit(&action, &[]).await.sees("The token is revoked");
        app.clock.advance(chrono::TimeDelta::days(91));
        upkeep::sweep(&app.operator()).await.expect("swept");
        assert_eq!(count().await, "0");

        // the session ended long ago: the form comes along through the sign-in
        alice.post(&form).await;
        alice.submit("/sign-in", &[("email", "alice@example.com"), ("password", "une girafe en pyjama vert")]).await;
        alice.sees("Go on where you were");
        alice.submit("/tokens", &[]).await;

        assert_eq!((alice.page.status, count().await.as_str()), (409, "0"), "{}", alice.page.text());
        alice.sees("This form was opened more than a day ago").sees("value=\"bot\"").sees_no(&token);
        let program = Actor { token: token.clone(), ..app.member("somebody").await };
        program.get("/api/keys").await.expect_problem(401, "unauthenticated");
        // a name that is none of ours, or of a time that has not come, is no better
        let later = uuid::Uuid::from_u128(u128::from(app.operator().now().timestamp_millis().unsigned_abs() + 86_400_000) << 80 | 7 << 76 | 2 << 62);
        for name in ["x", "00000000-0000-4000-8000-000000000000", &later.to_string()] {
            let mut forged = alice.filled("/tokens", &[]);
            forged.fields.iter_mut().filter(|(found, _)| found == "once").for_each(|(_, value)| *value = name.to_owned());
            assert_eq!(alice.post(&forged).await.page.status, 409, "{name}");
        }
        // looked over and sent again it makes a token of its own
        alice.submit("/tokens", &[]).await;
        assert_eq!((alice.page.status, count().await.as_str()), (201, "1"));
        assert_ne!(shown(&alice), token);
    }

    async fn a_form_sent_twice_at_once_makes_one_token(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let form = alice.open("/tokens/new").await.filled("/tokens", &[("name", "bot"), ("scopes", "keys:read")]);

        let tokens = crate::support::at_once(4, |_| {
            let mut twin = Person::new(&app);
            twin.cookies.clone_from(&alice.cookies);
            let form = form.clone();
            async move { shown(twin.post(&form).await) }
        })
        .await;

        assert!(tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");
        assert_eq!(app.sql("select count(*) from auth.program_tokens").await, "1");
    }

    async fn what_is_wrong_stands_at_its_field_and_makes_no_token(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let form = alice.open("/tokens/new").await.filled("/tokens", &[("name", "bot"), ("expires_in", "date"), ("expires_at", ""), ("allowed_ips", "10.0.0.0/8\nnowhere")]);
        let mut form = form.clone();
        form.fields.retain(|(name, _)| name != "scopes");

        alice.post(&form).await;

        assert_eq!(alice.page.status, 422);
        alice.sees("Choose the last day, or another duration.");
        alice.sees("id=\"e-scopes\"").sees("id=\"e-expires_at\"").sees("id=\"e-allowed_ips\"").sees("value=\"bot\"").sees("10.0.0.0/8\nnowhere");
        assert_eq!(app.sql("select count(*) from auth.program_tokens").await, "0");
    }

    async fn the_first_steps_lead_to_a_token_that_shows_values(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let ticked = |person: &Person<'_>| {
            let form = person.filled("/tokens", &[]);
            form.fields.into_iter().filter(|(name, _)| name == "scopes").map(|(_, scope)| scope).collect::<Vec<_>>()
        };

        alice.open("/dashboard").await.sees("href=\"/tokens/new?scopes=keys:reveal\"");
        alice.open("/tokens/new?scopes=keys:reveal&scopes=%22%3E%3Cb%3E").await;
        assert_eq!(ticked(&alice), ["keys:read", "keys:reveal"]);
        alice.open("/tokens/new").await;
        assert_eq!(ticked(&alice), ["keys:read"]);

        // from a key's page: what a program does with such a key
        let answer = app.call("POST", "/api/auth/login", Some(json!({ "email": "alice@example.com", "password": "une girafe en pyjama vert" }))).await.json();
        let api = Actor { token: answer["access_token"].as_str().unwrap().to_owned(), ..app.member("bob").await };
        for (body, scope) in [(json!({ "name": "stored", "value": "a value" }), "keys:reveal"), (json!({ "name": "made" }), "keys:verify")] {
            let key = api.post("/api/keys", body).await.expect(201).json();
            alice.open(&format!("/keys/{}", key["id"].as_str().unwrap())).await.sees(&format!("href=\"/tokens/new?scopes={scope}\""));
        }
    }

    async fn the_end_is_the_preset_or_the_end_of_the_day(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let now = app.operator().now();
        let day = (now + chrono::TimeDelta::days(3)).format("%Y-%m-%d").to_string();

        for (choice, date) in [("30", ""), ("date", day.as_str()), ("never", day.as_str())] {
            let fields = [("name", choice), ("scopes", "keys:read"), ("expires_in", choice), ("expires_at", date)];
            alice.open("/tokens/new").await.submit("/tokens", &fields).await;
            assert_eq!(alice.page.status, 201, "{}", alice.page.text());
        }

        let api = app.call("POST", "/api/auth/login", Some(json!({ "email": "alice@example.com", "password": "une girafe en pyjama vert" }))).await.json();
        let bearer = format!("Bearer {}", api["access_token"].as_str().unwrap());
        let all = app.call_with("GET", "/api/tokens", None, &[("authorization", &bearer)]).await.expect(200).json();
        let end = |name: &str| all["data"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap()["expires_at"].clone();
        let month: chrono::DateTime<chrono::Utc> = end("30").as_str().unwrap().parse().unwrap();
        assert_eq!((month - now).num_days(), 30);
        assert!(end("date").as_str().unwrap().starts_with(&format!("{day}T23:59:59")));
        assert!(end("never").is_null());
        alice.open("/tokens").await.sees("soon");
    }

    async fn a_revoked_token_opens_nothing_and_stands_among_the_revoked(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        alice.open("/tokens").await.sees("No token yet");
        alice.open("/tokens/new").await;
        alice.submit("/tokens", &[("name", "old bot"), ("scopes", "keys:read")]).await;
        let program = Actor { token: shown(&alice), ..app.member("somebody").await };
        program.get("/api/keys").await.expect(200);
        let id = app.sql("select id from auth.program_tokens").await;
        let action = format!("/tokens/{}/revoke", alice.open("/tokens").await.forms().iter().find_map(|form| form.action.strip_prefix("/tokens/").and_then(|rest| rest.strip_suffix("/revoke")).map(str::to_owned)).expect("a form"));

        // somebody else finds nothing there
        let mut mallory = Person::signed_in(&app, "mallory").await;
        let mut form = mallory.open("/tokens").await.filled("/sign-out", &[]);
        form.action.clone_from(&action);
        assert_eq!(mallory.post(&form).await.page.status, 404, "{id}");
        program.get("/api/keys").await.expect(200);

        alice.submit(&action, &[]).await.sees("The token is revoked").sees_no("old bot");
        alice.open("/tokens?revoked=true").await.sees("old bot");
        program.get("/api/keys").await.expect_problem(401, "unauthenticated");
    }

    async fn the_list_goes_by_pages(app: TestApp) {
        let alice = app.member("alice").await;
        for number in 0..53 {
            alice.post("/api/tokens", json!({ "name": format!("bot {number:02}"), "scopes": ["keys:read"] })).await.expect(201);
        }
        let mut person = Person::new(&app);
        person.sign_in(&alice.email, &alice.password).await;

        person.open("/tokens").await.sees("bot 52").sees_no("bot 02").sees("Older");
        let text = person.text();
        let older = text.split("href=\"").filter(|part| part.contains("cursor=")).map(|part| part.split('"').next().unwrap().to_owned()).next().expect("a link");

        person.open(&older).await.sees("bot 02").sees_no("bot 52").sees("Newest");
        assert_eq!(person.open("/tokens?cursor=x").await.page.status, 422);
    }
}
