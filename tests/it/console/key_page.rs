//! `/keys/{id}`: what it tells, revealing, copying, editing.

use serde_json::json;

use crate::support::{Actor, Person, TestApp};

const VALUE: &str = "sk_live_4eC39HqLyjWDarjtT1zdp7dcAbCd9xQ2";

/// Alice in the console, the same by the API, and a key of hers.
async fn alice_with_key(app: &TestApp) -> (Person<'_>, Actor<'_>, String) {
    let actor = app.member("alice").await;
    let mut alice = Person::new(app);
    alice.sign_in(&actor.email, &actor.password).await;
    let body = json!({ "name": "Payments", "value": VALUE, "environment": "production" });
    let made = actor.post("/api/keys", body).await.expect(201).json();
    (alice, actor, made["id"].as_str().expect("an id").to_owned())
}

on_both! {
    async fn revealing_shows_the_value_by_post_alone_and_is_written_down(app: TestApp) {
        let (mut alice, _, id) = alice_with_key(&app).await;
        alice.open(&format!("/keys/{id}")).await.sees("sk_live_••••••••9xQ2").sees_no(VALUE);

        alice.submit(&format!("/keys/{id}/reveal"), &[]).await.sees(VALUE).sees("Leave this page");
        assert_eq!(alice.page.header("cache-control"), "no-store");
        assert!(!alice.page.headers.contains_key("content-encoding"));
        assert!(alice.page.text().contains("data-seconds=\"30\""));

        alice.open(&format!("/keys/{id}")).await.sees("shown").sees("you").sees("href=\"/audit?action=keys.exported\"").sees_no(VALUE);
    }

    async fn who_saw_it_is_asked_for_anew_and_programs_have_short_names(app: TestApp) {
        let (mut alice, actor, id) = alice_with_key(&app).await;
        alice.headers.push(("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned()));
        alice.open(&format!("/keys/{id}?days=7")).await;
        let form = alice.filled(&format!("/keys/{id}/reveal"), &[]);
        alice.sees(&format!("hx-get=\"/keys/{id}/seen?days=7\" hx-trigger=\"vault:seen from:document\"")).sees_no("Firefox, Linux");
        alice.headers.push(("hx-request", "true".to_owned()));

        alice.post(&form).await;
        assert_eq!(alice.page.header("hx-trigger"), "vault:seen");
        alice.send("GET", &format!("/keys/{id}/seen?days=7"), None).await;
        alice.sees("id=\"seen\"").sees(">shown<").sees("Firefox, Linux").sees_no("Gecko").sees_no("<html").sees_no(VALUE);

        actor.delete(&format!("/api/keys/{id}")).await.expect(204);
        actor.post(&format!("/api/keys/{id}/reinstate"), json!({})).await.expect(200);
        alice.send("GET", &format!("/keys/{id}/seen"), None).await;
        alice.sees(">brought back<").sees_no("key.");

        alice.headers.pop();
        alice.open(&format!("/keys/{id}/seen")).await;
        assert_eq!(alice.path, format!("/keys/{id}"));
    }

    async fn a_note_that_says_nothing_is_not_shown(app: TestApp) {
        let (mut alice, actor, id) = alice_with_key(&app).await;
        let note = "<dt>Note</dt>";

        actor.patch(&format!("/api/keys/{id}"), json!({ "note": " " })).await.expect(200);
        alice.open(&format!("/keys/{id}")).await.sees_no(note);
        actor.patch(&format!("/api/keys/{id}"), json!({ "note": "Ask Ann." })).await.expect(200);
        alice.open(&format!("/keys/{id}")).await.sees(note).sees("Ask Ann.");
    }

    async fn copying_gets_the_value_as_plain_text(app: TestApp) {
        let (mut alice, _, id) = alice_with_key(&app).await;
        alice.open(&format!("/keys/{id}")).await;
        let form = alice.filled(&format!("/keys/{id}/reveal"), &[]);
        alice.headers.retain(|(name, _)| *name != "accept");
        alice.headers.extend([("accept", "text/plain".to_owned()), ("hx-request", "true".to_owned())]);

        alice.post(&form).await;
        assert_eq!((alice.page.status, alice.page.text().as_str()), (200, VALUE));
        assert_eq!(alice.page.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(alice.page.header("cache-control"), "no-store");
    }

    async fn htmx_gets_the_part_and_masks_it_again(app: TestApp) {
        let (mut alice, _, id) = alice_with_key(&app).await;
        alice.open(&format!("/keys/{id}")).await;
        let form = alice.filled(&format!("/keys/{id}/reveal"), &[]);
        alice.headers.push(("hx-request", "true".to_owned()));

        alice.post(&form).await.sees(VALUE).sees_no("<html");
        alice.send("GET", &format!("/keys/{id}/value"), None).await;
        alice.sees("sk_live_••••••••9xQ2").sees_no(VALUE).sees_no("<html");
    }

    async fn a_form_without_its_code_reveals_nothing(app: TestApp) {
        let (mut alice, _, id) = alice_with_key(&app).await;

        alice.send("POST", &format!("/keys/{id}/reveal"), Some("csrf=x".into())).await;
        assert_eq!(alice.page.status, 403);
        alice.sees_no(VALUE);
    }

    async fn the_key_of_somebody_else_is_not_there(app: TestApp) {
        let (_, _, id) = alice_with_key(&app).await;
        let mut bob = Person::signed_in(&app, "bob").await;
        bob.open("/keys/new").await;
        let csrf = bob.filled("/keys/new", &[]).fields.into_iter().find(|(name, _)| name == "csrf").expect("a code").1;

        for path in ["", "/value", "/seen", "/edit", "/rotate", "/versions/1/restore"] {
            bob.send("GET", &format!("/keys/{id}{path}"), None).await;
            assert_eq!(bob.page.status, 404, "{path}");
            bob.sees_no("Payments");
        }
        for path in ["/reveal", "/edit", "/rotate", "/end-grace", "/versions/1/restore"] {
            bob.send("POST", &format!("/keys/{id}{path}"), Some(format!("csrf={csrf}&name=x&value=y&state=z"))).await;
            assert_eq!(bob.page.status, 404, "{path}");
            bob.sees_no(VALUE);
        }
        bob.send("GET", "/keys/no-identifier", None).await;
        assert_eq!(bob.page.status, 404);
    }

    async fn a_visitor_is_led_to_the_sign_in_and_back(app: TestApp) {
        let (_, _, id) = alice_with_key(&app).await;
        let mut nobody = Person::new(&app);

        nobody.open(&format!("/keys/{id}")).await;
        assert!(nobody.path.starts_with("/sign-in?next="), "{}", nobody.path);
    }

    async fn an_edit_sends_what_differs_and_nothing_else(app: TestApp) {
        let (mut alice, actor, id) = alice_with_key(&app).await;

        alice.open(&format!("/keys/{id}/edit")).await.sees(&format!("<a href=\"/keys/{id}\">Payments</a>"));
        alice.submit(&format!("/keys/{id}/edit"), &[("name", "Payments EU"), ("tags", "a, b"), ("expires_at", "2099-01-31")]).await;
        assert_eq!(alice.path, format!("/keys/{id}?notice=key-saved"));
        alice.sees("The changes are saved").sees("Payments EU");

        let key = actor.get(&format!("/api/keys/{id}")).await.expect(200).json();
        assert_eq!((&key["tags"], &key["expires_at"], &key["environment"]), (&json!(["a", "b"]), &json!("2099-01-31T23:59:59Z"), &json!("production")));
        let trail = actor.get(&format!("/api/audit?key_id={id}")).await.expect(200).json();
        assert_eq!(trail["data"][0]["details"]["changed"], json!(["name", "tags", "expires_at"]));

        let form = alice.open(&format!("/keys/{id}/edit")).await.filled(&format!("/keys/{id}/edit"), &[("environment", ""), ("expires_at", "")]);
        let without = crate::support::PageForm { fields: form.fields.into_iter().filter(|(name, _)| name != "enabled").collect(), ..form };
        alice.post(&without).await;
        let key = actor.get(&format!("/api/keys/{id}")).await.expect(200).json();
        assert_eq!((&key["enabled"], &key["expires_at"], &key["environment"]), (&json!(false), &json!(null), &json!(null)));
    }

    async fn a_change_meanwhile_is_told_and_nothing_is_lost(app: TestApp) {
        let (mut alice, actor, id) = alice_with_key(&app).await;
        alice.open(&format!("/keys/{id}/edit")).await;
        actor.patch(&format!("/api/keys/{id}"), json!({ "note": "by the API" })).await.expect(200);

        alice.submit(&format!("/keys/{id}/edit"), &[("name", "Mine"), ("note", "my own note")]).await;
        assert_eq!(alice.page.status, 412);
        alice.sees("Somebody changed this key").sees("by the API").sees("my own note").sees("Mine");
        assert_eq!(actor.get(&format!("/api/keys/{id}")).await.json()["note"], "by the API");

        alice.submit(&format!("/keys/{id}/edit"), &[]).await.sees("The changes are saved");
        assert_eq!(actor.get(&format!("/api/keys/{id}")).await.json()["note"], "my own note");
    }

    async fn the_page_of_a_key_that_was_just_revoked_brings_it_back(app: TestApp) {
        let (mut alice, actor, id) = alice_with_key(&app).await;
        let key = format!("/keys/{id}");
        alice.open(&key).await.sees("You can bring it back for ten minutes").sees_no("You can bring it back until");
        actor.delete(&format!("/api{key}")).await.expect(204);

        alice.open(&key).await.submit("/keys/reinstate", &[]).await.sees("1 key is back: it works again.");
        alice.open(&key).await.sees("id=\"reveal\"").sees_no("You can bring it back until");
    }

    async fn a_revoked_key_stays_readable_and_can_do_nothing(app: TestApp) {
        let (mut alice, actor, id) = alice_with_key(&app).await;
        alice.open(&format!("/keys/{id}")).await;
        let reveal = alice.filled(&format!("/keys/{id}/reveal"), &[]);
        assert!(alice.forms().iter().any(|form| form.action == "/keys/revoke" && form.fields.contains(&("id".into(), id.clone()))));
        actor.delete(&format!("/api/keys/{id}")).await.expect(204);

        alice.open(&format!("/keys/{id}")).await.sees("Payments").sees("revoked").sees("its value is no longer shown").sees("You can bring it back until <time");
        app.clock.advance(chrono::TimeDelta::minutes(11));
        alice.open(&format!("/keys/{id}")).await.sees("its value is no longer shown").sees_no("bring it back");
        assert!(alice.forms().iter().all(|form| !form.action.starts_with("/keys/")), "no acts are left");
        alice.post(&reveal).await.sees_no(VALUE);
        assert_eq!(alice.page.status, 410);
        alice.open(&format!("/keys/{id}/edit")).await;
        assert_eq!(alice.path, format!("/keys/{id}"));
    }

    async fn the_page_is_there_in_french(app: TestApp) {
        let (mut alice, _, id) = alice_with_key(&app).await;

        alice.open(&format!("/keys/{id}?lang=fr&days=90")).await.sees("Qui l’a vue ou modifiée").sees("Utilisation").sees("Copier sans afficher").sees("90 jours");
    }
}

on_both! { with [("REVEAL_STEP_UP", "true"), ("STEP_UP_MINUTES", "5")];
    async fn where_a_password_is_asked_for_the_reveal_goes_on_after_it(app: TestApp) {
        let (mut alice, actor, id) = alice_with_key(&app).await;
        app.clock.advance(chrono::TimeDelta::minutes(10));
        alice.open(&format!("/keys/{id}")).await.submit(&format!("/keys/{id}/reveal"), &[]).await.sees("Confirm that it is you").sees_no(VALUE);

        alice.submit(&format!("/keys/{id}/reveal"), &[("confirm_password", "wrong")]).await.sees_no(VALUE);
        alice.submit(&format!("/keys/{id}/reveal"), &[("confirm_password", &actor.password)]).await.sees(VALUE);
    }
}
