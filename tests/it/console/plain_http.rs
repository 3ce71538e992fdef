//! A vault over plain HTTP under a name of its own, as in a network at home: browsers do not trust such an address, so cookies are
//! not `Secure`, no `Sec-Fetch-Site` tells where a form comes from, and there is no clipboard.

use serde_json::json;
use vault_api::core::{language::Language, texts::console::FrameTexts};

use crate::support::{Browser, Engine, Vault, register};

const NAME: &str = "vault.test";

#[test]
fn somebody_signs_in_and_sends_forms_and_nobody_sends_them_from_elsewhere() {
    let vault = Vault::new(Engine::Sqlite);
    let server = vault.start();
    let alice = register(&server, "alice");
    let base = format!("http://{NAME}:{}", server.address.port());
    let mut browser = Browser::open_knowing(&[NAME], &base, "en");

    browser.goto("/sign-in");
    assert_eq!(browser.run("return isSecureContext"), json!(false), "the browser trusts {base}");
    browser.fill("#f-email", &alice.email);
    browser.fill("#f-password", &alice.password);
    browser.click("main form button[type=submit]");
    browser.wait("the dashboard", || browser.path().starts_with("/dashboard"));
    let cookies = browser.command("Network.getCookies", json!({}));
    let session = cookies["cookies"].as_array().expect("cookies").iter().find(|one| one["name"] == "vault_session");
    let session = session.expect("the session's cookie");
    assert_eq!((&session["secure"], &session["httpOnly"]), (&json!(false), &json!(true)), "{session}");

    browser.goto("/keys/new");
    browser.fill("#f-name", "Router");
    browser.fill("#f-value", "its value, kept at home");
    browser.click("main form button.primary");
    browser.wait("the key's page", || browser.text("h1") == "Router");
    browser.click("#reveal button:not([data-copy-form])");
    browser
        .wait("the value", || browser.has("#shown-value") && browser.text("#shown-value") == "its value, kept at home");
    browser.click("[data-copy='#shown-value']");
    browser.sees(FrameTexts::of(Language::English).copy_failed);
    // a header that browsers take from addresses alone that they trust
    browser.is_quiet(&["Cross-Origin-Opener-Policy header has been ignored"]);

    let foreign = format!("data:text/html,<form method=post action={base}/sign-out></form>");
    browser.command("Page.navigate", json!({ "url": foreign }));
    browser.wait("the foreign page", || browser.has("form[action$='/sign-out']"));
    browser.run("document.forms[0].submit()");
    browser.wait("the answer", || browser.path() == "/sign-out" && browser.has("h1"));
    assert_eq!(browser.status(), 403);
    browser.goto("/keys");
    assert_eq!(browser.path(), "/keys", "a form from elsewhere signed her out");

    browser.click(".side .foot form button");
    browser.wait("the way out", || browser.path().starts_with("/sign-in"));
    browser.goto("/keys");
    browser.wait("the sign-in", || browser.path().starts_with("/sign-in?next="));
}
