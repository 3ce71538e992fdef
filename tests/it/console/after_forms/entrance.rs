//! What the forms of somebody lead to who has not signed in, or no longer.

use serde_json::json;

use super::{Walk, in_both_languages};
use crate::{
    console::world::{World, waiting},
    support::{Engine, register},
};

in_both_languages! {
    fn signing_up_and_in(tag) {
        let world = World::new(Engine::Sqlite);
        let mut walk = Walk::new(&world, tag, false);
        let (email, password) = (world.alice.email.as_str(), world.alice.password.as_str());

        walk.sends_from("/sign-up", "/sign-up", &[("name", &"n".repeat(101)), ("email", "nobody"), ("password", "court")]);
        walk.looks(422, "#e-password");
        walk.sends("/sign-up", &[("name", ""), ("email", email), ("password", password)]);
        walk.looks(409, "#e-email");
        walk.sends("/sign-up", &[("email", "bob@example.com"), ("password", password)]);
        walk.looks(200, "#toasts .toast");
        walk.sends("/sign-out", &[]);
        walk.looks(200, "#toasts .toast");
        walk.sends("/sign-in", &[("email", "bob@example.com"), ("password", "not this one at all")]);
        walk.looks(401, "[role=alert]");
        walk.browser.command("Network.clearBrowserCookies", json!({}));
        walk.sends("/sign-in", &[("email", "bob@example.com"), ("password", password)]);
        walk.looks(403, "[role=alert]");
        walk.browser.goto(&format!("/?lang={tag}"));
        walk.sends_from("/forgot-password", "/forgot-password", &[("email", "nobody")]);
        walk.looks(422, "#e-email");
        walk.sends("/forgot-password", &[("email", "bob@example.com")]);
        walk.looks(202, "main h1");
        walk.sends("/forgot-password", &[("act", "again")]);
        walk.looks(202, "[role=status]");

        walk.ends();
    }

    fn where_links_of_mails_lead(tag) {
        let world = World::new(Engine::Sqlite);
        let mut walk = Walk::new(&world, tag, false);

        register(&world.server, "victim");
        let token = world.mailed_token("victim@example.com", "/verify");
        walk.browser.goto(&format!("/verify?token={token}"));
        walk.looks(200, "main form a[href*='/verify/disown?token=']");
        walk.browser.click("main form a[href*='/verify/disown']");
        walk.browser.wait("the second page", || walk.browser.has("form[action='/verify/disown']"));
        walk.looks(200, "form .btn.danger");
        walk.sends("/verify/disown", &[]);
        walk.looks(200, "main a.primary[href='/sign-up']");

        for page in ["/verify?token=x", "/reset?token=x"] {
            walk.browser.goto(page);
            walk.looks(400, "main .btn");
        }
        for page in ["/confirm-address", "/undo-address"] {
            walk.sends_from(&format!("{page}?token=x"), page, &[]);
            walk.looks(400, "[role=alert]");
        }
        let live = world.recovery_link();
        walk.browser.goto(&live);
        walk.looks(200, "#f-password");
        walk.sends("/reset", &[("password", "password1234")]);
        walk.looks(422, "#e-password");
        walk.sends("/reset", &[("token", "x"), ("password", "trois loutres et un parapluie")]);
        walk.looks(400, "main a.primary[href='/forgot-password']");
        world.sign_in(&walk.browser);
        for page in ["/verify?token=x", "/reset?token=x"] {
            walk.browser.goto(page);
            walk.looks(400, "main a[href='/dashboard']");
        }

        walk.ends();
    }

    fn a_program_that_waits(tag) {
        let world = World::new(Engine::Sqlite);
        let mut walk = Walk::new(&world, tag, false);
        let page = |code: &str| format!("/device?code={code}");

        walk.browser.goto(&page("BBBB-BBBB"));
        walk.looks(400, "[role=alert]");
        let code = waiting(&world.server);
        walk.sends_from(&page(&code), "/device", &[("email", &world.alice.email), ("password", "not this one at all")]);
        walk.looks(401, "[role=alert]");
        walk.sends("/device", &[("answer", "refuse")]);
        walk.looks(200, "[role=status]");
        let code = waiting(&world.server);
        walk.sends_from(&page(&code), "/device", &[("email", &world.alice.email), ("password", &world.alice.password)]);
        walk.looks(200, "[role=status]");

        world.sign_in(&walk.browser);
        let code = waiting(&world.server);
        walk.sends_from(&page(&code), "/device/allow", &[]);
        walk.looks(200, "[role=status]");

        walk.ends();
    }

    fn a_form_that_was_held_up(tag) {
        let world = World::new(Engine::Sqlite);
        let mut walk = Walk::new(&world, tag, true);
        let note = "a note of many words, typed with care ".repeat(5);
        let typed = [("name", "Kept"), ("value", "sk_live_51NkT4eV9xQ2Lm7Pw8Rz3Yc6"), ("note", note.as_str())];

        walk.browser.goto("/keys/new");
        world.alice.call(&world.server, "DELETE", "/api/auth/sessions", None).expect(204);
        walk.sends("/keys/new", &typed);
        walk.looks(401, "[name=resume_form]");
        walk.sends("/sign-in", &[("email", &world.alice.email), ("password", &world.alice.password)]);
        walk.looks(200, "[name=value]");
        walk.sends("/keys/new", &[]);
        walk.looks(200, "#reveal");

        walk.ends();
    }
}
