//! Every page of the list in a real browser, against the real program: nothing is asked of another server, the console stays
//! empty, axe finds no serious fault in either theme, nothing overflows on a phone or at 200 % zoom, the keyboard reaches
//! everything and shows where it is, and a page weighs less than 60 KB.

use std::time::Duration;

use serde_json::json;

use super::{
    pages::{OF_THE_PROGRAM, PAGES, Page, Who},
    world::World,
};
use crate::support::{Browser, DESK, Engine, PHONE, TABLET, ZOOMED, pause};

const AXE: &str = include_str!("../../vendor/axe-core/axe.min.js");
/// What a page may weigh on the wire, with all that it loads.
const MOST_BYTES: u64 = 60 * 1024;

/// The pages that a guest sees, or those of somebody who has signed in.
fn pages(is_signed_in: bool) -> impl Iterator<Item = &'static Page> {
    PAGES.iter().chain(OF_THE_PROGRAM).filter(move |page| (page.who != Who::Guest) == is_signed_in)
}

/// Walks the pages of a guest or of Alice, in English.
fn walk(is_signed_in: bool, look: impl FnMut(&mut Browser, &str) -> Vec<String>) {
    walk_in("en", is_signed_in, look);
}

fn walk_in(language: &str, is_signed_in: bool, mut look: impl FnMut(&mut Browser, &str) -> Vec<String>) {
    let world = World::new(Engine::Sqlite);
    let mut browser = world.browser(language, is_signed_in);
    // who signs in reads the account's language, until another is chosen
    browser.goto(&format!("/?lang={language}"));
    let mut faults = Vec::new();
    for page in pages(is_signed_in) {
        let address = page.address(&world.facts);
        browser.goto(&address);
        assert_eq!(browser.path(), address, "the page leads elsewhere");
        faults.extend(look(&mut browser, &address).into_iter().map(|fault| format!("{address}: {fault}")));
        // what a browser says of an answer 404 is no complaint of ours
        let allowed: &[&str] = if page.status == 200 { &[] } else { &["Failed to load resource"] };
        browser.is_quiet(allowed);
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Boxes to tick whose edge is hard to tell from what it stands on, or from the box itself while it is empty (WCAG 2.2, 1.4.11);
/// axe does not look at edges.
const FAINT_BOXES: &str = "
    const parts = (colour) => {
      const canvas = new OffscreenCanvas(1, 1).getContext('2d');
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
      return [red, green, blue, alpha / 255];
    };
    const over = (top, below) => [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3])).concat(1);
    const behind = (one) => one ? over(parts(getComputedStyle(one).backgroundColor), behind(one.parentElement)) : [255, 255, 255, 1];
    const light = (colour) => {
      const [red, green, blue] = colour.slice(0, 3).map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (one, other) => { const [high, low] = [light(one), light(other)].sort((a, b) => b - a); return (high + 0.05) / (low + 0.05); };
    return [...document.querySelectorAll('input:is([type=checkbox], [type=radio])')].filter((box) => box.checkVisibility()).flatMap((box) => {
      const style = getComputedStyle(box), surface = behind(box.parentElement), inside = behind(box);
      const edge = over(parts(style.borderTopColor), surface);
      const grounds = box.checked ? { surface } : { surface, inside };
      const told = style.appearance === 'none' ? [] : [`the browser draws the box ${box.name}`];
      for (const [name, ground] of Object.entries(grounds)) {
        const found = contrast(edge, ground);
        if (found < 3) told.push(`the edge of the box ${box.name} has a contrast of ${found.toFixed(2)} to its ${name}`);
      }
      return told;
    });";

/// What axe finds, and boxes that nobody sees, as it is in each theme; on the wide screen and on the phone.
pub fn audited(browser: &mut Browser, _: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (theme, size) in [("light", DESK), ("dark", PHONE), ("light", PHONE), ("dark", DESK)] {
        browser.in_theme(theme);
        browser.resize(size);
        if browser.run("return typeof axe").as_str() != Some("object") {
            browser.run(AXE);
        }
        let found = browser.run_until_done(
            "const done = arguments[arguments.length - 1];
             axe.run(document, { resultTypes: ['violations'] }).then((result) => done(result.violations.map((one) => ({
               impact: one.impact, id: one.id, help: one.help, nodes: one.nodes.map((node) => node.target.join(' ') + ' ' + node.failureSummary).slice(0, 4) }))),
               (error) => done([{ impact: 'critical', id: 'axe', help: String(error), nodes: [] }]));",
        );
        for one in found.as_array().expect("a list") {
            if matches!(one["impact"].as_str(), Some("serious" | "critical")) {
                faults.push(format!("{theme} at {} px: {} ({}): {}", size.0, one["id"], one["help"], one["nodes"]));
            }
        }
        for one in browser.run(FAINT_BOXES).as_array().expect("a list") {
            faults.push(format!("{theme} at {} px: {one}", size.0));
        }
    }
    browser.in_theme("light");
    browser.resize(DESK);
    faults
}

/// What of a page inside the console begins at another place than all pages do, on the wide screen.
const ASKEW: &str = "
    const main = document.querySelector('main.inside');
    if (!main) return [];
    const style = getComputedStyle(main), box = main.getBoundingClientRect();
    const [before, after] = [parseFloat(style.paddingLeft), parseFloat(style.paddingRight)];
    const begin = box.left + before + Math.max(0, (box.width - before - after - 68 * 16) / 2);
    return [...main.children].filter((one) => one.getClientRects().length && getComputedStyle(one).position === 'static')
      .map((one) => [one, one.getBoundingClientRect().left]).filter(([, left]) => Math.abs(left - begin) > 1)
      .map(([one, left]) => `${one.tagName}.${one.className} begins at ${left} px, not at ${begin}`);";

/// What can be pressed and is covered by what tells of an act, at the end of the page on the wide screen.
const COVERED: &str = "
    scrollTo(0, document.documentElement.scrollHeight);
    const boxes = [...document.querySelectorAll('#toasts .toast')].map((toast) => [toast, toast.getBoundingClientRect()]);
    const found = [...document.querySelectorAll('a, button, input, select, textarea, summary')].filter((one) => one.checkVisibility()).flatMap((one) => {
      const at = one.getBoundingClientRect();
      return boxes.filter(([toast, box]) => !toast.contains(one) && at.width > 1 && at.left < box.right && at.right > box.left && at.top < box.bottom && at.bottom > box.top)
        .map(() => `${one.tagName} ${one.textContent.trim().slice(0, 30)} is covered by a notice`);
    });
    scrollTo(0, 0);
    return found;";

/// What sticks out sideways, or is cut off there, on a phone, on a tablet and at 200 % zoom; and what begins elsewhere than
/// other pages on the wide screen.
pub fn overflowing(browser: &mut Browser, _: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, size) in [("on a phone", PHONE), ("on a tablet", TABLET), ("at 200 % zoom", ZOOMED)] {
        browser.resize(size);
        let found = browser.run(
            "const wide = document.documentElement.clientWidth;
             // what a card cuts off makes no page wider
             const cut = [...document.querySelectorAll('.card')].filter((one) => one.scrollWidth > one.clientWidth + 1);
             if (cut.length) return cut.map((one) => `a card cuts ${one.scrollWidth - one.clientWidth} px off: ` + one.textContent.trim().slice(0, 40));
             if (document.documentElement.scrollWidth <= wide) return [];
             const out = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > wide + 1 && !one.closest('.scroll, .code, pre'));
             return out.slice(0, 5).map((one) => one.tagName + '.' + one.className + ' ' + Math.round(one.getBoundingClientRect().right)).concat('the page is ' + document.documentElement.scrollWidth + ' wide');",
        );
        let found = found.as_array().expect("a list");
        if !found.is_empty() {
            faults.push(format!("overflows {name}: {}", json!(found)));
        }
    }
    browser.resize(DESK);
    for look in [ASKEW, COVERED] {
        faults.extend(browser.run(look).as_array().expect("a list").iter().map(ToString::to_string));
    }
    faults
}

/// What the Tab key does not reach, or where it does not show that it is there.
pub fn unreached(browser: &mut Browser, _: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for size in [DESK, PHONE] {
        browser.resize(size);
        let count = browser.run(
            "scrollTo(0, 0);
             const start = document.createElement('span'); start.tabIndex = -1; document.body.prepend(start); start.focus(); start.remove();
             const isShown = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length && !one.closest('[inert], dialog:not([open])');
             const groups = new Set();
             window.wanted = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [tabindex=\"0\"]')]
               .filter((one) => isShown(one) && !one.disabled && one.tabIndex >= 0)
               .filter((one) => one.type !== 'radio' || (one.checked || !document.querySelector(`input[type=radio][name=\"${one.name}\"]:checked`)) && !groups.has(one.name) && groups.add(one.name));
             window.reached = new Set();
             return window.wanted.length;",
        );
        let count = count.as_u64().expect("a count");
        for _ in 0..count + 30 {
            tab(browser);
            let seen = browser.run(
                "const one = document.activeElement;
                 if (!one || one === document.body || one === [...window.reached][0]) return 'end';
                 // a frame and a field of a date have stops of their own
                 if (window.reached.has(one)) return '';
                 window.reached.add(one);
                 const style = getComputedStyle(one), box = one.getBoundingClientRect();
                 const name = one.tagName + ' ' + (one.id || one.name || one.textContent.trim().slice(0, 30));
                 if (one.tagName !== 'IFRAME' && (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 1)) return name + ' shows no focus';
                 if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) return name + ' is focused out of sight';
                 return '';",
            );
            match seen.as_str() {
                Some("end") => break,
                Some("") => {}
                other => faults.push(format!("at {} px: {}", size.0, other.unwrap_or("?"))),
            }
        }
        let missed = browser.run(
            "return window.wanted.filter((one) => !window.reached.has(one)).map((one) => one.tagName + ' ' + (one.id || one.name || one.textContent.trim().slice(0, 30)));",
        );
        for one in missed.as_array().expect("a list") {
            faults.push(format!("at {} px the Tab key does not reach {one}", size.0));
        }
    }
    browser.resize(DESK);
    faults
}

fn tab(browser: &Browser) {
    for kind in ["rawKeyDown", "keyUp"] {
        let key =
            json!({ "type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9, "nativeVirtualKeyCode": 9 });
        browser.command("Input.dispatchKeyEvent", key);
    }
}

/// What weighs too much when nothing is in the browser's cache.
fn heavy(browser: &mut Browser, address: &str) -> Vec<String> {
    browser.empty_cache();
    browser.bytes();
    browser.goto(address);
    browser.wait("the fonts", || {
        browser.run("return document.readyState === 'complete' && document.fonts.status === 'loaded'") == json!(true)
    });
    let first =
        "return performance.getEntriesByType('paint').find((one) => one.name === 'first-contentful-paint')?.startTime";
    browser.wait("a paint", || browser.run(first).is_number());
    let paint = browser.run(first);
    let bytes = browser.bytes();
    println!("{address}: {bytes} bytes, first contentful paint after {:.0} ms", paint.as_f64().unwrap_or_default());
    if bytes > MOST_BYTES { vec![format!("{bytes} bytes over the wire")] } else { Vec::new() }
}

macro_rules! for_guests_and_members {
    ($($(#[doc = $doc:literal])* $name:ident: $look:expr;)+) => { $(
        mod $name {
            use super::*;

            #[test]
            fn for_guests() {
                walk(false, $look);
            }

            #[test]
            fn for_members() {
                walk(true, $look);
            }
        }
    )+ };
}

for_guests_and_members! {
    axe_finds_no_serious_fault_in_either_theme: audited;
    nothing_overflows_on_a_phone_or_at_double_zoom: overflowing;
    the_keyboard_reaches_everything_and_shows_where_it_is: unreached;
    no_page_weighs_more_than_sixty_kilobytes: heavy;
}

#[test]
fn nothing_overflows_in_french() {
    for is_signed_in in [false, true] {
        walk_in("fr", is_signed_in, overflowing);
    }
}

#[test]
fn the_checks_see_what_they_look_for() {
    let world = World::new(Engine::Sqlite);
    let mut browser = world.browser("en", false);
    browser.goto("/sign-in");
    browser.run(
        "const add = (kind, style) => { const one = document.createElement(kind); one.textContent = 'unreadable'; Object.assign(one.style, style); document.querySelector('main').append(one); return one; };
         add('p', { color: '#777', background: '#888', width: '3000px' }); add('button', {}).style.setProperty('outline', 'none', 'important');
         add('input', { borderColor: '#ccc' }).type = 'checkbox';
         add('img', {}).src = 'https://evil.example/x.png'; document.querySelector('label').remove(); console.error('a complaint');",
    );

    let found =
        [audited(&mut browser, ""), overflowing(&mut browser, ""), unreached(&mut browser, "")].concat().join("\n");

    for part in [
        "color-contrast",
        "label",
        "the edge of the box",
        "overflows on a phone",
        "overflows at 200 % zoom",
        "shows no focus",
    ] {
        assert!(found.contains(part), "{part} is not found:\n{found}");
    }
    let asked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| browser.is_quiet(&["evil.example"])));
    assert!(asked.is_err(), "a complaint and a request to another server went unseen");
    // the language is the browser's own
    drop(browser);
    let french = world.browser("fr", false);
    french.goto("/");
    assert_eq!(french.run("return document.documentElement.lang"), json!("fr"));
}

#[test]
fn shortcuts_lead_to_the_search_to_a_new_key_and_to_their_own_list() {
    let world = World::new(Engine::Sqlite);
    let mut browser = world.browser("en", true);

    browser.goto("/keys");
    // as a browser's extension does; what takes the field's place must not bring an inline style along
    browser.run("document.querySelector('#f-tag').style.color = 'red'");
    browser.press("/");
    browser.press("nothing like it");
    browser.wait("the search", || browser.path().contains("nothing"));
    assert_eq!(
        browser.run("return document.activeElement.name"),
        json!("q"),
        "the focus is lost while the list changes"
    );
    browser.is_quiet(&[]);

    browser.goto("/dashboard");
    browser.press("?");
    browser.sees("Keyboard shortcuts");
    browser.run("document.querySelector('#shortcuts').close()");
    browser.press("g");
    pause(Duration::from_millis(1100));
    browser.press("k");
    pause(Duration::from_millis(300));
    assert_eq!(browser.path(), "/dashboard", "the second key came too late");
    browser.press("gk");
    browser.wait("the keys", || browser.path() == "/keys");
    browser.press("c");
    browser.wait("a new key", || browser.path().starts_with("/keys/new"));
}

#[test]
fn the_way_back_leads_through_the_filters_of_the_list() {
    let world = World::new(Engine::Sqlite);
    let mut browser = world.browser("en", true);
    let all = "return document.querySelectorAll('#list tbody tr:not(.group)').length";
    let choose = |id: &str, value: &str| {
        browser.run(&format!(
            "const field = document.querySelector('#{id}'); field.value = '{value}'; field.dispatchEvent(new Event('change', {{ bubbles: true }}));"
        ));
    };
    browser.goto("/dashboard");
    browser.goto("/keys");
    let count = browser.run(all);

    choose("f-environment", "production");
    browser.wait("one environment", || browser.path() == "/keys?environment=production" && browser.run(all) != count);
    let in_production = browser.run(all);
    browser.fill("#f-q", "bot");
    browser.wait("the search", || browser.path() == "/keys?q=bot&environment=production");
    choose("f-state", "revoked");
    browser.wait("revoked ones", || browser.path() == "/keys?q=bot&environment=production&state=revoked");

    let fields = "return ['f-q', 'f-environment', 'f-state'].map((id) => document.getElementById(id)?.value).join()";
    browser.run("history.back()");
    browser.wait("what was searched", || {
        browser.path() == "/keys?q=bot&environment=production" && browser.run(fields) == json!("bot,production,")
    });
    browser.run("history.back()");
    browser.wait("all keys", || {
        browser.path() == "/keys" && browser.run(all) == count && browser.run(fields) == json!(",,")
    });
    browser.run("history.back()");
    browser.wait("the page before", || browser.path() == "/dashboard");

    // from a key's page, too
    browser.goto("/keys?environment=production");
    browser.click("#list a.name");
    browser.wait("a key", || browser.path().starts_with("/keys/"));
    browser.run("history.back()");
    browser.wait("the list as it was", || {
        browser.path() == "/keys?environment=production" && browser.run(all) == in_production
    });
    browser.is_quiet(&[]);
}

#[test]
fn who_saw_a_value_is_told_at_once() {
    let world = World::new(Engine::Sqlite);
    let mut browser = world.browser("en", true);
    browser.may_use_the_clipboard();
    let key = world.facts.iter().find(|(name, _)| *name == "stored").expect("a key").1.clone();
    let shown = "return [...document.querySelectorAll('#seen tbody tr')].filter((row) => row.innerText.includes('shown')).length";
    browser.goto(&format!("/keys/{key}"));
    let before = browser.run(shown).as_u64().expect("a number");

    browser.click("#reveal button:not([data-copy-form])");
    browser.wait("the entry", || browser.run(shown) == json!(before + 1));
    assert!(browser.has("#shown-value"), "the value went with it");

    browser.click("#value [data-mask]");
    browser.click("#reveal [data-copy-form]");
    browser.wait("the entry of the copy", || browser.run(shown) == json!(before + 2));
    browser.is_quiet(&[]);
}

#[test]
fn what_is_ticked_is_counted_and_all_of_a_page_is_one_tick_on_a_phone_too() {
    let world = World::new(Engine::Sqlite);
    let mut browser = world.browser("en", true);
    let ticked = "return [...document.querySelectorAll('#list [name=id]')].filter((box) => box.checked).length";
    for size in [DESK, PHONE] {
        browser.resize(size);
        browser.goto("/keys");
        let count =
            browser.run("return document.querySelectorAll('#list [name=id]').length").as_u64().expect("a count");
        assert!(count > 3 && !browser.shows(".bulk-bar"));

        browser.click("#list tbody [name=id]");
        browser.sees("1 key chosen");
        let all = if size == PHONE { ".bulk-bar [data-check-all]" } else { "thead [data-check-all]" };
        assert!(browser.shows(all), "{all} at {size:?}");
        browser.click(all);
        browser.sees(&format!("{count} keys chosen"));
        assert_eq!(browser.run(ticked), json!(count));
        browser.click("#list tbody [name=id]");
        browser.sees(&format!("{} keys chosen", count - 1));
        assert_eq!(browser.run(&format!("return document.querySelector('{all}').indeterminate")), json!(true));

        // what stood below a letter that was typed into the search is another list
        browser.fill("#f-q", "bot");
        browser.wait("the search", || browser.path() == "/keys?q=bot");
        browser.wait("no tick", || browser.run(ticked) == json!(0));
        assert!(!browser.shows(".bulk-bar"));
    }
    browser.is_quiet(&[]);
}

#[test]
fn the_second_look_is_left_for_the_list_as_it_was() {
    let world = World::new(Engine::Sqlite);
    let mut browser = world.browser("en", true);
    let ticked = "return [...document.querySelectorAll('#list [name=id]')].filter((box) => box.checked).length";
    browser.goto("/keys?q=e");
    browser.click("thead [data-check-all]");
    let count = browser.run(ticked).as_u64().expect("a count");
    assert!(count > 10, "{count} keys are revoked without a second look");
    browser.click(".bulk-bar .danger");
    browser.sees(&format!("Revoke {count} keys?"));

    browser.click("main form a.btn");
    browser.sees(&format!("{count} keys chosen"));
    assert_eq!((browser.path(), browser.run(ticked)), ("/keys?q=e".to_owned(), json!(count)));

    // and by a reload
    browser.click(".bulk-bar .danger");
    browser.sees(&format!("Revoke {count} keys?"));
    browser.command("Page.reload", json!({}));
    browser.sees(&format!("{count} keys chosen"));
    browser.is_quiet(&[]);
}

#[test]
fn on_a_phone_a_line_of_an_import_begins_with_its_name() {
    let world = World::new(Engine::Sqlite);
    let browser = world.browser("en", true);
    browser.resize(PHONE);
    browser.goto("/keys/import");
    browser.fill("#f-text", "PASTED=a value of its own\n");
    browser.click("main form button.primary");
    browser.sees("PASTED");

    let tops = browser.run(
        "return ['th', '.num'].map((part) => document.querySelector(`tbody ${part}`).getBoundingClientRect().top)",
    );
    assert!(tops[0].as_f64() < tops[1].as_f64(), "{tops}");
}

#[test]
fn who_asks_for_the_provider_is_led_to_the_answer() {
    let world = World::new(Engine::Sqlite);
    let browser = world.browser("en", true);
    browser.resize(PHONE);
    let focused = "return document.activeElement.id";
    browser.goto("/keys/new");
    browser.wait("the name", || browser.run(focused) == json!("f-name"));
    // a value that a script has not seen, as where there is none
    browser.run("document.querySelector('#f-value').value = 'sk_live_4eC39HqLyjWDarjtT1zdp7dcAbCd9xQ2'");

    browser.click("#provider button[value=look]");
    browser.sees("Looks like a key of Stripe");
    browser.wait("the answer", || browser.run(focused) == json!("told"));
    let is_in_sight = "const box = document.querySelector('#told').getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight";
    browser.wait("the answer in sight", || browser.run(is_in_sight) == json!(true));
}
