//! The same way in WebKit, the engine of Safari.

use serde_json::json;
use vault_api::core::{language::Language, texts::console::FrameTexts};

use super::camille::{Camille, VALUE};
use crate::support::{Browser, PHONE};

/// Control, held until the keys are let go of.
const CONTROL: char = '\u{e009}';

on_each_database! {
    fn it_all_goes_in_webkit_in_french(vault: Vault) {
        let server = vault.start_with(&["--stripe=simulated"]);
        let browser = Browser::open_webkit(&format!("http://{}", server.address), PHONE);
        let camille = Camille { browser: &browser, language: Language::French, email: "camille@example.com".to_owned() };

        browser.goto("/");
        browser.click("a[hreflang=fr]");
        browser.sees(FrameTexts::of(Language::French).sign_up);
        camille.signs_up();
        assert_eq!(browser.run("return document.documentElement.lang"), json!("fr"));
        let key = camille.keeps();

        camille.shows();
        browser.run("const real = Date.now; Date.now = () => real() + 31_000;");
        browser.wait("the mask", || !browser.source().contains(VALUE) && browser.has("#reveal"));

        camille.copies_unseen();
        browser.goto("/keys");
        browser.type_into("input[type=search]", &format!("{CONTROL}v"));
        assert_eq!(browser.run("return document.querySelector('input[type=search]').value"), json!(VALUE));

        camille.rotates(&key);
        camille.pays();
        camille.signs_out();

        camille.left_nothing();
    }
}
