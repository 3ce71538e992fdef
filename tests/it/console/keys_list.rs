//! The list of keys: what it shows, how it is searched, narrowed and paged.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vault_api::core::clock::Clock as _;

use crate::support::{Actor, Person, TestApp};

/// The same person, signed in through the API.
pub async fn api(app: &TestApp) -> Actor<'_> {
    let (email, password) = ("alice@example.com".to_owned(), "une girafe en pyjama vert".to_owned());
    let mut actor = Actor { app, email, password, id: String::new(), token: String::new() };
    actor.token = actor.sign_in().await;
    actor
}

async fn alice(app: &TestApp) -> (Person<'_>, Actor<'_>) {
    let person = Person::signed_in(app, "alice").await;
    let actor = api(app).await;
    (person, actor)
}

async fn make(actor: &Actor<'_>, members: Value) -> Value {
    actor.post("/api/keys", members).await.expect(201).json()
}

on_both! {
    with [("REQUIRE_VERIFIED_EMAIL", "true")];

    async fn who_has_not_proved_the_address_gets_no_list_and_no_act(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;

        for path in ["/keys", "/keys/export", "/keys/new", "/keys/import"] {
            alice.open(path).await;
            assert_eq!((path, alice.path.as_str()), (path, "/verify-address"));
        }
        let mut form = alice.filled("/verify-address/resend", &[]);
        form.action = "/keys/import/preview".to_owned();
        form.fields.push(("text".into(), "A=1".into()));
        alice.post(&form).await;
        assert_eq!(alice.page.status, 303);
        assert!(alice.page.header("location").starts_with("/verify-address"));
    }
}

on_both! {
    async fn an_empty_vault_is_a_box_to_paste_into(app: TestApp) {
        let (mut alice, _) = alice(&app).await;

        alice.open("/keys").await;

        alice.sees("Your vault is empty").sees("Store one key").sees("Generate one").sees("/keys/new?way=generate");
        let looked = alice.submit("/keys/import/preview", &[("text", "STRIPE_KEY=sk_live_0123456789abcdefghijklmn\n")]).await;
        looked.sees("STRIPE_KEY").sees("1 new");
    }

    async fn keys_stand_by_environment_with_all_that_tells_them_apart(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        let soon = (app.clock.now() + TimeDelta::days(12) + TimeDelta::hours(1)).to_rfc3339();
        let key = make(&actor, json!({ "name": "Payments", "value": "sk_live_0123456789abcdefghijklmn", "environment": "production", "tags": ["shop"], "expires_at": soon })).await;
        let off = make(&actor, json!({ "name": "Customer", "environment": "test" })).await;
        actor.patch(&format!("/api/keys/{}", off["id"].as_str().unwrap()), json!({ "enabled": false })).await.expect(200);

        alice.open("/keys").await;

        alice.sees("production").sees("test").sees("Payments").sees("sk_live_••••klmn").sees("Stripe").sees("#shop").sees("in 12 days");
        alice.sees("Off").sees("Never").sees(&format!("/keys/{}", key["id"].as_str().unwrap())).sees("2 keys shown");
        alice.sees_no("0123456789");
        assert_eq!(alice.page.text().matches("<h1").count(), 1);
    }

    async fn a_search_and_every_filter_stand_in_the_address(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        let soon = (app.clock.now() + TimeDelta::days(12)).to_rfc3339();
        make(&actor, json!({ "name": "Aardvark", "value": "value 1", "environment": "production", "provider": "stripe", "expires_at": soon })).await;
        make(&actor, json!({ "name": "Badger", "value": "value 2", "environment": "test", "provider": "openai", "tags": ["shop"] })).await;
        let gone = make(&actor, json!({ "name": "Camel", "value": "value 3" })).await;
        actor.delete(&format!("/api/keys/{}", gone["id"].as_str().unwrap())).await.expect(204);

        for (query, seen) in [
            ("q=aardv", "Aardvark"), ("environment=production", "Aardvark"), ("provider=stripe", "Aardvark"), ("state=expiring", "Aardvark"),
            ("q=BADGER", "Badger"), ("environment=test", "Badger"), ("provider=openai", "Badger"), ("tag=shop", "Badger"), ("state=revoked", "Camel"),
        ] {
            alice.open(&format!("/keys?{query}")).await.sees(seen).sees("1 key shown");
            for other in ["Aardvark", "Badger", "Camel"].into_iter().filter(|other| *other != seen) {
                alice.sees_no(other);
            }
        }

        alice.open("/keys?q=nothing-like-it").await.sees("No key fits").sees("Clear the filters");
        alice.open("/keys?state=unused").await.sees("No key fits");
        app.clock.advance(TimeDelta::days(91));
        let mut later = Person::new(&app);
        later.sign_in("alice@example.com", "une girafe en pyjama vert").await;
        later.open("/keys?state=unused").await.sees("Aardvark").sees("Badger").sees("Expired");
    }

    async fn what_the_api_refuses_to_look_for_is_refused_here(app: TestApp) {
        let (mut alice, _) = alice(&app).await;

        alice.open("/keys?cursor=x").await;
        assert_eq!(alice.page.status, 422);
        alice.open("/keys?environment=%3Cb%3E").await.sees_no("<b>");
        assert_eq!(alice.page.status, 422);
        alice.open("/keys?state=nonsense&other=1&notice=x&undo=x").await.sees("Your vault is empty");
        assert_eq!(alice.page.status, 200);
    }

    async fn htmx_gets_the_list_alone_and_a_clean_address(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        make(&actor, json!({ "name": "Aardvark", "value": "value 1" })).await;

        alice.headers.push(("hx-request", "true".into()));
        alice.open("/keys?q=aard&environment=&provider=&state=").await.sees("Aardvark").sees_no("<html").sees_no("<h1");

        assert_eq!((alice.page.header("hx-push-url"), alice.page.header("hx-replace-url")), ("/keys?q=aard", ""));
        assert!(alice.page.text().trim_start().starts_with("<div id=\"list\">"));
        assert!(alice.page.headers.get_all("vary").iter().any(|line| line.to_str().unwrap().contains("hx-request")));
    }

    async fn a_filter_is_a_step_that_leads_back_and_a_typed_letter_is_none(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        make(&actor, json!({ "name": "Aardvark", "value": "value 1" })).await;
        alice.headers.push(("hx-request", "true".into()));

        for (source, current, header) in [
            ("form", "https://vault.test/keys?q=a", "hx-push-url"),
            ("input#f-q", "https://vault.test/keys?q=a", "hx-replace-url"),
            // sent again with the Enter key
            ("form", "https://vault.test/keys?q=aard", "hx-replace-url"),
        ] {
            alice.headers.extend([("hx-source", source.to_owned()), ("hx-current-url", current.to_owned())]);
            alice.open("/keys?q=aard&environment=").await;
            let written: Vec<_> = ["hx-push-url", "hx-replace-url"].into_iter().filter(|name| !alice.page.header(name).is_empty()).collect();
            assert_eq!(written, [header], "{source} at {current}");
            alice.headers.truncate(alice.headers.len() - 2);
        }
    }

    async fn a_provider_that_is_none_reads_french(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        let key = make(&actor, json!({ "name": "Aardvark", "value": "value 1" })).await;

        for path in ["/keys".to_owned(), format!("/keys/{}", key["id"].as_str().unwrap()), "/keys/new".into()] {
            alice.open(&format!("{path}?lang=en")).await.sees("Custom");
            alice.open(&format!("{path}?lang=fr")).await.sees("Autre").sees_no("Custom");
        }
    }

    async fn ten_dozen_keys_come_in_pages_each_once(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        let all: String = (0..120).map(|number| format!("KEY_{number:03}=value {number}\n")).collect();
        import(&actor, &all).await;

        let mut seen = Vec::new();
        let mut next = Some("/keys".to_owned());
        while let Some(path) = next {
            alice.open(&path).await;
            assert_eq!(alice.page.status, 200);
            assert!(alice.page.text().len() < 120_000, "{}", alice.page.text().len());
            seen.extend((0..120).filter(|number| alice.text().contains(&format!(">KEY_{number:03}<"))));
            let text = alice.text();
            next = text.split("rel=\"next\" href=\"").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned());
        }

        let mut sorted = seen.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!((seen.len(), sorted.len()), (120, 120));
        alice.sees("Newest");
    }

    async fn hostile_names_and_tags_are_text(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        make(&actor, json!({ "name": "<script>alert(1)</script>", "value": "value 1", "tags": ["\"><img src=x>", "a&b=c#d"] })).await;

        alice.open("/keys").await;

        assert!(!alice.page.text().contains("<script>alert") && !alice.page.text().contains("<img src=x"));
        alice.sees("<script>alert(1)</script>");
        alice.open("/keys?tag=a%26b%3Dc%23d").await.sees("1 key shown");
        alice.open("/keys?q=%22%3E%3Cscript%3E").await;
        assert!(!alice.page.text().contains("\"><script>"));
    }

    async fn others_keys_are_not_there_and_strangers_sign_in_first(app: TestApp) {
        let (_, actor) = alice(&app).await;
        make(&actor, json!({ "name": "Aardvark", "value": "value 1", "environment": "secret-place", "provider": "stripe" })).await;
        let mut bob = Person::signed_in(&app, "bob").await;

        bob.open("/keys").await.sees_no("Aardvark").sees_no("secret-place").sees("Your vault is empty");
        Person::new(&app).open("/keys?q=a").await.sees("Sign in");
        let mut stranger = Person::new(&app);
        stranger.open("/keys?q=a").await;
        assert_eq!(stranger.path, "/sign-in?next=%2Fkeys%3Fq%3Da");
    }

    async fn the_list_reads_french(app: TestApp) {
        let (alice, actor) = alice(&app).await;
        make(&actor, json!({ "name": "Aardvark", "value": "value 1" })).await;
        let mut alice = alice.in_french();
        alice.cookies.remove("vault_language");

        alice.open("/keys?lang=fr").await.sees("Clés").sees("Sans environnement").sees("Jamais").sees("1 clé").sees("Révoquer");
    }
}

/// Imports lines through the API.
async fn import(actor: &Actor<'_>, text: &str) {
    let request = axum::http::Request::builder()
        .method("POST")
        .uri("/api/keys/import")
        .header("authorization", format!("Bearer {}", actor.token))
        .header("content-type", "text/plain")
        .body(axum::body::Body::from(text.to_owned()))
        .expect("a request");
    actor.app.send(request).await.expect(200);
}
