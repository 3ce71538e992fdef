//! Pages that only a form leads to, in a real browser: faults at their fields, values shown once, previews,
//! forms that were held up, refusals. Of each the same is asked as of the pages that have an address (`browser.rs`), and in French
//! that nothing overflows.

mod account;
mod entrance;
mod keys;
mod refused;
mod stripe;

use serde_json::json;
use totp_rs::{Builder, Secret};
use vault_api::core::clock::{Clock as _, SystemClock};

use super::{
    browser::{audited, overflowing, unreached},
    world::World,
};
use crate::support::Browser;

/// `in_both_languages! { fn a_sentence_that_can_be_false(tag) { … } }` makes two tests of one.
macro_rules! in_both_languages {
    ($(fn $name:ident($tag:ident) $body:block)+) => { $(
        mod $name {
            use super::*;

            fn scenario($tag: &str) $body

            #[test]
            fn english() {
                scenario("en");
            }

            #[test]
            fn french() {
                scenario("fr");
            }
        }
    )+ };
}
use in_both_languages;

/// The code that an app would show now.
pub fn code_of(secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).expect("base 32");
    let phone = Builder::new().with_secret(secret).build().expect("an app");
    phone.generate(SystemClock.now().timestamp().try_into().expect("after 1970")).to_string()
}

/// Somebody's way through forms; the pages that it leads to are looked at.
struct Walk {
    browser: Browser,
    tag: String,
    faults: Vec<String>,
}

impl Walk {
    /// Alice's, or a guest's, who reads this language.
    fn new(world: &World, tag: &str, is_signed_in: bool) -> Self {
        let browser = world.browser(tag, false);
        // who signs in reads the account's language, until another is chosen
        browser.goto(&format!("/?lang={tag}"));
        if is_signed_in {
            world.sign_in(&browser);
        }
        Self::of(browser, tag)
    }

    fn of(browser: Browser, tag: &str) -> Self {
        Self { browser, tag: tag.to_owned(), faults: Vec::new() }
    }

    /// Opens a page and sends its form for this address with these fields, whatever the browser itself would say of them: of
    /// boxes those of these values are ticked, `*` ticks all.
    #[track_caller]
    fn sends_from(&self, page: &str, action: &str, fields: &[(&str, &str)]) {
        self.browser.goto(page);
        self.sends(action, fields);
    }

    /// Sends the form for this address of the page that is open.
    #[track_caller]
    fn sends(&self, action: &str, fields: &[(&str, &str)]) {
        let known = self.browser.run(&format!(
            "const action = {}, fields = {};
             const forms = [...document.forms];
             const form = forms.find((one) => one.getAttribute('action') === action || one.querySelector(`[formaction='${{action}}']`));
             if (!form) return forms.map((one) => one.getAttribute('action'));
             form.action = action;
             form.noValidate = true;
             for (const [name, value] of fields) {{
               const found = [...form.elements].filter((one) => one.name === name && one.type !== 'submit');
               const boxes = found.filter((one) => one.type === 'checkbox');
               if (!found.length) form.append(Object.assign(document.createElement('input'), {{ type: 'hidden', name, value }}));
               else if (boxes.length) boxes.forEach((one) => {{ one.checked = value === '*' || one.value === value; }});
               else found[0].value = value;
             }}
             window.isLeft = true;
             form.submit();",
            json!(action),
            json!(fields),
        ));
        assert!(known.is_null(), "no form for {action} on {}, only {known}", self.browser.path());
        self.browser.wait("the next page", || {
            self.browser.run("return !window.isLeft && document.readyState === 'complete'") == json!(true)
        });
    }

    /// Reads the page that the form for this address leads to into the one that is open: all of it but its headers, of which
    /// `Refresh` would lead on before anybody looked.
    #[track_caller]
    fn reads(&self, action: &str) {
        let known = self.browser.run_until_done(&format!(
            "const done = arguments[arguments.length - 1], action = {};
             const form = [...document.forms].find((one) => one.getAttribute('action') === action);
             fetch(form.action, {{ method: 'POST', body: new URLSearchParams(new FormData(form)) }})
               .then(async (answer) => {{ window.kept = await answer.text(); done([answer.status, answer.headers.get('refresh')]); }})
               .catch((error) => done(String(error)));",
            json!(action),
        ));
        assert_eq!(known[0], 200, "{action}: {known}");
        assert!(known[1].as_str().is_some_and(|refresh| refresh.starts_with("0; url=")), "{action}: {known}");
        self.browser.run("document.open(); document.write(window.kept); document.close();");
        self.browser.wait("its style", || {
            self.browser.run("return document.readyState === 'complete' && document.styleSheets.length > 0")
                == json!(true)
        });
    }

    /// Looks at the page that is open, which answered so and holds this.
    #[track_caller]
    fn looks(&mut self, status: u64, part: &str) {
        let name = format!("{} ({status}, “{}”)", self.browser.path(), self.browser.text("h1"));
        assert_eq!(self.browser.status(), status, "{name}:\n{}", self.browser.text("body"));
        assert!(self.browser.has(part), "{name} holds no {part}:\n{}", self.browser.source());
        let mut found = overflowing(&mut self.browser, &name);
        // the words change nothing about these
        if self.tag == "en" {
            found.extend([audited(&mut self.browser, &name), unreached(&mut self.browser, &name)].concat());
        }
        self.faults.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
        // what a browser says of an answer that is a refusal is no complaint of ours
        self.browser.is_quiet(if status < 400 { &[] } else { &["Failed to load resource"] });
    }

    /// All of it was as it should be.
    #[track_caller]
    fn ends(self) {
        assert!(self.faults.is_empty(), "{} faults:\n{}", self.faults.len(), self.faults.join("\n"));
    }
}
