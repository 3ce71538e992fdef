//! What an import makes of the forms of files: nothing is changed, cut off or passed over in silence.

use serde_json::{Value, json};

use super::import::send;
use crate::support::Actor;

/// The names and values of all keys.
async fn stored(actor: &Actor<'_>) -> Vec<(String, String)> {
    let file = actor.get("/api/keys/export?format=json").await.expect(200).json();
    let text = |key: &Value, name: &str| key[name].as_str().unwrap().to_owned();
    file["keys"].as_array().unwrap().iter().map(|key| (text(key, "name"), text(key, "value"))).collect()
}

/// Sends JSON of which nothing may be stored; the name, code and message of its only invalid line.
async fn refused(actor: &Actor<'_>, file: &str) -> (String, String, String) {
    let report = send(actor, "", "application/json", file).await.expect_problem(422, "import_invalid").json();
    let invalid: Vec<_> =
        report["lines"].as_array().unwrap().iter().filter(|line| line["status"] == "invalid").cloned().collect();
    assert_eq!(invalid.len(), 1, "{report}");
    let text = |name: &str| invalid[0][name].as_str().unwrap().to_owned();
    (text("name"), text("code"), text("message"))
}

on_both! {
    async fn numbers_in_json_are_kept_digit_by_digit(app: TestApp) {
        let alice = app.member("alice").await;

        send(&alice, "", "application/json", r#"{"A":1.10,"B":12345678901234567890123,"C":1e3,"D":-7,"E":"1.0"}"#).await.expect(200);

        let expected = [("A", "1.10"), ("B", "12345678901234567890123"), ("C", "1e3"), ("D", "-7"), ("E", "1.0")];
        assert_eq!(stored(&alice).await, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    async fn a_file_is_read_as_what_it_plainly_is_whatever_its_type_says(app: TestApp) {
        let csv = "\u{feff}Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes\r\nSTRIPE,https://x,me,\"a,b=c\",,false,false,work,\r\n";
        for (index, (kind, file, format)) in [
            ("text/plain", csv, "1password"),
            ("text/plain", "\"Title\",\"Password\"\nSTRIPE,\"a,b=c\"\n", "1password"),
            ("text/csv", "# a comment\n\nexport STRIPE='a,b=c'\r\nB=\"1\n2\"\n", "env"),
            ("text/csv", "{\"STRIPE\":\"a,b=c\"}", "json"),
        ].into_iter().enumerate() {
            let somebody = app.member(&format!("somebody{index}")).await;

            let report = send(&somebody, "", kind, file).await.expect(200).json();

            assert_eq!(report["format"], format, "{kind}: {file}");
            assert!(stored(&somebody).await.contains(&("STRIPE".into(), "a,b=c".into())), "{kind}: {file}");
        }
    }

    async fn a_file_that_is_plainly_nothing_is_what_its_type_says(app: TestApp) {
        let alice = app.member("alice").await;

        let columns = send(&alice, "", "text/csv", "Titel;Passwort\nA;b\n").await.expect_problem(422, "validation_failed");
        let lines = send(&alice, "", "text/plain", "Titel;Passwort\nA;b\n").await.expect_problem(422, "import_invalid").json();
        let named = send(&alice, "?format=env", "text/csv", "Title,Password\nA,b\n").await.expect_problem(422, "import_invalid").json();

        assert!(columns.text().contains("must name the columns"), "{}", columns.text());
        for report in [lines, named] {
            assert_eq!((&report["format"], &report["lines"][0]["code"]), (&json!("env"), &json!("malformed_line")));
        }
        assert_eq!(stored(&alice).await, []);
    }

    async fn a_csv_with_a_comma_too_many_stores_no_half_of_a_value(app: TestApp) {
        let alice = app.member("alice").await;

        let report = send(&alice, "", "text/csv", "Title,Password\nA,pa,ss,word\n").await.expect_problem(422, "import_invalid").json();

        assert_eq!((&report["lines"][0]["name"], &report["lines"][0]["code"]), (&json!("A"), &json!("surplus_columns")));
        assert_eq!(stored(&alice).await, []);
    }

    async fn what_a_form_does_not_know_is_told_by_name_and_nothing_is_stored(app: TestApp) {
        let alice = app.member("alice").await;
        for (file, name, code, words) in [
            (r#"{"secrets":[],"DB":"x"}"#, "DB", "unknown_field", "nothing of this name"),
            (r#"{"secrets":[{"secretKey":"A","secretValue":"b"}],"OTHER":"x"}"#, "OTHER", "unknown_field", "nothing of this name"),
            (r#"{"secrets":[],"imports":[{"secretPath":"/","secrets":[{"secretKey":"A","secretValue":"b"}]}]}"#, "imports", "conflict", "another folder"),
            (r#"{"data":{"A":"b"},"request_id":"a","DB_PASS":"x"}"#, "DB_PASS", "unknown_field", "nothing of this name"),
            (r#"[{"key":"A","value":"b","environment":"My Env!"}]"#, "A", "invalid_format", "a word of letters"),
            (r#"{"format":"vault-api","version":1,"keys":[{"name":"A","value":"b","value":"c"}]}"#, "A", "conflict", "value: "),
            (r#"{"format":"vault-api","version":1,"keys":[{"name":"A","value":"b","environment":5}]}"#, "A", "wrong_type", "environment: "),
            (r#"{"format":"vault-api","version":1,"keys":[{"name":"A","value":"b","enabled":"false"}]}"#, "A", "wrong_type", "enabled: "),
            (r#"{"format":"vault-api","version":1,"keys":[{"name":"A","value":"b","expires_at":1700000000}]}"#, "A", "wrong_type", "expires_at: "),
        ] {
            let told = refused(&alice, file).await;
            assert_eq!((told.0.as_str(), told.1.as_str()), (name, code), "{file}");
            assert!(told.2.contains(words), "{file}: {}", told.2);
        }
        let versions = send(&alice, "", "application/json", r#"{"format":"vault-api","version":99,"keys":[]}"#).await.expect_problem(422, "validation_failed");
        assert_eq!(versions.faults(), [("version".to_owned(), "conflict".to_owned())]);
        assert_eq!(stored(&alice).await, []);
        send(&alice, "?environment=dev", "application/json", r#"[{"key":"A","value":"b","environment":"My Env!"}]"#).await.expect(200);
    }

    async fn an_expired_key_stays_expired_and_a_moment_before_1970_is_a_mistake(app: TestApp) {
        let alice = app.member("alice").await;
        let file = |expires_at: &str| json!({ "format": "vault-api", "version": 1, "keys": [{ "name": "A", "value": "b", "expires_at": expires_at }] }).to_string();

        for moment in ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z"] {
            let (name, code, message) = refused(&alice, &file(moment)).await;
            assert_eq!((name.as_str(), code.as_str()), ("A", "invalid_format"), "{moment}");
            assert!(message.contains("1970"), "{message}");
        }
        send(&alice, "", "application/json", file("1970-01-01T00:00:00Z")).await.expect(200);

        let exported = alice.get("/api/keys/export?format=json").await.expect(200).json();
        assert_eq!(exported["keys"][0]["expires_at"], "1970-01-01T00:00:00Z");
    }

    async fn names_hold_no_signs_that_some_readers_take_for_the_end_of_a_line(app: TestApp) {
        let alice = app.member("alice").await;
        for sign in ['\u{2028}', '\u{2029}', '\u{202e}', '\u{2066}', '\u{61c}', '\u{200f}'] {
            let name = format!("a{sign}EVIL=1");
            alice.post("/api/keys", json!({ "name": name, "value": "v" })).await.expect_problem(422, "validation_failed");
            let (_, code, _) = refused(&alice, &json!({ name: "v" }).to_string()).await;
            assert_eq!(code, "invalid_characters", "{sign:?}");
        }
        // a name from before this was refused
        alice.store("PLACEHOLDER", "v").await;
        app.sql("update auth.api_keys set name = 'a\u{2028}EVIL=1\u{202e}' where name = 'PLACEHOLDER'").await;

        let file = alice.get("/api/keys/export?format=env").await.expect(200).text();

        assert!(file.starts_with("# left out: ") && file.contains(r"a\u{2028}EVIL=1\u{202e}") && !file.contains(['\u{2028}', '\u{202e}']), "{file:?}");
    }

    async fn a_live_key_in_an_environment_for_tests_is_told_with_its_line(app: TestApp) {
        let alice = app.member("alice").await;
        let live = "sk_live_abcdefghijklmnopqrstuvwx";

        let looked = send(&alice, "?dry_run=true&environment=test", "text/plain", format!("STRIPE={live}\nB=fine\n")).await.expect(200).json();
        assert_eq!(looked["lines"][0]["warnings"][0]["code"], "live_key_in_test");
        assert!(looked["lines"][0]["warnings"][0]["message"].as_str().is_some_and(|message| message.contains("live key")));
        assert_eq!(looked["lines"][1]["warnings"], Value::Null);
        send(&alice, "?environment=test", "text/plain", "STRIPE=sk_test_abcdefghijklmnopqrstuvwx\n").await.expect(200);

        let changed = send(&alice, "?environment=test", "text/plain", format!("STRIPE={live}\n")).await.expect(200).json();
        let same = send(&alice, "?environment=test", "text/plain", format!("STRIPE={live}\n")).await.expect(200).json();
        let refused = send(&alice, "?environment=dev", "text/plain", format!("STRIPE={live}2\nB=\n")).await.expect_problem(422, "import_invalid").json();

        assert_eq!((&changed["lines"][0]["status"], &changed["lines"][0]["warnings"][0]["code"]), (&json!("changed"), &json!("live_key_in_test")));
        assert_eq!((&same["lines"][0]["status"], &same["lines"][0]["warnings"]), (&json!("same"), &Value::Null));
        assert_eq!(refused["lines"][0]["warnings"][0]["code"], "live_key_in_test");
        assert!(!changed.to_string().contains(live));
    }
}
