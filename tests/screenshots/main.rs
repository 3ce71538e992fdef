//! `scripts/screenshots`: a picture of every page of the console in `target/screenshots/`, in both themes and both languages, for
//! a phone and a desk. Not a test: it is not run with them.

#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::pedantic,
    reason = "a tool made of the tests' support, of which it uses a part"
)]

#[macro_use]
#[path = "../it/support/mod.rs"]
mod support;
#[path = "../it/console/pages.rs"]
mod pages;
#[path = "../it/console/world.rs"]
mod world;

use std::path::Path;

use pages::{OF_THE_PROGRAM, PAGES, Who};
use support::{DESK, Engine, PHONE};
use world::World;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    std::fs::create_dir_all(&folder).expect("a folder");
    let world = World::new(Engine::Sqlite);
    let mut made = 0;
    for is_signed_in in [false, true] {
        for language in ["en", "fr"] {
            let browser = world.browser(language, is_signed_in);
            // who signs in reads the account's language, until another is chosen
            browser.goto(&format!("/?lang={language}"));
            for (at, page) in PAGES
                .iter()
                .chain(OF_THE_PROGRAM)
                .enumerate()
                .filter(|(_, page)| (page.who != Who::Guest) == is_signed_in)
            {
                if !wanted.is_empty() && !wanted.iter().any(|part| page.slug().contains(part.as_str())) {
                    continue;
                }
                for (theme, (name, size)) in ["light", "dark"]
                    .into_iter()
                    .flat_map(|theme| [("390", PHONE), ("1440", DESK)].map(|size| (theme, size)))
                {
                    browser.in_theme(theme);
                    browser.resize(size);
                    browser.goto(&page.address(&world.facts));
                    browser.settle();
                    let file = format!("{at:02}-{}-{name}-{theme}-{language}.png", page.slug());
                    std::fs::write(folder.join(file), browser.picture()).expect("a file");
                    made += 1;
                }
            }
        }
    }
    println!("{made} pictures in {}", folder.display());
}
