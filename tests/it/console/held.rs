//! Forms that were held up: they come along, go on in the account in which they were typed, show nothing unasked, and weigh no
//! more than they came with.

use chrono::TimeDelta;

use crate::support::Person;

const PASSWORD: &str = "une girafe en pyjama vert";

on_both! {
    async fn a_form_whose_session_ended_comes_along_and_goes_on_with_a_click(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let form = alice.open("/keys/new").await.filled("/keys/new", &[("name", "Kept <b>"), ("value", "typed with care")]);
        app.clock.advance(TimeDelta::minutes(31));

        alice.headers.push(("accept-encoding", "gzip".into()));
        alice.post(&form).await;
        assert_eq!(alice.page.status, 401);
        assert!(!alice.page.headers.contains_key("content-encoding"), "a value must not be compressed");
        alice.headers.pop();
        alice.sees("go on with what you had typed");
        alice.submit("/sign-in", &[("email", "alice@example.com"), ("password", "not this one at all")]).await;
        assert_eq!(alice.page.status, 401);
        alice.submit("/sign-in", &[("email", "alice@example.com"), ("password", PASSWORD)]).await;
        alice.sees("Go on where you were").sees("Signed in as").sees("Kept <b>").sees("/keys/new");
        assert!(!alice.page.text().contains("<dd>typed with care"), "a value is shown unasked");
        assert_eq!(app.sql("select count(*) from auth.api_keys").await, "0", "nothing is done without a click");

        alice.submit("/keys/new", &[]).await.sees("The key is stored.");
        assert_eq!(app.sql("select count(*) from auth.api_keys").await, "1");
    }

    async fn a_form_goes_on_in_the_account_in_which_it_was_typed_and_in_no_other(app: TestApp) {
        app.member("mallory").await;
        let mut alice = Person::signed_in(&app, "alice").await;
        let form = alice.open("/keys/new").await.filled("/keys/new", &[("name", "Of Alice"), ("value", "typed with care")]);
        let kept = alice.cookies.clone();

        // the session ended, and somebody else signs in at the same browser
        app.clock.advance(TimeDelta::minutes(31));
        alice.post(&form).await;
        alice.submit("/sign-in", &[("email", "mallory@example.com"), ("password", PASSWORD)]).await;
        assert_eq!(alice.page.status, 403);
        alice.sees("Not sent").sees("signed in as mallory").sees_no("Of Alice").sees_no("typed with care");

        // or signed in in another window meanwhile
        alice.headers.push(("sec-fetch-site", "same-origin".into()));
        alice.post(&form).await;
        assert_eq!(alice.page.status, 403);
        alice.sees("Not sent").sees_no("Of Alice");

        // nor does a form go on that comes with no code of ours, or with that of a visitor
        let visitor = Person::new(&app).open("/sign-in").await.filled("/sign-in", &[]).fields[0].1.clone();
        for code in ["", "x", &visitor] {
            let mut forged = form.clone();
            forged.fields.iter_mut().filter(|(name, _)| name == "csrf").for_each(|(_, value)| *value = code.into());
            alice.post(&forged).await.sees("Not sent");
            assert_eq!(alice.page.status, 403);
        }
        assert_eq!(app.sql("select count(*) from auth.api_keys").await, "0");

        // in a newer sign-in of the account itself it does
        alice.cookies = kept;
        alice.sign_in("alice@example.com", PASSWORD).await;
        alice.post(&form).await;
        alice.sees("Go on where you were").sees("Of Alice");
        alice.submit("/keys/new", &[]).await;
        assert_eq!((alice.page.status, app.sql("select count(*) from auth.api_keys").await.as_str()), (200, "1"));
    }

    async fn a_form_of_a_deleted_account_does_not_go_on_in_a_new_one_with_its_address(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let form = alice.open("/keys/new").await.filled("/keys/new", &[("name", "Of the first"), ("value", "typed with care")]);
        let mut elsewhere = Person::new(&app);
        elsewhere.sign_in("alice@example.com", PASSWORD).await;
        elsewhere.open("/settings/delete").await;
        elsewhere.submit("/settings/delete", &[("confirmation", "alice@example.com"), ("password", PASSWORD)]).await.sees("Farewell");
        app.member("alice").await;

        alice.post(&form).await;
        assert_eq!(alice.page.status, 401, "the session went with the account");
        alice.submit("/sign-in", &[("email", "alice@example.com"), ("password", PASSWORD)]).await;

        assert_eq!(alice.page.status, 403);
        alice.sees("Not sent").sees_no("Of the first");
    }

    async fn secrets_of_a_provider_are_not_shown_unasked(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let fields = [("name", "Base"), ("value", "typed with care"), ("provider", "supabase"), ("provider_config.service_role_key", "clear-marker-service-role")];
        let form = alice.open("/keys/new").await.filled("/keys/new", &fields);
        app.clock.advance(TimeDelta::minutes(31));

        alice.post(&form).await;
        alice.submit("/sign-in", &[("email", "alice@example.com"), ("password", PASSWORD)]).await;

        alice.sees("Go on where you were").sees("<dt>provider_config.service_role_key</dt><dd>••••••••</dd>");
    }

    async fn a_form_that_weighs_more_than_it_came_with_is_refused(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        alice.headers.push(("sec-fetch-site", "same-origin".into()));
        for path in ["/keys/new", "/keys/import", "/sign-out"] {
            alice.send("POST", path, Some("a&".repeat(20_000))).await;
            assert_eq!(alice.page.status, 400, "{path}");
            assert!(alice.page.body.len() < 20_000);
        }
        // a file without our code is not carried through a page
        alice.send("POST", "/keys/import", Some(format!("text={}", "x".repeat(200_000)))).await;
        assert_eq!(alice.page.status, 403);
        assert!(alice.page.body.len() < 20_000);

        // nor what would not come back: escaped once more it is too large for the sign-in
        let mut form = alice.open("/keys/new").await.filled("/keys/new", &[("name", "a"), ("value", &"é".repeat(9_000))]);
        app.clock.advance(TimeDelta::minutes(31));
        alice.post(&form).await;
        assert_eq!((alice.page.status, alice.page.header("location").starts_with("/sign-in?")), (303, true));
        // what does comes back whole, and a form within a form is counted too
        form.fields.iter_mut().filter(|(name, _)| name == "value").for_each(|(_, value)| *value = "é".repeat(4_000));
        alice.post(&form).await;
        assert_eq!(alice.page.status, 401);
        let mut sign_in = alice.filled("/sign-in", &[("email", "alice@example.com"), ("password", PASSWORD)]);
        alice.post(&sign_in).await.sees("Go on where you were").sees(&"é".repeat(4_000));
        sign_in.fields.iter_mut().filter(|(name, _)| name == "resume_form").for_each(|(_, value)| *value = "a&".repeat(2_000));
        alice.cookies.remove("vault_session");
        alice.post(&sign_in).await;
        assert_eq!(alice.page.status, 400);
        assert!(alice.page.body.len() < 20_000);
    }
}
