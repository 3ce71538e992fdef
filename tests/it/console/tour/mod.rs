//! The whole way in a real browser, in both languages, on a phone, a tablet and a desk: sign up, keep a value, show it, copy it
//! unseen, rotate it, pay, sign out. And the same without any script. What the pages say is looked up in the catalogue.

mod camille;
mod webkit;

use camille::{Camille, VALUE};
use serde_json::json;
use vault_api::core::{
    language::Language,
    texts::console::{FrameTexts, KeyTexts},
};

use crate::support::{Browser, DESK, Engine, PHONE, TABLET, Vault};

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
        camille.copies_unseen();
        let copied = browser.run_until_done("const done = arguments[arguments.length - 1]; navigator.clipboard.readText().then(done, (error) => done(String(error)));");
        assert_eq!(copied, json!(VALUE));

        camille.rotates(&key);
        camille.pays();
        camille.signs_out();

        camille.left_nothing();
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
