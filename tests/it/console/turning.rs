//! Another language or theme in a real browser: what was typed stays, the address stays clean, and what would be lost is not
//! lost unasked.

use serde_json::json;

use super::world::World;
use crate::support::{Browser, Engine, register};

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
fn what_others_changed_meanwhile_is_still_noticed_in_the_other_language() {
    let world = World::new(Engine::Sqlite);
    let browser = world.browser("en", true);
    let id = world.alice.store(&world.server, "watched", "a value");
    browser.goto(&format!("/keys/{id}/edit"));
    let change = json!({ "tags": ["leaked"], "enabled": false });
    world.alice.call(&world.server, "PATCH", &format!("/api/keys/{id}"), Some(&change)).expect(200);
    browser.fill("#f-note", "typed here");

    browser.click(".switches [hreflang=fr]");
    browser.wait("French", || browser.run("return document.documentElement.lang") == json!("fr"));
    browser.click("main form button.primary");
    browser.wait("an answer", || browser.status() == 412);

    let key = world.alice.call(&world.server, "GET", &format!("/api/keys/{id}"), None).expect(200).json();
    assert_eq!(
        (&key["enabled"], &key["tags"]),
        (&json!(false), &json!(["leaked"])),
        "another's change was overwritten"
    );
}

#[test]
fn what_was_typed_in_one_account_does_not_go_to_another() {
    let world = World::new(Engine::Sqlite);
    let bob = register(&world.server, "bob");
    let browser = world.browser("en", true);
    browser.goto("/keys/new");
    browser.fill("#f-name", "Of Alice");
    browser.fill("#f-value", "typed with care");
    // in another tab somebody else signs in
    let other = format!(
        "const done = arguments[arguments.length - 1];
         const code = async (page) => (new DOMParser().parseFromString(await (await fetch(page)).text(), 'text/html')).querySelector('[name=csrf]').value;
         const send = async (page, fields) => fetch(page, {{ method: 'POST', body: new URLSearchParams(fields) }});
         code('/dashboard').then((csrf) => send('/sign-out', {{ csrf }})).then(() => code('/sign-in'))
           .then((csrf) => send('/sign-in', {{ csrf, email: {}, password: {} }})).then((answer) => done(answer.url), (error) => done(String(error)));",
        json!(bob.email),
        json!(bob.password),
    );
    let arrived = browser.run_until_done(&other);
    assert!(arrived.as_str().is_some_and(|url| url.ends_with("/dashboard")), "{arrived}");
    browser.run("window.confirm = (text) => { window.asked = text; return window.goesOn === true; };");

    browser.click(".switches [hreflang=fr]");
    browser.wait("a question", || browser.run("return window.asked ?? ''") != json!(""));
    assert_eq!(browser.run("return document.querySelector('#f-value').value"), json!("typed with care"));
    browser.run("window.goesOn = true");
    browser.click(".switches [hreflang=fr]");
    browser.wait("the other's page", || browser.source().contains(&bob.email));

    assert_eq!(
        browser.run("return [...document.querySelectorAll('#f-name, #f-value')].map((field) => field.value)"),
        json!(["", ""])
    );
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
