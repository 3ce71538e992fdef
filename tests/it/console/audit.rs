//! The trail in words: filters, pages, export, the check of the chain.

use serde_json::{Value, json};
use vault_api::models::audit::Action;

use crate::support::{Actor, Person, TestApp};

async fn at_the_console<'a>(app: &'a TestApp, actor: &Actor<'_>) -> Person<'a> {
    let mut person = Person::new(app);
    person.sign_in(&actor.email, &actor.password).await;
    person
}

/// In the list: the frame says “Signed in as”, too.
const SIGNED_IN: &str = "<span>Signed in<";

on_both! {
    async fn each_act_is_a_sentence_in_both_languages(app: TestApp) {
        let alice = app.member("alice").await;
        let id = alice.store("a", "v").await["id"].as_str().unwrap().to_owned();
        alice.get(&format!("/api/keys/{id}/decrypt")).await.expect(200);

        let mut person = at_the_console(&app, &alice).await;
        person.open("/audit").await.sees("A key’s value was shown").sees("A key was created").sees(SIGNED_IN);
        person.sees(&format!("href=\"/keys/{id}\""));
        person.open("/audit?lang=fr").await.sees("La valeur d’une clé a été affichée").sees_no("key.revealed");
    }

    async fn keys_and_tokens_are_named_while_they_are_there(app: TestApp) {
        let alice = app.member("alice").await;
        let key = alice.store("Payments", "v").await["id"].as_str().unwrap().to_owned();
        let made = alice.post("/api/tokens", json!({ "name": "<b>bot", "scopes": ["keys:read", "keys:reveal"] })).await.expect(201).json();
        let token = made["token"].as_str().unwrap().to_owned();
        app.call_with("POST", &format!("/api/keys/{key}/reveal"), None, &[("authorization", &format!("Bearer {token}"))]).await.expect(200);
        let mut person = at_the_console(&app, &alice).await;
        let link = format!("<a href=\"/keys/{key}\">Payments</a>");

        person.open("/audit").await.sees(&format!("A key was created: {link}")).sees(&format!("A key’s value was shown: {link}"));
        person.sees("A token for a program was created: <strong><b>bot</strong>").sees("by the token “<b>bot”");
        assert!(!person.page.text().contains("<b>bot"));
        person.open("/audit?lang=fr").await.sees(&format!("Une clé a été créée\u{a0}: {link}")).sees("par le jeton « <b>bot »");
        person.open("/dashboard?lang=en").await.sees(&format!("A key was created: {link}"));

        // what is gone is told by its kind
        app.sql("delete from auth.program_tokens returning 1").await;
        person.open("/audit").await.sees("A token for a program was created<").sees("by a program").sees_no("<b>bot");
    }

    async fn details_are_in_the_readers_words(app: TestApp) {
        let alice = app.member("alice").await;
        let made = alice.post("/api/keys", json!({ "name": "Of the vault" })).await.expect(201).json();
        let key = made["id"].as_str().expect("an identifier").to_owned();
        alice.patch(&format!("/api/keys/{key}"), json!({ "tags": ["a"], "note": "n", "expires_at": "2099-01-01T00:00:00Z", "allowed_ips": ["10.0.0.0/8"] })).await.expect(200);
        alice.post(&format!("/api/keys/{key}/rotate"), json!({ "grace_seconds": 3600 })).await.expect(200);
        alice.post("/api/tokens", json!({ "name": "bot", "scopes": ["keys:read", "keys:reveal"] })).await.expect(201);
        alice.patch("/api/auth/me", json!({ "name": "A", "language": "fr" })).await.expect(200);
        let mut person = at_the_console(&app, &alice).await;
        let told = |name: &str, text: &str| format!("<dt>{name}</dt><dd>{text}</dd>");

        person.open("/audit?lang=fr").await;
        person.sees(&told("Modifications", "nom, langue")).sees(&told("Modifications", "étiquettes, note, expiration, adresses admises"));
        person.sees(&told("Avant", "version\u{a0}1")).sees(&told("Nouvelle version", "2")).sees(&told("Transition", "1 heure"));
        person.sees(&told("Portées", "Voir les clés, Lire les valeurs")).sees(&told("Origine", "générée ici")).sees(&told("Rôle", "utilisateur"));
        person.open("/audit?lang=en").await;
        person.sees(&told("Changed", "name, language")).sees(&told("Before", "version\u{a0}1")).sees(&told("Grace", "1 hour")).sees(&told("Role", "user"));
        // what a newer program wrote stands as it is
        app.sql("update auth.audit_trail set details = '{\"of_tomorrow\":\"<b>\"}' where action = 'key.rotated' returning seq").await;
        person.open("/audit").await.sees("<dt>of_tomorrow</dt><dd class=\"mono\"><b></dd>");
        assert!(!person.page.text().contains("<b>"));
    }

    async fn filters_stand_in_the_address_and_narrow_the_list(app: TestApp) {
        let alice = app.member("alice").await;
        alice.store("a", "v").await;
        app.clock.advance(chrono::TimeDelta::days(3));
        let mut person = at_the_console(&app, &alice).await;
        let today = app.operator().now().format("%Y-%m-%d").to_string();
        let before = (app.operator().now() - chrono::TimeDelta::days(1)).format("%Y-%m-%d").to_string();

        person.open("/audit?group=keys&since=&until=").await.sees("A key was created").sees_no(SIGNED_IN);
        person.open(&format!("/audit?since={today}&until={today}")).await.sees(SIGNED_IN).sees_no("A key was created");
        person.open(&format!("/audit?until={before}")).await.sees("A key was created").sees("The account was created");
        person.open(&format!("/audit?since={today}&until={before}")).await.sees("This day comes before the other one");
        assert_eq!(person.page.status, 422);
        person.open("/audit?group=billing").await.sees("Nothing that fits");
        person.open("/audit?action=key.created").await.sees("A key was created").sees_no(SIGNED_IN);
        for fault in ["group=x", "since=yesterday", "cursor=x", "action=x"] {
            assert_eq!(person.open(&format!("/audit?{fault}")).await.page.status, 422, "{fault}");
            person.sees("class=\"f").sees("<h1>Activity</h1>");
        }
    }

    async fn pages_keep_the_filters(app: TestApp) {
        let alice = app.member("alice").await;
        let id = alice.store("a", "v").await["id"].as_str().unwrap().to_owned();
        for _ in 0..51 {
            alice.get(&format!("/api/keys/{id}/decrypt")).await.expect(200);
        }
        let mut person = at_the_console(&app, &alice).await;

        person.open("/audit?group=keys").await.sees("Older").sees_no("A key was created");
        let older = person.text().split("href=\"").find(|part| part.contains("cursor=")).unwrap().split('"').next().unwrap().to_owned();
        assert!(older.contains("group=keys"), "{older}");

        person.open(&older).await.sees("A key was created").sees("Newest").sees_no(SIGNED_IN);
    }

    async fn what_others_did_is_not_there(app: TestApp) {
        let alice = app.member("alice").await;
        alice.store("a", "v").await;

        let mut bob = Person::signed_in(&app, "bob").await;

        bob.open("/audit").await.sees(SIGNED_IN).sees_no("A key was created");
    }

    async fn hostile_texts_are_text_on_the_page_and_in_the_file(app: TestApp) {
        let alice = app.member("alice").await;
        let login = json!({ "email": alice.email, "password": alice.password });
        for agent in ["<script>alert(1)</script>", "=HYPERLINK(\"https://evil.example\")"] {
            app.call_with("POST", "/api/auth/login", Some(login.clone()), &[("user-agent", agent)]).await.expect(200);
        }
        let mut person = at_the_console(&app, &alice).await;

        person.open("/audit").await;
        assert!(!person.page.text().contains("<script>alert"));
        person.sees("<script>alert(1)</script>");
        let mut form = person.filled("/audit/export", &[("format", "csv")]);
        person.post(&form).await;
        assert_eq!((person.page.status, person.page.header("content-disposition").starts_with("attachment; filename=\"audit-")), (200, true));
        assert_eq!(person.page.header("cache-control"), "no-store");
        let text = person.page.text();
        assert!(text.starts_with("seq,created_at,action,") && text.contains(",\"'=HYPERLINK("), "{text}");
        assert_eq!(text.lines().count(), 1 + alice.trail().await.len());

        form.fields.retain(|(name, _)| name != "format");
        form.fields.push(("group".into(), "account".into()));
        person.post(&form).await;
        let lines: Vec<Value> = person.page.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.iter().map(|line| line["action"].as_str().unwrap()).collect::<Vec<_>>(), ["account.created"]);
    }

    async fn a_changed_entry_is_found(app: TestApp) {
        let alice = app.member("alice").await;
        alice.store("a", "v").await;
        let mut person = at_the_console(&app, &alice).await;
        let count = alice.trail().await.len();

        person.open("/audit").await.submit("/audit/verify", &[]).await.sees(&format!("Nothing was changed: {count} entries"));
        app.sql("update auth.audit_trail set action = 'key.updated' where action = 'key.created' returning seq").await;

        person.open("/audit").await.submit("/audit/verify", &[]).await.sees("Entry no. 3 is not as it was written").sees("2 entries before it");
    }
}

#[test]
fn no_two_acts_read_alike_and_each_has_a_group() {
    use vault_api::core::{language::Language, texts::console::sentence_of};
    for language in [Language::English, Language::French] {
        let mut all: Vec<_> = Action::ALL.iter().map(|action| sentence_of(*action, language)).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), Action::ALL.len());
    }
}
