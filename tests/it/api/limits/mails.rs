//! Mails that somebody asks for: for each client, and for each mailbox without telling whether it has an account.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;

use super::refused;
use crate::support::{DEFAULT_LIMITS, Reply, TestApp};

/// Asks for a recovery mail from this address.
async fn recover_from(app: &TestApp, peer: &str, email: &str) -> Reply {
    app.call_from(peer, "POST", "/api/auth/recover", Some(json!({ "email": email }))).await
}

/// The answers to five requests for this mailbox from five clients: status, body and what tells about limits.
async fn asked_five_times(app: &TestApp, network: &str, email: &str) -> Vec<(u16, String, String, String)> {
    let mut answers = Vec::new();
    for turn in 0..5 {
        let reply = recover_from(app, &format!("{network}.{turn}"), email).await;
        let header = |name| reply.header(name).to_owned();
        answers.push((reply.status, reply.text(), header("retry-after"), header("ratelimit")));
    }
    answers
}

on_both! {
    with DEFAULT_LIMITS;

    async fn a_mailbox_gets_three_mails_an_hour_and_the_answers_do_not_tell(app: TestApp) {
        app.member("alice").await;

        let existing = asked_five_times(&app, "192.0.2", "alice@example.com").await;
        let missing = asked_five_times(&app, "198.51.100", "nobody@example.com").await;

        assert_eq!(existing, missing);
        assert!(existing.iter().all(|answer| answer.0 == 202), "{existing:?}");
        app.wait_for_mails("alice@example.com", 3).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(app.mails.to("alice@example.com").len(), 3);
        app.clock.advance(TimeDelta::minutes(20));
        recover_from(&app, "192.0.2.77", "Alice@Example.com ").await.expect(202);
        app.wait_for_mails("alice@example.com", 4).await;
    }

    async fn a_client_asks_for_ten_mails_an_hour(app: TestApp) {
        for turn in 0..10 {
            app.clock.advance(TimeDelta::seconds(6));
            recover_from(&app, "192.0.2.1", &format!("victim{turn}@example.com")).await.expect(202);
        }
        app.clock.advance(TimeDelta::seconds(6));

        let wait = refused(recover_from(&app, "192.0.2.1", "victim@example.com").await, "recover");

        assert_eq!(wait, 6 * 60 - 60);
        recover_from(&app, "192.0.2.2", "victim@example.com").await.expect(202);
    }
}

on_both! {
    with [("ENUMERATION_PROTECTION", "true"), ("RATE_LIMIT_AUTH_PER_MINUTE", "1000"), ("RATE_LIMIT_MAILBOX_PER_HOUR", "3")];

    async fn registrations_over_a_taken_address_fill_no_mailbox(app: TestApp) {
        let body = json!({ "email": "alice@example.com", "password": "une girafe en pyjama vert" });
        for turn in 0..8 {
            app.call_from(&format!("192.0.2.{turn}"), "POST", "/api/auth/register", Some(body.clone())).await.expect(202);
        }

        app.wait_for_mails("alice@example.com", 3).await;
        app.settle_mails().await;
        assert_eq!(app.mails.to("alice@example.com").len(), 3);
        assert_eq!(app.mails.verifications("alice@example.com").len(), 1);
    }
}
