//! Fields for passwords in a real browser: what was typed is shown while a button is pressed, and where the typing goes on
//! after a refusal.

use serde_json::json;

use super::world::World;
use crate::support::{Browser, Engine};

/// The field that the keyboard is in.
fn focus(browser: &Browser) -> String {
    browser.run("return document.activeElement.id").as_str().unwrap_or_default().to_owned()
}

fn kind(browser: &Browser, field: &str) -> String {
    browser.run(&format!("return document.querySelector({}).type", json!(field))).as_str().expect("a type").to_owned()
}

/// Presses a key that writes nothing.
fn press(browser: &Browser, key: &str, code: u32) {
    let text = if key == "Enter" { "\r" } else { "" };
    let key = json!({ "type": "keyDown", "key": key, "windowsVirtualKeyCode": code, "text": text });
    browser.command("Input.dispatchKeyEvent", key.clone());
    let mut up = key;
    up["type"] = json!("keyUp");
    browser.command("Input.dispatchKeyEvent", up);
}

#[test]
fn what_is_typed_is_shown_while_its_button_is_pressed_and_hidden_when_it_is_sent() {
    let world = World::new(Engine::Sqlite);
    let mut browser = world.browser("fr", false);

    browser.goto("/sign-in");
    browser.fill("#f-password", "une girafe");
    press(&browser, "Tab", 9);
    let named = browser.text("[data-peek]");
    assert!(named.starts_with("Afficher") && named.ends_with("Mot de passe"), "{named}");
    press(&browser, " ", 32);
    assert_eq!((kind(&browser, "#f-password"), browser.has("[data-peek][aria-pressed=true]")), ("text".into(), true));
    press(&browser, " ", 32);
    assert_eq!(
        (kind(&browser, "#f-password"), browser.has("[data-peek][aria-pressed=false]")),
        ("password".into(), true)
    );
    browser.click("[data-peek]");
    browser.run(
        "document.addEventListener('submit', (event) => { window.sent = document.querySelector('#f-password').type; event.preventDefault(); });
         document.querySelector('main form').noValidate = true;",
    );
    browser.click("main form button[type=submit]");
    assert_eq!(browser.run("return window.sent"), json!("password"), "a browser keeps what stood in a plain field");

    for page in ["/sign-up", &world.recovery_link()] {
        browser.goto(page);
        browser.click("[data-peek]");
        assert_eq!(kind(&browser, "#f-password"), "text", "{page}");
    }
    world.sign_in(&browser);
    browser.goto("/security");
    browser.click("[data-peek='#f-new_password']");
    assert_eq!(kind(&browser, "#f-new_password"), "text");
    assert_eq!(kind(&browser, "#f-current_password"), "password", "each field has its own");
    browser.is_quiet(&["Failed to load resource"]);
}

/// How a browser draws what is in a field: `disc` where nobody reads it.
fn drawn(browser: &Browser, field: &str) -> String {
    let asked = format!("return getComputedStyle(document.querySelector({})).webkitTextSecurity", json!(field));
    browser.run(&asked).as_str().expect("a way").to_owned()
}

#[test]
fn values_are_pasted_unseen_and_shown_while_the_button_is_pressed() {
    let world = World::new(Engine::Sqlite);
    let mut browser = world.browser("fr", true);

    let (_, stored) = world.facts.iter().find(|(name, _)| *name == "stored").expect("a stored key");
    let rotation = format!("/keys/{stored}/rotate");
    for (page, field) in [("/keys/new", "#f-value"), (&rotation, "#f-value"), ("/keys/import", "#f-text")] {
        browser.goto(page);
        browser.fill(field, "STRIPE_KEY=sk_live_1\nOPENAI_API_KEY=sk-proj-2");
        assert_eq!(drawn(&browser, field), "disc", "{page}");
        browser.click(&format!("[data-peek='{field}']"));
        assert_eq!(drawn(&browser, field), "none", "{page}");
        browser.click(&format!("[data-peek='{field}']"));
        assert_eq!(drawn(&browser, field), "disc", "{page}");
    }
    // a provider's settings that are secrets, which come when the value is recognised
    browser.goto("/keys/new");
    browser.fill("#f-value", "AKIAIOSFODNN7EXAMPLE");
    browser.wait("the settings", || browser.has("[data-veil]:is(input)"));
    let name = browser.run("return document.querySelector('input[data-veil]').id");
    let field = format!("[id={name}]");
    assert_eq!(drawn(&browser, &field), "disc");
    browser.click("input[data-veil] + [data-peek]");
    assert_eq!(drawn(&browser, &field), "none");
    browser.is_quiet(&[]);
}

#[test]
fn where_nothing_is_pasted_yet_the_example_is_read() {
    let world = World::new(Engine::Sqlite);
    let browser = world.browser("fr", false);
    browser.goto("/sign-up");
    browser.fill("#f-email", "newcomer@example.com");
    browser.fill("#f-password", "une loutre en parapluie");
    browser.click("main form button[type=submit]");
    browser.wait("the dashboard", || browser.path().starts_with("/dashboard"));
    browser.goto("/keys");
    assert_eq!(drawn(&browser, "#f-text"), "none");
    browser.fill("#f-text", "A=b");
    assert_eq!(drawn(&browser, "#f-text"), "disc");
}

#[test]
fn without_a_script_there_is_no_such_button() {
    let world = World::new(Engine::Sqlite);
    let browser = Browser::open_without_script(&world.base, "en");

    browser.goto("/sign-in");

    assert!(browser.has("[data-peek]") && !browser.shows("[data-peek]"));
    world.sign_in(&browser);
    browser.goto("/keys/new");
    assert!(!browser.shows("[data-peek]"));
    assert_eq!(drawn(&browser, "#f-value"), "none", "what nobody can show again is never hidden");
}

#[test]
fn after_a_wrong_password_the_typing_goes_on_in_its_field() {
    let world = World::new(Engine::Sqlite);
    let browser = world.browser("en", false);
    browser.goto("/sign-in");
    browser.wait("a focus", || focus(&browser) == "f-email");
    browser.fill("#f-email", &world.alice.email);
    browser.fill("#f-password", "not this one at all");
    press(&browser, "Enter", 13);
    browser.wait("the refusal", || browser.has("[role=alert]"));

    browser.wait("a focus", || focus(&browser) == "f-password");

    assert_eq!(browser.run("return document.querySelector('#f-email').value"), json!(world.alice.email));
    browser.press(&world.alice.password);
    press(&browser, "Enter", 13);
    browser.wait("the way in", || browser.path() == "/dashboard");
}
