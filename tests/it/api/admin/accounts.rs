//! `GET`, `PATCH /api/admin/users`, their sessions, and the figures.

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;
use vault_api::models::user::Role;

use super::{change, disable, path_of, root, staff};
use crate::{
    api::auth::{assert_dies_soon, assert_refused, log_in, read_me},
    support::Actor,
};

fn emails(page: &Value) -> Vec<String> {
    page["data"]
        .as_array()
        .expect("data")
        .iter()
        .map(|row| row["email"].as_str().expect("an email").to_owned())
        .collect()
}

async fn list(admin: &Actor<'_>, query: &str) -> Value {
    admin.get(&format!("/api/admin/users?{query}")).await.expect(200).json()
}

on_both! {
    async fn an_account_is_shown_with_what_an_administrator_needs_and_no_more(app: TestApp) {
        let (root, alice) = (root(&app).await, app.member("alice").await);
        alice.store("a", "v").await;
        let revoked = alice.store("b", "w").await;
        alice.delete(&format!("/api/keys/{}", revoked["id"].as_str().unwrap())).await.expect(204);
        app.clock.advance(TimeDelta::hours(1));
        alice.sign_in().await;

        let shown = root.get(&path_of(&alice)).await.expect(200).json();

        let mut names: Vec<_> = shown.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["created_at", "disabled_at", "email", "email_verified", "id", "keys", "last_sign_in_at", "name", "plan", "role", "second_factor", "sessions", "updated_at"]);
        assert_eq!((&shown["id"], &shown["email"], &shown["name"]), (&json!(alice.id), &json!(alice.email), &json!("alice")));
        assert_eq!((&shown["role"], &shown["plan"], &shown["keys"], &shown["disabled_at"]), (&json!("user"), &json!("FREE"), &json!(1), &Value::Null));
        assert!(shown["last_sign_in_at"].as_str() > shown["created_at"].as_str(), "{shown}");
    }

    async fn accounts_are_listed_newest_first_in_pages_and_found_by_a_part(app: TestApp) {
        let root = root(&app).await;
        for name in ["alice", "bob", "carol"] {
            app.member(name).await;
        }
        let dave = app.member("dave").await;
        dave.patch("/api/auth/me", json!({ "name": "Élodie_100%" })).await.expect(200);

        assert_eq!(emails(&list(&root, "").await), ["dave", "carol", "bob", "alice", "root"].map(|name| format!("{name}@example.com")));
        for (part, found) in [("BOB", "bob"), ("bob@Example", "bob"), ("%C3%A9lodie", "dave"), ("%C3%89LODIE", "dave"), ("0%25", "dave"), ("e_1", "dave")] {
            assert_eq!(emails(&list(&root, &format!("q={part}")).await), [format!("{found}@example.com")], "{part}");
        }
        assert_eq!(emails(&list(&root, "q=%25").await), ["dave@example.com"], "a sign of patterns finds itself alone");
        let (mut seen, mut query) = (Vec::new(), "limit=2".to_owned());
        loop {
            let page = list(&root, &query).await;
            seen.extend(emails(&page));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            query = format!("limit=2&cursor={cursor}");
        }
        assert_eq!(seen, emails(&list(&root, "").await));
    }

    async fn what_is_not_there_is_not_found(app: TestApp) {
        let root = root(&app).await;
        let path = format!("/api/admin/users/{}", Uuid::now_v7());

        root.get(&path).await.expect_problem(404, "not_found");
        root.patch(&path, json!({ "plan": "PRO" })).await.expect_problem(404, "not_found");
        root.delete(&format!("{path}/sessions")).await.expect_problem(404, "not_found");
        root.call("POST", &format!("{path}/recovery"), None).await.expect_problem(404, "not_found");
        root.get("/api/admin/users/root").await.expect_problem(404, "not_found");
    }

    async fn bodies_and_queries_are_checked(app: TestApp) {
        let (root, alice) = (root(&app).await, app.member("alice").await);

        for (body, field, code) in [
            (json!({ "role": "emperor" }), "role", "invalid_choice"),
            (json!({ "role": null }), "role", "required"),
            (json!({ "plan": "pro" }), "plan", "invalid_choice"),
            (json!({ "plan": 1 }), "plan", "wrong_type"),
            (json!({ "disabled": "yes" }), "disabled", "wrong_type"),
        ] {
            let refused = change(&root, &alice, body).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.faults(), [(field.into(), code.into())]);
        }
        change(&root, &alice, json!({ "password": "trois loutres et un parapluie" })).await.expect_problem(422, "unknown_field");
        root.get("/api/admin/users?role=admin").await.expect_problem(422, "unknown_field");
    }

    async fn a_role_and_a_plan_count_from_the_next_request_on(app: TestApp) {
        let (root, alice) = (root(&app).await, app.member("alice").await);
        alice.get("/api/admin/users").await.expect_problem(403, "forbidden");

        let changed = change(&root, &alice, json!({ "role": "support", "plan": "PRO" })).await.expect(200).json();

        assert_eq!((&changed["role"], &changed["plan"]), (&json!("support"), &json!("PRO")));
        assert_eq!(alice.get("/api/auth/me").await.expect(200).json()["plan"], "PRO");
        alice.get("/api/admin/users").await.expect(200);
        change(&root, &alice, json!({ "role": "user" })).await.expect(200);
        alice.get("/api/admin/users").await.expect_problem(403, "forbidden");
    }

    async fn an_administrator_who_is_demoted_administers_no_more(app: TestApp) {
        let (root, second) = (root(&app).await, staff(&app, "second", Role::Admin).await);
        let alice = app.member("alice").await;
        change(&second, &alice, json!({ "plan": "PRO" })).await.expect(200);

        change(&root, &second, json!({ "role": "user" })).await.expect(200);

        change(&second, &alice, json!({ "plan": "FREE" })).await.expect_problem(403, "forbidden");
        change(&second, &second, json!({ "role": "admin" })).await.expect_problem(403, "forbidden");
    }

    async fn a_change_asks_for_a_fresh_sign_in_and_changes_nothing_without(app: TestApp) {
        let (root, alice) = (root(&app).await, app.member("alice").await);
        let before = root.get(&path_of(&alice)).await.expect(200).json();
        app.clock.advance(TimeDelta::minutes(16));

        for changes in [json!({ "role": "admin" }), json!({ "plan": "PRO" }), json!({ "disabled": true }), json!({})] {
            let refused = change(&root, &alice, changes).await.expect_problem(401, "reauthentication_required");
            assert_eq!(refused.header("www-authenticate"), "Bearer error=\"insufficient_user_authentication\"");
        }
        assert_eq!(root.get(&path_of(&alice)).await.expect(200).json(), before);
        // whoever may not change it anyway is told that
        change(&alice, &alice, json!({ "role": "admin" })).await.expect_problem(403, "forbidden");

        root.post("/api/auth/reauthenticate", json!({ "password": root.password })).await.expect(204);
        change(&root, &alice, json!({ "role": "support" })).await.expect(200);
        app.clock.advance(TimeDelta::minutes(16));
        change(&root.again().await, &alice, json!({ "role": "user" })).await.expect(200);
    }

    async fn a_disabled_accounts_tokens_die_at_once_here_and_soon_on_another_server(app: TestApp) {
        let (root, alice, sibling) = (root(&app).await, app.member("alice").await, app.sibling().await);
        let second = alice.sign_in().await;
        read_me(&sibling, &alice.token).await.expect(200);
        alice.get("/api/auth/me").await.expect(200);

        disable(&root, &alice).await;

        for token in [&alice.token, &second] {
            assert_refused(read_me(&app, token).await);
            assert_dies_soon(&sibling, token).await;
        }
        assert_eq!(app.sql(&format!("select count(*) from auth.login_sessions s join auth.\"user\" u on u.id = s.\"userId\" where u.email = '{}'", alice.email)).await, "0");
        log_in(&app, &alice.email, &alice.password).await.expect_problem(401, "invalid_credentials");
        log_in(&sibling, &alice.email, &alice.password).await.expect_problem(401, "invalid_credentials");
    }

    async fn an_account_that_is_enabled_again_signs_in_but_its_old_tokens_stay_dead(app: TestApp) {
        let (root, alice) = (root(&app).await, app.member("alice").await);
        disable(&root, &alice).await;

        let enabled = change(&root, &alice, json!({ "disabled": false })).await.expect(200).json();

        assert_eq!(enabled["disabled_at"], Value::Null);
        assert_refused(alice.get("/api/auth/me").await);
        read_me(&app, &alice.sign_in().await).await.expect(200);
    }

    async fn all_sessions_of_an_account_end_at_once(app: TestApp) {
        let (root, alice, bob) = (root(&app).await, app.member("alice").await, app.member("bob").await);
        let second = alice.sign_in().await;

        root.delete(&format!("{}/sessions", path_of(&alice))).await.expect(204);

        assert_refused(read_me(&app, &alice.token).await);
        assert_refused(read_me(&app, &second).await);
        bob.get("/api/auth/me").await.expect(200);
        log_in(&app, &alice.email, &alice.password).await.expect(200);
    }

    async fn what_stays_as_it_is_leaves_no_entry_and_no_mail(app: TestApp) {
        let (root, alice) = (root(&app).await, app.member("alice").await);
        let (trail, mails) = (alice.trail().await, app.sql("select count(*) from auth.mail_outbox").await);

        for changes in [json!({}), json!({ "role": "user", "plan": "FREE", "disabled": false })] {
            change(&root, &alice, changes).await.expect(200);
        }

        assert_eq!(alice.trail().await, trail);
        assert_eq!(app.sql("select count(*) from auth.mail_outbox").await, mails);
    }

    async fn the_figures_count_what_there_is(app: TestApp) {
        let (root, alice, bob) = (root(&app).await, app.member("alice").await, app.member("bob").await);
        alice.store("a", "v").await;
        let revoked = alice.store("b", "w").await;
        alice.delete(&format!("/api/keys/{}", revoked["id"].as_str().unwrap())).await.expect(204);
        change(&root, &alice, json!({ "plan": "PRO", "role": "support" })).await.expect(200);
        disable(&root, &bob).await;

        let stats = root.get("/api/admin/stats").await.expect(200).json();

        assert_eq!(stats["accounts"]["total"], 3);
        assert_eq!(stats["accounts"]["disabled"], 1);
        assert_eq!(stats["accounts"]["by_role"], json!({ "user": 1, "support": 1, "admin": 1 }));
        assert_eq!(stats["accounts"]["by_plan"], json!({ "FREE": 2, "PRO": 1 }));
        assert_eq!(stats["keys"], json!({ "active": 1, "revoked": 1 }));
        assert_eq!(stats["sessions"], 2);
        assert!(stats["mails_waiting"].as_i64().is_some(), "{stats}");
        assert_eq!(stats["billing_waiting"], 0);
        assert_eq!((root.get(&path_of(&alice)).await.json()["sessions"].clone(), root.get(&path_of(&bob)).await.json()["sessions"].clone()), (json!(1), json!(0)));
    }

    async fn no_answer_to_an_administrator_holds_a_value_a_hash_or_a_token(app: TestApp) {
        let (root, alice) = (root(&app).await, app.member("alice").await);
        let marker = "clear-marker-0123456789wxyz";
        let key = alice.post("/api/keys", json!({ "name": "the name", "value": marker, "provider_config": { "token": format!("{marker} config") } })).await.expect(201).json();
        let id = key["id"].as_str().unwrap();
        alice.get(&format!("/api/keys/{id}/decrypt")).await.expect(200);
        let hash = app.sql(&format!("select password from auth.\"user\" where email = '{}'", alice.email)).await;

        let mut answers = vec![root.call("POST", &format!("{}/recovery", path_of(&alice)), None).await.expect(202).text()];
        for path in ["/api/admin/users", "/api/admin/audit?limit=100", "/api/admin/stats", &path_of(&alice), &format!("/api/admin/audit?user_id={}", alice.id)] {
            answers.push(root.get(path).await.expect(200).text());
        }
        answers.push(change(&root, &alice, json!({ "plan": "PRO" })).await.expect(200).text());
        let mail = app.wait_for_mails(&alice.email, 1).await.remove(0).body;
        let token = mail.split("token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        answers.push(root.get("/api/admin/audit?limit=100").await.expect(200).text());

        for answer in &answers {
            for secret in [marker, "wxyz", &hash, "v1$", &alice.password, &alice.token, &root.token, &token] {
                assert!(!answer.contains(secret), "{secret} in {answer}");
            }
        }
        for (method, path) in [("GET", format!("/api/keys/{id}/decrypt")), ("GET", format!("/api/keys/{id}")), ("POST", format!("/api/keys/{id}/reveal"))] {
            root.call(method, &path, None).await.expect_problem(404, "not_found");
        }
    }
}
