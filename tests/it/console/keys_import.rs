//! Importing by pasting, with a preview; and exporting.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::keys_list::api;
use crate::support::{Actor, Person, TestApp};

const FILE: &str = "# a comment\nSTRIPE_KEY=sk_live_0123456789abcdefghijklmn\nOTHER=\"two\\nlines\"\n";

async fn alice(app: &TestApp) -> (Person<'_>, Actor<'_>) {
    let person = Person::signed_in(app, "alice").await;
    let actor = api(app).await;
    (person, actor)
}

async fn look(alice: &mut Person<'_>, fields: &[(&str, &str)]) {
    alice.open("/keys/import").await.submit("/keys/import/preview", fields).await;
}

async fn names(actor: &Actor<'_>) -> Vec<(String, Option<String>)> {
    let page = actor.get("/api/keys?limit=100").await.expect(200).json();
    let mut names: Vec<_> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| (key["name"].as_str().unwrap().to_owned(), key["environment"].as_str().map(str::to_owned)))
        .collect();
    names.sort();
    names
}

/// What is ticked of the lines of the preview, by their places.
fn ticked(person: &Person<'_>) -> Vec<String> {
    let form = person.filled("/keys/import", &[]);
    form.fields.into_iter().filter(|(name, _)| name == "line").map(|(_, place)| place).collect()
}

async fn id_of(actor: &Actor<'_>, name: &str) -> String {
    let page = actor.get("/api/keys?limit=100").await.expect(200).json();
    let found = page["data"].as_array().unwrap().iter().find(|key| key["name"] == name).expect("a key");
    found["id"].as_str().unwrap().to_owned()
}

async fn exported(actor: &Actor<'_>) -> Value {
    actor.get("/api/keys/export?format=json").await.expect(200).json()
}

on_both! {
    async fn a_pasted_file_is_looked_at_and_stored_with_a_second_click(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;

        look(&mut alice, &[("text", FILE), ("environment", "production")]).await;

        alice.sees("STRIPE_KEY").sees("production").sees("2 new").sees("Store the ticked keys");
        assert_eq!(ticked(&alice), ["0", "1"]);
        assert_eq!(names(&actor).await, [], "looking stores nothing");
        assert_eq!(alice.page.header("cache-control"), "no-store");
        alice.submit("/keys/import", &[]).await;
        assert_eq!(alice.path, "/keys?count=2&notice=keys-imported");
        alice.sees("2 keys are stored");
        assert_eq!(names(&actor).await, [("OTHER".into(), Some("production".into())), ("STRIPE_KEY".into(), Some("production".into()))]);
        let values: Vec<_> = exported(&actor).await["keys"].as_array().unwrap().iter().map(|key| key["value"].clone()).collect();
        assert_eq!(values, [json!("two\nlines"), json!("sk_live_0123456789abcdefghijklmn")]);

        look(&mut alice, &[("text", FILE), ("environment", "production")]).await;
        alice.sees("All of it is in your vault already").sees_no("Store the");
        look(&mut alice, &[("text", "STRIPE_KEY=sk_live_another0123456789abcdef\nNEW=1\nOTHER='two'\n"), ("environment", "production")]).await;
        alice.sees("1 new, 2 new values");
        assert_eq!(ticked(&alice), ["0", "1", "2"]);
    }

    async fn all_or_nothing_unless_faulty_lines_are_left_out(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        let file = "GOOD=open sesame\nthis is no line\nEMPTY=\n";

        look(&mut alice, &[("text", file)]).await;
        alice.sees("1 new, 2 at fault").sees("Leave the faulty lines out").sees("At fault");

        let mut form = alice.filled("/keys/import", &[]);
        form.fields.retain(|(name, _)| name != "skip_invalid");
        alice.post(&form).await;
        assert_eq!(alice.page.status, 422);
        alice.sees("Nothing was stored");
        assert_eq!(names(&actor).await, []);

        alice.submit("/keys/import", &[("skip_invalid", "on")]).await;
        alice.sees("1 key is stored").sees("2 lines were left out.").sees("EMPTY").sees("data-instead=\"/keys\"").sees_no("open sesame");
        assert_eq!(names(&actor).await, [("GOOD".into(), None)]);
    }

    async fn the_text_can_be_changed_in_the_preview(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        look(&mut alice, &[("text", "BAD LINE\n")]).await;
        alice.sees("mend the text").sees_no("Store the");

        let mut form = alice.filled("/keys/import", &[("text", "GOOD=a value\n")]);
        form.action = "/keys/import/preview".into();
        alice.post(&form).await.sees("1 new");
        alice.submit("/keys/import", &[]).await;

        assert_eq!(names(&actor).await, [("GOOD".into(), None)]);
    }

    async fn each_faulty_line_says_in_both_languages_what_is_wrong_with_it(app: TestApp) {
        let (mut alice, _) = alice(&app).await;
        let many: Vec<_> = (0..21).map(|number| format!("t{number}")).collect();
        let file = json!({ "format": "vault-api", "version": 1, "keys": [
            { "name": "a".repeat(101), "value": "1" }, { "name": "B", "value": "2", "tags": many }, { "name": "C", "value": "3", "note": "x".repeat(2001) },
        ] });
        let file = file.to_string();

        look(&mut alice, &[("text", &file)]).await;
        alice.sees("Name: use at most 100 characters.").sees("Tags: give at most 20 tags.").sees("Note: use at most 2,000 characters.");

        alice.open("/keys?lang=fr").await;
        look(&mut alice, &[("text", &file)]).await;
        alice.sees("Nom\u{a0}: utilisez au plus 100 caractères.").sees("Étiquettes\u{a0}: donnez au plus 20 étiquettes.");
    }

    async fn json_and_csv_are_taken_too(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;

        look(&mut alice, &[("text", r#"{"A":"1","B":"2"}"#)]).await;
        alice.submit("/keys/import", &[]).await;
        look(&mut alice, &[("text", "Title,Password\nC,secret\n"), ("format", "1password")]).await;
        alice.submit("/keys/import", &[]).await;

        let found: Vec<_> = names(&actor).await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(found, ["A", "B", "C"]);
    }

    async fn what_can_not_be_read_stays_in_the_form_with_a_sentence(app: TestApp) {
        let (mut alice, _) = alice(&app).await;

        look(&mut alice, &[("text", "{\"A\":"), ("environment", "production")]).await;
        assert_eq!(alice.page.status, 400);
        alice.sees("not valid JSON").sees("value=\"production\"").sees("{\"A\":");
        look(&mut alice, &[("text", "A=1\n"), ("environment", "no such environment!")]).await;
        assert_eq!(alice.page.status, 422);
        alice.sees("A=1").sees("aria-invalid");
        look(&mut alice, &[("text", "A=1\n"), ("format", "nonsense")]).await;
        assert_eq!(alice.page.status, 422);
    }

    async fn hostile_lines_are_text_in_the_preview(app: TestApp) {
        let (mut alice, _) = alice(&app).await;
        for (text, format) in [
            ("{\"<script>alert(1)</script>\":\"</textarea><script>alert(2)</script>\"}", ""),
            ("Title,Password\n<img src=x onerror=alert(1)>,</textarea><script>alert(2)</script>\n", "1password"),
            ("<script>alert(1)</script>=</textarea><script>alert(2)</script>\n", ""),
        ] {
            look(&mut alice, &[("text", text), ("format", format)]).await;
            let html = alice.page.text();
            for part in ["<script>alert", "<img src=x"] {
                assert!(!html.contains(part), "{part}: {html}");
            }
            assert_eq!(alice.page.status, 200, "{text}");
        }
    }

    async fn megabytes_are_taken_for_an_import_and_nowhere_else(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        let long = "=+&%".repeat(7_500);
        let file: String = (0..100).map(|number| format!("KEY_{number}='{number}{long}'\n")).collect();
        assert!(file.len() > 2_900_000);

        look(&mut alice, &[("text", &file)]).await;
        assert_eq!(alice.page.status, 200);
        alice.submit("/keys/import", &[]).await;
        assert_eq!(alice.path, "/keys?count=100&notice=keys-imported");
        assert_eq!(names(&actor).await.len(), 100);

        let mut form = alice.filled("/keys/tag", &[("tag", &long.repeat(3))]);
        form.action = "/keys/revoke".into();
        alice.post(&form).await;
        assert_eq!(alice.page.status, 413);
        alice.open("/keys/import").await;
        let form = alice.filled("/keys/import/preview", &[("text", &"A".repeat(8 * 1024 * 1024 + 1))]);
        alice.post(&form).await;
        assert_eq!(alice.page.status, 413);
        let form = alice.filled("/keys/import/preview", &[("text", &"A".repeat(100_000))]);
        let mut stranger = Person::new(&app);
        stranger.post(&form).await;
        assert_eq!(stranger.page.status, 413, "megabytes of a stranger are not read");
    }

    async fn two_thousand_lines_are_shown_in_part_and_stored_as_a_whole(app: TestApp) {
        let (mut alice, _) = alice(&app).await;
        let file: String = (0..2_000).map(|number| format!("KEY_{number}=value {number}\n")).collect::<String>() + "A FAULTY LINE\n";

        look(&mut alice, &[("text", &file)]).await;
        alice.sees("2,000 new, 1 at fault").sees("faulty ones before the others").sees("At fault").sees("Also 1,501 lines that are not shown");
        assert_eq!(ticked(&alice).len(), 499);
        alice.submit("/keys/import", &[("skip_invalid", "on")]).await;

        assert_eq!(app.sql("select count(*) from auth.api_keys").await, "2000");
        alice.sees("2,000 keys are stored").sees("1 line was left out.");
    }

    async fn of_thousands_of_lines_what_is_not_shown_can_be_left_out_and_the_others_are_named(app: TestApp) {
        let (mut alice, _) = alice(&app).await;
        let file: String = (0..2_000).map(|number| format!("KEY_{number}=value {number}\n")).collect();
        look(&mut alice, &[("text", &file)]).await;

        let mut form = alice.filled("/keys/import", &[]);
        form.fields.retain(|(name, value)| name != "rest" && (name != "line" || value == "7"));
        alice.post(&form).await.sees("1 key is stored").sees("1,999 lines were left out.").sees("KEY_8").sees("Not ticked.").sees("And 1,499 more lines.");

        assert_eq!(app.sql("select name from auth.api_keys").await, "KEY_7");
    }

    async fn the_lines_that_are_ticked_are_stored_and_the_others_are_named(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        actor.store("SAME", "the same value").await;
        actor.store("CHANGED", "its value").await;
        let file = "A=value of A\nSAME='the same value'\nCHANGED='another value'\nB=value of B\n";
        look(&mut alice, &[("text", file)]).await;
        assert_eq!(ticked(&alice), ["0", "2", "3"]);

        let mut form = alice.filled("/keys/import", &[("line", "3")]);
        alice.post(&form).await.sees("1 key is stored").sees("3 lines were left out.").sees("CHANGED").sees("Not ticked.").sees("Already in your vault, with this value.");

        for value in ["value of A", "value of B", "another value", "the same value"] {
            alice.sees_no(value);
        }
        let found: Vec<_> = names(&actor).await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(found, ["B", "CHANGED", "SAME"]);
        assert!(exported(&actor).await["keys"].as_array().unwrap().iter().any(|key| key["value"] == "its value"));
        // sent twice it stores nothing more
        alice.post(&form).await.sees("Nothing was stored").sees("4 lines were left out.");

        form.fields.retain(|(name, _)| name != "line");
        alice.post(&form).await.sees("no line is ticked").sees("role=\"alert\"");
        assert_eq!(alice.page.status, 422);
        assert_eq!(ticked(&alice), [""; 0]);
        for nonsense in ["x", "-1", "99999"] {
            form.fields.push(("line".into(), nonsense.into()));
            assert_eq!(alice.post(&form).await.page.status, 400, "{nonsense}");
            form.fields.pop();
        }
    }

    async fn ticks_for_another_text_store_nothing(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        look(&mut alice, &[("text", "A=1\nB=2\n")]).await;

        for changed in [("text", "B=2\nA=1\n"), ("environment", "production"), ("of", "")] {
            let form = alice.filled("/keys/import", &[changed, ("line", "0")]);
            alice.post(&form).await.sees("the text has changed since");
            assert_eq!((alice.page.status, names(&actor).await.len()), (422, 0), "{changed:?}");
        }

        alice.submit("/keys/import", &[]).await.sees("2 keys are stored");
        assert_eq!(names(&actor).await, [("A".into(), Some("production".into())), ("B".into(), Some("production".into()))]);
    }

    async fn a_session_that_ended_on_the_way_keeps_what_was_pasted(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        alice.open("/keys/import").await;
        let form = alice.filled("/keys/import/preview", &[("text", "A=1\n")]);
        alice.cookies.remove("vault_session");

        alice.post(&form).await.sees("Your session ended");
        alice.submit("/sign-in", &[("email", "alice@example.com"), ("password", "une girafe en pyjama vert")]).await;
        alice.submit("/keys/import/preview", &[]).await;

        alice.sees("1 new").sees("Store the ticked keys");
        assert_eq!(names(&actor).await, []);
    }

    async fn an_export_is_a_file_that_nobody_keeps_and_it_is_recorded(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        actor.post("/api/keys", json!({ "name": "A", "value": "value 1", "environment": "production" })).await.expect(201);
        actor.post("/api/keys", json!({ "name": "B", "value": "value 2", "environment": "test" })).await.expect(201);

        alice.open("/keys/export").await.sees("production");
        alice.submit("/keys/export", &[("format", "env"), ("environment", "production")]).await;

        assert_eq!(alice.page.status, 200);
        assert_eq!(alice.page.header("content-disposition"), "attachment; filename=\"vault-keys.env\"");
        assert_eq!((alice.page.header("cache-control"), alice.page.header("content-encoding")), ("no-store", ""));
        let text = alice.page.text();
        assert!(text.contains("value 1") && !text.contains("value 2"), "{text}");
        assert_eq!(actor.trail().await.last().map(String::as_str), Some("keys.exported"));
        alice.open("/keys/export").await.submit("/keys/export", &[("format", "json")]).await;
        assert_eq!(alice.page.json()["keys"].as_array().unwrap().len(), 2);
        alice.open("/keys/export").await.submit("/keys/export", &[("format", "nonsense")]).await;
        assert_eq!(alice.page.status, 422);
        alice.open("/keys/export?format=json").await.sees_no("value 1");
    }

    async fn an_old_sign_in_asks_for_the_password_before_an_export(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        actor.post("/api/keys", json!({ "name": "A", "value": "value 1" })).await.expect(201);
        // the console's session stays in use, but its sign-in grows old
        for _ in 0..4 {
            app.clock.advance(TimeDelta::minutes(10));
            alice.open("/keys/export").await;
        }

        alice.submit("/keys/export", &[("format", "json"), ("environment", "")]).await.sees("Confirm that it is you");
        alice.submit("/keys/export", &[("confirm_password", "trois loutres et un parapluie")]).await;
        assert_eq!(alice.page.status, 403);
        alice.submit("/keys/export", &[("confirm_password", "une girafe en pyjama vert")]).await;

        assert_eq!(alice.page.json()["keys"][0]["value"], "value 1");
    }
}

on_both! {
    with [("FREE_PLAN_MAX_KEYS", "3")];

    async fn the_preview_tells_how_many_new_keys_there_is_room_for(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        actor.store("HELD", "value").await;

        look(&mut alice, &[("text", "HELD=another value\nA=1\nB=2\n")]).await;
        alice.sees("Your plan has room for 2 more keys").sees_no("Not enough room").sees_no("No room");

        look(&mut alice, &[("text", "A=1\nB=2\nC=3\n")]).await;
        alice.sees("Not enough room: 3 new keys here, and your plan has room for 2.").sees("href=\"/billing\"").sees("2 new, 1 without room");
        assert_eq!(alice.page.text().matches(">No room<").count(), 1);
        assert_eq!(ticked(&alice), ["0", "1"]);
        assert!(alice.page.text().contains("A=1\nB=2\nC=3"), "what was pasted is there to be changed");
        alice.open("/keys?lang=fr").await;
        look(&mut alice, &[("text", "A=1\nB=2\nC=3\n")]).await;
        alice.sees("La place manque : 3 nouvelles clés ici, et votre formule n’en admet plus que 2.").sees(">Pas de place<").sees("2 nouvelles, 1 sans place");
    }

    async fn where_the_plan_has_not_enough_room_the_first_new_keys_are_ticked(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        actor.store("HELD", "value").await;
        let file = "HELD=another value\nA=1\nB=2\nNO LINE\nC=3\n";

        look(&mut alice, &[("text", file)]).await;
        alice.sees("your plan has room for 2").sees("Leave the faulty lines out").sees("2 new, 1 new value, 1 without room, 1 at fault");
        assert_eq!(ticked(&alice), ["0", "1", "2"]);
        alice.submit("/keys/import", &[]).await;

        alice.sees("3 keys are stored").sees("2 lines were left out.").sees("Your plan has no room for it.").sees("<a class=\"btn primary\" href=\"/billing\">See the plans</a>");
        assert_eq!(names(&actor).await, [("A".into(), None), ("B".into(), None), ("HELD".into(), None)]);
        look(&mut alice, &[("text", file)]).await;
        alice.sees("your plan has room for none. Revoke keys").sees_no("Store the");
        alice.open("/keys?lang=fr").await;
        actor.delete(&format!("/api/keys/{}", id_of(&actor, "A").await)).await.expect(204);
        look(&mut alice, &[("text", "D=4\nE=5\n")]).await;
        alice.sees("1 nouvelle, 1 sans place");
        assert_eq!(ticked(&alice), ["0"]);
    }

    async fn other_lines_than_the_first_can_be_chosen_and_more_than_fit_are_refused_with_nothing_lost(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        let file = "A=1\nB=2\nC=3\nD=4\nE=5\n";
        look(&mut alice, &[("text", file)]).await;
        assert_eq!(ticked(&alice), ["0", "1", "2"]);

        let mut form = alice.filled("/keys/import", &[]);
        form.fields.extend([("line".into(), "3".into()), ("line".into(), "4".into())]);
        alice.post(&form).await.sees("Nothing was stored: 5 new keys are ticked, and your plan has room for 3. Untick 2").sees("role=\"alert\"");
        assert_eq!(alice.page.status, 402);
        assert_eq!(ticked(&alice), ["0", "1", "2", "3", "4"], "the ticks are lost");
        assert_eq!(alice.filled("/keys/import", &[]).fields.iter().find(|(name, _)| name == "text").unwrap().1, file);
        assert_eq!(names(&actor).await, []);

        let mut form = alice.filled("/keys/import", &[]);
        form.fields.retain(|(name, value)| name != "line" || !["0", "3"].contains(&value.as_str()));
        alice.post(&form).await.sees("3 keys are stored").sees("2 lines were left out.");
        assert_eq!(names(&actor).await, [("B".into(), None), ("C".into(), None), ("E".into(), None)]);
        let page = alice.page.text();
        let reason = |name: &str| page.split(&format!("class=\"name\">{name}<")).nth(1).and_then(|rest| rest.split("</tr>").next()).unwrap_or_default();
        assert!(reason("A").contains("Not ticked."), "{page}");
        assert!(reason("D").contains("Your plan has no room for it."), "{page}");
    }

    async fn nothing_is_said_to_lack_room_where_there_is_some(app: TestApp) {
        let (mut alice, _) = alice(&app).await;
        look(&mut alice, &[("text", "A=1\nB=2\nC=3\nD=4\n")]).await;

        let form = alice.filled("/keys/import", &[("line", "0")]);
        alice.post(&form).await.sees("1 key is stored").sees("3 lines were left out.").sees("Not ticked.").sees_no("no room").sees_no("See the plans");
    }

    async fn a_plan_that_has_less_room_by_the_second_click_stores_none_of_the_first(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        look(&mut alice, &[("text", "A=1\nB=2\nC=3\nD=4\n")]).await;
        actor.store("first", "value 1").await;

        alice.submit("/keys/import", &[]).await;

        assert_eq!(alice.page.status, 402);
        alice.sees("Nothing was stored: 3 new keys are ticked, and your plan has room for 2. Untick 1");
        assert_eq!(alice.page.text().matches(">No room<").count(), 2);
        assert_eq!(names(&actor).await.len(), 1);
    }

    async fn a_plan_that_is_full_by_the_second_click_keeps_the_preview(app: TestApp) {
        let (mut alice, actor) = alice(&app).await;
        look(&mut alice, &[("text", "A=1\nB=2\nNO LINE\n")]).await;
        actor.store("first", "value 1").await;
        actor.store("second", "value 2").await;

        alice.submit("/keys/import", &[]).await;

        assert_eq!(alice.page.status, 402);
        alice.sees("Nothing was stored: 2 new keys are ticked").sees("your plan has room for 1").sees("At fault");
        assert_eq!(alice.filled("/keys/import", &[]).fields.iter().find(|(name, _)| name == "text").unwrap().1, "A=1\nB=2\nNO LINE\n");
        assert_eq!(names(&actor).await.len(), 2);
    }
}
