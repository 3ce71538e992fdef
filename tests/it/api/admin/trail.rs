//! `GET /api/admin/audit`: every act, with who did it; and what the account's owner sees and is told of it.

use chrono::{SecondsFormat, TimeDelta};
use serde_json::{Value, json};
use vault_api::{core::clock::Clock as _, models::user::Role};

use super::{change, disable, path_of, root, staff};
use crate::support::Actor;

async fn entries(admin: &Actor<'_>, query: &str) -> Vec<Value> {
    let page = admin.get(&format!("/api/admin/audit?limit=100&{query}")).await.expect(200).json();
    page["data"].as_array().expect("data").clone()
}

fn actions(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["action"].as_str().expect("an action")).collect()
}

on_both! {
    async fn an_administrators_acts_are_in_the_subjects_trail_with_who_did_it(app: TestApp) {
        let (root, alice) = (root(&app).await, app.member("alice").await);
        let before = entries(&root, &format!("user_id={}", alice.id)).await.len();

        change(&root, &alice, json!({ "role": "support", "plan": "PRO" })).await.expect(200);
        root.call("POST", &format!("{}/recovery", path_of(&alice)), None).await.expect(202);
        app.wait_for_mails(&alice.email, 2).await;
        root.delete(&format!("{}/sessions", path_of(&alice))).await.expect(204);
        disable(&root, &alice).await;
        change(&root, &alice, json!({ "disabled": false })).await.expect(200);

        let all = entries(&root, &format!("user_id={}", alice.id)).await;
        let new: Vec<_> = all[..all.len() - before].iter().rev().cloned().collect();
        assert_eq!(actions(&new), [
            "account.role_changed", "account.plan_changed", "password.recovery_sent", "password.recovery_requested", "session.all_ended", "account.disabled", "account.enabled",
        ]);
        for entry in new.iter().filter(|entry| entry["action"] != "password.recovery_requested") {
            assert_eq!((&entry["actor_id"], &entry["user_id"], &entry["object_id"]), (&json!(root.id), &json!(alice.id), &json!(alice.id)), "{entry}");
        }
        assert_eq!(new[0]["details"], json!({ "from": "user", "to": "support" }));
        assert_eq!(new[1]["details"], json!({ "from": "FREE", "to": "PRO" }));
        let own = entries(&root, &format!("actor_id={}", root.id)).await;
        assert_eq!(own.iter().filter(|entry| entry["user_id"] == alice.id).count(), 6);
    }

    async fn the_owner_sees_the_act_but_not_from_where(app: TestApp) {
        let (root, alice) = (root(&app).await, app.member("alice").await);
        root.call_with("PATCH", &path_of(&alice), Some(json!({ "plan": "PRO" })), &[("user-agent", "a secret office")]).await.expect(200);
        root.call_with("POST", &format!("{}/recovery", path_of(&alice)), None, &[("user-agent", "a secret office")]).await.expect(202);
        app.wait_for_mails(&alice.email, 1).await;

        let own = alice.get("/api/audit?limit=100").await.expect(200);

        assert!(own.text().contains("account.plan_changed") && own.text().contains("password.recovery_requested") && own.text().contains(&root.id), "{}", own.text());
        assert!(!own.text().contains("a secret office"), "{}", own.text());
        let seen = entries(&root, &format!("user_id={}&action=account.plan_changed", alice.id)).await;
        assert_eq!(seen[0]["user_agent"], "a secret office", "an administrator sees it");
    }

    async fn the_owner_is_told_by_mail_in_the_same_transaction(app: TestApp) {
        let (root, alice) = (root(&app).await, app.member("alice").await);
        app.mails.refuse(true);
        let kind_waits = async |kind: &str| {
            app.sql(&format!("select details from auth.mail_outbox where address = '{}' and kind = '{kind}'", alice.email)).await
        };

        change(&root, &alice, json!({ "role": "support" })).await.expect(200);
        assert_eq!(kind_waits("role_changed").await, "{\"role\":\"support\"}");
        disable(&root, &alice).await;
        assert_eq!(kind_waits("account_disabled").await, "{}");
        change(&root, &alice, json!({ "disabled": false })).await.expect(200);
        assert_eq!(kind_waits("account_enabled").await, "{}");
    }

    async fn filters_narrow_the_trail(app: TestApp) {
        let (root, alice, bob) = (root(&app).await, app.member("alice").await, app.member("bob").await);
        app.clock.advance(TimeDelta::hours(2));
        let (mut root, between) = (root, app.clock.now());
        root.token = root.sign_in().await;
        app.clock.advance(TimeDelta::hours(2));
        alice.store("a", "v").await;
        bob.store("b", "v").await;
        let text = |hours: i64| (between + TimeDelta::hours(hours)).to_rfc3339_opts(SecondsFormat::Millis, true);

        assert_eq!(actions(&entries(&root, &format!("since={}", text(1))).await), ["key.created", "key.created"]);
        assert_eq!(actions(&entries(&root, &format!("since={}&user_id={}", text(1), alice.id)).await), ["key.created"]);
        assert_eq!(actions(&entries(&root, &format!("since={}&until={}", text(-1), text(1))).await), ["session.created"]);
        assert_eq!(actions(&entries(&root, &format!("since={}&until={}", text(0), text(2))).await), ["session.created"], "from is included, until is not");
        assert_eq!(entries(&root, "action=key.created").await.len(), 2);
        assert_eq!(entries(&root, &format!("action=key.created&actor_id={}", bob.id)).await.len(), 1);
        assert_eq!(entries(&root, &format!("until={}&action=account.created", text(1))).await.len(), 3);
        for (query, field, code) in [
            ("action=key.eaten", "action", "invalid_choice"), ("since=yesterday", "since", "invalid_format"), ("until=0001-01-01T00:00:00Z", "until", "invalid_format"),
            ("until=10000-01-01T00:00:00Z", "until", "invalid_format"), ("user_id=alice", "user_id", "invalid_format"), ("actor_id=1", "actor_id", "invalid_format"),
        ] {
            let refused = root.get(&format!("/api/admin/audit?{query}")).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.faults(), [(field.into(), code.into())]);
        }
    }

    async fn accounts_are_named_by_their_addresses_too(app: TestApp) {
        let (root, alice, bob) = (root(&app).await, app.member("alice").await, app.member("bob").await);
        change(&root, &alice, json!({ "plan": "PRO" })).await.expect(200);
        bob.store("b", "v").await;

        for (address, id) in [("alice@example.com", &alice.id), ("%20Alice@Example.COM", &alice.id), ("bob@example.com", &bob.id)] {
            assert_eq!(entries(&root, &format!("user_id={address}")).await, entries(&root, &format!("user_id={id}")).await, "{address}");
        }
        let acts = entries(&root, "actor_id=root@example.com&user_id=alice@example.com").await;
        assert_eq!(actions(&acts), ["account.plan_changed"]);

        // of an account that is gone only its identifier is known
        bob.call("DELETE", "/api/auth/me", Some(json!({ "password": bob.password }))).await.expect(204);
        let refused = root.get("/api/admin/audit?user_id=bob@example.com&actor_id=nobody@example.com").await.expect_problem(422, "validation_failed");
        assert_eq!(refused.faults(), [("actor_id".into(), "not_found".into()), ("user_id".into(), "not_found".into())]);
        assert_eq!(actions(&entries(&root, &format!("user_id={}", bob.id)).await)[0], "account.deleted");
        // whoever may not read accounts does not learn whether there is one
        for address in ["alice@example.com", "nobody@example.com"] {
            alice.get(&format!("/api/admin/audit?user_id={address}")).await.expect_problem(403, "forbidden");
        }
    }

    async fn pages_show_every_entry_once(app: TestApp) {
        let (root, alice) = (root(&app).await, app.member("alice").await);
        for number in 0..9 {
            alice.store(&format!("k{number}"), &format!("v{number}")).await;
        }
        for filter in [String::new(), format!("&user_id={}", alice.id)] {
            let whole: Vec<_> = entries(&root, &filter).await.iter().map(|entry| entry["id"].clone()).collect();

            let (mut seen, mut query) = (Vec::new(), format!("limit=4{filter}"));
            loop {
                let page = root.get(&format!("/api/admin/audit?{query}")).await.expect(200).json();
                seen.extend(page["data"].as_array().unwrap().iter().map(|entry| entry["id"].clone()));
                let Some(cursor) = page["next_cursor"].as_str() else { break };
                query = format!("limit=4&cursor={cursor}{filter}");
            }

            assert!(seen.len() >= 11 && seen == whole, "{seen:?}");
        }
    }

    async fn a_refused_sign_in_of_nobody_is_seen_without_an_account(app: TestApp) {
        let support = staff(&app, "support", Role::Support).await;
        app.call("POST", "/api/auth/login", Some(json!({ "email": "nobody@example.com", "password": "x" }))).await.expect(401);

        let refused = entries(&support, "action=session.refused").await;

        assert_eq!((refused.len(), &refused[0]["user_id"], &refused[0]["actor_id"]), (1, &Value::Null, &Value::Null));
    }
}
