//! What a page shows once, in a real browser: it stands there masked until somebody asks for it, and neither a reload nor
//! the way back shows it again, sends a form again, or ends at a page of the browser's own.

use std::cell::Cell;

use serde_json::{Value, json};

use super::{after_forms::code_of, world::World};
use crate::support::{Browser, DESK, Engine, PHONE};

/// A page that shows something once.
struct Once<'a> {
    name: &'static str,
    /// Leads there.
    open: &'a dyn Fn(&Browser),
    /// Where the thing stands.
    holds: &'static str,
    /// Where its address begins, from then on and after a reload.
    instead: &'a str,
}

/// Fills in a form and sends it by its button.
fn send(browser: &Browser, page: &str, fields: &[(&str, &str)], button: &str) {
    browser.goto(page);
    for (field, text) in fields {
        browser.fill(field, text);
    }
    browser.click(button);
}

/// What stands in this place of the page, seen or not.
fn read(browser: &Browser, place: &str) -> String {
    browser.wait(place, || browser.has(place));
    let text = browser.run(&format!(
        "const part = document.querySelector({}); return (part.value || part.textContent).trim()",
        json!(place)
    ));
    text.as_str().expect("a text").to_owned()
}

/// How many forms were sent since this was asked last.
fn sent(browser: &mut Browser) -> usize {
    let events = browser.network();
    let requests = events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
    requests.filter(|event| event["params"]["request"]["method"] == "POST").count()
}

impl Once<'_> {
    /// Opens it; what it shows.
    fn opened(&self, browser: &mut Browser) -> String {
        (self.open)(browser);
        let value = read(browser, self.holds);
        assert!(value.len() > 5, "{}: {value}", self.name);
        assert!(browser.path().starts_with(self.instead), "{}: its address is {}", self.name, browser.path());
        sent(browser);
        value
    }

    /// The page that came instead shows nothing of it, and nothing was sent for it.
    fn is_over(&self, browser: &mut Browser, value: &str, how: &str) {
        browser.wait(&format!("{} {how}: a page of ours", self.name), || {
            browser.path().starts_with(self.instead) && browser.has("#main") && !browser.has(self.holds)
        });
        assert_eq!(browser.status(), 200, "{} {how}", self.name);
        assert!(!browser.source().contains(value), "{} {how}: it is shown again", self.name);
        assert_eq!(sent(browser), 0, "{} {how}: a form was sent again", self.name);
    }

    fn is_shown_once(&self, browser: &mut Browser) {
        let value = self.opened(browser);
        browser.command("Page.reload", json!({}));
        self.is_over(browser, &value, "after a reload");

        let value = self.opened(browser);
        browser.click(".side [data-go=d]");
        browser.wait("the dashboard", || browser.path() == "/dashboard" && browser.has("#main"));
        browser.run("history.back()");
        self.is_over(browser, &value, "on the way back");
    }
}

fn nothing_comes_back(engine: Engine) {
    let world = World::new(engine);
    let mut browser = world.browser("en", true);
    let key = |name: &str| world.facts.iter().find(|(found, _)| *found == name).expect("a key").1.clone();
    let own = format!("/keys/{}", key("key"));
    let rotate = format!("{own}/rotate");
    let made = Cell::new(0);
    let primary = "main form button.primary";
    let pages = [
        Once {
            name: "a generated key",
            open: &|browser| {
                made.set(made.get() + 1);
                let name = format!("Once {}", made.get());
                send(browser, "/keys/new?way=generate", &[("#f-name", &name)], primary);
            },
            holds: "#made-value",
            instead: "/keys/0",
        },
        Once {
            name: "a new value",
            open: &|browser| send(browser, &rotate, &[], primary),
            holds: "#made-value",
            instead: &own,
        },
        Once {
            name: "a token",
            open: &|browser| send(browser, "/tokens/new", &[("#f-name", "once")], primary),
            holds: "#token",
            instead: "/tokens",
        },
        Once {
            name: "the preview of an import",
            open: &|browser| send(browser, "/keys/import", &[("#f-text", "PASTED=a value of its own\n")], primary),
            holds: "main [action='/keys/import'] textarea",
            instead: "/keys/import",
        },
        Once {
            name: "the secret of a second factor",
            open: &|browser| send(browser, "/security", &[], "[action='/security/second-factor'] button"),
            holds: "#secret",
            instead: "/security",
        },
    ];
    for page in &pages {
        page.is_shown_once(&mut browser);
    }

    // the codes that come with the second factor, and new ones
    let codes = Once {
        name: "recovery codes",
        open: &|browser| {
            if browser.has("[action='/security/recovery-codes']") {
                return send(browser, "/security", &[], "[action='/security/recovery-codes'] button");
            }
            send(browser, "/security", &[], "[action='/security/second-factor'] button");
            let code = code_of(&read(browser, "#secret"));
            browser.fill("#f-code", &code);
            browser.click(primary);
        },
        holds: "#codes",
        instead: "/security",
    };
    codes.is_shown_once(&mut browser);
    browser.is_quiet(&[]);
}

#[test]
fn neither_a_reload_nor_the_way_back_shows_it_again_sqlite() {
    nothing_comes_back(Engine::Sqlite);
}

#[test]
fn neither_a_reload_nor_the_way_back_shows_it_again_postgres() {
    nothing_comes_back(Engine::Postgres);
}

fn one_mail_is_asked_for(engine: Engine) {
    let world = World::new(engine);
    let mut browser = world.browser("en", false);
    let ask = |browser: &Browser| {
        send(browser, "/forgot-password", &[("#f-email", &world.alice.email)], "main form button.primary");
        browser.wait("the answer", || browser.has("main [value=again]"));
    };
    let ask_again = |browser: &Browser| {
        ask(browser);
        browser.click("main [value=again]");
        browser.wait("the second answer", || browser.has("main .note.ok"));
    };
    let (holds, instead) = ("main .card strong", "/forgot-password");
    for page in [
        Once { name: "the mail for a new password", open: &ask, holds, instead },
        Once { name: "the same once more", open: &ask_again, holds, instead },
    ] {
        let address = page.opened(&mut browser);
        browser.command("Page.reload", json!({}));
        page.is_over(&mut browser, &address, "after a reload");

        let address = page.opened(&mut browser);
        browser.click("main .aside a");
        browser.wait("the sign-in", || browser.path() == "/sign-in" && browser.has("#main"));
        browser.run("history.back()");
        page.is_over(&mut browser, &address, "on the way back");
    }
    browser.is_quiet(&[]);
}

#[test]
fn neither_a_reload_nor_the_way_back_asks_for_a_mail_again_sqlite() {
    one_mail_is_asked_for(Engine::Sqlite);
}

#[test]
fn neither_a_reload_nor_the_way_back_asks_for_a_mail_again_postgres() {
    one_mail_is_asked_for(Engine::Postgres);
}

/// Fields by their selectors, and what is typed.
type Typed = &'static [(&'static str, &'static str)];

/// Forms that come back in the middle of a task: where each is opened, what is typed, the button, and its address then.
const ON_THE_WAY: [(&str, Typed, &str, &str); 5] = [
    ("/keys/new", &[("#f-name", "Tab")], ".tabs [value=generate]", "/keys/new?way=generate"),
    ("/keys/new?way=generate", &[("#f-name", "Preset")], ".tiles [value=customer]", "/keys/new?way=generate"),
    ("/keys/new", &[("#f-name", "Look"), ("#f-value", "a value of its own")], "[name=act][value=look]", "/keys/new"),
    ("/tokens/new", &[("#f-name", "Fault"), ("#f-allowed_ips", "nowhere")], "main form button.primary", "/tokens/new"),
    (
        "/keys/new?way=generate",
        &[("#f-name", "Fault"), ("#f-allowed_ips", "nowhere")],
        "main form button.primary",
        "/keys/new?way=generate",
    ),
];

fn ways_back(engine: Engine) {
    let world = World::new(engine);
    let mut browser = world.browser("en", true);
    for (number, (page, fields, button, address)) in ON_THE_WAY.into_iter().enumerate() {
        let mark = |browser: &Browser| browser.run("return window.marked === true") == json!(true);
        browser.goto(page);
        for (field, text) in fields {
            browser.fill(field, text);
        }
        browser.run("window.marked = true");
        browser.click(button);
        browser.wait("the form again", || !mark(&browser) && browser.has("#f-name") && browser.path() == address);
        let name = browser.run("return document.querySelector('#f-name').value");
        assert_eq!(name, json!(fields[0].1), "{page}: what was typed is gone");

        if browser.has("#f-allowed_ips") {
            browser.fill("#f-allowed_ips", "");
        }
        browser.fill("#f-name", &format!("On the way {number}"));
        browser.click("main form button.primary");
        browser.wait("what was made", || browser.has("#made-value") || browser.has("#token") || browser.has("#value"));
        sent(&mut browser);

        browser.run("history.back()");
        browser.wait(&format!("{page} by {button}: a page of ours"), || {
            browser.path() == address && browser.has("#main") && browser.has("#f-name")
        });
        assert_eq!(browser.status(), 200, "{page} by {button}");
        assert_eq!(sent(&mut browser), 0, "{page} by {button}: a form was sent again");
    }
    browser.is_quiet(&["422"]);
}

/// Goes back to a page of ours, which holds this, without sending a form again.
fn goes_back(browser: &mut Browser, address: &str, holds: &str) {
    sent(browser);
    browser.run("history.back()");
    browser.wait(&format!("{address}: a page of ours"), || {
        browser.path() == address && browser.has("#main") && browser.has(holds)
    });
    assert_eq!((browser.status(), sent(browser)), (200, 0), "{address}: a form was sent again");
}

#[test]
fn what_carried_a_form_on_is_a_page_of_ours_to_go_back_to_once_it_was_left() {
    let world = World::new(Engine::Sqlite);
    let mut browser = world.browser("en", true);
    let password = &world.alice.password;
    world
        .vault
        .sql("update auth.login_sessions set \"createdAt\" = '2020-01-01T00:00:00.000Z', \"authenticatedAt\" = null");
    send(&browser, "/settings", &[("#f-name", "Alice Adams")], "[action='/settings/name'] button");
    browser.sees("Saved.");

    // the page that asks for the password, and asks again
    send(
        &browser,
        "/settings",
        &[("#f-email", "new@example.com"), ("#f-password", password)],
        "[action='/settings/email'] button",
    );
    browser.wait("the question", || browser.has("[name=confirm_password]"));
    browser.command("Page.reload", json!({}));
    browser.wait("the same question, with what was typed", || {
        browser.has("[name=confirm_password]") && browser.has("[name=email][value='new@example.com']")
    });
    browser.fill("[name=confirm_password]", "not this one at all");
    browser.click("main form button.primary");
    browser.wait("what is wrong", || browser.has("main [role=alert]"));
    browser.fill("[name=confirm_password]", password);
    browser.click("main form button.primary");
    browser.sees("A mail waits at the new address");
    goes_back(&mut browser, "/settings", "#f-email");
    goes_back(&mut browser, "/settings", "#f-email");

    // the sign-in that carries a form along, and the page that sends it on
    browser.goto("/keys/new");
    browser.fill("#f-name", "Held");
    browser.fill("#f-value", "typed with care");
    world.alice.call(&world.server, "DELETE", "/api/auth/sessions", None).expect(204);
    browser.click("main form button.primary");
    browser.wait("the sign-in", || browser.has("[name=resume_form]"));
    browser.fill("#f-email", &world.alice.email);
    browser.fill("#f-password", password);
    browser.click("main form button[type=submit]");
    browser.wait("the form again", || browser.has("[name=value]"));
    browser.click("main form button.primary");
    browser.wait("the key", || browser.path().starts_with("/keys/0") && browser.has("#reveal"));
    goes_back(&mut browser, "/keys/new", "#f-name");
    goes_back(&mut browser, "/keys/new", "#f-name");

    browser.is_quiet(&["401", "403"]);
}

#[test]
fn a_form_that_came_back_on_the_way_is_a_page_of_ours_to_go_back_to_sqlite() {
    ways_back(Engine::Sqlite);
}

#[test]
fn a_form_that_came_back_on_the_way_is_a_page_of_ours_to_go_back_to_postgres() {
    ways_back(Engine::Postgres);
}

/// Left, top and right of a part, in whole pixels.
fn edges(browser: &Browser, part: &str) -> [i64; 3] {
    let edges = browser.run(&format!(
        "const box = document.querySelector({}).getBoundingClientRect(); return [box.left, box.top, box.right].map(Math.round)",
        json!(part)
    ));
    [0, 1, 2].map(|at| edges[at].as_i64().expect("a place"))
}

#[test]
fn its_two_buttons_stand_one_under_the_other_on_a_phone_and_side_by_side_at_a_desk() {
    let world = World::new(Engine::Sqlite);
    let browser = world.browser("fr", true);
    for (page, name) in [("/keys/new?way=generate", "Once"), ("/tokens/new", "once")] {
        browser.resize(PHONE);
        send(&browser, page, &[("#f-name", name)], "main form button.primary");
        browser.wait("the buttons", || browser.has(".once summary .btn"));
        let buttons = || [".once summary .btn", ".once > [data-copy]"].map(|button| edges(&browser, button));

        let [[left, top, right], copy] = buttons();
        assert_eq!([left, right], [copy[0], copy[2]], "{page}: they begin and end alike");
        assert!(copy[1] > top, "{page}");
        browser.resize(DESK);
        let [[_, top, right], copy] = buttons();
        assert_eq!(top, copy[1], "{page}: one line");
        assert!((0..40).contains(&(copy[0] - right)), "{page}: side by side, {right} and {}", copy[0]);
    }
}

#[test]
fn a_value_is_copied_without_being_shown_and_shown_when_asked_for() {
    let world = World::new(Engine::Sqlite);
    let mut browser = world.browser("en", true);
    browser.may_use_the_clipboard();
    for (page, name, holds) in [("/keys/new?way=generate", "Once", "#made-value"), ("/tokens/new", "once", "#token")] {
        send(&browser, page, &[("#f-name", name)], "main form button.primary");
        let value = read(&browser, holds);
        assert!(!browser.shows(holds) && !browser.text("body").contains(&value), "{page}: it is shown unasked");

        browser.click(".once [data-copy]");
        browser.sees("Copied");
        let copied = browser.run_until_done(
            "const done = arguments[arguments.length - 1]; navigator.clipboard.readText().then(done, done);",
        );
        assert_eq!(copied, Value::from(value.clone()), "{page}");
        assert!(!browser.shows(holds), "{page}: copying shows it");

        browser.click(".once summary");
        browser.wait("the value", || browser.text("main").contains(&value));
        browser.click(".once summary");
        browser.wait("the mask", || !browser.text("main").contains(&value));
    }
    browser.is_quiet(&[]);
}

#[test]
fn without_a_script_too_it_is_shown_when_asked_for() {
    let world = World::new(Engine::Sqlite);
    let browser = Browser::open_without_script(&world.base, "en");
    world.sign_in(&browser);
    for (page, name, begins) in [("/keys/new?way=generate", "Once", "vk_live_"), ("/tokens/new", "once", "vkt_")] {
        send(&browser, page, &[("#f-name", name)], "main form button.primary");
        browser.sees("I have saved it");
        let hidden = browser.text(".once");

        browser.click(".once summary");

        let shown = browser.text(".once > details > code");
        assert!(shown.starts_with(begins) && shown.len() > 30, "{page}: {shown}");
        assert!(!hidden.contains(&shown), "{page}: it is shown unasked");
    }
}

/// What stands in the open on purpose: codes to be printed, a secret beside its picture, snippets that hold no value.
const IN_THE_OPEN: [(&str, &str); 3] =
    [("recovery_codes.html", "codes"), ("second_factor.html", "secret"), ("key.html", "{{ one.id }}")];

/// The things of a template that a button copies, and that stand neither behind a closed mask nor in the part that the
/// script masks again.
fn unmasked(template: &str) -> Vec<&str> {
    let copied = template.split("data-copy=\"#").skip(1).filter_map(|rest| rest.split('"').next());
    let is_open = |id: &&str| {
        let before = template.split(&format!("id=\"{id}\"")).next().unwrap_or_default();
        let is_in = |begin: &str, end: &str| match before.rfind(begin) {
            Some(at) => !before[at..].contains(end),
            None => false,
        };
        let is_behind = is_in("<div class=\"secret once\">", "</div>")
            && is_in("<details><summary>", "</details>")
            && !is_in("<summary>", "</summary>");
        !is_behind && !is_in(" data-masked=\"", "</div>")
    };
    copied.filter(is_open).collect()
}

#[test]
fn whatever_can_be_copied_stands_behind_a_mask() {
    assert_eq!(unmasked(r##"<code id="a">x</code><button data-copy="#a">"##), ["a"]);
    let masked = r##"<div class="secret once"><details><summary>•</summary><code id="a">x</code></details><button data-copy="#a"></div>"##;
    assert_eq!(unmasked(masked), [""; 0]);
    assert_eq!(unmasked(&masked.replace("<details>", "<details open>")), ["a"]);

    let mut open = Vec::new();
    for folder in ["pages", "partials"] {
        let folder = format!("{}/templates/console/{folder}", env!("CARGO_MANIFEST_DIR"));
        for file in std::fs::read_dir(folder).expect("the templates") {
            let file = file.expect("a template");
            let (name, template) = (file.file_name(), std::fs::read_to_string(file.path()).expect("a text"));
            let found = unmasked(&template).into_iter().map(|id| (name.to_string_lossy().into_owned(), id.to_owned()));
            open.extend(found.collect::<Vec<_>>());
        }
    }
    open.sort();
    let mut known = IN_THE_OPEN.map(|(name, id)| (name.to_owned(), id.to_owned()));
    known.sort();
    assert_eq!(open, known);
}
