//! What somebody tries who wants more than is theirs, by the forms of the console.

use serde_json::json;
use vault_api::{
    models::{email::Email, user::Role},
    services::administration,
};

use super::security::turn_on;
use crate::support::{Actor, Person};

const PASSWORD: &str = "une girafe en pyjama vert";

on_both! {
    async fn a_form_of_another_type_or_with_its_code_twice_does_nothing(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let form = alice.open("/keys/new").await.filled("/keys/new", &[("name", "a"), ("value", "a value")]);

        for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencodedx"] {
            alice.headers.push(("content-type", kind.into()));
            assert_eq!(alice.post(&form).await.page.status, 415, "{kind}");
            alice.headers.pop();
        }
        let mut twice = form.clone();
        twice.fields.insert(0, ("csrf".into(), "x".into()));
        assert_eq!(alice.post(&twice).await.page.status, 403);
        assert_eq!(app.sql("select count(*) from auth.api_keys").await, "0");
        alice.open("/keys/new").await;
        assert_eq!(alice.submit("/keys/new", &[("name", "a"), ("value", "a value")]).await.page.status, 200);
        assert_eq!(app.sql("select count(*) from auth.api_keys").await, "1");
    }

    async fn nobody_is_signed_in_by_the_form_of_somebody_else(app: TestApp) {
        app.member("mallory").await;
        let fields = [("email", "mallory@example.com"), ("password", PASSWORD)];
        let mut mallory = Person::new(&app);
        let form = mallory.open("/sign-in").await.filled("/sign-in", &fields);
        let mut victim = Person::new(&app);
        victim.open("/sign-in").await;

        assert_eq!(victim.post(&form).await.page.status, 403, "a code of another visitor");
        victim.open("/sign-in").await;
        let own = victim.filled("/sign-in", &fields);
        for (name, value) in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "null")] {
            victim.headers.push((name, value.into()));
            assert_eq!(victim.post(&own).await.page.status, 403, "{name}: {value}");
            victim.headers.pop();
        }
        assert!(!victim.cookies.contains_key("vault_session"));
        assert_eq!(victim.post(&own).await.page.status, 303);
    }

    async fn no_other_site_has_its_visitors_try_passwords(app: TestApp) {
        let alice = app.member("alice").await;
        let begun = app.call("POST", "/api/auth/device", None).await.expect(200).json();
        let code = begun["user_code"].as_str().expect("a code");
        let mut visitor = Person::new(&app);
        visitor.open(&format!("/device?code={code}")).await;
        let form = visitor.filled("/device", &[("email", &alice.email), ("password", &alice.password)]);
        let collect = async || app.call("POST", "/api/auth/device/token", Some(json!({ "device_code": begun["device_code"] }))).await;

        for site in ["cross-site", "same-site"] {
            visitor.headers.push(("sec-fetch-site", site.into()));
            assert_eq!(visitor.post(&form).await.page.status, 403, "{site}");
            visitor.headers.pop();
        }
        collect().await.expect_problem(400, "authorization_pending");
        // an older browser says nothing of that, and keeps the address of the page to itself
        visitor.headers.push(("origin", "null".into()));
        assert_eq!(visitor.post(&form).await.page.status, 200);
        app.clock.advance(chrono::TimeDelta::seconds(5));
        collect().await.expect(200);
    }

    async fn the_code_of_a_visitor_guards_no_form_of_a_member(app: TestApp) {
        let mut alice = Person::new(&app);
        app.member("alice").await;
        let before = alice.open("/sign-in").await.filled("/sign-in", &[]).fields[0].clone();
        assert_eq!(before.0, "csrf");
        alice.submit("/sign-in", &[("email", "alice@example.com"), ("password", PASSWORD)]).await;

        let mut form = alice.open("/settings").await.filled("/settings/name", &[("name", "Mallory")]);
        form.fields.retain(|(name, _)| name != "csrf");
        form.fields.push(before);
        assert_eq!(alice.post(&form).await.page.status, 403);
        alice.open("/settings").await.sees_no("Mallory");
    }

    async fn a_code_that_does_not_tell_whose_it_is_guards_nothing(app: TestApp) {
        // the part that binds it to the session; what follows names the account
        const BOUND: usize = 64;
        let mut alice = Person::signed_in(&app, "alice").await;
        let mut mallory = Person::signed_in(&app, "mallory").await;
        let code_of = |person: &Person<'_>, action: &str| {
            let form = person.filled(action, &[]);
            form.fields.into_iter().find(|(name, _)| name == "csrf").expect("a code").1
        };
        let others = code_of(mallory.open("/settings").await, "/settings/name");
        let form = alice.open("/settings").await.filled("/settings/name", &[("name", "Of the form")]);
        let own = code_of(&alice, "/settings/name");
        let with = |code: String| {
            let mut form = form.clone();
            form.fields.iter_mut().filter(|(name, _)| name == "csrf").for_each(|(_, value)| *value = code.clone());
            form
        };

        for code in [own[..BOUND].to_owned(), own[..own.len() - 4].to_owned(), format!("{}{}", &own[..BOUND], &others[BOUND..]), format!("{own}AAAA")] {
            assert_eq!(alice.post(&with(code.clone())).await.page.status, 403, "{code}");
        }
        alice.open("/settings").await.sees_no("Of the form");
        assert_eq!(alice.post(&with(own)).await.page.status, 303);
        // a visitor's names nobody, and holds nothing more
        let mut visitor = Person::new(&app);
        let mut form = visitor.open("/sign-in").await.filled("/sign-in", &[("email", "alice@example.com"), ("password", PASSWORD)]);
        let code = code_of(&visitor, "/sign-in");
        form.fields.iter_mut().filter(|(name, _)| name == "csrf").for_each(|(_, value)| value.push_str(&others[BOUND..]));
        assert_eq!((code.len(), visitor.post(&form).await.page.status), (BOUND, 403));
    }

    async fn an_open_console_does_not_outlive_a_disabling_or_a_role(app: TestApp) {
        let (alice, root) = (app.member("alice").await, app.member("root").await);
        let set_role = async |actor: &Actor<'_>, role| {
            let email = Email::parse(&actor.email).expect("an address");
            administration::set_role(&app.operator(), &email, role).await.expect("the role is set");
        };
        set_role(&root, Role::Admin).await;
        set_role(&alice, Role::Admin).await;
        let mut person = Person::new(&app);
        person.sign_in(&alice.email, &alice.password).await;
        let account = format!("/admin/accounts/{}", root.id);
        let form = person.open(&account).await.filled(&account, &[("role", "user")]);

        set_role(&alice, Role::Support).await;
        assert_eq!(person.post(&form).await.page.status, 403);
        let root = root.again().await;
        root.patch(&format!("/api/admin/users/{}", alice.id), json!({ "disabled": true })).await.expect(200);
        assert_eq!(person.post(&form).await.page.status, 401);
        assert!(person.open("/dashboard").await.path.starts_with("/sign-in"));
        assert_eq!(root.get("/api/auth/me").await.expect(200).json()["role"], "admin");
    }

    async fn a_challenge_opens_nothing_alone_and_a_recovery_code_works_once(app: TestApp) {
        let alice = app.member("alice").await;
        let mut person = Person::new(&app);
        person.sign_in(&alice.email, &alice.password).await;
        let (_, codes) = turn_on(&app, &mut person).await;
        let sign_in = [("email", "alice@example.com"), ("password", PASSWORD)];

        let mut person = Person::new(&app);
        person.open("/sign-in").await.submit("/sign-in", &sign_in).await;
        assert!(!person.cookies.contains_key("vault_session"), "the password alone lets nobody in");
        let fields = person.filled("/sign-in/code", &[]).fields;
        let challenge = fields.into_iter().find(|(name, _)| name == "challenge").expect("a challenge").1;
        person.cookies.insert("vault_session".into(), challenge.clone());
        assert!(person.open("/dashboard").await.path.starts_with("/sign-in"));
        Actor { token: challenge, ..alice.at(&app) }.get("/api/auth/me").await.expect(401);

        for (expected, is_in) in [(303, true), (403, false)] {
            let mut person = Person::new(&app);
            person.open("/sign-in").await.submit("/sign-in", &sign_in).await;
            let form = person.filled("/sign-in/code", &[("code", &codes[0])]);
            person.post(&form).await;
            assert_eq!((person.page.status, person.cookies.contains_key("vault_session")), (expected, is_in));
        }
    }

    async fn what_a_stranger_names_is_text_in_every_frame(app: TestApp) {
        let alice = app.member("alice").await;
        let name = "\"><img src=x onerror=alert(1)>' hx-get=\"/x\" {{7*7}}";
        alice.patch("/api/auth/me", json!({ "name": name })).await.expect(200);
        let mut person = Person::new(&app);
        person.sign_in(&alice.email, &alice.password).await;

        // in the frame, in a refusal's frame, in the forms that ask and that were held up
        app.clock.advance(chrono::TimeDelta::minutes(20));
        person.open("/dashboard").await.sees(name);
        assert!(!person.page.text().contains("<img src=x"));
        person.open("/nowhere%22%3E%3Cimg+src=x%3E?x=%22%3E%3Cimg+src%3Dx%3E").await.sees(name);
        assert!(person.page.status == 404 && !person.page.text().contains("<img src=x"));
        person.open("/keys/export").await.submit("/keys/export", &[("environment", name)]).await.sees(name);
        assert!(!person.page.text().contains("<img src=x"), "{}", person.page.text());
        let form = person.open("/keys/new").await.filled("/keys/new", &[("name", name), ("note", name), ("\"><img src=x>", name)]);
        app.clock.advance(chrono::TimeDelta::minutes(31));
        person.post(&form).await;
        person.submit("/sign-in", &[("email", &alice.email), ("password", PASSWORD)]).await.sees("Go on where you were").sees(name);
        assert!(!person.page.text().contains("<img src=x"), "{}", person.page.text());
    }
}
