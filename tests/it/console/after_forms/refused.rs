//! Refusals that are pages of their own: forms from elsewhere, too heavy ones, too many of them, a plan that is full, a database
//! that is away or not as it should be.

use serde_json::json;

use super::{Walk, in_both_languages};
use crate::{
    console::world::World,
    support::{Browser, Engine, PostgresServer, Vault, register},
};

in_both_languages! {
    fn forms_from_elsewhere_and_forms_that_are_too_heavy(tag) {
        let world = World::new(Engine::Sqlite);
        let mut walk = Walk::new(&world, tag, true);

        walk.sends_from("/keys/new", "/keys/new", &[("name", "Heavy"), ("value", &"x".repeat(200_000))]);
        walk.looks(413, "[role=alert]");
        let foreign = format!("data:text/html,<form method=post action={}/sign-out></form>", world.base);
        walk.browser.command("Page.navigate", json!({ "url": foreign }));
        walk.browser.wait("the foreign page", || walk.browser.has("form[action$='/sign-out']"));
        walk.browser.run("document.forms[0].submit()");
        walk.browser.wait("the answer", || walk.browser.path() == "/sign-out" && walk.browser.has("h1"));
        walk.looks(403, "[role=alert]");
        walk.browser.goto("/dashboard");
        assert_eq!(walk.browser.path(), "/dashboard", "a form from elsewhere signed her out");

        walk.ends();
    }

    fn too_many_forms_and_a_plan_that_is_full(tag) {
        let vault = Vault::new(Engine::Sqlite).with("FREE_PLAN_MAX_KEYS", "1").with("RATE_LIMIT_AUTH_PER_MINUTE", "6");
        let server = vault.start_with(&["--stripe=simulated"]);
        let alice = register(&server, "alice");
        alice.store(&server, "the only one", "its value");
        let mut walk = Walk::of(Browser::open(&format!("http://{}", server.address), tag), tag);
        walk.browser.goto(&format!("/?lang={tag}"));

        walk.sends_from("/sign-in", "/sign-in", &[("email", &alice.email), ("password", &alice.password)]);
        walk.sends_from("/keys/new", "/keys/new", &[("name", "one more"), ("value", "another value")]);
        walk.looks(402, ".note.warn[role=alert]");
        walk.sends("/sign-out", &[]);
        while walk.browser.status() != 429 {
            walk.sends_from("/sign-in", "/sign-in", &[("email", "bob@example.com"), ("password", &alice.password)]);
        }
        walk.looks(429, "[role=alert]");

        walk.ends();
    }

    fn a_database_that_is_away(tag) {
        let database = PostgresServer::start(&["fsync=off"]);
        let vault = Vault::on_url(database.url("postgres"));
        let server = vault.start();
        let alice = register(&server, "alice");
        let mut walk = Walk::of(Browser::open(&format!("http://{}", server.address), tag), tag);
        walk.browser.goto(&format!("/?lang={tag}"));
        walk.sends_from("/sign-in", "/sign-in", &[("email", &alice.email), ("password", &alice.password)]);
        walk.browser.goto("/keys/new");

        database.stop("INT");
        walk.sends("/keys/new", &[("name", "Payments"), ("value", "its value")]);
        walk.looks(503, "[role=alert]");

        walk.ends();
    }

    fn a_fault_of_the_servers_own(tag) {
        let world = World::new(Engine::Sqlite);
        let mut walk = Walk::new(&world, tag, true);
        walk.browser.goto("/keys");
        world.vault.sql("alter table auth.api_keys rename to away");

        // a part that htmx asks for: told among the notices
        walk.browser.fill("#f-q", "bot");
        walk.browser.wait("the notice", || walk.browser.has("#messages .fault-toast"));
        walk.browser.console();
        walk.looks(200, "#messages .fault-toast");
        walk.browser.goto("/keys");
        walk.looks(500, "[role=alert]");
        let named = walk.browser.text("main .hint code");
        assert!(named.len() > 15 && world.server.log().contains(&named), "the log does not know the request {named}");

        world.vault.sql("alter table auth.away rename to api_keys");
        walk.browser.goto("/keys");
        assert_eq!(walk.browser.status(), 200);
        walk.ends();
    }
}
