//! `GET /api/keys` by time: what expires soon, what has expired, what nobody uses.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vault_api::services::usage;

use crate::support::{Actor, TestApp};

/// The names on the page that this query gives.
async fn names(actor: &Actor<'_>, query: &str) -> Vec<String> {
    let page = actor.get(&format!("/api/keys?{query}")).await.expect(200).json();
    page["data"].as_array().expect("data").iter().map(|key| key["name"].as_str().expect("a name").to_owned()).collect()
}

/// Stores a key that expires after so many hours.
async fn expiring(app: &TestApp, actor: &Actor<'_>, name: &str, hours: i64) -> String {
    let expires_at = app.operator().now() + TimeDelta::hours(hours);
    let body = json!({ "name": name, "value": format!("value of {name}"), "expires_at": expires_at });
    actor.post("/api/keys", body).await.expect(201).json()["id"].as_str().unwrap().to_owned()
}

/// Three keys that end after an hour, ten days and forty, and one that does not.
async fn four(app: &TestApp, actor: &Actor<'_>) {
    for (name, hours) in [("hour", 1), ("ten days", 240), ("forty days", 960)] {
        expiring(app, actor, name, hours).await;
    }
    actor.store("for ever", "value of for ever").await;
}

async fn reveal(actor: &Actor<'_>, key: &Value) {
    actor.get(&format!("/api/keys/{}/decrypt", key["id"].as_str().unwrap())).await.expect(200);
}

on_both! {
    async fn keys_that_expire_within_some_days_are_listed_and_no_others(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        four(&app, &alice).await;
        expiring(&app, &bob, "of bob", 1).await;

        assert_eq!(names(&alice, "expiring_within_days=1").await, ["hour"]);
        assert_eq!(names(&alice, "expiring_within_days=10").await, ["ten days", "hour"]);
        assert_eq!(names(&alice, "expiring_within_days=9").await, ["hour"]);
        assert_eq!(names(&alice, "expiring_within_days=365").await, ["forty days", "ten days", "hour"]);
        assert_eq!(names(&alice, "expiring_within_days=365&q=days&limit=1").await, ["forty days"]);
        assert_eq!(names(&alice, "expiring_within_days=365&revoked=false&environment=test").await, Vec::<String>::new());
    }

    async fn an_expired_key_is_no_longer_expiring_and_has_a_list_of_its_own(app: TestApp) {
        let alice = app.member("alice").await;
        four(&app, &alice).await;
        app.clock.advance(TimeDelta::hours(1));

        assert_eq!(names(&alice, "expiring_within_days=30").await, ["ten days"]);
        assert_eq!(names(&alice, "expired=true").await, ["hour"]);
        assert_eq!(names(&alice, "expired=true&expiring_within_days=30").await, ["ten days", "hour"]);
        assert_eq!(names(&alice, "expired=false").await.len(), 4);
    }

    async fn a_revoked_key_does_not_expire(app: TestApp) {
        let alice = app.member("alice").await;
        let id = expiring(&app, &alice, "hour", 1).await;
        alice.delete(&format!("/api/keys/{id}")).await.expect(204);

        assert_eq!(names(&alice, "expiring_within_days=30").await, Vec::<String>::new());
        for query in ["revoked=true&expiring_within_days=30", "revoked=true&expired=true"] {
            let refused = alice.get(&format!("/api/keys?{query}")).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.faults(), [("revoked".into(), "conflict".into())], "{query}");
        }
    }

    async fn pages_of_what_expires_show_each_key_once(app: TestApp) {
        let alice = app.member("alice").await;
        for number in 0..23 {
            // later ones expire earlier: the order of the list is not that of the expiry
            expiring(&app, &alice, &format!("key {number}"), 100 - number).await;
        }

        let (mut seen, mut path) = (Vec::new(), "/api/keys?expiring_within_days=30&limit=5".to_owned());
        loop {
            let page = alice.get(&path).await.expect(200).json();
            seen.extend(page["data"].as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/api/keys?expiring_within_days=30&limit=5&cursor={cursor}");
        }

        assert_eq!(seen, (0..23).rev().map(|number| format!("key {number}")).collect::<Vec<_>>());
    }

    async fn keys_that_nobody_used_for_ninety_days_are_listed(app: TestApp) {
        let alice = app.member("alice").await;
        for name in ["never used", "used long ago", "used lately"] {
            alice.store(name, &format!("value of {name}")).await;
        }
        let page = alice.get("/api/keys").await.expect(200).json();
        let key = |name: &str| page["data"].as_array().unwrap().iter().find(|key| key["name"] == name).unwrap().clone();
        reveal(&alice, &key("used long ago")).await;
        app.clock.advance(TimeDelta::days(60));
        let alice_later = alice.again().await;
        reveal(&alice_later, &key("used lately")).await;
        usage::flush(&app.operator()).await.expect("written");
        assert_eq!(names(&alice_later, "unused_for_days=90").await, Vec::<String>::new());
        assert_eq!(names(&alice_later, "unused_for_days=60").await, ["used long ago", "never used"]);

        app.clock.advance(TimeDelta::days(29));
        alice_later.store("new", "value of new").await;
        app.clock.advance(TimeDelta::days(1));
        let alice_later = alice.again().await;

        assert_eq!(names(&alice_later, "unused_for_days=90").await, ["used long ago", "never used"]);
        assert_eq!(names(&alice_later, "unused_for_days=90&q=never").await, ["never used"]);
        assert_eq!(names(&alice_later, "unused_for_days=1").await.len(), 4);
    }

    async fn a_use_that_is_not_written_down_yet_is_a_use(app: TestApp) {
        let alice = app.member("alice").await;
        let key = alice.store("one", "value of one").await;
        app.clock.advance(TimeDelta::days(10));
        assert_eq!(names(&alice, "unused_for_days=10").await, ["one"]);

        reveal(&alice, &key).await;

        assert_eq!(names(&alice, "unused_for_days=10").await, Vec::<String>::new());
    }

    async fn days_of_a_filter_are_one_to_a_year(app: TestApp) {
        let alice = app.member("alice").await;
        for query in ["expiring_within_days=365", "unused_for_days=365", "expiring_within_days=&unused_for_days="] {
            alice.get(&format!("/api/keys?{query}")).await.expect(200);
        }

        for name in ["expiring_within_days", "unused_for_days"] {
            for days in ["0", "366", "-1", "x", "9223372036854775808"] {
                let refused = alice.get(&format!("/api/keys?{name}={days}")).await.expect_problem(422, "validation_failed");
                assert_eq!(refused.faults(), [(name.into(), "out_of_range".into())], "{days}");
            }
        }
    }
}
