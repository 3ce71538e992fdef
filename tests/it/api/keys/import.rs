//! `POST /api/keys/import`: each line is told what becomes of it, and all is stored or nothing.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::{
    api::tokens::token,
    support::{Actor, Reply, TestApp},
};

/// Sends a file.
pub(super) async fn send(actor: &Actor<'_>, query: &str, kind: &str, body: impl Into<Vec<u8>>) -> Reply {
    send_with(actor.app, &actor.token, query, kind, body).await
}

async fn send_with(app: &TestApp, token: &str, query: &str, kind: &str, body: impl Into<Vec<u8>>) -> Reply {
    let request = Request::post(format!("/api/keys/import{query}"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", kind)
        .body(Body::from(body.into()))
        .expect("a request");
    app.send(request).await
}

/// `name=status` for each line, with the code where it is invalid.
fn statuses(report: &Value) -> Vec<String> {
    let lines = report["lines"].as_array().unwrap_or_else(|| panic!("{report}"));
    let told = |line: &Value| {
        format!("{}={}", line["name"].as_str().unwrap(), line["code"].as_str().or(line["status"].as_str()).unwrap())
    };
    lines.iter().map(told).collect()
}

pub(super) async fn names(actor: &Actor<'_>) -> Vec<String> {
    let list = actor.get("/api/keys?limit=100").await.expect(200).json();
    let mut names: Vec<_> =
        list["data"].as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

async fn value_of(actor: &Actor<'_>, name: &str) -> (String, i64) {
    let list = actor.get(&format!("/api/keys?q={name}")).await.expect(200).json();
    let key = &list["data"][0];
    let revealed = actor.get(&format!("/api/keys/{}/decrypt", key["id"].as_str().unwrap())).await.expect(200).json();
    (revealed["api_key"].as_str().unwrap().to_owned(), key["version"].as_i64().unwrap())
}

const FILE: &str = "# a service\nexport STRIPE_KEY=\"sk_live_abcdefghijklmnopqrstuvwx\" # money\nGREETING='hello $USER'\n\nPEM=\"-----BEGIN-----\nabc\n-----END-----\"\n";

on_both! {
    async fn a_env_file_is_looked_at_then_stored_and_is_the_same_the_second_time(app: TestApp) {
        let alice = app.member("alice").await;

        let looked = send(&alice, "?dry_run=true&environment=production", "text/plain", FILE).await.expect(200).json();
        assert_eq!(statuses(&looked), ["STRIPE_KEY=new", "GREETING=new", "PEM=new"]);
        assert_eq!((&looked["dry_run"], &looked["stored"], &looked["new"], &looked["format"]), (&json!(true), &json!(false), &json!(3), &json!("env")));
        assert_eq!(looked["lines"][2], json!({ "line": 5, "name": "PEM", "environment": "production", "status": "new" }));
        assert_eq!(names(&alice).await, Vec::<String>::new());

        let stored = send(&alice, "?environment=production", "text/plain; charset=utf-8", FILE).await.expect(200).json();
        assert_eq!((&stored["stored"], &stored["dry_run"], &stored["new"]), (&json!(true), &json!(false), &json!(3)));
        assert_eq!(names(&alice).await, ["GREETING", "PEM", "STRIPE_KEY"]);
        assert_eq!(value_of(&alice, "PEM").await, ("-----BEGIN-----\nabc\n-----END-----".into(), 1));
        let stripe = alice.get("/api/keys?q=STRIPE_KEY").await.json()["data"][0].clone();
        assert_eq!((&stripe["provider"], &stripe["environment"], &stripe["kind"], &stripe["last4"]), (&json!("stripe"), &json!("production"), &json!("stored"), &json!("uvwx")));
        let trail = alice.trail().await;

        let again = send(&alice, "?environment=production", "text/plain", FILE).await.expect(200).json();
        assert_eq!((&again["same"], &again["new"], &again["stored"]), (&json!(3), &json!(0), &json!(true)));
        assert_eq!(alice.trail().await, trail);
    }

    async fn another_value_becomes_the_next_version(app: TestApp) {
        let alice = app.member("alice").await;
        send(&alice, "", "text/plain", "A=one\nB=two\n").await.expect(200);
        let before = alice.get("/api/keys?q=A").await.json()["data"][0]["id"].clone();

        let report = send(&alice, "", "text/plain", "A=three-0123456789-9999\nB=two\nC=four\n").await.expect(200).json();

        assert_eq!(statuses(&report), ["A=changed", "B=same", "C=new"]);
        assert_eq!(value_of(&alice, "A").await, ("three-0123456789-9999".into(), 2));
        let after = alice.get("/api/keys?q=9999").await.json()["data"][0].clone();
        assert_eq!((&after["id"], &after["last4"]), (&before, &json!("9999")));
        alice.post("/api/keys", json!({ "name": "D", "value": "three-0123456789-9999" })).await.expect_problem(409, "duplicate_value");
    }

    async fn one_invalid_line_keeps_everything_out_and_each_is_told_why(app: TestApp) {
        let alice = app.member("alice").await;
        alice.store("held", "the held value").await;
        alice.post("/api/keys", json!({ "name": "MADE" })).await.expect(201);
        let before = (names(&alice).await, alice.trail().await);
        let file = "GOOD=fine\nEMPTY=\nsk_live_a_lonely_secret\nGOOD=again\nTWICE=fine\nHELD='the held value'\nMADE=mine\n9X=y\nOPEN=\"x\nLAST=1\n";

        let refused = send(&alice, "", "text/plain", file).await.expect_problem(422, "import_invalid");

        let expected = ["GOOD=new", "EMPTY=empty_value", "=malformed_line", "GOOD=duplicate_name", "TWICE=duplicate_value", "HELD=duplicate_value", "MADE=generated_key", "9X=invalid_format", "OPEN=unterminated_quote", "LAST=new"];
        let report = refused.json();
        assert_eq!(statuses(&report), expected);
        assert_eq!((&report["invalid"], &report["new"], &report["stored"]), (&json!(8), &json!(2), &json!(false)));
        assert_eq!(report["lines"][3]["message"], "Line 1 has this name already, and is the one that would be stored; programs that read such a file take the last. Keep one of them.");
        assert!(!refused.text().contains("lonely_secret") && !refused.text().contains("the held value"));
        assert_eq!((names(&alice).await, alice.trail().await), before);
        let looked = send(&alice, "?dry_run=true", "text/plain", file).await.expect(200).json();
        assert_eq!(statuses(&looked), expected);
    }

    async fn invalid_lines_are_left_out_where_it_is_asked_for(app: TestApp) {
        let alice = app.member("alice").await;
        alice.store("held", "the held value").await;
        let file = "CACHE=true\nDEBUG=true\nHELD='the held value'\nEMPTY=\nLAST=1\n";
        let expected = ["CACHE=new", "DEBUG=duplicate_value", "HELD=duplicate_value", "EMPTY=empty_value", "LAST=new"];

        let looked = send(&alice, "?skip_invalid=true&dry_run=true", "text/plain", file).await.expect(200).json();
        assert_eq!((&looked["stored"], names(&alice).await), (&json!(false), vec!["held".to_owned()]));
        let stored = send(&alice, "?skip_invalid=true", "text/plain", file).await.expect(200).json();
        let again = send(&alice, "?skip_invalid=true", "text/plain", file).await.expect(200).json();

        assert_eq!((statuses(&looked), statuses(&stored)), (expected.map(String::from).to_vec(), expected.map(String::from).to_vec()));
        assert_eq!((&stored["stored"], &stored["new"], &stored["invalid"]), (&json!(true), &json!(2), &json!(3)));
        assert_eq!((&again["same"], &again["new"], &again["invalid"]), (&json!(2), &json!(0), &json!(3)));
        assert_eq!(names(&alice).await, ["CACHE", "LAST", "held"]);
        let trail = alice.get("/api/audit").await.json();
        assert_eq!(trail["data"][0]["details"], json!({ "format": "env", "new": 2, "changed": 0, "same": 0, "left_out": 3 }));
        send(&alice, "?skip_invalid=true", "text/plain", "A=\nB\n").await.expect_problem(422, "import_invalid");
        send(&alice, "", "text/plain", file).await.expect_problem(422, "import_invalid");
    }

    async fn each_key_and_the_import_are_in_the_trail_and_the_chain_holds(app: TestApp) {
        let alice = app.member("alice").await;
        send(&alice, "", "text/plain", "A=1\n").await.expect(200);
        send(&alice, "", "text/plain", "A=2\nB=3\n").await.expect(200);

        let trail = alice.get("/api/audit").await.json();
        let entries: Vec<_> = trail["data"].as_array().unwrap().iter().take(5).collect();
        let actions: Vec<_> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["keys.imported", "key.created", "key.rotated", "keys.imported", "key.created"]);
        assert_eq!(entries[0]["details"], json!({ "format": "env", "new": 1, "changed": 1, "same": 0 }));
        assert_eq!(entries[2]["details"], json!({ "by": "import", "version": 2 }));
        assert_eq!(entries[0]["request_id"], entries[1]["request_id"]);
        let verified = vault_api::services::audit::verify(&app.operator()).await.unwrap();
        assert!(verified.faults.is_empty(), "{:?}", verified.faults);
    }

    async fn the_files_of_others_are_recognised(app: TestApp) {
        let alice = app.member("alice").await;
        let files = [
            ("infisical", json!([{ "key": "I1", "value": "i-1", "comment": "from infisical", "tags": [{ "slug": "web" }], "type": "shared" }])),
            ("doppler", json!({ "D1": "d-1", "DOPPLER_CONFIG": "dev", "DOPPLER_ENVIRONMENT": "dev", "DOPPLER_PROJECT": "p" })),
            ("vault", json!({ "request_id": "r", "lease_id": "", "renewable": false, "data": { "data": { "V1": "v-1", "V2": 5432 }, "metadata": { "version": 1 } } })),
            ("json", json!({ "J1": "j-1" })),
        ];

        for (format, file) in files {
            let report = send(&alice, "", "application/json", file.to_string()).await.expect(200).json();
            assert_eq!((report["format"].as_str(), report["stored"].as_bool()), (Some(format), Some(true)), "{report}");
        }
        let csv = "Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes\nStripe,https://stripe.com,me,\"p-\"\"1,x\",,false,false,money,a note\n";
        assert_eq!(send(&alice, "", "text/csv", csv).await.expect(200).json()["format"], "1password");
        assert_eq!(send(&alice, "?format=vault", "application/json", json!({ "K": "k" }).to_string()).await.expect_problem(422, "validation_failed").faults(), [("format".to_owned(), "conflict".to_owned())]);
        // an address with JSON that came as text
        assert_eq!(send(&alice, "", "text/plain", " {\"T1\": \"t-1\"}").await.expect(200).json()["format"], "json");

        assert_eq!(names(&alice).await, ["D1", "I1", "J1", "Stripe", "T1", "V1", "V2"]);
        assert_eq!(value_of(&alice, "V2").await.0, "5432");
        assert_eq!(value_of(&alice, "Stripe").await.0, "p-\"1,x");
        let from_infisical = alice.get("/api/keys?q=I1").await.json()["data"][0].clone();
        assert_eq!((&from_infisical["note"], &from_infisical["tags"]), (&json!("from infisical"), &json!(["web"])));
    }

    async fn what_is_cut_off_too_deep_or_too_large_is_refused_in_clear_words(app: TestApp) {
        let alice = app.member("alice").await;
        let deep = "[".repeat(100_000);

        for broken in ["{\"A\": \"b", "", deep.as_str(), "{\"A\":1}{\"B\":2}"] {
            send(&alice, "", "application/json", broken).await.expect_problem(400, "malformed_json");
        }
        send(&alice, "", "text/plain", b"A=\xff\xfe".to_vec()).await.expect_problem(400, "malformed_request");
        send(&alice, "", "application/json", "[1]").await.expect_problem(422, "validation_failed");
        send(&alice, "", "text/csv", "a,b\n1,2\n").await.expect_problem(422, "validation_failed");
        for kind in ["application/x-yaml", "text/html", "text/plain; charset=latin-1", ""] {
            send(&alice, "", kind, "A=b").await.expect_problem(415, "unsupported_media_type");
        }
        send(&alice, "", "text/plain", vec![b'#'; 50 * 1024 * 1024]).await.expect_problem(413, "body_too_large");
        send(&alice, "", "text/plain", vec![b'#'; 8 * 1024 * 1024]).await.expect(200);
        let many: String = (0..10_001).map(|number| format!("A{number}=v{number}\n")).collect();
        send(&alice, "", "text/plain", many).await.expect_problem(422, "validation_failed");
        assert_eq!(send(&alice, "?x=1&dry_run=yes&environment=a%20b&format=yaml", "text/plain", "A=b").await.faults().len(), 4);
        assert_eq!(names(&alice).await, Vec::<String>::new());
    }

    async fn two_imports_at_once_store_each_key_once(app: TestApp) {
        let alice = app.member("alice").await;
        let file: String = (0..50).map(|number| format!("A{number}=v{number}\n")).collect();

        let answers = crate::support::at_once(6, |_| send(&alice, "", "text/plain", file.clone())).await;

        let new: u64 = answers.iter().map(|answer| answer.clone().expect(200).json()["new"].as_u64().unwrap()).sum();
        assert_eq!((new, names(&alice).await.len()), (50, 50));
    }

    async fn a_program_with_the_scope_may_import_and_no_other(app: TestApp) {
        let alice = app.member("alice").await;
        let (_, writer) = token(&alice, &["keys:write"]).await;
        let (_, reader) = token(&alice, &["keys:read", "keys:reveal", "keys:verify"]).await;

        send_with(&app, &reader, "", "text/plain", "A=b").await.expect_problem(403, "insufficient_scope");
        send_with(&app, &writer, "", "text/plain", "A=b").await.expect(200);
        send_with(&app, "x", "", "text/plain", "A=b").await.expect_problem(401, "unauthenticated");
        assert_eq!(names(&alice).await, ["A"]);
    }

    async fn what_an_import_keeps_is_encrypted(app: TestApp) {
        let alice = app.member("alice").await;
        let marker = "hunter2-import-marker-0123456789";
        send(&alice, "", "text/plain", format!("A={marker}\n")).await.expect(200);
        send(&alice, "", "text/plain", format!("A={marker}-2\n")).await.expect(200);

        let row = app.sql("select * from auth.api_keys").await + &app.sql("select * from auth.audit_trail").await;
        let hex = app.sql(if app.engine == crate::support::Engine::Sqlite { "select hex(sealed) || hex(fingerprint) from api_keys" } else { "select encode(sealed, 'hex') || encode(fingerprint, 'hex') from auth.api_keys" }).await;

        assert!(!row.contains("import-marker") && !hex.to_lowercase().contains(&hex::encode("import-marker")) && hex.len() > 100);
    }
}

on_both! {
    with [("FREE_PLAN_MAX_KEYS", "3")];

    async fn the_plan_counts_all_new_keys_of_a_file(app: TestApp) {
        let alice = app.member("alice").await;
        send(&alice, "", "text/plain", "A=1\nB=2\n").await.expect(200);

        let refused = send(&alice, "", "text/plain", "A=1\nC=3\nD=4\n").await.expect_problem(402, "plan_limit_reached").json();

        assert_eq!((&refused["limit"], &refused["used"]), (&json!(3), &json!(2)));
        assert_eq!(names(&alice).await, ["A", "B"]);
        send(&alice, "", "text/plain", "A=5\nB=2\nC=3\n").await.expect(200);
        send(&alice, "", "text/plain", "A=6\nB=2\nC=3\n").await.expect(200);
    }

    async fn as_many_new_keys_are_stored_as_are_asked_for(app: TestApp) {
        let alice = app.member("alice").await;
        send(&alice, "", "text/plain", "A=1\n").await.expect(200);
        let file = "X=10\nA=2\nY=20\nthis is no line\nZ=30\n";

        let all = send(&alice, "?dry_run=true", "text/plain", file).await.expect(200).json();
        assert_eq!((&all["new"], &all["left_out"]), (&json!(3), &json!(null)));
        send(&alice, "?most_new=2", "text/plain", file).await.expect_problem(422, "import_invalid");
        assert_eq!(names(&alice).await, ["A"], "all of it or nothing");
        let stored = send(&alice, "?most_new=2&skip_invalid=true", "text/plain", file).await.expect(200).json();

        assert_eq!((&stored["new"], &stored["changed"], &stored["left_out"], &stored["invalid"]), (&json!(2), &json!(1), &json!(1), &json!(1)));
        assert_eq!(stored["lines"][4]["status"], "left_out");
        assert_eq!(names(&alice).await, ["A", "X", "Y"]);
        send(&alice, "?most_new=1", "text/plain", "Z=30\n").await.expect_problem(402, "plan_limit_reached");
        send(&alice, "?most_new=0", "text/plain", "Z=30\n").await.expect(422);
    }
}

on_both! {
    with [crate::support::DEFAULT_LIMITS[0], crate::support::DEFAULT_LIMITS[1], crate::support::DEFAULT_LIMITS[2]];

    async fn imports_have_a_limit_of_their_own(app: TestApp) {
        let alice = app.member("alice").await;
        for _ in 0..10 {
            send(&alice, "?dry_run=true", "text/plain", "A=b").await.expect(200);
        }

        let refused = send(&alice, "?dry_run=true", "text/plain", "A=b").await.expect_problem(429, "too_many_requests");

        assert!(refused.header("ratelimit-policy").starts_with("\"import\";q=10;w=60"));
        alice.get("/api/keys").await.expect(200);
    }
}

on_both! {
    async fn an_import_and_other_changes_of_its_keys_wait_for_each_other(app: TestApp) {
        let alice = app.member("alice").await;
        let file = |round: usize| (0..200).map(|line| format!("KEY_{line}=value {round} of {line}\n")).collect::<String>();
        send(&alice, "", "text/plain", file(0)).await.expect(200);
        let mut paths = std::collections::HashMap::new();
        let mut cursor = String::new();
        while paths.len() < 200 {
            let page = alice.get(&format!("/api/keys?limit=100{cursor}")).await.expect(200).json();
            for key in page["data"].as_array().unwrap() {
                paths.insert(key["name"].as_str().unwrap().to_owned(), format!("/api/keys/{}", key["id"].as_str().unwrap()));
            }
            cursor = format!("&cursor={}", page["next_cursor"].as_str().unwrap_or_default());
        }
        let rotated = &paths["KEY_190"];

        let mut good = 0;
        for round in 1..=8_usize {
            // at another moment of the import each time
            let pause = std::time::Duration::from_millis(15 * u64::try_from(round).unwrap());
            let revoked = &paths[&format!("KEY_{}", 191 + round)];
            let meanwhile = async {
                tokio::time::sleep(pause).await;
                let (value, path) = (json!({ "value": format!("rotated in {round}") }), format!("{rotated}/rotate"));
                alice.call("POST", &path, Some(value)).await.expect(200);
                alice.call("DELETE", revoked, None).await.expect(204);
                alice.get(revoked).await.expect(200).json()["version"].clone()
            };
            let (imported, at_its_end) = tokio::join!(send(&alice, "", "text/plain", file(round)), meanwhile);
            // an import may meet a key that was revoked that very moment, and says to try again
            assert!(matches!(imported.status, 200 | 503), "{}", imported.text());
            good += 1 + usize::from(imported.status == 200);
            let version = alice.get(revoked).await.expect(200).json()["version"].clone();
            assert_eq!(version, at_its_end, "a revoked key got a new value in round {round}");
        }

        let version = alice.get(rotated).await.expect(200).json()["version"].as_u64().unwrap();
        assert_eq!(version, 1 + u64::try_from(good).unwrap(), "every answered change has a number of its own");
        alice.call("POST", &format!("{rotated}/rotate"), Some(json!({ "value": "and once more" }))).await.expect(200);
    }
}
