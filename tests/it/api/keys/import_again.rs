//! `Idempotency-Key` on `POST /api/keys/import`.

use axum::{body::Body, http::Request};
use serde_json::json;

use super::import::names;
use crate::support::{Actor, Reply, at_once};

/// Sends it under an `Idempotency-Key`.
async fn send_named(actor: &Actor<'_>, name: &str, query: &str, body: &str) -> Reply {
    let request = Request::post(format!("/api/keys/import{query}"))
        .header("authorization", format!("Bearer {}", actor.token))
        .header("content-type", "text/plain")
        .header("idempotency-key", name)
        .body(Body::from(body.to_owned()))
        .expect("a request");
    actor.app.send(request).await
}

on_both! {
    async fn a_named_import_that_is_sent_again_stores_no_further_keys(app: TestApp) {
        let alice = app.member("alice").await;
        let file = "A=1\nB=2\nC=3\n";

        let first = send_named(&alice, "abc", "?most_new=1", file).await.expect(200);
        let again = send_named(&alice, "abc", "?most_new=1", file).await.expect(200);
        assert_eq!((&first.body, first.header("idempotent-replayed"), again.header("idempotent-replayed")), (&again.body, "", "true"));
        assert_eq!(names(&alice).await, ["A"]);

        send_named(&alice, "abc", "?most_new=2", file).await.expect_problem(409, "idempotency_key_reused");
        send_named(&alice, "abc", "?most_new=1", "A=1\n").await.expect_problem(409, "idempotency_key_reused");
        // a look stores nothing and remembers nothing; what was refused is not remembered
        send_named(&alice, "look", "?most_new=1&dry_run=true", file).await.expect(200);
        send_named(&alice, "look", "?most_new=1", "nothing of it\n").await.expect_problem(422, "import_invalid");
        send_named(&alice, "look", "?most_new=1", file).await.expect(200);
        assert_eq!(names(&alice).await, ["A", "B"]);
        app.clock.advance(chrono::TimeDelta::hours(25));
        send_named(&alice, "abc", "?most_new=1", file).await.expect(200);
        assert_eq!(names(&alice).await, ["A", "B", "C"]);
    }

    async fn the_same_named_import_at_once_is_made_once(app: TestApp) {
        let alice = app.member("alice").await;
        let file = "A=1\nB=2\nC=3\nD=4\n";

        let replies = at_once(4, |_| send_named(&alice, "abc", "?most_new=1", file)).await;
        for reply in replies {
            reply.expect(200);
        }

        assert_eq!(names(&alice).await, ["A"]);
    }
}

on_both! {
    with [("FREE_PLAN_MAX_KEYS", "1000")];

    async fn a_key_and_an_import_under_one_name_at_once_never_wait_for_each_other(app: TestApp) {
        let alice = app.member("alice").await;
        for round in 0..12 {
            let name = format!("round-{round}");
            let file: String = (0..60).map(|line| format!("R{round}_{line}=value {round} {line}\n")).collect();
            let create = async {
                tokio::time::sleep(std::time::Duration::from_millis(round * 8)).await;
                let body = json!({ "name": format!("made {round}") });
                alice.call_with("POST", "/api/keys", Some(body), &[("idempotency-key", &name)]).await
            };

            let (imported, made) = tokio::join!(send_named(&alice, &name, "", &file), create);

            let mut both = [imported.status, made.status];
            both.sort_unstable();
            assert!(matches!(both, [200 | 201, 409]), "{both:?}: {} {}", imported.text(), made.text());
        }
    }

    async fn of_a_long_report_the_counts_are_remembered(app: TestApp) {
        let alice = app.member("alice").await;
        let file: String = std::iter::once("GOOD=value\n".to_owned()).chain((0..900).map(|line| format!("FAULTY_{line}=\n"))).collect();

        let first = send_named(&alice, "abc", "?skip_invalid=true", &file).await.expect(200).json();
        let again = send_named(&alice, "abc", "?skip_invalid=true", &file).await.expect(200);

        assert_eq!(again.header("idempotent-replayed"), "true");
        let again = again.json();
        assert_eq!((&again["new"], &again["invalid"], &again["lines"]), (&first["new"], &first["invalid"], &json!([])));
        assert_eq!(first["lines"].as_array().map(Vec::len), Some(901));
        // nothing is stored now, and so nothing remembered
        let later = send_named(&alice, "later", "?skip_invalid=true", &file).await.expect(200).json();
        assert_eq!((&later["new"], &later["same"]), (&json!(0), &json!(1)));
        assert_eq!(send_named(&alice, "later", "?skip_invalid=true", &file).await.expect(200).header("idempotent-replayed"), "");
    }
}
