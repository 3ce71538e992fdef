//! What the forms of an account lead to: security, tokens, settings, billing, administration; and the page that asks for the
//! password in between.

use serde_json::json;

use super::{Walk, code_of, in_both_languages};
use crate::{
    console::world::World,
    support::{Engine, register},
};

const OTHER_PASSWORD: &str = "trois loutres et un parapluie";

/// Everybody signed in a while ago.
fn grow_old(world: &World, walk: &Walk) {
    world
        .vault
        .sql("update auth.login_sessions set \"createdAt\" = '2020-01-01T00:00:00.000Z', \"authenticatedAt\" = null");
    // what the server remembers of a sign-in goes with a change of the account
    walk.sends_from("/settings", "/settings/name", &[("name", "Alice Adams")]);
}

/// What the page shows in this place.
fn shown(walk: &Walk, place: &str) -> String {
    let text = walk.browser.run(&format!("return document.querySelector({}).textContent", json!(place)));
    text.as_str().expect("a text").to_owned()
}

in_both_languages! {
    fn the_second_factor_and_signing_in_with_it(tag) {
        let world = World::new(Engine::Sqlite);
        let mut walk = Walk::new(&world, tag, true);
        let (email, password) = (world.alice.email.as_str(), world.alice.password.as_str());

        walk.sends_from("/security", "/security/second-factor", &[]);
        walk.looks(200, "img.qr");
        let secret = shown(&walk, "#secret");
        walk.sends("/security/second-factor/confirm", &[("code", "000000")]);
        walk.looks(422, "#e-code");
        // on a phone what is wrong stands where one looks, without a scroll
        walk.browser.resize((390, 664));
        walk.sends("/security/second-factor/confirm", &[("code", "000001")]);
        let place = "const box = document.querySelector('#e-code').getBoundingClientRect(); return scrollY === 0 && box.top >= 0 && box.bottom <= innerHeight";
        assert_eq!(walk.browser.run(place), json!(true), "the fault is out of sight");
        walk.browser.console();
        // the mail is sent again, and the picture stays
        walk.sends("/security/second-factor", &[("act", "resend"), ("secret", &secret)]);
        walk.looks(200, "img.qr");
        assert_eq!(shown(&walk, "#secret"), secret);
        walk.sends("/security/second-factor/confirm", &[("code", &code_of(&secret))]);
        walk.looks(200, "#codes");
        let codes: Vec<_> = shown(&walk, "#codes").split_whitespace().map(str::to_owned).collect();
        assert_eq!(codes.len(), 10);
        walk.browser.goto("/security");
        walk.looks(200, "form[action$='/second-factor/off']");

        // a recovery code signs in, once
        walk.sends("/sign-out", &[]);
        walk.sends_from("/sign-in", "/sign-in", &[("email", email), ("password", password)]);
        walk.looks(200, "[name=challenge]");
        walk.sends("/sign-in/code", &[("code", "aaaa-aaaa-aaaa")]);
        walk.looks(403, "#e-code");
        walk.sends("/sign-in/code", &[("code", &codes[0])]);
        assert_eq!(walk.browser.path(), "/dashboard");
        walk.sends("/sign-out", &[]);
        walk.sends_from("/sign-in", "/sign-in", &[("email", email), ("password", password)]);
        walk.sends("/sign-in/code", &[("code", &codes[0])]);
        assert_eq!(walk.browser.status(), 403, "a recovery code opens twice");
        walk.browser.console();
        walk.sends("/sign-in/code", &[("code", &codes[1])]);
        assert_eq!(walk.browser.path(), "/dashboard");

        // new ones ask for both proofs of a newer sign-in
        grow_old(&world, &walk);
        walk.sends_from("/security", "/security/recovery-codes", &[]);
        walk.looks(200, "[name=confirm_code]");
        walk.sends("/security/recovery-codes", &[("confirm_password", password), ("confirm_code", &codes[2])]);
        walk.looks(200, "#codes");
        // a form that was opened before them, as the way back has it
        walk.sends_from("/security", "/security/recovery-codes", &[("codes_of", "1")]);
        walk.looks(409, ".card [role=alert]");

        walk.ends();
    }

    fn what_asks_for_the_password(tag) {
        let world = World::new(Engine::Sqlite);
        let mut walk = Walk::new(&world, tag, true);

        grow_old(&world, &walk);
        walk.sends_from("/keys/export", "/keys/export", &[("format", "env"), ("environment", "production")]);
        walk.looks(200, "[name=confirm_password]");
        walk.sends("/keys/export", &[("confirm_password", OTHER_PASSWORD)]);
        walk.looks(403, "[role=alert]");

        walk.ends();
    }

    fn security_and_settings(tag) {
        let world = World::new(Engine::Sqlite);
        let mut walk = Walk::new(&world, tag, true);

        walk.sends_from("/settings", "/settings/name", &[("name", &"n".repeat(101))]);
        walk.looks(422, "#e-name");
        walk.sends("/settings/name", &[("name", "Alice")]);
        walk.looks(200, "#toasts .toast");
        walk.sends("/settings/email", &[("email", "nobody"), ("password", "")]);
        walk.looks(422, "#e-email");
        walk.sends_from("/settings/delete", "/settings/delete", &[("confirmation", "yes"), ("password", OTHER_PASSWORD)]);
        walk.looks(422, "#e-confirmation");
        walk.sends_from("/verify-address", "/verify-address/resend", &[]);
        walk.looks(200, "#toasts .toast");
        walk.sends_from("/security", "/security/password", &[("current_password", OTHER_PASSWORD), ("new_password", "court")]);
        walk.looks(422, "#e-new_password");
        walk.sends("/security/password", &[("current_password", OTHER_PASSWORD), ("new_password", "deux hiboux sous la pluie")]);
        walk.looks(403, "#e-current_password");
        while walk.browser.status() != 429 {
            walk.sends("/security/password", &[("current_password", OTHER_PASSWORD), ("new_password", "deux hiboux sous la pluie")]);
        }
        walk.looks(429, "[role=alert]");

        walk.ends();
    }

    fn tokens_billing_and_administration(tag) {
        let world = World::new(Engine::Sqlite);
        let mut walk = Walk::new(&world, tag, true);

        walk.sends_from("/tokens/new", "/tokens", &[("name", ""), ("scopes", ""), ("expires_in", "date"), ("allowed_ips", "nowhere")]);
        walk.looks(422, "#e-scopes");
        walk.sends("/tokens", &[("name", "bot"), ("scopes", "*"), ("expires_in", "30"), ("allowed_ips", "")]);
        walk.looks(201, "#token");

        // the way to PRO, of somebody who is there already
        walk.browser.goto("/billing");
        walk.browser.run("document.querySelector('form[action=\"/billing/portal\"]').setAttribute('action', '/billing/checkout')");
        walk.sends("/billing/checkout", &[]);
        walk.looks(409, "[role=alert]");

        let (_, user) = world.facts.iter().find(|(name, _)| *name == "user").expect("an account");
        let account = format!("/admin/accounts/{user}");
        walk.sends_from(&account, &account, &[("role", "user")]);
        walk.looks(409, "[role=alert]");

        // after a second look, and back again: what was done covers no button
        let bob = register(&world.server, "bob");
        let me = bob.call(&world.server, "GET", "/api/auth/me", None).expect(200).json();
        let account = format!("/admin/accounts/{}", me["id"].as_str().expect("an id"));
        let access = format!("{account}/access");
        walk.browser.goto(&account);
        walk.browser.click(&format!("a[href='{account}/disable']"));
        walk.browser.wait("the second look", || walk.browser.path().ends_with("/disable"));
        walk.sends(&access, &[]);
        walk.looks(200, "#toasts .toast");
        walk.sends(&access, &[]);
        walk.looks(200, "#toasts .toast");

        walk.ends();
    }
}
