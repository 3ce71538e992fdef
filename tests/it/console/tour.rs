//! The whole way in a real browser, in both languages, on a phone, a tablet and a desk: sign up, keep a value, show it, copy it
//! unseen, rotate it, pay, sign out. And the same without any script. What the pages say is looked up in the catalogue.

use serde_json::json;
use vault_api::core::{
    language::Language,
    texts::{
        billing::back,
        console::{FrameTexts, KeyTexts, Notice},
        simulated_stripe::checkout,
    },
};

use crate::support::{Browser, DESK, Engine, PHONE, TABLET, Vault};

const PASSWORD: &str = "une girafe en pyjama vert";
const VALUE: &str = "sk-proj-Zk3vQ9xT1mB7nR5cL2wYpH8sD4gJ6fA0";
const NEXT: &str = "sk-proj-Qm7Lp2Xv9Rt4Wz8Kc1Nb5Hs3Gd6Jf0Ay";

/// Somebody on the way.
struct Camille<'a> {
    browser: &'a Browser,
    language: Language,
    email: String,
}

impl Camille<'_> {
    fn signs_up(&self) {
        self.browser.goto("/");
        self.browser.click(".hero .btn.primary");
        self.browser.fill("#f-name", "Camille");
        self.browser.fill("#f-email", &self.email);
        self.browser.fill("#f-password", PASSWORD);
        self.browser.click("main form button[type=submit]");
        self.browser.wait("the dashboard", || self.browser.path().starts_with("/dashboard"));
        self.browser.sees(Notice::Registered.text(self.language));
    }

    /// Keeps a value; the path of its key.
    fn keeps(&self) -> String {
        self.browser.goto("/keys/new");
        self.browser.fill("#f-name", "Facturation");
        self.browser.fill("#f-value", VALUE);
        self.browser.click("main form button.primary");
        self.browser.sees(Notice::KeyStored.text(self.language));
        assert_eq!(self.browser.text("h1"), "Facturation");
        assert!(!self.browser.source().contains(VALUE), "what was pasted is shown unasked");
        let path = self.browser.path();
        path.split('?').next().unwrap_or_default().to_owned()
    }

    fn shows(&self) {
        self.browser.click("#reveal button:not([data-copy-form])");
        self.browser
            .wait("the value", || self.browser.has("#shown-value") && self.browser.text("#shown-value") == VALUE);
    }

    fn rotates(&self, key: &str) {
        self.browser.goto(&format!("{key}/rotate"));
        self.browser.fill("#f-value", NEXT);
        self.browser.click("main form button.primary");
        self.browser.sees(Notice::ValueStored.text(self.language));
        assert!(!self.browser.source().contains(NEXT), "what was pasted is shown unasked");
    }

    fn pays(&self) {
        self.browser.goto("/billing");
        self.browser.click("form[action$='/billing/checkout'] button");
        self.browser.wait("Stripe's page", || self.browser.path().starts_with("/simulated-stripe/checkout/"));
        self.browser.sees(checkout(self.language).title);
        self.browser.click("button[value=pay]");
        self.browser.wait("the way back", || self.browser.path().starts_with("/billing/success"));
        self.browser.sees(back(self.language).pro);
        self.browser.click("main .btn.primary");
        self.browser
            .wait("the plan", || self.browser.path() == "/billing" && self.browser.text("main").contains("PRO"));
    }

    fn signs_out(&self) {
        // folded away where the window is narrow
        if self.browser.shows(".menu > summary") {
            self.browser.click(".menu > summary");
        }
        self.browser.click(".side .foot form button");
        self.browser.sees(Notice::SignedOut.text(self.language));
        self.browser.goto("/keys");
        self.browser.wait("the sign-in", || self.browser.path().starts_with("/sign-in"));
    }
}

/// In this language, on a phone, a tablet and a desk.
fn in_all_sizes(browser: &mut Browser, tag: &str, walk: impl Fn(&Camille<'_>)) {
    let language = Language::from_tag(tag).expect("a language");
    for size in [PHONE, TABLET, DESK] {
        browser.resize(size);
        walk(&Camille { browser, language, email: format!("camille-{}@example.com", size.0) });
        browser.is_quiet(&[]);
    }
}

fn with_scripts(vault: &Vault, tag: &str) {
    let server = vault.start_with(&["--stripe=simulated"]);
    let mut browser = Browser::open(&format!("http://{}", server.address), tag);
    browser.may_use_the_clipboard();
    in_all_sizes(&mut browser, tag, |camille| {
        let browser = camille.browser;
        camille.signs_up();
        assert_eq!(browser.run("return document.documentElement.lang"), json!(tag));
        let key = camille.keeps();

        // shown for half a minute
        camille.shows();
        browser.run("const real = Date.now; Date.now = () => real() + 31_000;");
        browser.wait("the mask", || !browser.source().contains(VALUE) && browser.has("#reveal"));

        // copied without being shown, into what is copied anew
        browser.run_until_done("navigator.clipboard.writeText('').then(arguments[arguments.length - 1]);");
        browser.click("#reveal [data-copy-form]");
        browser.sees(FrameTexts::of(camille.language).copied);
        let copied = browser.run_until_done("const done = arguments[arguments.length - 1]; navigator.clipboard.readText().then(done, (error) => done(String(error)));");
        assert_eq!(copied, json!(VALUE));
        assert!(!browser.source().contains(VALUE), "copying showed it");

        camille.rotates(&key);
        camille.pays();
        camille.signs_out();

        // nothing of it is left in the browser
        browser.run("history.back()");
        browser.wait("a page", || browser.run("return document.readyState") == json!("complete"));
        assert!(!browser.source().contains(VALUE) && !browser.source().contains(NEXT));
    });
}

fn without_scripts(vault: &Vault, tag: &str) {
    let server = vault.start_with(&["--stripe=simulated"]);
    let mut browser = Browser::open_without_script(&format!("http://{}", server.address), tag);
    in_all_sizes(&mut browser, tag, |camille| {
        camille.signs_up();
        let key = camille.keeps();
        camille.shows();
        let seen = camille.browser.text("main");
        let t = KeyTexts::of(camille.language);
        for part in [t.hidden_in, t.hide, FrameTexts::of(camille.language).copy] {
            assert!(!seen.contains(part), "“{part}” needs a script:\n{seen}");
        }
        camille.rotates(&key);
        camille.pays();
        camille.signs_out();
    });
}

on_each_database! {
    fn a_person_signs_up_keeps_shows_copies_rotates_pays_and_signs_out_in_english(vault: Vault) {
        with_scripts(&vault, "en");
    }

    fn a_person_signs_up_keeps_shows_copies_rotates_pays_and_signs_out_in_french(vault: Vault) {
        with_scripts(&vault, "fr");
    }

    fn it_all_goes_without_any_script_in_french(vault: Vault) {
        without_scripts(&vault, "fr");
    }
}

#[test]
fn it_all_goes_without_any_script_in_english() {
    without_scripts(&Vault::new(Engine::Sqlite), "en");
}
