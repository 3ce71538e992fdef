//! Where everybody lands: what needs attention, first steps, figures.

use serde_json::json;
use vault_api::services::usage;

use crate::support::{Actor, Person, TestApp};

async fn at_the_console<'a>(app: &'a TestApp, actor: &Actor<'_>) -> Person<'a> {
    let mut person = Person::new(app);
    person.sign_in(&actor.email, &actor.password).await;
    person
}

on_both! {
    async fn a_new_account_sees_its_first_steps_until_they_are_done_or_hidden(app: TestApp) {
        let alice = app.member("alice").await;
        let mut person = at_the_console(&app, &alice).await;
        person.sees("Hello alice").sees("First steps").sees("0 of 4 done").sees("Store your first key").sees_no("Nothing needs your attention");

        alice.store("a", "v").await;
        alice.post("/api/tokens", json!({ "name": "bot", "scopes": ["keys:read"] })).await.expect(201);
        person.open("/dashboard").await.sees("2 of 4 done");

        person.submit("/dashboard/steps", &[]).await.sees("The first steps are hidden").sees_no("2 of 4");
        person.open("/dashboard").await.sees_no("First steps");
        // somebody else at the same browser has steps of their own
        let bob = app.member("bob").await;
        person.submit("/sign-out", &[]).await;
        person.sign_in(&bob.email, &bob.password).await;
        person.open("/dashboard").await.sees("First steps");
    }

    async fn what_needs_attention_is_told_with_the_way_to_it(app: TestApp) {
        let alice = app.member("alice").await;
        let now = app.operator().now();
        let on = |days: i64| (now + chrono::TimeDelta::days(days)).to_rfc3339();
        for (name, days) in [("soon", 20), ("sooner", 5), ("later", 120)] {
            alice.post("/api/keys", json!({ "name": name, "value": name, "expires_at": on(days) })).await.expect(201);
        }
        let mut person = at_the_console(&app, &alice).await;
        person.open("/dashboard").await.sees("2 keys expire within 30 days").sees("/keys?expiring_within_days=30").sees_no("has expired");

        app.clock.advance(chrono::TimeDelta::days(10));
        let alice = alice.again().await;
        let mut person = at_the_console(&app, &alice).await;
        person.open("/dashboard").await.sees("1 key has expired").sees("1 key expires within 30 days").sees_no("90 days");
        app.clock.advance(chrono::TimeDelta::days(81));
        let mut person = at_the_console(&app, &alice).await;
        person.open("/dashboard?lang=fr").await.sees("2 clés ont expiré").sees("3 clés n’ont pas servi depuis 90 jours").sees("second facteur");
    }

    async fn uses_and_refusals_of_all_keys_are_counted_and_names_are_text(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.post("/api/keys", json!({ "name": "<i>{times}</i>", "environment": "production" })).await.expect(201).json();
        let (id, value) = (made["id"].as_str().unwrap(), made["api_key"].as_str().unwrap());
        for _ in 0..3 {
            alice.post("/api/keys/verify", json!({ "api_key": value })).await.expect(200);
        }
        alice.post("/api/keys/verify", json!({ "api_key": value, "scope": "nope" })).await.expect(200);
        alice.store("second", "v").await;
        usage::flush(&app.operator()).await.expect("written");

        let mut person = at_the_console(&app, &alice).await;

        person.open("/dashboard").await.sees("“<i>{times}</i>” (production) was refused 1 time in the last seven days").sees(&format!("/keys/{id}")).sees("1 generated, 1 stored");
        person.sees("<strong>3</strong>").sees("1 refusal").sees("as many keys as you like");
        assert!(!person.page.text().contains("<i>{"));
    }

    async fn the_mail_is_sent_again_on_request(app: TestApp) {
        let alice = app.member("alice").await;
        let mut person = at_the_console(&app, &alice).await;
        let before = app.mails.verifications(&alice.email).len();

        person.open("/dashboard").await.sees("Confirm your address").sees("the mail that went to alice@example.com.").sees("Look in the spam folder");
        person.sees("href=\"/settings#email\">Change the address</a>").sees_no("Your address is not confirmed yet");
        // the same where the first steps are hidden
        person.submit("/dashboard/steps", &[]).await.sees("Your address is not confirmed yet.").sees("the mail that went to alice@example.com.");
        person.sees("href=\"/settings#email\">Change the address</a>");
        person.submit("/verify-address/resend", &[]).await.sees("A mail is on its way");
        assert_eq!(person.path, "/dashboard?notice=mail-sent");

        for _ in 0..200 {
            if app.mails.verifications(&alice.email).len() > before {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("no mail came");
    }

    async fn what_happened_last_is_told(app: TestApp) {
        let alice = app.member("alice").await;
        for number in 0..6 {
            alice.store(&format!("k{number}"), &format!("v{number}")).await;
        }
        let mut person = at_the_console(&app, &alice).await;

        person.open("/dashboard").await.sees("<span>Signed in<").sees("A key was created").sees_no("The account was created");
    }
}

mod where_addresses_must_be_proved {
    use super::*;

    on_both! {
        with [("REQUIRE_VERIFIED_EMAIL", "true")];

        async fn the_dashboard_says_what_to_do(app: TestApp) {
            let mut person = Person::signed_in(&app, "alice").await;

            assert_eq!((person.path.as_str(), person.page.status), ("/verify-address", 200));
            person.sees("alice@example.com");
            assert_eq!(person.open("/audit").await.path, "/verify-address");
        }
    }
}

mod where_a_second_factor_is_asked_for {
    use super::*;

    on_both! {
        with [("REQUIRE_MFA", "all")];

        async fn the_dashboard_leads_to_it(app: TestApp) {
            let person = Person::signed_in(&app, "alice").await;

            assert!(person.path.starts_with("/security"), "{}", person.path);
            person.sees("This server asks you for a second factor");
        }
    }
}

mod with_a_limit {
    use super::*;

    on_both! {
        with [("FREE_PLAN_MAX_KEYS", "4")];

        async fn the_plan_has_a_meter(app: TestApp) {
            let alice = app.member("alice").await;
            alice.store("a", "v").await;
            let mut person = at_the_console(&app, &alice).await;

            person.open("/dashboard").await.sees("1 of 4 active keys").sees("<rect width=\"25\"");
            person.open("/dashboard?lang=fr").await.sees("1 clé active sur 4");
            person.open("/billing").await.sees("1 clé active sur 4");
        }
    }
}
