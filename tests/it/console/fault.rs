//! What a page says when the fault is ours: no more than the request's name, by which the log knows all of it.

use crate::support::{Person, TestApp};

/// Takes the keys' table away behind the program's back, or brings it again.
async fn rename(app: &TestApp, from: &str, to: &str) {
    app.sql(&format!("alter table auth.{from} rename to {to}")).await;
}

on_both! {
    async fn a_fault_of_ours_is_a_page_that_names_the_request_and_tells_nothing_else(app: TestApp) {
        let mut alice = Person::signed_in(&app, "alice").await;
        let form = alice.open("/keys/new").await.filled("/keys/new", &[("name", "Payments"), ("value", "typed with care")]);
        rename(&app, "api_keys", "away").await;

        for (language, title) in [("en", "<html lang=\"en\""), ("fr", "<html lang=\"fr\"")] {
            alice.open(&format!("/pricing?lang={language}")).await;
            alice.open("/keys").await.sees(title).sees("<h1>").sees("role=\"alert\"");
            assert_eq!((alice.page.status, alice.page.header("content-type")), (500, "text/html; charset=utf-8"));
            alice.sees(alice.page.header("x-request-id")).sees_no("api_keys").sees_no("select ").sees_no("such table").sees_no("does not exist");
        }
        alice.post(&form).await;
        assert_eq!(alice.page.status, 500);
        alice.sees_no("typed with care");

        // a part for htmx goes among the notices
        alice.headers.push(("hx-request", "true".into()));
        alice.send("GET", "/keys", None).await;
        assert_eq!((alice.page.status, alice.page.header("hx-retarget"), alice.page.header("hx-reswap")), (500, "#messages", "beforeend"));
        alice.sees("fault-toast").sees_no("<html");
        alice.headers.pop();

        rename(&app, "away", "api_keys").await;
        assert_eq!(alice.open("/keys").await.page.status, 200);
    }
}
