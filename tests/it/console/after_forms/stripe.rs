//! What the forms of the pages lead to that stand in for Stripe's.

use super::{Walk, in_both_languages};
use crate::{
    console::world::World,
    support::{Engine, register},
};

in_both_languages! {
    fn paying_and_what_comes_after(tag) {
        let world = World::new(Engine::Sqlite);
        let mut walk = Walk::new(&world, tag, false);
        let bob = register(&world.server, "bob");
        let begun = bob.call(&world.server, "POST", "/api/billing/checkout", None).expect(200).json();
        let url = begun["url"].as_str().expect("an address");
        let checkout = url.strip_prefix(&world.base).expect("an address of ours").split('?').next().expect("a path").to_owned();

        walk.sends_from(&checkout, &checkout, &[("answer", "decline")]);
        walk.looks(402, "[role=alert]");
        walk.sends(&checkout, &[("answer", "pay")]);
        walk.looks(200, "main .btn.primary");
        walk.browser.goto(&checkout);
        walk.looks(200, ".lede");

        let (_, portal) = world.facts.iter().find(|(name, _)| *name == "portal").expect("a portal");
        walk.browser.goto(portal);
        let portal = portal.split('?').next().expect("a path");
        for act in ["cancel_later", "resume", "fail", "end_period", "pay_open", "refund", "cancel_now"] {
            walk.sends(portal, &[("act", act)]);
            walk.looks(200, "main form");
        }
        walk.browser.goto("/simulated-stripe/checkout/unknown");
        walk.looks(404, "h1");

        walk.ends();
    }

    fn the_page_on_the_way_to_stripe(tag) {
        let world = World::new(Engine::Sqlite);
        let mut walk = Walk::new(&world, tag, true);

        walk.browser.goto("/billing");
        walk.reads("/billing/portal");
        walk.looks(200, "main a.btn.primary[rel=noreferrer]");

        walk.ends();
    }
}
