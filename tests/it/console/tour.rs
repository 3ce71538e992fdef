//! The whole way in a real browser, in French, on a phone: sign up, keep a value, show it, copy it, rotate it, pay, sign out.
//! And the same without any script.

use serde_json::json;

use crate::support::{Browser, Engine, PHONE, Vault};

const EMAIL: &str = "camille@example.com";
const PASSWORD: &str = "une girafe en pyjama vert";
const VALUE: &str = "sk-proj-Zk3vQ9xT1mB7nR5cL2wYpH8sD4gJ6fA0";
const NEXT: &str = "sk-proj-Qm7Lp2Xv9Rt4Wz8Kc1Nb5Hs3Gd6Jf0Ay";

fn signs_up(browser: &Browser) {
    browser.goto("/");
    browser.click(".hero .btn.primary");
    browser.fill("#f-name", "Camille");
    browser.fill("#f-email", EMAIL);
    browser.fill("#f-password", PASSWORD);
    browser.click("main form button[type=submit]");
    browser.sees("Votre compte est prêt");
    browser.fill("#f-email", EMAIL);
    browser.fill("#f-password", PASSWORD);
    browser.click("main form button[type=submit]");
    browser.wait("the dashboard", || browser.path().starts_with("/dashboard"));
}

/// Keeps a value; the path of its key.
fn keeps(browser: &Browser) -> String {
    browser.goto("/keys/new");
    browser.fill("#f-name", "Facturation");
    browser.fill("#f-value", VALUE);
    browser.click("main form button.primary");
    browser.sees("Votre clé est prête");
    assert!(!browser.source().contains(VALUE), "what was pasted is shown unasked");
    browser.click("main a.btn.primary");
    browser.wait("the key's page", || browser.text("h1") == "Facturation");
    assert!(!browser.source().contains(VALUE), "the key's page holds the value");
    browser.path().trim_end_matches('?').to_owned()
}

fn rotates(browser: &Browser, key: &str) {
    browser.goto(&format!("{key}/rotate"));
    browser.fill("#f-value", NEXT);
    browser.click("main form button.primary");
    browser.sees("La nouvelle valeur");
    assert!(!browser.source().contains(NEXT), "what was pasted is shown unasked");
}

fn pays(browser: &Browser) {
    browser.goto("/billing");
    browser.click("form[action$='/billing/checkout'] button");
    browser.wait("Stripe's page", || browser.path().starts_with("/simulated-stripe/checkout/"));
    browser.sees("aucun argent");
    browser.click("button[value=pay]");
    browser.wait("the way back", || browser.path().starts_with("/billing/success"));
    browser.sees("Vous êtes en PRO");
    browser.click("main .btn.primary");
    browser.wait("the plan", || browser.path() == "/billing" && browser.text("main").contains("PRO"));
}

fn signs_out(browser: &Browser) {
    browser.click(".menu > summary");
    browser.click(".side .foot form button");
    browser.sees("Vous êtes déconnecté");
    browser.goto("/keys");
    browser.wait("the sign-in", || browser.path().starts_with("/sign-in"));
}

on_each_database! {
    fn a_person_signs_up_keeps_shows_copies_rotates_pays_and_signs_out(vault: Vault) {
        let server = vault.start_with(&["--stripe=simulated"]);
        let base = format!("http://{}", server.address);
        let mut browser = Browser::open(&base, "fr");
        browser.resize(PHONE);
        browser.may_use_the_clipboard();

        signs_up(&browser);
        let key = keeps(&browser);

        // shown for half a minute
        browser.click("#reveal button:not([data-copy-form])");
        browser.wait("the value", || browser.has("#shown-value") && browser.text("#shown-value") == VALUE);
        browser.run("const real = Date.now; Date.now = () => real() + 31_000;");
        browser.wait("the mask", || !browser.source().contains(VALUE) && browser.has("#reveal"));

        // copied without being shown
        browser.click("#reveal [data-copy-form]");
        browser.sees("Copié");
        let copied = browser.run_until_done("const done = arguments[arguments.length - 1]; navigator.clipboard.readText().then(done, (error) => done(String(error)));");
        assert_eq!(copied, json!(VALUE));
        assert!(!browser.source().contains(VALUE), "copying showed it");

        rotates(&browser, &key);
        pays(&browser);
        signs_out(&browser);

        // nothing of it is left in the browser
        browser.run("history.back()");
        browser.wait("a page", || browser.run("return document.readyState") == json!("complete"));
        assert!(!browser.source().contains(VALUE) && !browser.source().contains(NEXT));
        browser.is_quiet(&[]);
    }
}

#[test]
fn it_all_goes_without_any_script() {
    let vault = Vault::new(Engine::Sqlite);
    let server = vault.start_with(&["--stripe=simulated"]);
    let browser = Browser::open_without_script(&format!("http://{}", server.address), "fr");
    browser.resize(PHONE);

    signs_up(&browser);
    let key = keeps(&browser);
    browser.click("#reveal button:not([data-copy-form])");
    browser.wait("the value", || browser.has("#shown-value") && browser.text("#shown-value") == VALUE);
    let seen = browser.text("main");
    for part in ["Masquée à nouveau", "Masquer", "Copier"] {
        assert!(!seen.contains(part), "“{part}” needs a script:\n{seen}");
    }
    rotates(&browser, &key);
    pays(&browser);
    signs_out(&browser);
}
