//! Reminders that keys expire: once each, the nearest alone, one mail for many keys, in the account's language.

use chrono::TimeDelta;
use serde_json::json;
use vault_api::{core::mailer::Mail, services::reminders};

use crate::support::{Actor, TestApp};

/// Somebody whose address is proved.
async fn proved<'a>(app: &'a TestApp, name: &str) -> Actor<'a> {
    let actor = app.member(name).await;
    app.sql(&format!("update auth.\"user\" set \"emailVerified\" = true where email = '{}'", actor.email)).await;
    actor
}

/// Stores a key that expires after so many days.
async fn expiring(app: &TestApp, actor: &Actor<'_>, name: &str, days: i64) -> String {
    let expires_at = app.operator().now() + TimeDelta::days(days);
    let body = json!({ "name": name, "value": format!("value of {name}"), "expires_at": expires_at });
    actor.post("/api/keys", body).await.expect(201).json()["id"].as_str().unwrap().to_owned()
}

/// What the job queues now, and all mails to the actor after it.
async fn look(app: &TestApp, actor: &Actor<'_>) -> (usize, Vec<Mail>) {
    let queued = reminders::queue_due(&app.operator()).await.expect("queued");
    app.settle_mails().await;
    (queued, app.mails.to(&actor.email))
}

/// How many mails are queued on each of the next days.
async fn queued_by_day(app: &TestApp, days: usize) -> Vec<usize> {
    let mut queued = Vec::new();
    for _ in 0..days {
        queued.push(reminders::queue_due(&app.operator()).await.expect("queued"));
        // a mail is not sent days after it was queued
        app.settle_mails().await;
        app.clock.advance(TimeDelta::days(1));
    }
    queued
}

fn on_days(length: usize, days: &[usize]) -> Vec<usize> {
    (0..length).map(|day| usize::from(days.contains(&day))).collect()
}

on_both! {
    async fn an_owner_is_told_thirty_seven_and_one_days_before_and_once_each(app: TestApp) {
        let alice = proved(&app, "alice").await;
        expiring(&app, &alice, "OpenAI", 40).await;

        assert_eq!(queued_by_day(&app, 45).await, on_days(45, &[10, 33, 39]));

        let mails = app.mails.to(&alice.email);
        let subjects: Vec<_> = mails.iter().map(|mail| mail.subject.as_str()).collect();
        assert_eq!(subjects, ["Your key “OpenAI” expires in 30 days", "Your key “OpenAI” expires in 7 days", "Your key “OpenAI” expires tomorrow"]);
        assert!(mails.iter().all(|mail| !mail.body.contains("value of") && mail.body.contains(" UTC. From then on")), "{}", mails[0].body);
    }

    async fn looking_again_within_the_same_stage_says_nothing(app: TestApp) {
        let alice = proved(&app, "alice").await;
        expiring(&app, &alice, "OpenAI", 40).await;
        app.clock.advance(TimeDelta::days(12));

        let queued = [look(&app, &alice).await.0, look(&app, &alice).await.0];
        app.clock.advance(TimeDelta::days(5));

        assert_eq!((queued, look(&app, &alice).await.0), ([1, 0], 0));
    }

    async fn a_key_that_lives_five_days_is_told_of_on_the_last_alone(app: TestApp) {
        let alice = proved(&app, "alice").await;
        expiring(&app, &alice, "short", 5).await;

        assert_eq!(queued_by_day(&app, 7).await, on_days(7, &[4]));
    }

    async fn a_server_that_stood_still_tells_the_nearest_stage_alone(app: TestApp) {
        let alice = proved(&app, "alice").await;
        expiring(&app, &alice, "OpenAI", 40).await;
        app.clock.advance(TimeDelta::hours(39 * 24 + 20));

        let (queued, mails) = look(&app, &alice).await;

        assert_eq!(queued, 1);
        let word = if mails[0].subject.ends_with("today") { "today" } else { "tomorrow" };
        assert_eq!(mails[0].subject, format!("Your key “OpenAI” expires {word}"));
        app.clock.advance(TimeDelta::hours(5));
        assert_eq!(look(&app, &alice).await.0, 0, "after the end");
    }

    async fn many_keys_of_one_account_make_one_mail(app: TestApp) {
        let (alice, bob) = (proved(&app, "alice").await, proved(&app, "bob").await);
        for number in 0..25 {
            expiring(&app, &alice, &format!("key <{number}>"), 20).await;
        }
        expiring(&app, &bob, "of bob", 20).await;
        app.clock.advance(TimeDelta::days(14));

        let (queued, mails) = look(&app, &alice).await;

        assert_eq!((queued, mails.len(), app.mails.to(&bob.email).len()), (2, 1, 1));
        assert_eq!(mails[0].subject, "25 of your keys expire within 7 days");
        assert!(mails[0].body.contains("• “key <19>”: ") && mails[0].body.contains("• and 5 more") && !mails[0].body.contains("<20>"), "{}", mails[0].body);
        assert!(mails[0].html.contains("• “key &lt;0&gt;”: ") && !mails[0].html.contains("of bob"), "{}", mails[0].html);
        assert_eq!(look(&app, &alice).await.0, 0);
    }

    async fn a_new_date_begins_anew(app: TestApp) {
        let alice = proved(&app, "alice").await;
        let id = expiring(&app, &alice, "OpenAI", 40).await;
        app.clock.advance(TimeDelta::days(35));
        assert_eq!(look(&app, &alice).await.0, 1);
        let alice = alice.again().await;

        let later = app.operator().now() + TimeDelta::days(20);
        alice.patch(&format!("/api/keys/{id}"), json!({ "expires_at": later })).await.expect(200);

        // the thirty days were over when the date was set
        assert_eq!(queued_by_day(&app, 21).await, on_days(21, &[13, 19]));
    }

    async fn a_changed_name_or_note_does_not_keep_a_reminder_back(app: TestApp) {
        let alice = proved(&app, "alice").await;
        let id = expiring(&app, &alice, "OpenAI", 40).await;
        app.clock.advance(TimeDelta::days(11));

        alice.patch(&format!("/api/keys/{id}"), json!({ "name": "renamed", "note": "soon" })).await.expect(200);

        let (queued, mails) = look(&app, &alice).await;
        assert_eq!((queued, mails[0].subject.as_str()), (1, "Your key “renamed” expires in 29 days"));
    }

    async fn who_need_not_know_is_not_told(app: TestApp) {
        let (unproved, disabled, alice) = (app.member("unproved").await, proved(&app, "disabled").await, proved(&app, "alice").await);
        for actor in [&unproved, &disabled] {
            expiring(&app, actor, "key", 40).await;
        }
        app.sql("update auth.\"user\" set \"disabledAt\" = \"createdAt\" where email = 'disabled@example.com'").await;
        let revoked = expiring(&app, &alice, "revoked", 40).await;
        alice.delete(&format!("/api/keys/{revoked}")).await.expect(204);
        let off = expiring(&app, &alice, "off", 40).await;
        alice.patch(&format!("/api/keys/{off}"), json!({ "enabled": false })).await.expect(200);
        alice.store("for ever", "value of for ever").await;
        app.clock.advance(TimeDelta::days(11));
        assert_eq!(look(&app, &alice).await.0, 0);

        // what was no reason a while ago may become one
        alice.patch(&format!("/api/keys/{off}"), json!({ "enabled": true })).await.expect(200);
        app.sql("update auth.\"user\" set \"emailVerified\" = true").await;

        assert_eq!(look(&app, &alice).await.0, 2);
        assert_eq!((app.mails.to(&unproved.email).len(), app.mails.to(&disabled.email).len(), app.mails.to(&alice.email).len()), (1, 0, 1));
    }

    async fn the_mail_is_written_in_the_accounts_language(app: TestApp) {
        let alice = proved(&app, "alice").await;
        app.sql("update auth.\"user\" set language = 'fr'").await;
        for name in ["Facturation", "Envois"] {
            expiring(&app, &alice, name, 40).await;
        }
        app.clock.advance(TimeDelta::days(33));

        let (_, mails) = look(&app, &alice).await;

        assert_eq!(mails[0].subject, "2 de vos clés expirent d’ici 7 jours");
        assert!(mails[0].body.contains("• « Facturation » : ") && mails[0].body.contains("Renouvelez-les"), "{}", mails[0].body);
    }

    async fn several_servers_at_once_tell_once(app: TestApp) {
        let alice = proved(&app, "alice").await;
        for number in 0..10 {
            expiring(&app, &alice, &format!("key {number}"), 40).await;
        }
        app.clock.advance(TimeDelta::days(10));
        let (second, third) = (app.sibling().await, app.sibling().await);

        let (one, two, three) = (app.operator(), second.operator(), third.operator());
        let queued = tokio::join!(reminders::queue_due(&one), reminders::queue_due(&two), reminders::queue_due(&three));

        assert_eq!(queued.0.unwrap() + queued.1.unwrap() + queued.2.unwrap(), 1);
        assert_eq!(app.sql("select count(*) from auth.key_reminders").await, "10");
    }

    async fn more_keys_than_one_look_takes_are_all_told_of(app: TestApp) {
        let (alice, bob) = (proved(&app, "alice").await, proved(&app, "bob").await);
        let (hers, his) = (expiring(&app, &alice, "hers", 40).await, expiring(&app, &bob, "his", 40).await);
        let columns = "\"userId\", kind, provider, \"providerConfig\", tags, scopes, prefix, last4, \"searchText\", sealed, version, revision, enabled, revoked, \"expiresAt\", \"createdAt\", \"updatedAt\"";
        let (id, fingerprint) = match app.engine {
            crate::support::Engine::Sqlite => ("randomblob(16)", "randomblob(32)"),
            crate::support::Engine::Postgres => ("gen_random_uuid()", "decode(md5(random()::text), 'hex')"),
        };
        for (key, name) in [(&hers, "hers"), (&his, "his")] {
            let numbers = "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 700)";
            app.sql(&format!("{numbers} insert into auth.api_keys (id, name, fingerprint, {columns}) select {id}, name || n, {fingerprint}, {columns} from auth.api_keys, numbers where name = '{name}'")).await;
            assert!(!key.is_empty());
        }
        app.clock.advance(TimeDelta::days(10));

        let (queued, mails) = look(&app, &alice).await;

        assert_eq!((queued, mails[0].subject.as_str()), (2, "701 of your keys expire within 30 days"));
        assert_eq!(app.sql("select count(*) from auth.key_reminders").await, "1402");
    }

    async fn notes_of_dates_that_are_over_are_removed(app: TestApp) {
        let alice = proved(&app, "alice").await;
        expiring(&app, &alice, "OpenAI", 40).await;
        queued_by_day(&app, 41).await;
        assert_eq!(app.sql("select count(*) from auth.key_reminders").await, "3");

        vault_api::services::upkeep::sweep(&app.operator()).await.expect("swept");

        assert_eq!(app.sql("select count(*) from auth.key_reminders").await, "0");
        assert_eq!(look(&app, &alice).await.0, 0);
    }
}
