//! Another language or theme in a real browser: what was typed stays, the address stays clean, and what would be lost is not
//! lost unasked.

use serde_json::json;

use super::world::World;
use crate::support::{Browser, Engine};

/// What stands in the form of a new token.
const TYPED: &str = "const form = document.querySelector('main form');
    return [document.documentElement.lang, form.elements.name.value, form.elements.expires_in.value, form.elements.allowed_ips.value,
            [...form.querySelectorAll(':checked[name=scopes]')].map((box) => box.value)];";

#[test]
fn another_language_or_theme_keeps_what_was_typed_and_the_address() {
    let world = World::new(Engine::Sqlite);
    let mut browser = world.browser("en", true);
    browser.goto("/tokens/new");
    browser.fill("#f-name", "bot <b>");
    browser.fill("#f-allowed_ips", "10.0.0.0/8");
    browser.click("[value='keys:verify']");
    browser.click("#f-expires_in [value='30']");

    browser.click(".switches [hreflang=fr]");
    browser.sees("Nouveau jeton");
    let typed = json!(["fr", "bot <b>", "30", "10.0.0.0/8", ["keys:read", "keys:verify"]]);
    assert_eq!(browser.run(TYPED), typed);
    browser.run("[...document.querySelectorAll('.switches [data-turn]')].find((link) => link.textContent === 'Thème sombre').click()");
    browser.wait("the theme", || browser.run("return document.documentElement.dataset.theme") == json!("dark"));
    assert_eq!(browser.run(TYPED), typed);
    assert_eq!(browser.path(), "/tokens/new");

    // the page is one of the other language: its form is sent, and its answer can not be asked for again
    browser.click("main form button.primary");
    browser.sees("Votre nouveau jeton");
    assert!(!browser.has("[data-turn]"), "a token that is shown once would be left for another language");
    browser.goto("/keys");
    assert_eq!(browser.run("return document.documentElement.dataset.theme"), json!("dark"), "the theme is kept");
    // what htmx does goes on in the page that came in the place of the other
    browser.click(".switches [hreflang=en]");
    browser.sees("New key");
    browser.press("/nothing");
    browser.wait("the search", || browser.path().contains("q=nothing"));
    browser.is_quiet(&[]);
}

#[test]
fn what_would_be_lost_is_asked_about() {
    let world = World::new(Engine::Sqlite);
    let browser = world.browser("en", true);
    browser.goto("/tokens/new");
    browser.run(
        "window.confirm = (text) => { window.asked = text; return false; };
         const more = document.createElement('input'); more.name = 'more'; more.value = 'typed'; document.querySelector('main form').append(more);",
    );

    browser.click(".switches [hreflang=fr]");
    browser.wait("a question", || browser.run("return window.asked ?? ''") != json!(""));

    assert!(browser.run("return window.asked").as_str().expect("a question").contains("would be lost"));
    assert_eq!(browser.run("return document.documentElement.lang"), json!("en"));
    browser.run("window.confirm = () => true");
    browser.click(".switches [hreflang=fr]");
    browser.sees("Nouveau jeton");
}

#[test]
fn without_a_script_it_is_said_what_a_switch_does() {
    let world = World::new(Engine::Sqlite);
    let browser = Browser::open_without_script(&world.base, "en");
    world.sign_in(&browser);
    browser.goto("/dashboard");
    assert!(!browser.text(".side .foot").contains("empties the form"));

    browser.goto("/tokens/new");
    assert!(browser.text(".side .foot").contains("empties the form"));
    browser.click(".switches [hreflang=fr]");
    browser.sees("Nouveau jeton");
    assert_eq!(browser.path(), "/tokens/new");
}

#[test]
fn the_last_day_of_a_token_is_asked_for_where_one_is_chosen_without_a_script_too() {
    let world = World::new(Engine::Sqlite);
    let browser = Browser::open_without_script(&world.base, "en");
    world.sign_in(&browser);

    browser.goto("/tokens/new");
    assert_eq!(browser.text(".on-date"), "");
    browser.click("#f-expires_in [value=date]");
    assert!(browser.text(".on-date").contains("Its last day"));
}
