//! `GET /api/keys/{id}/usage` and `last_used_at`: what is counted, when it is seen, when it is written down.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use vault_api::{
    models::ids::{ApiKeyId, UserId},
    services::usage::{self, Use},
};

use crate::support::{Actor, TestApp};

async fn stored(actor: &Actor<'_>, name: &str) -> String {
    actor.store(name, &format!("sk-proj-value-of-{name}-0123456789")).await["id"].as_str().unwrap().to_owned()
}

async fn reveal(actor: &Actor<'_>, id: &str, times: usize) {
    for _ in 0..times {
        actor.get(&format!("/api/keys/{id}/decrypt")).await.expect(200);
    }
}

async fn read(actor: &Actor<'_>, id: &str, query: &str) -> Value {
    actor.get(&format!("/api/keys/{id}/usage{query}")).await.expect(200).json()
}

/// The last day of a key's usage.
async fn today(actor: &Actor<'_>, id: &str) -> Value {
    read(actor, id, "").await["data"].as_array().unwrap().last().unwrap().clone()
}

async fn last_used(actor: &Actor<'_>, id: &str) -> Option<DateTime<Utc>> {
    let key = actor.get(&format!("/api/keys/{id}")).await.expect(200).json();
    key["last_used_at"].as_str().map(|time| time.parse().expect("a time"))
}

async fn flush(app: &TestApp) -> usize {
    usage::flush(&app.operator()).await.expect("written")
}

/// Notes a use as `verify` does.
fn note(app: &TestApp, actor: &Actor<'_>, id: &str, version: i64, uses: &[Use]) {
    let (key, account) = (ApiKeyId(id.parse().unwrap()), UserId(actor.id.parse().unwrap()));
    for use_ in uses {
        usage::note(&app.operator(), key, account, version, *use_);
    }
}

on_both! {
    async fn a_key_that_nobody_used_shows_thirty_days_of_nothing(app: TestApp) {
        let alice = app.member("alice").await;
        let id = stored(&alice, "quiet").await;

        let usage = read(&alice, &id, "").await;

        let days = usage["data"].as_array().unwrap();
        let today = app.operator().now().date_naive();
        assert_eq!((days.len(), &usage["former_last_used_at"]), (30, &Value::Null));
        assert_eq!(days[0], json!({ "date": (today - TimeDelta::days(29)).to_string(), "verifications": 0, "former_verifications": 0, "refusals": 0, "reveals": 0 }));
        assert_eq!(days[29]["date"], today.to_string());
        assert_eq!(last_used(&alice, &id).await, None);
    }

    async fn a_reveal_is_seen_at_once_and_once_before_and_after_it_is_written_down(app: TestApp) {
        let alice = app.member("alice").await;
        let id = stored(&alice, "one").await;
        reveal(&alice, &id, 3).await;
        assert_eq!(today(&alice, &id).await["reveals"], 3);
        assert_eq!(last_used(&alice, &id).await, Some(app.operator().now()));
        assert_eq!(app.sql("select count(*) from auth.key_usage").await, "0", "a request waited for a write");

        assert_eq!(flush(&app).await, 1);

        assert_eq!(today(&alice, &id).await["reveals"], 3);
        reveal(&alice, &id, 2).await;
        assert_eq!(today(&alice, &id).await["reveals"], 5);
        assert_eq!((flush(&app).await, flush(&app).await), (1, 0));
        assert_eq!(today(&alice, &id).await["reveals"], 5);
        assert_eq!(last_used(&alice.at(&app.sibling().await), &id).await, Some(app.operator().now()));
    }

    async fn a_refused_or_failed_reveal_does_not_count(app: TestApp) {
        let (alice, mallory) = (app.member("alice").await, app.member("mallory").await);
        let id = stored(&alice, "one").await;

        mallory.get(&format!("/api/keys/{id}/decrypt")).await.expect(404);
        alice.delete(&format!("/api/keys/{id}")).await.expect(204);
        alice.get(&format!("/api/keys/{id}/decrypt")).await.expect(410);

        assert_eq!(flush(&app).await, 0);
    }

    async fn the_uses_of_two_servers_add_up(app: TestApp) {
        let alice = app.member("alice").await;
        let id = stored(&alice, "one").await;
        let sibling = app.sibling().await;
        reveal(&alice, &id, 4).await;
        let there = alice.at(&sibling);
        reveal(&there, &id, 3).await;
        assert_eq!((today(&alice, &id).await["reveals"].clone(), today(&there, &id).await["reveals"].clone()), (json!(4), json!(3)));

        flush(&app).await;
        flush(&sibling).await;

        assert_eq!((today(&alice, &id).await["reveals"].clone(), today(&there, &id).await["reveals"].clone()), (json!(7), json!(7)));
    }

    async fn each_use_is_counted_under_its_own_name_and_day(app: TestApp) {
        let alice = app.member("alice").await;
        let id = stored(&alice, "one").await;
        note(&app, &alice, &id, 2, &[Use::Verified, Use::Verified, Use::Refused]);
        note(&app, &alice, &id, 1, &[Use::VerifiedFormer]);
        let first_day = app.operator().now();
        flush(&app).await;
        app.clock.advance(TimeDelta::days(1));
        note(&app, &alice, &id, 2, &[Use::Refused, Use::Revealed]);

        let usage = read(&alice, &id, "?days=2").await;

        let (before, after) = (first_day.date_naive(), app.operator().now().date_naive());
        assert_eq!(usage["data"], json!([
            { "date": before.to_string(), "verifications": 2, "former_verifications": 1, "refusals": 1, "reveals": 0 },
            { "date": after.to_string(), "verifications": 0, "former_verifications": 0, "refusals": 1, "reveals": 1 },
        ]));
        assert_eq!(usage["former_last_used_at"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap(), first_day);
        flush(&app).await;
        assert_eq!(read(&alice, &id, "?days=2").await, usage);
    }

    async fn a_refusal_is_no_use(app: TestApp) {
        let alice = app.member("alice").await;
        let id = stored(&alice, "one").await;

        note(&app, &alice, &id, 1, &[Use::Refused]);

        assert_eq!(last_used(&alice, &id).await, None);
        flush(&app).await;
        assert_eq!((last_used(&alice, &id).await, today(&alice, &id).await["refusals"].clone()), (None, json!(1)));
        assert_eq!(read(&alice, &id, "").await["former_last_used_at"], Value::Null);
    }

    async fn an_older_use_that_is_written_later_does_not_turn_the_clock_back(app: TestApp) {
        let alice = app.member("alice").await;
        let id = stored(&alice, "one").await;
        let late = app.sibling().await;
        note(&late, &alice, &id, 1, &[Use::VerifiedFormer]);
        app.clock.advance(TimeDelta::hours(1));
        note(&app, &alice, &id, 1, &[Use::VerifiedFormer]);
        flush(&app).await;

        flush(&late).await;

        assert_eq!(last_used(&alice, &id).await, Some(app.operator().now()));
        let former = read(&alice, &id, "").await["former_last_used_at"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
        assert_eq!(former, app.operator().now());
    }

    async fn a_deleted_account_does_not_stop_the_others_from_being_counted(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        let (hers, his) = (stored(&alice, "hers").await, stored(&bob, "his").await);
        reveal(&alice, &hers, 1).await;
        reveal(&bob, &his, 1).await;
        note(&app, &bob, "0190b5c2-7d3e-7a41-9c55-1f2e3d4c5b6a", 1, &[Use::Verified]);
        alice.call("DELETE", "/api/auth/me", Some(json!({ "password": alice.password }))).await.expect(204);

        flush(&app).await;

        assert_eq!(app.sql("select reveals from auth.key_usage").await, "1");
        assert_eq!(flush(&app).await, 0, "what belongs to nobody is forgotten");
        bob.call("DELETE", "/api/auth/me", Some(json!({ "password": bob.password }))).await.expect(204);
        assert_eq!(app.sql("select count(*) from auth.key_usage").await, "0");
    }

    async fn what_can_not_be_written_is_written_the_next_time(app: TestApp) {
        let alice = app.member("alice").await;
        let id = stored(&alice, "one").await;
        reveal(&alice, &id, 2).await;
        app.sql("alter table auth.key_usage rename to key_usage_away").await;
        assert!(usage::flush(&app.operator()).await.is_err());
        reveal(&alice, &id, 1).await;

        app.sql("alter table auth.key_usage_away rename to key_usage").await;
        flush(&app).await;

        assert_eq!(today(&alice, &id).await["reveals"], 3);
        assert_eq!(flush(&app).await, 0);
    }

    async fn many_readers_never_see_a_count_twice_nor_miss_one(app: TestApp) {
        let alice = app.member("alice").await;
        let id = stored(&alice, "one").await;
        let mut most = 0;
        for round in 0..40 {
            note(&app, &alice, &id, 1, &[Use::Verified; 5]);
            let path = format!("/api/keys/{id}/usage?days=1");
            let ask = async || alice.get(&path).await.expect(200).json()["data"][0]["verifications"].as_i64().unwrap();

            let (_, first, second, third) = tokio::join!(flush(&app), ask(), ask(), ask());

            most += 5;
            assert_eq!([first, second, third], [most; 3], "round {round}");
        }
    }

    async fn the_usage_of_anothers_key_is_not_there(app: TestApp) {
        let (alice, mallory) = (app.member("alice").await, app.member("mallory").await);
        let id = stored(&alice, "one").await;

        mallory.get(&format!("/api/keys/{id}/usage")).await.expect_problem(404, "not_found");
        app.call("GET", &format!("/api/keys/{id}/usage"), None).await.expect_problem(401, "unauthenticated");
    }

    async fn days_are_one_to_ninety(app: TestApp) {
        let alice = app.member("alice").await;
        let id = stored(&alice, "one").await;
        for (days, length) in [("1", 1), ("90", 90), ("", 30)] {
            assert_eq!(read(&alice, &id, &format!("?days={days}")).await["data"].as_array().unwrap().len(), length);
        }

        for days in ["0", "91", "-1", "x", "1.5", "99999999999999999999"] {
            let refused = alice.get(&format!("/api/keys/{id}/usage?days={days}")).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.faults(), [("days".into(), "out_of_range".into())], "{days}");
        }
    }

    async fn counts_older_than_400_days_are_removed_and_no_others(app: TestApp) {
        let alice = app.member("alice").await;
        let id = stored(&alice, "one").await;
        reveal(&alice, &id, 1).await;
        flush(&app).await;
        app.clock.advance(TimeDelta::days(400));
        vault_api::services::upkeep::sweep(&app.operator()).await.expect("swept");
        assert_eq!(app.sql("select count(*) from auth.key_usage").await, "1");

        app.clock.advance(TimeDelta::days(1));
        vault_api::services::upkeep::sweep(&app.operator()).await.expect("swept");

        assert_eq!(app.sql("select count(*) from auth.key_usage").await, "0");
    }
}
