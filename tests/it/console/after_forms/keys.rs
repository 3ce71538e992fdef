//! What the forms of keys lead to.

use serde_json::json;

use super::{Walk, in_both_languages};
use crate::{console::world::World, support::Engine};

const VALUE: &str = "sk_test_4eC39HqLyjWDarjtT1zdp7dcAbCd9xQ2";
/// A new line, a changed one, one that is the same as in the vault, and one at fault.
const FILE: &str = "A_NEW_ONE=a value of its own\nCHANGED=another value\nSAME=the same value\nthis is no line\n";

impl World {
    /// The address of a key's page.
    fn key(&self, name: &str) -> String {
        let (_, id) = self.facts.iter().find(|(found, _)| *found == name).expect("a key");
        format!("/keys/{id}")
    }
}

in_both_languages! {
    fn a_new_key(tag) {
        let world = World::new(Engine::Sqlite);
        let mut walk = Walk::new(&world, tag, true);

        walk.sends_from("/keys/new", "/keys/new", &[("name", ""), ("value", ""), ("expires_at", "2001-01-01"), ("environment", "no such place!")]);
        walk.looks(422, "#e-name");
        walk.sends("/keys/new", &[("name", "Storage"), ("provider", "aws"), ("act", "look")]);
        walk.looks(200, "#provider fieldset input");
        walk.sends_from("/keys/new", "/keys/new", &[("name", "Payments again"), ("value", VALUE), ("environment", "production")]);
        walk.looks(201, ".note.warn");
        walk.sends_from("/keys/new?way=generate&preset=customer", "/keys/new", &[("name", "Customer 7"), ("allowed_ips", "nowhere")]);
        walk.looks(422, "#e-allowed_ips");
        walk.sends("/keys/new", &[("allowed_ips", "")]);
        walk.looks(201, "#made-value");

        walk.ends();
    }

    fn a_key_that_is_changed_shown_and_rotated(tag) {
        let world = World::new(Engine::Sqlite);
        let mut walk = Walk::new(&world, tag, true);
        let (key, stored) = (world.key("key"), world.key("stored"));

        let edit = format!("{key}/edit");
        walk.sends_from(&edit, &edit, &[("name", ""), ("rate_limit.limit", "0")]);
        walk.looks(422, "#e-name");
        walk.browser.goto(&edit);
        world.alice.call(&world.server, "PATCH", &format!("/api{key}"), Some(&json!({ "note": "changed meanwhile" }))).expect(200);
        walk.sends(&edit, &[("name", "Another name"), ("note", "mine")]);
        walk.looks(412, ".note.warn dl");
        walk.sends(&edit, &[]);
        walk.looks(200, "#toasts .toast");

        let rotate = format!("{stored}/rotate");
        walk.sends_from(&rotate, &rotate, &[("value", "")]);
        walk.looks(422, "#e-value");
        walk.sends(&rotate, &[("value", VALUE)]);
        walk.looks(200, ".note.warn");
        let rotate = format!("{key}/rotate");
        walk.sends_from(&rotate, &rotate, &[]);
        walk.looks(200, "#made-value");

        // shown in its place, for as long as it is looked at here
        walk.browser.goto(&stored);
        walk.browser.run("const now = Date.now(); Date.now = () => now;");
        walk.browser.click("#reveal button:not([data-copy-form])");
        walk.browser.wait("the value", || walk.browser.has("#shown-value"));
        walk.looks(200, "#shown-value");
        // and on a page of its own, as it is where there is no script
        walk.sends_from(&stored, &format!("{stored}/reveal"), &[]);
        walk.looks(200, "#shown-value");

        walk.ends();
    }

    fn many_keys_at_once(tag) {
        let world = World::new(Engine::Sqlite);
        let mut walk = Walk::new(&world, tag, true);
        let list = "/keys?environment=development";

        walk.sends_from(list, "/keys/tag", &[("id", "*"), ("tag", "one, two"), ("act", "add")]);
        walk.looks(422, "[role=alert]");
        walk.sends_from(list, "/keys/tag", &[("tag", "shop"), ("act", "add")]);
        walk.looks(200, "#toasts .toast");
        walk.sends_from(list, "/keys/revoke", &[("id", "*")]);
        walk.looks(200, "#toasts form [name=id]");
        walk.browser.goto("/keys?state=revoked");
        walk.looks(200, "[formaction='/keys/reinstate']");

        walk.ends();
    }

    fn a_file_of_keys(tag) {
        let world = World::new(Engine::Sqlite);
        let mut walk = Walk::new(&world, tag, true);
        for (name, value) in [("CHANGED", "its value"), ("SAME", "the same value")] {
            let key = json!({ "name": name, "value": value, "environment": "production" });
            world.alice.call(&world.server, "POST", "/api/keys", Some(&key)).expect(201);
        }

        walk.sends_from("/keys/import", "/keys/import/preview", &[("text", "{\"A\":")]);
        walk.looks(400, "[role=alert]");
        walk.sends("/keys/import/preview", &[("text", "A=1"), ("environment", "no such place!")]);
        walk.looks(422, "#e-environment");
        walk.sends("/keys/import/preview", &[("text", FILE), ("environment", "production")]);
        walk.looks(200, "[name=skip_invalid]");
        for badge in [".ok", ".accent", ".danger", ".badge:not(.ok, .accent, .danger)"] {
            assert!(walk.browser.has(&format!("td {badge}")), "no line {badge}");
        }
        walk.sends("/keys/import", &[("skip_invalid", "")]);
        walk.looks(422, "[role=alert]");
        // the ticks are counted, and all are set at once
        assert_eq!(walk.browser.run("return document.querySelectorAll('[name=line]:checked').length"), json!(2));
        let counted = walk.browser.text("[data-chosen]");
        assert!(counted.starts_with('2'), "{counted}");
        walk.browser.click("[data-check-all]");
        assert!(!walk.browser.has("[name=line]:checked"));
        walk.sends("/keys/import", &[]);
        walk.looks(422, "[role=alert]");
        walk.browser.click("[name=line][value='1']");
        walk.sends("/keys/import", &[("skip_invalid", "*")]);
        walk.looks(200, ".name-first .badge.danger");
        walk.sends_from("/keys/import", "/keys/import/preview", &[("text", "SAME='the same value'"), ("environment", "production")]);
        walk.looks(200, ".note");
        walk.sends_from("/keys/import", "/keys/import/preview", &[("text", "this is no line")]);
        walk.looks(200, ".note");
        assert!(!walk.browser.has("details[open]"), "the values are shown unasked");
        // more than the plan has room for, and more than a page shows
        let many: String = (0..600).map(|number| format!("MANY_{number}=value {number}\n")).collect();
        walk.sends_from("/keys/import", "/keys/import/preview", &[("text", &many)]);
        assert!(walk.browser.has("[name=rest]:checked"), "what is not shown has no tick");

        walk.ends();
    }
}
