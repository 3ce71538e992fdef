//! Signing up, in and out, and what a form of the console is bound to.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{Actor, PageForm, Person};

const PASSWORD: &str = "une girafe en pyjama vert";

on_both! {
    async fn somebody_registers_is_in_at_once_and_signs_out_and_in(app: TestApp) {
        let mut alice = Person::new(&app);
        let fields = [("name", "Alice"), ("email", "alice@example.com"), ("password", PASSWORD)];

        alice.open("/sign-up").await.submit("/sign-up", &fields).await;
        assert_eq!(alice.path, "/dashboard?notice=registered");
        alice.sees("Your account is ready").sees("Hello Alice");
        let cookie = alice.cookies["vault_session"].clone();

        let form = alice.filled("/sign-out", &[]);
        alice.post(&form).await;
        assert_eq!(alice.page.header("clear-site-data"), "\"cache\", \"storage\"");
        assert!(!alice.cookies.contains_key("vault_session"));
        // the session itself has ended: the cookie that somebody may have copied opens nothing
        alice.cookies.insert("vault_session".into(), cookie);
        alice.open("/dashboard").await;
        assert!(alice.path.starts_with("/sign-in?next=%2Fdashboard"), "{}", alice.path);
        alice.submit("/sign-in", &[("email", "alice@example.com"), ("password", PASSWORD)]).await;
        assert_eq!(alice.path, "/dashboard");
    }

    async fn a_wrong_password_keeps_the_address_and_not_the_password(app: TestApp) {
        app.member("alice").await;
        let mut alice = Person::new(&app);

        let fields = [("email", "alice@example.com"), ("password", "trois loutres <et> un parapluie")];
        alice.open("/sign-in").await.submit("/sign-in", &fields).await;

        assert_eq!(alice.page.status, 401);
        assert!(alice.page.text().contains("value=\"alice@example.com\""));
        alice.sees_no("loutres");
    }

    async fn a_forgotten_password_is_no_dead_end(app: TestApp) {
        app.member("alice").await;
        let mut alice = Person::new(&app).in_french();

        alice.open("/forgot-password").await.submit("/forgot-password", &[("email", "alice@example.com")]).await;
        alice.sees("<strong>alice@example.com</strong>").sees("Regardez parmi les indésirables").sees("Retour à la connexion");
        app.wait_for_mails("alice@example.com", 1).await;
        alice.submit("/forgot-password", &[("act", "again")]).await.sees("Demande renouvelée").sees("<strong>alice@example.com</strong>");
        app.wait_for_mails("alice@example.com", 2).await;

        alice.submit("/forgot-password", &[("act", "mend")]).await.sees("value=\"alice@example.com\"").sees("Envoyer le lien");
        app.settle_mails().await;
        assert_eq!(app.mails.to("alice@example.com").len(), 2);
    }

    async fn a_code_that_nobody_waits_with_stays_to_be_mended(app: TestApp) {
        let begun = app.call("POST", "/api/auth/device", None).await.expect(200).json();
        let code = begun["user_code"].as_str().unwrap();
        let mut alice = Person::new(&app);

        let wrong = "BBBB-BBBB<";
        alice.open("/device").await.open("/device?code=BBBB-BBBB%3C").await;
        assert_eq!(alice.page.status, 400);
        let form = alice.filled("/device", &[]);
        assert!(form.fields.iter().any(|(name, value)| name == "code" && value == wrong), "{form:?}");
        alice.open("/device?lang=fr&code=BBBB-BBBB").await.sees("value=\"BBBB-BBBB\"").sees("href=\"/device?code=BBBB-BBBB&lang=en\"");

        alice.open(&format!("/device?code={code}")).await.sees(code);
    }

    async fn faults_of_a_registration_stand_at_their_fields_in_french(app: TestApp) {
        app.member("alice").await;
        let mut person = Person::new(&app).in_french();

        let fields = [("name", "<b>A</b>"), ("email", "nobody"), ("password", "court")];
        person.open("/sign-up").await.submit("/sign-up", &fields).await;

        assert_eq!(person.page.status, 422);
        person.sees("une adresse, comme alice@example.com").sees("lang=\"fr\"");
        assert_eq!(person.page.text().matches("aria-invalid=\"true\"").count(), 2);
        assert!(person.page.text().contains("&#60;b&#62;A&#60;/b&#62;"), "{}", person.page.text());

        let taken = [("name", ""), ("email", "alice@example.com"), ("password", PASSWORD)];
        person.open("/sign-up").await.submit("/sign-up", &taken).await;
        assert_eq!(person.page.status, 409);
        person.sees("id=\"e-email\"");
    }

    async fn no_form_counts_without_its_code_or_from_elsewhere(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let mut mallory = Person::signed_in(&app, "mallory").await;
        let form = alice.open("/").await.open("/dashboard").await.filled("/sign-out", &[]);

        let mut forged = form.clone();
        forged.fields.retain(|(name, _)| name != "csrf");
        assert_eq!(alice.post(&forged).await.page.status, 403, "without a code");
        forged.fields.push(("csrf".into(), mallory.open("/dashboard").await.filled("/sign-out", &[]).fields[0].1.clone()));
        assert_eq!(alice.post(&forged).await.page.status, 403, "with somebody else's code");
        for (name, value) in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example"), ("origin", "null")] {
            alice.headers.push((name, value.into()));
            assert_eq!(alice.post(&form).await.page.status, 403, "{name}: {value}");
            alice.headers.pop();
        }
        assert_eq!(alice.open("/dashboard").await.page.status, 200, "nothing of that signed her out");

        alice.headers.push(("sec-fetch-site", "same-origin".into()));
        assert_eq!(alice.post(&form).await.page.status, 303);
    }

    async fn a_sign_in_without_cookies_says_what_to_do(app: TestApp) {
        app.member("alice").await;
        let mut alice = Person::new(&app);
        let form = alice.open("/sign-in").await.filled("/sign-in", &[("email", "alice@example.com"), ("password", PASSWORD)]);
        alice.cookies.clear();

        alice.post(&form).await;

        assert_eq!(alice.page.status, 403);
        alice.sees("Allow cookies for this site");
        assert!(!alice.cookies.contains_key("vault_session"));
    }

    async fn a_session_ends_when_nobody_uses_it_and_after_half_a_day_in_any_case(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;

        app.clock.advance(TimeDelta::minutes(29));
        assert_eq!(alice.open("/dashboard").await.path, "/dashboard");
        app.clock.advance(TimeDelta::minutes(29));
        assert_eq!(alice.open("/dashboard").await.path, "/dashboard", "the cookie was renewed");
        let copied = alice.cookies.clone();
        app.clock.advance(TimeDelta::minutes(31));
        alice.open("/dashboard").await.sees("Your session ended");

        alice.cookies = copied;
        alice.sign_in("alice@example.com", PASSWORD).await;
        for _ in 0..24 {
            app.clock.advance(TimeDelta::minutes(29));
            assert_eq!(alice.open("/dashboard").await.path, "/dashboard");
        }
        app.clock.advance(TimeDelta::minutes(29));
        assert!(alice.open("/dashboard").await.path.starts_with("/sign-in"), "twelve hours are over");
    }

    async fn a_changed_password_ends_the_console_too(app: TestApp) {
        let alice = app.member("alice").await;
        let mut person = Person::new(&app);
        person.sign_in(&alice.email, &alice.password).await;

        let body = json!({ "current_password": PASSWORD, "new_password": "trois loutres et un parapluie" });
        alice.post("/api/auth/password", body).await.expect(204);

        assert!(person.open("/dashboard").await.path.starts_with("/sign-in"));
    }

    async fn a_sign_in_ends_the_one_whose_cookie_it_takes(app: TestApp) {
        let mut person = Person::signed_in(&app, "alice").await;
        app.member("bob").await;
        let former = person.cookies.clone();
        // the page was open in another window before
        let form = Person::new(&app).open("/sign-in").await.filled("/sign-in", &[]);
        person.send("GET", "/forgot-password", None).await;
        let code = person.filled("/forgot-password", &[]).fields[0].1.clone();
        let sign_in = |email: &str, password: &str| {
            let mut form = form.clone();
            form.fields = [("csrf", code.as_str()), ("email", email), ("password", password)].map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            form
        };

        person.post(&sign_in("bob@example.com", "not this one at all")).await;
        assert_eq!(person.page.status, 401);
        assert_eq!(person.open("/dashboard").await.path, "/dashboard", "a wrong password ends nothing");

        person.post(&sign_in("bob@example.com", PASSWORD)).await;
        person.open("/dashboard").await.sees("bob@example.com");
        let mut copied = Person::new(&app);
        copied.cookies = former;
        assert!(copied.open("/dashboard").await.path.starts_with("/sign-in"), "{}", copied.path);

        // a new account takes its place as well
        let former = person.cookies.clone();
        person.send("GET", "/forgot-password", None).await;
        let code = person.filled("/forgot-password", &[]).fields[0].1.clone();
        let fields = [("csrf", code.as_str()), ("name", ""), ("email", "carol@example.com"), ("password", PASSWORD)];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        person.post(&PageForm { action: "/sign-up".into(), method: "POST".into(), fields }).await;
        person.open("/dashboard").await.sees("carol@example.com");
        copied.cookies = former;
        assert!(copied.open("/dashboard").await.path.starts_with("/sign-in"), "{}", copied.path);
    }

    async fn a_form_that_is_refused_right_after_a_sign_in_stands_in_the_new_frame(app: TestApp) {
        let mut person = Person::signed_in(&app, "alice").await;
        let mut bob = Person::signed_in(&app, "bob").await;
        let own = bob.open("/keys/new").await.filled("/keys/new", &[]).fields;
        let own = &own.iter().find(|(name, _)| name == "csrf").unwrap().1;
        person.send("GET", "/forgot-password", None).await;
        let code = person.filled("/forgot-password", &[]).fields[0].1.clone();
        let held = "a=b&".repeat(1001);
        let fields = [("csrf", code.as_str()), ("email", "bob@example.com"), ("password", PASSWORD), ("resume_path", "/keys/new"), ("resume_form", &held), ("resume_code", own)];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();

        person.post(&PageForm { action: "/sign-in".into(), method: "POST".into(), fields }).await;

        assert_eq!(person.page.status, 400);
        person.sees("bob@example.com").sees_no("alice@example.com");
    }

    async fn no_address_leads_to_another_host(app: TestApp) {
        let mut person = Person::signed_in(&app, "alice").await;

        for path in ["/%5Cevil.example?lang=fr", "//evil.example?lang=fr", "/\\evil.example?lang=fr"] {
            person.send("GET", path, None).await;
            let next = person.page.headers.get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
            assert!(!next.starts_with("//") && !next.starts_with("/\\"), "{path} leads to {next}");
        }
    }

    async fn each_token_opens_its_own_door_alone(app: TestApp) {
        let alice = app.member("alice").await;
        let mut person = Person::new(&app);
        person.sign_in(&alice.email, &alice.password).await;
        let cookie = person.cookies["vault_session"].clone();

        Actor { token: cookie.clone(), ..alice.at(&app) }.get("/api/auth/me").await.expect_problem(401, "unauthenticated");
        app.call_with("GET", "/api/auth/me", None, &[("cookie", &format!("vault_session={cookie}"))]).await.expect(401);
        for forged in [alice.token.clone(), format!("{cookie}x"), String::new(), "x".repeat(5000)] {
            person.cookies.insert("vault_session".into(), forged);
            assert!(person.open("/dashboard").await.path.starts_with("/sign-in"));
        }
        // two cookies of one name: somebody else wrote one of them
        person.cookies.insert("vault_session".into(), format!("{cookie}; vault_session={cookie}"));
        assert!(person.open("/dashboard").await.path.starts_with("/sign-in"));
    }

    async fn no_address_leads_to_another_site_after_the_sign_in(app: TestApp) {
        app.member("alice").await;
        for next in ["//evil.example", "https://evil.example/", "/\\evil.example", "/%0d%0aSet-Cookie:x=1", "javascript:alert(1)"] {
            let mut alice = Person::new(&app);
            let address = format!("/sign-in?next={}", url::form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>());
            let form = alice.open(&address).await.filled("/sign-in", &[("email", "alice@example.com"), ("password", PASSWORD)]);
            alice.post(&form).await;

            let place = alice.page.header("location");
            assert!(place == "/dashboard" || place.starts_with("/%0d%0a"), "{next} led to {place}");
        }
        let mut alice = Person::new(&app);
        alice.open("/sign-in?next=%2Fpricing%3Fa%3D1").await;
        alice.submit("/sign-in", &[("email", "alice@example.com"), ("password", PASSWORD)]).await;
        assert_eq!(alice.path, "/pricing?a=1");
    }

    async fn who_has_no_account_yet_goes_on_to_the_page_after_making_one(app: TestApp) {
        let mut alice = Person::new(&app);
        let fields = [("name", "Alice"), ("email", "alice@example.com"), ("password", PASSWORD)];
        alice.open("/billing").await;
        assert_eq!(alice.path, "/sign-in?next=%2Fbilling");
        alice.sees("href=\"/sign-up?next=%2Fbilling\"");

        alice.open("/sign-up?next=%2Fbilling").await.sees("href=\"/sign-in?next=%2Fbilling\"");
        // a fault keeps it
        alice.submit("/sign-up", &[("email", "alice@example.com"), ("password", "court")]).await;
        assert_eq!(alice.page.status, 422);
        alice.submit("/sign-up", &fields).await;
        assert_eq!(alice.path, "/billing?notice=registered");
        assert_eq!(alice.open("/sign-up?next=%2Ftokens").await.path, "/tokens");

        for (number, next) in ["//evil.example", "https://evil.example/", "/\\evil.example"].into_iter().enumerate() {
            let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            let mut person = Person::new(&app);
            person.open(&format!("/sign-in?next={next}")).await.sees("href=\"/sign-up\"");
            let email = format!("person{number}@example.com");
            let form = person.open(&format!("/sign-up?next={next}")).await.sees("href=\"/sign-in\"").filled("/sign-up", &[("email", &email), ("password", PASSWORD)]);
            person.post(&form).await;
            assert_eq!(person.page.header("location"), "/dashboard?notice=registered", "{next}");
        }
    }

    async fn language_and_theme_are_chosen_before_the_sign_in_and_stay(app: TestApp) {
        let mut person = Person::new(&app);

        person.open("/sign-in?lang=fr&theme=dark").await.sees("Se connecter").sees("data-theme=\"dark\"");
        person.open("/pricing").await.sees("Tarifs").sees("data-theme=\"dark\"");
        person.open("/nowhere").await.sees("<html lang=\"fr\"").sees("data-theme=\"dark\"");
        person.open("/pricing?theme=auto&lang=en").await.sees("Pricing").sees_no("data-theme=");
        assert_eq!(person.page.header("content-language"), "en");
        // what was chosen is kept by the browser, and does not stay in the address
        assert_eq!(person.path, "/pricing");
        person.open("/sign-in?next=%2Fkeys%3Fq%3Da&lang=fr").await.sees("Se connecter");
        assert_eq!(person.path, "/sign-in?next=%2Fkeys%3Fq%3Da");
        assert_eq!(person.filled("/sign-in", &[]).fields.iter().find(|(name, _)| name == "next").unwrap().1, "/keys?q=a");
        // who keeps nothing gets what the address asks for
        let mut reader = Person::new(&app);
        reader.open("/pricing?lang=fr").await.sees("Tarifs");
        assert_eq!(reader.path, "/pricing?lang=fr");
    }

    async fn dates_are_written_as_the_browsers_region_does(app: TestApp) {
        let mut person = Person::new(&app);
        person.open("/sign-in").await.sees("data-dates=\"en-US\"");

        person.headers.retain(|(name, _)| *name != "accept-language");
        person.headers.push(("accept-language", "en-GB,en-US;q=0.9,en;q=0.8".into()));
        person.open("/sign-in").await.sees("data-dates=\"en-GB\"");
        person.open("/sign-in?lang=fr").await.sees("data-dates=\"fr\"");
    }
}

mod where_nobody_is_told_who_has_an_account {
    use super::*;

    on_both! {
        with [("ENUMERATION_PROTECTION", "true")];

        async fn a_known_and_an_unknown_address_register_to_the_same_answer(app: TestApp) {
            let known = json!({ "email": "alice@example.com", "password": PASSWORD });
            app.call("POST", "/api/auth/register", Some(known)).await.expect(202);
            let mut pages = Vec::new();
            for email in ["alice@example.com", "nobody@example.com"] {
                let mut person = Person::new(&app);
                let fields = [("name", ""), ("email", email), ("password", PASSWORD)];
                person.open("/sign-up").await.submit("/sign-up", &fields).await;
                let names: Vec<_> = person.cookies.keys().cloned().collect();
                // the page names the address that was given, and its form has a code of its own
                let code = person.filled("/sign-up/resend", &[]).fields[0].1.clone();
                let text = person.page.text().replace(email, "the address").replace(&code, "the code");
                pages.push((person.page.status, person.path.clone(), names, text));
            }

            assert_eq!(pages[0], pages[1]);
            assert!(pages[0].0 == 202 && pages[0].3.contains("A mail is on its way"), "{}", pages[0].3);
        }

        async fn a_mail_that_does_not_come_is_sent_again_or_its_address_mended(app: TestApp) {
            let mut alice = Person::new(&app);
            let fields = [("name", "Alice"), ("email", "alcie@example.com"), ("password", PASSWORD)];
            alice.open("/sign-up?next=%2Fbilling").await.submit("/sign-up", &fields).await;
            alice.sees("href=\"/sign-in?next=%2Fbilling\"").sees("data-instead=\"/sign-up?next=%2Fbilling\"");
            alice.sees("<strong>alcie@example.com</strong>").sees("Look in the spam folder").sees_no("girafe");
            app.settle_mails().await;
            assert_eq!(app.mails.verifications("alcie@example.com").len(), 1);

            alice.submit("/sign-up/resend", &[("act", "again")]).await.sees("Asked for once more").sees("<strong>alcie@example.com</strong>");
            alice.sees("data-instead=\"/sign-up?next=%2Fbilling\"");
            app.settle_mails().await;
            assert_eq!(app.mails.verifications("alcie@example.com").len(), 2);

            alice.submit("/sign-up/resend", &[("act", "mend")]).await;
            assert_eq!(alice.page.status, 200);
            let form = alice.filled("/sign-up", &[]);
            let value = |name: &str| form.fields.iter().find(|(found, _)| found == name).unwrap().1.clone();
            assert_eq!((value("name"), value("email"), value("password")), ("Alice".into(), "alcie@example.com".into(), String::new()));
            assert_eq!(value("next"), "/billing");
            assert_eq!(alice.open("/sign-up/resend").await.path, "/sign-up");
        }
    }
}

mod over_https {
    use super::*;

    on_both! {
        with [("WEB_BASE_URL", "https://vault.example.com/keys-of-ours")];

        async fn cookies_are_held_to_this_host_and_to_https(app: TestApp) {
            app.member("alice").await;
            let mut alice = Person::new(&app);
            let form = alice.open("/sign-in").await;
            let visitor = form.page.header("set-cookie").to_owned();
            assert!(visitor.starts_with("__Host-vault_visitor=") && visitor.contains("; Secure"), "{visitor}");

            // a proxy takes the path off before it comes here
            let mut form = alice.filled("/keys-of-ours/sign-in", &[("email", "alice@example.com"), ("password", PASSWORD)]);
            form.action = "/sign-in".into();
            alice.post(&form).await;

            assert_eq!(alice.page.header("location"), "/keys-of-ours/dashboard");
            let lines: Vec<_> = alice.page.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
            let session = lines.iter().find(|line| line.starts_with("__Host-vault_session=")).expect("the session's cookie");
            for word in ["; Path=/;", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
                assert!(session.contains(word), "{word} in {session}");
            }
            assert!(!session.contains("Domain") && !session.contains("Max-Age"));
        }
    }
}
