//! `/keys/new`: storing a value, having one made, and seeing it once.

use crate::support::{Person, TestApp};

const STRIPE: &str = "sk_live_4eC39HqLyjWDarjtT1zdp7dcAbCd9xQ2";

/// The identifier in the address of the form that leads on.
fn made_id(person: &Person<'_>) -> String {
    let text = person.text();
    let onward = text.split("<a class=\"btn primary\" href=\"/keys/").nth(1).expect("a way on");
    onward.split('"').next().expect("a key's page").to_owned()
}

/// The identifier in the address of a key's page, where a stored value leads.
fn stored_id(person: &Person<'_>) -> String {
    let id = person.path.strip_prefix("/keys/").and_then(|rest| rest.strip_suffix("?notice=key-stored"));
    id.unwrap_or_else(|| panic!("{} is no page of a stored key", person.path)).to_owned()
}

async fn count(app: &TestApp) -> String {
    app.sql("select count(*) from auth.api_keys").await
}

on_both! {
    async fn a_stored_value_leads_to_its_keys_page_and_is_in_no_page_that_is_opened(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;

        alice.open("/keys/new").await.submit("/keys/new", &[("name", "Payments"), ("value", STRIPE), ("environment", "production"), ("tags", "money, eu")]).await;
        assert_eq!(alice.page.status, 200);
        alice.sees_no(STRIPE).sees("The key is stored.").sees("<h1>Payments</h1>");

        let id = stored_id(&alice);
        for path in [format!("/keys/{id}"), format!("/keys/{id}/edit"), format!("/keys/{id}/rotate"), format!("/keys/{id}/reveal"), format!("/keys/{id}/value")] {
            alice.open(&path).await;
            assert_eq!(alice.page.status, 200, "{path}");
            alice.sees_no(STRIPE);
        }
        alice.open(&format!("/keys/{id}")).await.sees("Payments").sees("sk_live_••••••••9xQ2").sees("Stripe").sees("money");
    }

    async fn an_answer_with_a_value_is_not_compressed_and_pages_are(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        alice.open("/keys/new").await;
        alice.open("/keys/new?way=generate").await;
        let form = alice.filled("/keys/new", &[("name", "a")]);
        alice.headers.push(("accept-encoding", "gzip".into()));

        alice.post(&form).await;
        assert_eq!(alice.page.status, 201);
        assert!(!alice.page.headers.contains_key("content-encoding"));
        alice.sees("made-value\">vk_live_");
        alice.send("GET", "/keys/new", None).await;
        assert_eq!(alice.page.header("content-encoding"), "gzip");
    }

    async fn the_same_form_sent_again_makes_no_second_key(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        alice.open("/keys/new?way=generate").await;
        let form = alice.filled("/keys/new", &[("name", "Customer 7")]);

        alice.post(&form).await;
        let (first, id) = (alice.text(), made_id(&alice));
        alice.post(&form).await;
        assert_eq!((alice.page.status, made_id(&alice)), (201, id));
        let value = |text: &str| text.split("made-value\">").nth(1).and_then(|rest| rest.split('<').next()).map(str::to_owned);
        assert!(value(&first).is_some_and(|value| value.starts_with("vk_live_")));
        assert_eq!(value(&first), value(&alice.text()));
        assert_eq!(count(&app).await, "1");

        let mut other = form.clone();
        other.fields.iter_mut().filter(|(name, _)| name == "name").for_each(|(_, value)| *value = "Customer 8".into());
        alice.post(&other).await;
        assert_eq!(alice.page.status, 409);
        alice.sees("already made a key");
        alice.submit("/keys/new", &[]).await;
        assert_eq!((alice.page.status, count(&app).await.as_str()), (201, "2"));
    }

    async fn presets_fill_the_form_and_limits_arrive_at_the_key(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;

        alice.open("/keys/new?way=generate&preset=customer").await.submit("/keys/new", &[("name", "Customer"), ("scopes", "orders:read"), ("allowed_ips", "203.0.113.7/24")]).await;
        assert_eq!(alice.page.status, 201);
        let id = made_id(&alice);

        alice.open(&format!("/keys/{id}")).await;
        alice.sees("100 in 60 s").sees("203.0.113.0/24").sees("orders:read").sees("production").sees("generated");
        assert_ne!(app.sql("select count(*) from auth.api_keys where \"expiresAt\" is not null").await, "0");
    }

    async fn another_way_or_preset_keeps_what_was_typed_and_makes_nothing(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let typed = |person: &Person<'_>, name: &str| {
            let fields = person.filled("/keys/new", &[]).fields;
            fields.into_iter().find(|(found, _)| found == name).map(|(_, value)| value)
        };
        let has = |text: &str| Some(text.to_owned());

        alice.open("/keys/new").await.submit("/keys/new", &[("name", "Customer 7"), ("note", "mine"), ("tags", "eu"), ("act", "generate")]).await;
        assert_eq!((alice.page.status, typed(&alice, "way")), (200, has("generate")));
        alice.submit("/keys/new", &[("act", "customer")]).await;
        assert_eq!([typed(&alice, "environment"), typed(&alice, "rate_limit.limit")], [has("production"), has("100")]);
        alice.sees("value=\"customer\" formnovalidate aria-current=\"true\"").sees("hreflang=\"fr\"");
        alice.submit("/keys/new", &[("act", "internal"), ("rate_limit.window_seconds", "10")]).await;

        // what the former preset had filled in went, what was typed over it stays
        assert_eq!([typed(&alice, "rate_limit.limit"), typed(&alice, "rate_limit.window_seconds")], [has(""), has("10")]);
        assert_eq!([typed(&alice, "name"), typed(&alice, "note"), typed(&alice, "tags")], [has("Customer 7"), has("mine"), has("internal")]);
        alice.submit("/keys/new", &[("act", "store")]).await;
        assert_eq!([typed(&alice, "way"), typed(&alice, "name"), typed(&alice, "environment")], [has("store"), has("Customer 7"), has("")]);
        assert_eq!(count(&app).await, "0");
    }

    async fn faults_stand_at_their_fields_and_what_was_typed_is_kept(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        alice.open("/keys/new").await.submit("/keys/new", &[("name", "One"), ("value", STRIPE)]).await;

        alice.open("/keys/new").await.submit("/keys/new", &[("name", "Two"), ("value", STRIPE), ("note", "kept <b>")]).await;
        assert_eq!(alice.page.status, 409);
        assert!(alice.page.text().contains("id=\"e-value\"") && !alice.page.text().contains("id=\"e-name\""));
        alice.sees("kept <b>");

        alice.open("/keys/new").await.submit("/keys/new", &[("name", "One"), ("value", "another value")]).await;
        assert_eq!(alice.page.status, 409);
        assert!(alice.page.text().contains("id=\"e-name\""));
        alice.open("/keys/new").await.submit("/keys/new", &[("name", "Three"), ("value", ""), ("environment", "a b")]).await;
        assert_eq!(alice.page.status, 422);
        assert!(alice.page.text().contains("id=\"e-value\"") && alice.page.text().contains("id=\"e-environment\""));
        assert_eq!(count(&app).await, "1");
    }

    async fn a_look_recognises_the_provider_shows_its_fields_and_makes_nothing(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let value = "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz";

        alice.open("/keys/new").await.submit("/keys/new", &[("name", "Base"), ("value", value), ("act", "look")]).await;
        alice.sees("Looks like a key of Supabase").sees(value).sees("class=\"btn small quiet\" type=\"submit\" name=\"act\" value=\"look\"");
        assert!(alice.page.text().contains("name=\"provider_config.url\""));
        assert_eq!(count(&app).await, "0");

        alice.submit("/keys/new", &[("provider_config.url", "https://x.supabase.co"), ("provider_config.jwt_secret", "a very secret secret")]).await;
        let id = stored_id(&alice);
        alice.open(&format!("/keys/{id}")).await.sees("https://x.supabase.co").sees("••••••••cret").sees_no("a very secret");
        alice.submit(&format!("/keys/{id}/reveal"), &[]).await.sees("a very secret secret");
    }

    async fn htmx_gets_the_part_with_the_provider_alone(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        alice.open("/keys/new").await;
        let form = alice.filled("/keys/new", &[("value", STRIPE), ("act", "look")]);
        alice.headers.push(("hx-request", "true".into()));

        alice.post(&form).await.sees("Looks like a key of Stripe").sees_no("<html").sees_no(STRIPE);
    }

    async fn a_warning_is_told_and_the_key_is_kept(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await.in_french();

        alice.open("/keys/new?lang=fr").await.sees("Nouvelle clé");
        alice.submit("/keys/new", &[("name", "Paiements"), ("value", STRIPE), ("environment", "test")]).await;
        alice.sees("C’est une clé de production").sees("Ouvrir la clé");
        assert_eq!(count(&app).await, "1");
    }

    async fn a_hostile_name_is_text(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let name = "\"><script>alert(1)</script>' onload='x";

        alice.open("/keys/new").await.submit("/keys/new", &[("name", name), ("value", "</textarea><script>x</script>")]).await;
        assert!(!alice.page.text().contains("<script>"));
        let id = stored_id(&alice);
        for path in ["", "/edit", "/rotate"] {
            alice.open(&format!("/keys/{id}{path}")).await.sees(name);
            assert!(!alice.page.text().contains("<script>"), "{path}");
        }
    }
}

on_both! { with [("FREE_PLAN_MAX_KEYS", "1")];
    async fn a_full_plan_shows_the_way_on_and_keeps_what_was_typed(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        alice.open("/keys/new").await.submit("/keys/new", &[("name", "One"), ("value", STRIPE)]).await;

        alice.open("/keys/new").await.submit("/keys/new", &[("name", "Two"), ("value", "a second value"), ("note", "mine")]).await;
        assert_eq!(alice.page.status, 402);
        alice.sees("It allows 1 active key, and you have 1.").sees("a second value").sees("mine").sees("hreflang=\"fr\"");
        for link in ["href=\"/billing\" target=\"_blank\">See the plans (in a new tab)", "href=\"/keys\" target=\"_blank\">See the keys (in a new tab)"] {
            alice.sees(link);
        }
    }

    async fn a_full_plan_is_told_before_anything_is_pasted(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        alice.open("/keys/new").await.sees("Your plan has room for 1 more key, of 1.").sees(" autofocus");
        alice.submit("/keys/new", &[("name", "One"), ("value", STRIPE)]).await;

        for (path, told) in [("/keys/new", "Before you add another one"), ("/keys/new?way=generate", "Before you add another one"), ("/keys/import", "A file can still bring new values")] {
            alice.open(path).await;
            assert_eq!(alice.page.status, 200, "{path}");
            for part in ["Your plan is full", told, "href=\"/billing\">See the plans", "href=\"/keys\">Choose keys to revoke"] {
                alice.sees(part);
            }
            // which is read first: nothing below takes the focus
            alice.sees_no("is kept below").sees_no("role=\"alert\"").sees_no(" autofocus");
        }
        // what was typed outlives a look, and the ways out open beside it
        alice.open("/keys/new").await.submit("/keys/new", &[("value", "a second value"), ("act", "look")]).await.sees("a second value").sees("is kept below").sees("href=\"/billing\" target=\"_blank\"");
    }
}

on_both! { with [("FREE_PLAN_MAX_KEYS", "4")];
    async fn little_room_is_told_where_a_key_is_added(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let told = "Your plan has room for 3 more keys, of 4.";
        for path in ["/keys", "/keys/new", "/keys/import"] {
            alice.open(path).await.sees_no("Your plan has room");
        }

        alice.open("/keys/new").await.submit("/keys/new", &[("name", "One"), ("value", STRIPE)]).await;
        for path in ["/keys/new", "/keys/new?way=generate", "/keys/import"] {
            alice.open(path).await.sees(told).sees_no("Your plan is full");
        }
    }
}

on_both! { with [("FREE_PLAN_MAX_KEYS", "0")];
    async fn an_empty_vault_without_room_says_so(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;

        alice.open("/keys").await.sees("Your vault is empty").sees("Your plan is full");
        alice.open("/keys?lang=fr").await.sees("Votre formule est pleine");
    }
}
