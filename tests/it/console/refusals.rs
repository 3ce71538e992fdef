//! Refusals as pages: what a browser is shown, in whose frame, and how long to wait.

use chrono::TimeDelta;

use crate::support::Person;

const PASSWORD: &str = "une girafe en pyjama vert";

on_both! {
    async fn who_has_to_wait_is_told_how_long(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        for _ in 0..6 {
            alice.open("/security").await;
            let fields = [("current_password", "not this one at all"), ("new_password", "trois loutres et un parapluie")];
            alice.submit("/security/password", &fields).await;
        }

        assert_eq!(alice.page.status, 429);
        alice.sees("then try again").sees_no("Retry-After");
        assert!(alice.page.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{:?}", alice.page.headers);
    }

    async fn a_confirmation_that_has_to_wait_is_no_wrong_one(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        app.clock.advance(TimeDelta::minutes(20));
        alice.open("/keys/export").await.submit("/keys/export", &[]).await.sees("Confirm that it is you");

        let mut statuses = Vec::new();
        for _ in 0..6 {
            alice.submit("/keys/export", &[("confirm_password", "not this one at all")]).await;
            statuses.push(alice.page.status);
        }

        assert_eq!((statuses[0], statuses[5]), (403, 429), "{statuses:?}");
        alice.sees("then try again");
        assert!(alice.page.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{:?}", alice.page.headers);
        app.clock.advance(TimeDelta::days(1));
        alice.sign_in("alice@example.com", PASSWORD).await;
        assert_eq!(alice.path, "/dashboard");
    }

    async fn a_page_that_is_not_there_is_a_page_for_a_browser_and_a_problem_for_a_program(app: TestApp) {
        let mut person = Person::new(&app);

        person.open("/nowhere").await;
        assert_eq!((person.page.status, person.page.header("content-type")), (404, "text/html; charset=utf-8"));
        person.sees("<h1>").sees(person.page.header("x-request-id"));

        let browser = [("accept", "text/html")];
        for path in ["/nowhere", "/assets/console/x", "/assets/console/app.css/x", "/assets/", "/keys/nonsense/x"] {
            app.call("GET", path, None).await.expect_problem(404, "not_found");
            let page = app.call_with("GET", path, None, &browser).await.expect(404);
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{path}");
            assert_eq!(page.header("cache-control"), "no-store");
            assert!(page.headers.get("set-cookie").is_none(), "{path}");
        }
        for path in ["/api/nowhere", "/api/keys/nonsense/x"] {
            app.call_with("GET", path, None, &browser).await.expect_problem(404, "not_found");
        }
        // what is only sent is a page as well, with the methods that are there
        let page = app.call_with("GET", "/sign-out", None, &browser).await.expect(405);
        assert_eq!((page.header("content-type"), page.header("allow")), ("text/html; charset=utf-8", "POST"));
        app.call("GET", "/sign-out", None).await.expect_problem(405, "method_not_allowed");
        app.call_with("GET", "/api/auth/login", None, &browser).await.expect_problem(405, "method_not_allowed");
    }

    async fn a_refusal_stands_in_the_frame_of_who_asks(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let nobody = "/keys/00000000-0000-7000-8000-000000000000";

        for path in ["/nowhere", "/assets/console/x", "/keys/nonsense", nobody, "/sign-out"] {
            alice.open(path).await.sees("alice@example.com").sees("Sign out").sees("href=\"/keys\"").sees("href=\"/dashboard\"");
            assert!(matches!(alice.page.status, 404 | 405), "{path}");
            alice.sees_no("href=\"/sign-in\"");
            assert_eq!(alice.page.header("referrer-policy"), "same-origin", "its form says where it comes from");
        }
        alice.open(&format!("{nobody}?lang=fr")).await.sees("<html lang=\"fr\"").sees(&format!("href=\"{nobody}?lang=en\""));
        // also where it is refused before anybody looked who asks
        alice.headers.push(("sec-fetch-site", "cross-site".into()));
        alice.send("POST", "/sign-out", Some("a=b".into())).await;
        assert_eq!(alice.page.status, 403);
        alice.sees("alice@example.com").sees_no("/sign-out?lang=");
        alice.headers.pop();

        // the form in it is one of ours
        let cookies = alice.cookies.clone();
        alice.open("/nowhere").await.submit("/sign-out", &[]).await;
        assert!(alice.path.starts_with("/sign-in?notice=signed-out"), "{}", alice.path);

        // nobody's frame for a visitor, for a session that ended, and for a cookie that somebody wrote
        let forged = [("vault_session".to_owned(), "forged".to_owned())].into();
        for cookies in [std::collections::BTreeMap::new(), cookies, forged] {
            let mut visitor = Person { cookies, ..Person::new(&app) };
            visitor.open("/nowhere").await.sees("href=\"/sign-in\"").sees_no("Sign out").sees_no("alice");
            assert!(!visitor.cookies.contains_key("vault_session"));
        }
    }
}
