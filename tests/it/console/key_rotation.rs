//! New values for old keys: rotating with grace, restoring, ending the grace.

use serde_json::json;

use crate::support::{Actor, Person, TestApp};

async fn alice_with_key<'a>(app: &'a TestApp, value: Option<&str>) -> (Person<'a>, Actor<'a>, String, String) {
    let actor = app.member("alice").await;
    let mut alice = Person::new(app);
    alice.sign_in(&actor.email, &actor.password).await;
    let body = value.map_or(json!({ "name": "Key" }), |value| json!({ "name": "Key", "value": value }));
    let made = actor.post("/api/keys", body).await.expect(201).json();
    let text = |name: &str| made[name].as_str().expect("a text").to_owned();
    (alice, actor, text("id"), text("api_key"))
}

async fn is_valid(actor: &Actor<'_>, value: &str) -> bool {
    actor.post("/api/keys/verify", json!({ "api_key": value })).await.expect(200).json()["valid"] == true
}

/// The value that the key has now.
async fn current_value(actor: &Actor<'_>, id: &str) -> String {
    let revealed = actor.get(&format!("/api/keys/{id}/decrypt")).await.expect(200).json();
    revealed["api_key"].as_str().expect("a value").to_owned()
}

on_both! {
    async fn a_generated_key_gets_a_new_value_once_and_the_former_one_stays_good(app: TestApp) {
        let (mut alice, actor, id, former) = alice_with_key(&app, None).await;
        let action = format!("/keys/{id}/rotate");
        alice.open(&action).await;
        let form = alice.filled(&action, &[("grace_seconds", "3600")]);

        alice.post(&form).await;
        assert_eq!(alice.page.status, 200);
        assert_eq!(alice.page.header("cache-control"), "no-store");
        alice.sees("The new value").sees("The former value stays accepted until <time datetime=\"").sees_no(&former);
        let text = alice.text();
        let newest = text.split("made-value\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a value").to_owned();
        assert!(is_valid(&actor, &newest).await && is_valid(&actor, &former).await);

        alice.post(&form).await;
        assert_eq!(alice.page.status, 412);
        alice.sees("nothing was done now");
        assert_eq!(actor.get(&format!("/api/keys/{id}")).await.json()["version"], 2);

        alice.open(&format!("/keys/{id}")).await.sees("It is accepted until <time").sees("It was used once in the last 30 days, on <time").sees_no(&newest);
        alice.open("/keys").await.sees("Former value accepted until <time");
    }

    async fn a_former_value_is_refused_only_after_a_look_at_who_uses_it(app: TestApp) {
        let (mut alice, actor, id, former) = alice_with_key(&app, None).await;
        let (key, action) = (format!("/keys/{id}"), format!("/keys/{id}/end-grace"));
        assert!(is_valid(&actor, &former).await);
        app.clock.advance(chrono::TimeDelta::minutes(1));
        actor.post(&format!("/api{key}/rotate"), json!({})).await.expect(200);

        // it was used until a minute ago, and nobody is told that nobody does
        alice.open(&key).await.sees("No program has used it since it was replaced, on <time").sees(&format!("href=\"{action}\""));
        assert!(!alice.page.text().contains(&format!("action=\"{action}\"")), "the key's page ends it with one click");
        assert!(is_valid(&actor, &former).await);
        alice.open(&action).await.sees("Stop accepting the former value of Key?").sees("programs that still use it are refused").sees("It was used once in the last 30 days, on <time").sees("Accepted until <time");
        let form = alice.filled(&action, &[]);
        assert!(is_valid(&actor, &former).await, "looking ended it");

        actor.patch(&format!("/api{key}"), json!({ "note": "wait for Camille" })).await.expect(200);
        alice.post(&form).await;
        assert_eq!(alice.page.status, 412);
        alice.sees("nothing was done now");
        assert!(is_valid(&actor, &former).await);
        let form = alice.filled(&action, &[]);
        alice.submit(&action, &[]).await.sees("only the current value is accepted").sees_no("still accepted");
        assert!(!is_valid(&actor, &former).await);
        // sent twice, and asked for again
        alice.post(&form).await;
        assert_eq!((alice.page.status, alice.page.header("location")), (303, format!("{key}?notice=grace-ended").as_str()));
        alice.open(&action).await;
        assert_eq!(alice.path, key);
    }

    async fn what_was_used_before_a_rotation_is_no_use_of_the_value_that_it_replaced(app: TestApp) {
        let (mut alice, actor, id, first) = alice_with_key(&app, None).await;
        let key = format!("/keys/{id}");
        actor.post(&format!("/api{key}/rotate"), json!({ "grace_seconds": 60 })).await.expect(200);
        assert!(is_valid(&actor, &first).await);
        app.clock.advance(chrono::TimeDelta::minutes(2));
        let second = current_value(&actor, &id).await;
        actor.post(&format!("/api{key}/rotate"), json!({ "grace_seconds": 60 })).await.expect(200);

        alice.open(&key).await.sees("No program has used it since it was replaced");
        assert!(is_valid(&actor, &second).await);
        // days are counted whole: how many of this day's uses were this value's is not known
        for page in [key.clone(), format!("{key}/end-grace")] {
            alice.open(&page).await.sees("It was last used on").sees_no("It was used");
        }
        app.clock.advance(chrono::TimeDelta::minutes(2));
        alice.open(&key).await.sees_no("No program has used it");
    }

    async fn without_a_grace_it_is_said_that_the_former_value_is_refused(app: TestApp) {
        let (mut alice, actor, id, former) = alice_with_key(&app, None).await;
        let action = format!("/keys/{id}/rotate");

        alice.open(&action).await.sees("The current value stays accepted").sees(">for 24 hours<").sees(">no, refuse it at once<");
        alice.open(&format!("{action}?lang=fr")).await.sees("La valeur actuelle reste acceptée").sees(">non, la refuser aussitôt<");
        alice.open(&format!("{action}?lang=en")).await;
        alice.submit(&action, &[("grace_seconds", "0")]).await.sees("The former value is no longer accepted");
        assert!(!is_valid(&actor, &former).await);
    }

    async fn a_stored_key_takes_the_pasted_value_and_its_faults_stand_at_the_field(app: TestApp) {
        let (mut alice, actor, id, former) = alice_with_key(&app, Some("the first value of all")).await;
        let action = format!("/keys/{id}/rotate");

        alice.open(&action).await.sees("revoke the replaced value at the provider").sees_no("grace_seconds");
        alice.submit(&action, &[("value", "")]).await;
        assert_eq!(alice.page.status, 422);
        assert!(alice.page.text().contains("id=\"e-value\""));
        alice.sees(&format!("href=\"{action}?lang=fr\""));
        alice.submit(&action, &[("value", &former)]).await.sees("This is the key’s value already; paste the new one.").sees_no("Another active key");
        assert_eq!(alice.page.status, 409);
        assert!(alice.page.text().contains("id=\"e-value\""));

        alice.submit(&action, &[("value", "the second value of all")]).await.sees("The new value is stored.").sees_no("the second value of all");
        assert_eq!(alice.path, format!("/keys/{id}?notice=value-stored"));
        assert_eq!(current_value(&actor, &id).await, "the second value of all");
    }

    async fn an_earlier_version_is_restored_after_a_look(app: TestApp) {
        let (mut alice, actor, id, former) = alice_with_key(&app, Some("the first value of all")).await;
        actor.post(&format!("/api/keys/{id}/rotate"), json!({ "value": "the second value of all" })).await.expect(200);
        let place = format!("/keys/{id}/versions/1/restore");

        alice.open(&format!("/keys/{id}")).await.sees(&place);
        alice.open(&place).await.sees("Restore version\u{a0}1").sees("version\u{a0}2, since <time").sees("the value of version\u{a0}1, of <time").sees("revoke the replaced value at the provider").sees(&format!("<a href=\"/keys/{id}\">Key</a>")).sees_no(&former);
        alice.open(&format!("/keys/{id}/rotate")).await.sees(&format!("<a href=\"/keys/{id}\">Key</a>"));
        alice.open(&place).await;
        alice.submit(&place, &[]).await.sees("current one again");
        let revealed = actor.get(&format!("/api/keys/{id}/decrypt")).await.expect(200).json();
        assert_eq!(revealed["api_key"], former.as_str());

        for wrong in ["0", "-1", "99", "x", "9223372036854775807"] {
            alice.open(&format!("/keys/{id}/versions/{wrong}/restore")).await;
            assert_eq!(alice.page.status, 404, "{wrong}");
        }
    }

    async fn a_revoked_key_is_not_rotated(app: TestApp) {
        let (mut alice, actor, id, _) = alice_with_key(&app, None).await;
        alice.open(&format!("/keys/{id}/rotate")).await;
        let form = alice.filled(&format!("/keys/{id}/rotate"), &[]);
        actor.delete(&format!("/api/keys/{id}")).await.expect(204);

        alice.post(&form).await;
        assert_eq!(alice.page.status, 412, "its state is another");
        alice.open(&format!("/keys/{id}/rotate")).await;
        assert_eq!(alice.path, format!("/keys/{id}"));
    }
}
