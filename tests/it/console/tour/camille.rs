//! Somebody who goes the whole way, whatever the browser is.

use serde_json::json;
use vault_api::core::{
    language::Language,
    texts::{
        billing::back,
        console::{FrameTexts, Notice},
        simulated_stripe::checkout,
    },
};

use crate::support::Browser;

const PASSWORD: &str = "une girafe en pyjama vert";
pub(super) const VALUE: &str = "sk-proj-Zk3vQ9xT1mB7nR5cL2wYpH8sD4gJ6fA0";
pub(super) const NEXT: &str = "sk-proj-Qm7Lp2Xv9Rt4Wz8Kc1Nb5Hs3Gd6Jf0Ay";

/// Somebody on the way.
pub(super) struct Camille<'a> {
    pub(super) browser: &'a Browser,
    pub(super) language: Language,
    pub(super) email: String,
}

impl Camille<'_> {
    pub(super) fn signs_up(&self) {
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
    pub(super) fn keeps(&self) -> String {
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

    pub(super) fn shows(&self) {
        self.browser.click("#reveal button:not([data-copy-form])");
        self.browser
            .wait("the value", || self.browser.has("#shown-value") && self.browser.text("#shown-value") == VALUE);
    }

    pub(super) fn copies_unseen(&self) {
        self.browser.click("#reveal [data-copy-form]");
        self.browser.sees(FrameTexts::of(self.language).copied);
        assert!(!self.browser.source().contains(VALUE), "copying showed it");
    }

    pub(super) fn rotates(&self, key: &str) {
        self.browser.goto(&format!("{key}/rotate"));
        self.browser.fill("#f-value", NEXT);
        self.browser.click("main form button.primary");
        self.browser.sees(Notice::ValueStored.text(self.language));
        assert!(!self.browser.source().contains(NEXT), "what was pasted is shown unasked");
    }

    pub(super) fn pays(&self) {
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

    pub(super) fn signs_out(&self) {
        // folded away where the window is narrow
        if self.browser.shows(".menu > summary") {
            self.browser.click(".menu > summary");
        }
        self.browser.click(".side .foot form button");
        self.browser.sees(Notice::SignedOut.text(self.language));
        self.browser.goto("/keys");
        self.browser.wait("the sign-in", || self.browser.path().starts_with("/sign-in"));
    }

    /// Nothing of what was kept comes with the way back.
    pub(super) fn left_nothing(&self) {
        self.browser.run("history.back()");
        self.browser.wait("a page", || self.browser.run("return document.readyState") == json!("complete"));
        let source = self.browser.source();
        assert!(!source.contains(VALUE) && !source.contains(NEXT));
    }
}
