//! `GET /api/keys/export`: all values as a file, recorded before it leaves, and read back byte for byte.

use std::process::Command;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::import::send;
use crate::{
    api::tokens::{call, token},
    support::{Actor, Person},
};

/// Values that are hard to write down.
const HOSTILE: &[&str] = &[
    "plain",
    "two words",
    " spaces around ",
    "it's",
    "say \"so\"",
    "both ' and \"",
    "a\nb",
    "a\r\nb\rc",
    "-----BEGIN KEY-----\nabc==\n-----END KEY-----\n",
    "back\\slash",
    "ends in one\\n",
    "C:\\",
    "\\",
    "\\'",
    "\\\"",
    "a\\\\'b",
    "$HOME",
    "a # b",
    "#a",
    "a#b",
    "=",
    "==",
    "tab\there",
    "clé 🔑 é",
    "`id`",
    "$(id)",
    "{\"json\": true}",
    "'quoted'",
    "\"quoted\"",
    "\u{feff}bom",
    "nbsp\u{a0}",
    "%s %d",
    "a\u{b}b\u{c}c",
    "'''",
    "\"\"\"",
    "x'\\\"y\n",
];

async fn store_hostile(alice: &Actor<'_>) {
    for (at, value) in HOSTILE.iter().enumerate() {
        alice.post("/api/keys", json!({ "name": format!("V{at}"), "value": value })).await.expect(201);
    }
}

async fn export(alice: &Actor<'_>, query: &str) -> crate::support::Reply {
    alice.get(&format!("/api/keys/export{query}")).await
}

fn value_in(exported: &Value, name: &str) -> Option<String> {
    exported["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["name"] == name)
        .map(|key| key["value"].as_str().unwrap().to_owned())
}

on_both! {
    async fn json_has_every_key_with_all_that_is_known_of_it(app: TestApp) {
        let alice = app.member("alice").await;
        alice.post("/api/keys", json!({ "name": "OpenAI, bot", "value": "v-1", "environment": "production", "tags": ["a"], "note": "n", "provider": "supabase", "provider_config": { "url": "https://x", "service_role_key": "very secret" } })).await.expect(201);
        let made = alice.post("/api/keys", json!({ "name": "made", "scopes": ["a:b"] })).await.expect(201).json();
        let gone = alice.store("gone", "v-2").await;
        alice.delete(&format!("/api/keys/{}", gone["id"].as_str().unwrap())).await.expect(204);
        let off = alice.store("off", "v-3").await;
        alice.patch(&format!("/api/keys/{}", off["id"].as_str().unwrap()), json!({ "enabled": false })).await.expect(200);

        let answer = export(&alice, "?format=json").await.expect(200);

        assert_eq!((answer.header("cache-control"), answer.header("content-type"), answer.header("content-disposition")), ("no-store", "application/json", "attachment; filename=\"vault-keys.json\""));
        assert_eq!((answer.header("x-vault-keys"), answer.header("x-vault-left-out")), ("3", "0"));
        let file = answer.json();
        let names: Vec<_> = file["keys"].as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["made", "off", "OpenAI, bot"]);
        let openai = &file["keys"][2];
        assert_eq!((&openai["value"], &openai["provider_config"]["service_role_key"], &openai["tags"], &openai["note"]), (&json!("v-1"), &json!("very secret"), &json!(["a"]), &json!("n")));
        assert_eq!((&file["keys"][0]["value"], &file["keys"][1]["enabled"]), (&made["api_key"], &json!(false)));
        assert_eq!(export(&alice, "?format=json&environment=production").await.expect(200).json()["keys"].as_array().unwrap().len(), 1);
    }

    async fn an_export_goes_into_another_account_as_it_is(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        store_hostile(&alice).await;
        alice.post("/api/keys", json!({ "name": "full", "value": "the value", "environment": "staging", "tags": ["t"], "note": "n\nm", "scopes": ["s"], "provider": "supabase", "provider_config": { "service_role_key": "secret" } })).await.expect(201);
        let file = export(&alice, "?format=json").await.expect(200);

        let report = send(&bob, "", "application/json", file.body.to_vec()).await.expect(200).json();

        assert_eq!((report["format"].as_str(), report["new"].as_u64()), (Some("vault-api"), Some(HOSTILE.len() as u64 + 1)));
        let tidy = |reply: Value| -> Vec<Value> { reply["keys"].as_array().unwrap().iter().map(|key| { let mut key = key.clone(); for name in ["id", "created_at"] { key.as_object_mut().unwrap().remove(name); } key }).collect() };
        assert_eq!(tidy(export(&bob, "?format=json").await.expect(200).json()), tidy(file.json()));
        assert_eq!(send(&bob, "", "application/json", file.body.to_vec()).await.expect(200).json()["same"], HOSTILE.len() + 1);
    }

    async fn a_env_export_is_read_back_byte_for_byte_by_us_and_by_python_dotenv(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        store_hostile(&alice).await;

        let file = export(&alice, "").await.expect(200);

        assert_eq!((file.header("content-type"), file.header("x-vault-left-out")), ("text/plain; charset=utf-8", "0"));
        send(&bob, "", "text/plain", file.body.to_vec()).await.expect(200);
        let ours = export(&bob, "?format=json").await.expect(200).json();
        let theirs = read_with_python(&file.body);
        for (at, value) in HOSTILE.iter().enumerate() {
            let name = format!("V{at}");
            assert_eq!(value_in(&ours, &name).as_deref(), Some(*value), "ours, {name}");
            assert_eq!(theirs[&name].as_str(), Some(*value), "python-dotenv, {name}");
        }
    }

    async fn what_can_not_be_a_line_is_a_comment_and_counted(app: TestApp) {
        let alice = app.member("alice").await;
        for (name, value, environment) in [("GOOD", "v-1", "production"), ("GOOD", "v-2", "staging"), ("OpenAI, billing bot", "v-3", "production"), ("SLASH", "two words\\", "production")] {
            alice.post("/api/keys", json!({ "name": name, "value": value, "environment": environment })).await.expect(201);
        }

        let file = export(&alice, "?format=env").await.expect(200);

        assert_eq!((file.header("x-vault-keys"), file.header("x-vault-left-out")), ("4", "3"));
        let text = file.text();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "GOOD=v-1");
        assert!(lines[1..].iter().all(|line| line.starts_with("# left out: ")) && lines.len() == 4, "{text}");
        assert!(!text.contains("two words") && !text.contains("v-2") && !text.contains("v-3"));
        assert_eq!(export(&alice, "?environment=staging").await.expect(200).text(), "GOOD=v-2\n");
    }

    async fn an_export_is_in_the_trail_and_asks_a_person_to_be_there(app: TestApp) {
        let alice = app.member("alice").await;
        alice.post("/api/keys", json!({ "name": "A", "value": "v", "environment": "test" })).await.expect(201);
        let (_, program) = token(&alice, &["keys:reveal"]).await;

        export(&alice, "?environment=test").await.expect(200);
        app.clock.advance(TimeDelta::hours(1));

        let before = alice.trail().await.len();
        export(&alice, "").await.expect_problem(401, "reauthentication_required");
        assert_eq!(alice.trail().await.len(), before);
        assert_eq!(call(&app, &program, "GET", "/api/keys/export", None).await.expect(200).text(), "A=v\n");
        let trail = alice.get("/api/audit").await.json();
        let entries: Vec<_> = trail["data"].as_array().unwrap().iter().filter(|entry| entry["action"] == "keys.exported").collect();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[1]["details"], json!({ "format": "env", "keys": 1, "environment": "test" }));
        assert!(entries[0]["details"]["token_id"].is_string());
    }

    async fn one_value_that_was_tampered_with_stops_the_whole_file(app: TestApp) {
        let alice = app.member("alice").await;
        alice.store("a", "the first value").await;
        alice.store("b", "the second value").await;
        app.sql("update auth.api_keys set sealed = (select sealed from auth.api_keys where name = 'b') where name = 'a'").await;

        let broken = export(&alice, "").await.expect_problem(500, "internal_error");

        assert!(!broken.text().contains("value\""));
        assert_eq!(alice.trail().await.last().map(String::as_str), Some("key.reveal_failed"));
    }

    async fn a_file_of_the_console_counts_as_shown_and_is_no_use(app: TestApp) {
        let alice = app.member("alice").await;
        let key = alice.store("A", "v").await;
        let path = format!("/api/keys/{}", key["id"].as_str().unwrap());
        let reveals = async || alice.get(&format!("{path}/usage?days=1")).await.expect(200).json()["data"][0]["reveals"].clone();
        let last_use = async || alice.get(&path).await.expect(200).json()["last_used_at"].clone();

        let mut person = Person::new(&app);
        person.sign_in(&alice.email, &alice.password).await;
        person.open("/keys/export").await.submit("/keys/export", &[]).await;
        assert_eq!(person.page.text(), "A=v\n");
        assert_eq!((reveals().await, last_use().await), (json!(1), Value::Null));
        vault_api::services::usage::flush(&app.operator()).await.expect("written down");
        assert_eq!((reveals().await, last_use().await), (json!(1), Value::Null));

        export(&alice, "").await.expect(200);
        assert_eq!(reveals().await, json!(2));
        assert!(last_use().await.is_string());
    }

    async fn nobody_exports_the_keys_of_others(app: TestApp) {
        let (alice, bob) = (app.member("alice").await, app.member("bob").await);
        alice.store("ALICES", "v").await;
        bob.store("BOBS", "w").await;

        assert_eq!(export(&bob, "").await.expect(200).text(), "BOBS=w\n");
        let root = crate::api::admin::staff(&app, "root", vault_api::models::user::Role::Admin).await;
        assert_eq!(export(&root, "").await.expect(200).text(), "");
    }

    async fn more_keys_than_are_read_at_once_all_come(app: TestApp) {
        let alice = app.member("alice").await;
        let file: String = (0..1001).map(|number| format!("A{number:04}=v{number}\n")).collect();
        send(&alice, "", "text/plain", file.clone()).await.expect(200);

        assert_eq!(export(&alice, "").await.expect(200).text(), file);
    }
}

/// What python-dotenv reads, without its own interpolation.
fn read_with_python(file: &[u8]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.env");
    std::fs::write(&path, file).unwrap();
    let python = crate::support::environment("TEST_PYTHON").unwrap_or_else(|| "target/test-venv/bin/python".into());
    let script = "import dotenv, json, sys; print(json.dumps(dotenv.dotenv_values(sys.argv[1], interpolate=False)))";
    let output = Command::new(python)
        .args(["-c", script])
        .arg(&path)
        .output()
        .expect("python runs; ./scripts/install-test-tools installs it");
    assert!(
        output.status.success(),
        "{}\n./scripts/install-test-tools installs python-dotenv",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("JSON")
}
