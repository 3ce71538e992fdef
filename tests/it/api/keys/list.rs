//! `GET /api/keys`: paging, searching, filtering.

use serde_json::{Value, json};

use crate::support::Actor;

/// The names on the page that this query gives.
async fn names(actor: &Actor<'_>, query: &str) -> Vec<String> {
    let page = actor.get(&format!("/api/keys?{query}")).await.expect(200).json();
    page["data"].as_array().expect("data").iter().map(|key| key["name"].as_str().expect("a name").to_owned()).collect()
}

/// Stores a key with these fields beside a name.
async fn store(actor: &Actor<'_>, name: &str, mut fields: Value) -> Value {
    fields["name"] = json!(name);
    actor.post("/api/keys", fields).await.expect(201).json()
}

on_both! {
    async fn a_new_account_holds_nothing(app: TestApp) {
        let alice = app.member("alice").await;

        let page = alice.get("/api/keys").await.expect(200);

        assert_eq!(page.json(), json!({ "data": [], "next_cursor": null }));
        assert_eq!(alice.get("/api/keys/").await.expect(200).json(), page.json());
    }

    async fn keys_come_newest_first_even_within_one_millisecond(app: TestApp) {
        let alice = app.member("alice").await;
        for name in ["first", "second", "third"] {
            alice.store(name, name).await;
        }
        app.clock.advance(chrono::TimeDelta::minutes(1));
        alice.store("fourth", "fourth").await;

        assert_eq!(names(&alice, "").await, ["fourth", "third", "second", "first"]);
    }

    async fn pages_of_seven_show_120_keys_once_each(app: TestApp) {
        let alice = app.member("alice").await;
        for number in 0..120 {
            alice.store(&format!("key {number}"), &format!("value {number}")).await;
        }

        let (mut seen, mut query, mut pages) = (Vec::new(), "limit=7".to_owned(), 0);
        loop {
            let page = alice.get(&format!("/api/keys?{query}")).await.expect(200).json();
            let rows = page["data"].as_array().unwrap();
            seen.extend(rows.iter().map(|key| key["name"].as_str().unwrap().to_owned()));
            pages += 1;
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            assert_eq!(rows.len(), 7);
            query = format!("limit=7&cursor={cursor}");
            // what is stored meanwhile does not shift the pages
            alice.store(&format!("late {pages}"), &format!("late {pages}")).await;
        }

        let expected: Vec<_> = (0..120).rev().map(|number| format!("key {number}")).collect();
        assert_eq!((pages, seen), (18, expected));
    }

    async fn the_last_page_has_no_cursor_even_when_it_is_full(app: TestApp) {
        let alice = app.member("alice").await;
        for number in 0..4 {
            alice.store(&format!("key {number}"), &format!("value {number}")).await;
        }

        let first = alice.get("/api/keys?limit=2").await.expect(200).json();
        let last = alice.get(&format!("/api/keys?limit=2&cursor={}", first["next_cursor"].as_str().unwrap())).await.expect(200).json();

        assert_eq!((last["data"].as_array().unwrap().len(), &last["next_cursor"]), (2, &Value::Null));
    }

    async fn fifty_keys_come_where_no_limit_is_given(app: TestApp) {
        let alice = app.member("alice").await;
        for number in 0..51 {
            alice.store(&format!("key {number}"), &format!("value {number}")).await;
        }

        assert_eq!(names(&alice, "").await.len(), 50);
        assert_eq!(names(&alice, "limit=100").await.len(), 51);
        assert_eq!(names(&alice, "limit=1").await, ["key 50"]);
    }

    async fn a_limit_is_a_whole_number_from_1_to_100(app: TestApp) {
        let alice = app.member("alice").await;

        for limit in ["0", "101", "x", "-1", "1.5", "", "99999999999999999999"] {
            let refused = alice.get(&format!("/api/keys?limit={limit}")).await.expect_problem(422, "validation_failed");

            assert_eq!(refused.faults(), [("limit".into(), "out_of_range".into())], "{limit}");
        }
    }

    async fn a_forged_cursor_is_refused(app: TestApp) {
        let alice = app.member("alice").await;

        for cursor in ["x", "AAAA", "%00", "....", "018f0000-0000-7000-8000-000000000000", &"A".repeat(500), "AAAAAAAAAAAAAAAAAAAAAA%3D%3D", "%27%20or%201=1"] {
            let refused = alice.get(&format!("/api/keys?cursor={cursor}")).await.expect_problem(422, "validation_failed");

            assert_eq!(refused.faults(), [("cursor".into(), "invalid_format".into())], "{cursor}");
        }
    }

    async fn another_accounts_cursor_shows_nothing_of_it(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        bob.store("bob's", "bob").await;
        for number in 0..3 {
            alice.store(&format!("alice's {number}"), &format!("value {number}")).await;
        }
        let cursor = alice.get("/api/keys?limit=1").await.json()["next_cursor"].as_str().unwrap().to_owned();

        assert_eq!(names(&bob, &format!("cursor={cursor}")).await, ["bob's"]);
        assert_eq!(names(&bob, "q=alice").await, Vec::<String>::new());
        assert_eq!(names(&bob, "").await, ["bob's"]);
    }

    async fn a_search_looks_into_each_field_without_case(app: TestApp) {
        let alice = app.member("alice").await;
        store(&alice, "Facturation", json!({ "value": "a value without form" })).await;
        store(&alice, "two", json!({ "tags": ["Élysée", "eu"], "value": "another of those" })).await;
        store(&alice, "three", json!({ "note": "ask Margaret\nfirst", "value": "12345678901WxYz" })).await;
        store(&alice, "four", json!({ "value": format!("sk_live_{}Qq7z", "aB3".repeat(8)) })).await;

        for (query, name) in [("FACTUR", "Facturation"), ("%C3%A9lys", "two"), ("%C3%89LYS", "two"), ("margaret", "three"), ("STRIPE", "four"), ("SK_LIVE", "four"), ("qQ7Z", "four")] {
            assert_eq!(names(&alice, &format!("q={query}")).await, [name], "{query}");
        }
        // the value itself is not searched, nor does a match span two fields
        for query in ["without", "WxYz", "aB3aB3", "threeask", "four%1F"] {
            assert_eq!(alice.get(&format!("/api/keys?q={query}")).await.json()["data"].as_array().map_or(0, Vec::len), 0, "{query}");
        }
    }

    async fn percent_underscore_and_backslash_mean_themselves(app: TestApp) {
        let alice = app.member("alice").await;
        for name in ["100% sure", "snake_case", "back\\slash", "plain"] {
            store(&alice, name, json!({ "value": name, "tags": [name] })).await;
        }

        for (query, name) in [("%25", "100% sure"), ("_", "snake_case"), ("%5C", "back\\slash"), ("0%25%20s", "100% sure"), ("e_c", "snake_case")] {
            assert_eq!(names(&alice, &format!("q={query}")).await, [name], "{query}");
            assert_eq!(names(&alice, &format!("tag={}", name.replace('%', "%25").replace('\\', "%5C").replace(' ', "+"))).await, [name], "{name}");
        }
        assert_eq!(names(&alice, "q=pl_in").await, Vec::<String>::new());
        assert_eq!(names(&alice, "tag=%25").await, Vec::<String>::new());
    }

    async fn filters_narrow_the_list_together(app: TestApp) {
        let alice = app.member("alice").await;
        store(&alice, "a", json!({ "value": "a", "provider": "openai", "environment": "production", "tags": ["eu", "blue"] })).await;
        store(&alice, "b", json!({ "value": "b", "provider": "openai", "environment": "test", "tags": ["eu"] })).await;
        store(&alice, "c", json!({ "value": "c", "provider": "stripe", "environment": "production", "tags": ["europe"] })).await;
        store(&alice, "d", json!({ "value": "d" })).await;

        for (query, expected) in [
            ("provider=openai", vec!["b", "a"]), ("provider=OPENAI", vec!["b", "a"]), ("environment=production", vec!["c", "a"]), ("tag=eu", vec!["b", "a"]), ("tag=europe", vec!["c"]),
            ("tag=eur", vec![]), ("provider=openai&environment=production", vec!["a"]), ("tag=eu&q=B", vec!["b", "a"]), ("provider=nobody", vec![]), ("provider=&tag=", vec!["d", "c", "b", "a"]),
        ] {
            assert_eq!(names(&alice, query).await, expected, "{query}");
        }
    }

    async fn a_tag_is_matched_exactly_and_with_its_case(app: TestApp) {
        let alice = app.member("alice").await;
        store(&alice, "upper", json!({ "value": "a", "tags": ["EU"] })).await;
        store(&alice, "lower", json!({ "value": "b", "tags": ["eu"] })).await;
        store(&alice, "quoted", json!({ "value": "c", "tags": ["a\"b", "é"] })).await;

        assert_eq!(names(&alice, "tag=EU").await, ["upper"]);
        assert_eq!(names(&alice, "tag=eu").await, ["lower"]);
        assert_eq!(names(&alice, "tag=a%22b").await, ["quoted"]);
        assert_eq!(names(&alice, "tag=%C3%A9").await, ["quoted"]);
        assert_eq!(names(&alice, "tag=eu%22,%22x").await, Vec::<String>::new());
    }

    async fn revoked_keys_are_listed_apart(app: TestApp) {
        let alice = app.member("alice").await;
        let old = alice.store("old", "old value").await;
        alice.store("new", "new value").await;
        alice.delete(&format!("/api/keys/{}", old["id"].as_str().unwrap())).await.expect(204);

        assert_eq!(names(&alice, "").await, ["new"]);
        assert_eq!(names(&alice, "revoked=false").await, ["new"]);
        let revoked = alice.get("/api/keys?revoked=true").await.expect(200).json();
        assert_eq!((revoked["data"].as_array().unwrap().len(), &revoked["data"][0]["name"], &revoked["data"][0]["revoked"]), (1, &json!("old"), &json!(true)));
        let refused = alice.get("/api/keys?revoked=yes").await.expect_problem(422, "validation_failed");
        assert_eq!(refused.faults(), [("revoked".into(), "invalid_choice".into())]);
    }

    async fn unknown_and_repeated_parameters_are_refused(app: TestApp) {
        let alice = app.member("alice").await;

        let unknown = alice.get("/api/keys?colour=blue&page=2").await.expect_problem(422, "unknown_field");
        let repeated = alice.get("/api/keys?limit=5&limit=6").await.expect_problem(422, "validation_failed");
        let several = alice.get("/api/keys?limit=x&cursor=x&revoked=x&environment=a+b&q=%00&tag=%0a1").await.expect_problem(422, "validation_failed");

        assert_eq!(unknown.faults(), [("colour".into(), "unknown_field".into()), ("page".into(), "unknown_field".into())]);
        assert_eq!(repeated.faults(), [("limit".into(), "conflict".into())]);
        let fields: Vec<_> = several.faults().into_iter().map(|(field, _)| field).collect();
        // a line break around a tag is trimmed as in a body
        assert_eq!(fields, ["cursor", "environment", "limit", "q", "revoked"]);
    }
}
