//! Lists: pages without gaps or repeats, filters that mean what they say, and nobody else's rows.

use uuid::Uuid;
use vault_api::{
    models::{
        ids::UserId,
        key_requests::Filter,
        page::{Page, PageRequest},
    },
    repositories::api_key_lists,
};

use super::samples::{key, store, stored_user};
use crate::support::TestApp;

/// The names of the keys that a filter finds, newest first.
async fn names(app: &TestApp, owner: UserId, filter: &Filter) -> Vec<String> {
    let page = PageRequest { limit: 100, before: None };
    let now = app.operator().now();
    let keys = api_key_lists::list(&mut app.app.db.read().await.unwrap(), owner, filter, page, now).await.unwrap();
    keys.into_iter().map(|key| key.name).collect()
}

async fn page(app: &TestApp, owner: UserId, limit: i64, before: Option<Uuid>) -> (Vec<String>, Option<Uuid>) {
    let (wanted, now) = (PageRequest { limit, before }, app.operator().now());
    let mut reader = app.app.db.read().await.unwrap();
    let rows = api_key_lists::list(&mut reader, owner, &Filter::default(), wanted, now).await.unwrap();
    let page = Page::cut(rows, limit, |key| key.id.0);
    (page.rows.into_iter().map(|key| key.name).collect(), page.next)
}

fn search(part: &str) -> Filter {
    Filter { search: Some(part.into()), ..Filter::default() }
}

async fn stored(app: &TestApp, owner: UserId, all: &[&str]) {
    for name in all {
        store(app, &key(app, owner, name), name.as_bytes()).await.unwrap();
    }
}

on_both! {
    async fn pages_hold_every_row_once_newest_first(app: TestApp) {
        let alice = stored_user(&app, "alice@example.com").await;
        let all: Vec<String> = (0..25).map(|number| format!("key {number}")).collect();
        stored(&app, alice.id, &all.iter().map(String::as_str).collect::<Vec<_>>()).await;

        let mut seen = Vec::new();
        let mut before = None;
        let mut sizes = Vec::new();
        loop {
            let (names, next) = page(&app, alice.id, 10, before).await;
            sizes.push(names.len());
            seen.extend(names);
            before = next;
            if before.is_none() {
                break;
            }
        }

        assert_eq!(sizes, [10, 10, 5]);
        assert_eq!(seen, all.iter().rev().cloned().collect::<Vec<_>>());
    }

    async fn a_full_last_page_has_no_successor(app: TestApp) {
        let alice = stored_user(&app, "alice@example.com").await;
        stored(&app, alice.id, &["one", "two", "three", "four"]).await;

        let (first, next) = page(&app, alice.id, 2, None).await;
        let (second, end) = page(&app, alice.id, 2, next).await;

        assert_eq!((first, second, end), (vec!["four".into(), "three".into()], vec!["two".into(), "one".into()], None));
    }

    async fn a_row_that_comes_between_two_pages_moves_no_other(app: TestApp) {
        let alice = stored_user(&app, "alice@example.com").await;
        stored(&app, alice.id, &["one", "two", "three"]).await;

        let (_, next) = page(&app, alice.id, 2, None).await;
        stored(&app, alice.id, &["late"]).await;
        let (second, _) = page(&app, alice.id, 2, next).await;

        assert_eq!(second, ["one"]);
    }

    async fn a_list_and_its_cursors_show_nobody_elses_rows(app: TestApp) {
        let (alice, bob) = (stored_user(&app, "alice@example.com").await, stored_user(&app, "bob@example.com").await);
        stored(&app, alice.id, &["a1", "a2", "a3"]).await;
        stored(&app, bob.id, &["b1"]).await;

        let (_, cursor_of_alice) = page(&app, alice.id, 1, None).await;
        let (of_bob, _) = page(&app, bob.id, 10, cursor_of_alice).await;

        assert!(of_bob.is_empty(), "{of_bob:?}");
        assert_eq!(names(&app, bob.id, &Filter::default()).await, ["b1"]);
    }

    async fn the_signs_of_a_pattern_are_searched_for_as_they_are(app: TestApp) {
        let alice = stored_user(&app, "alice@example.com").await;
        stored(&app, alice.id, &["100%", "100 percent", "a_b", "axb", "back\\slash", "backslash", "it's \"quoted\"", "plain"]).await;

        for (part, found) in [
            ("%", vec!["100%"]),
            ("100%", vec!["100%"]),
            ("_", vec!["a_b"]),
            ("a_b", vec!["a_b"]),
            ("\\", vec!["back\\slash"]),
            ("k\\s", vec!["back\\slash"]),
            ("it's \"q", vec!["it's \"quoted\""]),
            ("' or '1'='1", vec![]),
            ("\\%", vec![]),
        ] {
            assert_eq!(names(&app, alice.id, &search(part)).await, found, "{part}");
        }
    }

    async fn a_search_looks_at_every_promised_field_without_regard_to_case(app: TestApp) {
        let alice = stored_user(&app, "alice@example.com").await;
        let mut sample = key(&app, alice.id, "Étoile NAME");
        sample.tags = vec!["Grüße".into()];
        sample.note = Some("A Note".into());
        sample.provider = "openai".into();
        sample.prefix = "sk-Proj-".into();
        sample.last4 = "Zz9q".into();
        store(&app, &sample, b"a").await.unwrap();
        stored(&app, alice.id, &["other"]).await;

        for part in ["étoile", "ÉTOILE", "name", "GRÜSSE", "grüße", "a note", "OPENAI", "SK-PROJ", "zZ9Q"] {
            let found = names(&app, alice.id, &search(part)).await;
            // ß has no single upper-case letter: GRÜSSE is another text
            let expected: &[&str] = if part == "GRÜSSE" { &[] } else { &["Étoile NAME"] };
            assert_eq!(found, expected, "{part}");
        }
    }

    async fn a_search_does_not_match_across_two_fields(app: TestApp) {
        let alice = stored_user(&app, "alice@example.com").await;
        let mut sample = key(&app, alice.id, "left");
        sample.note = Some("right".into());
        store(&app, &sample, b"a").await.unwrap();

        assert!(names(&app, alice.id, &search("leftright")).await.is_empty());
        assert!(names(&app, alice.id, &search("left right")).await.is_empty());
    }

    async fn a_tag_is_found_whole_and_as_it_is_written(app: TestApp) {
        let alice = stored_user(&app, "alice@example.com").await;
        for (name, tags) in [("one", vec!["prod", "50%"]), ("two", vec!["production"]), ("three", vec!["say \"prod\""]), ("four", vec!["back\\slash", "x_y"])] {
            let mut sample = key(&app, alice.id, name);
            sample.tags = tags.into_iter().map(String::from).collect();
            store(&app, &sample, name.as_bytes()).await.unwrap();
        }

        for (tag, found) in [
            ("prod", vec!["one"]),
            ("production", vec!["two"]),
            ("50%", vec!["one"]),
            ("%", vec![]),
            ("say \"prod\"", vec!["three"]),
            ("back\\slash", vec!["four"]),
            ("x_y", vec!["four"]),
            ("xzy", vec![]),
            ("Prod", vec![]),
            ("prod\",\"50%", vec![]),
        ] {
            let filter = Filter { tag: Some(tag.into()), ..Filter::default() };
            assert_eq!(names(&app, alice.id, &filter).await, found, "{tag}");
        }
    }

    async fn filters_narrow_the_list_together(app: TestApp) {
        let alice = stored_user(&app, "alice@example.com").await;
        for (name, provider, environment) in [("a", "openai", Some("production")), ("b", "openai", Some("test")), ("c", "github", Some("test")), ("d", "github", None)] {
            let mut sample = key(&app, alice.id, name);
            sample.provider = provider.into();
            sample.environment = environment.map(String::from);
            store(&app, &sample, name.as_bytes()).await.unwrap();
        }
        let filter = |provider: Option<&str>, environment: Option<&str>| Filter {
            provider: provider.map(String::from),
            environment: environment.map(String::from),
            ..Filter::default()
        };

        assert_eq!(names(&app, alice.id, &filter(Some("openai"), None)).await, ["b", "a"]);
        assert_eq!(names(&app, alice.id, &filter(None, Some("test"))).await, ["c", "b"]);
        assert_eq!(names(&app, alice.id, &filter(Some("openai"), Some("test"))).await, ["b"]);
        assert_eq!(names(&app, alice.id, &Filter { revoked: true, ..Filter::default() }).await, Vec::<String>::new());
    }
}
