//! The ticks of an import's preview in a real browser: what a line says follows them.

use crate::support::{Browser, Engine, Vault};

#[test]
fn which_lines_have_room_follows_the_ticks() {
    let vault = Vault::new(Engine::Sqlite).with("FREE_PLAN_MAX_KEYS", "2");
    let server = vault.start_with(&["--stripe=simulated"]);
    let mut browser = Browser::open(&format!("http://{}", server.address), "en");
    let outcome = |browser: &Browser, line: u8| browser.text(&format!("tr:has([name=line][value='{line}']) .badge"));
    browser.goto("/sign-up");
    browser.fill("#f-email", "alice@example.com");
    browser.fill("#f-password", "une girafe en pyjama vert");
    browser.click("main form button[type=submit]");
    browser.wait("the dashboard", || browser.path().starts_with("/dashboard"));
    browser.goto("/keys/import");
    browser.fill("#f-text", "A=1\nB=2\nC=3");
    browser.click("main form button.primary");
    browser.wait("the preview", || browser.has("[name=line]"));
    let all = |browser: &Browser| [0, 1, 2].map(|line| outcome(browser, line));
    assert_eq!(all(&browser), ["New", "New", "No room"]);

    browser.click("[name=line][value='0']");
    assert_eq!(all(&browser), ["New", "New", "No room"], "a place is free, for the first of those that are not ticked");
    browser.click("[name=line][value='2']");
    assert_eq!(all(&browser), ["No room", "New", "New"]);

    browser.click("main form button.primary");
    browser.wait("what was left out", || browser.text("main").contains("2 keys"));
    assert!(browser.text("main table").contains('A'), "{}", browser.text("main"));
    browser.is_quiet(&[]);
}
