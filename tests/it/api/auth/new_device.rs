//! The mail about a sign-in from a place from which the account never signed in.

use serde_json::json;

use crate::support::{Reply, TestApp};

async fn log_in_from(app: &TestApp, address: &str) -> Reply {
    let body = json!({ "email": "alice@example.com", "password": "une girafe en pyjama vert" });
    let reply = app.call_from(address, "POST", "/api/auth/login", Some(body)).await.expect(200);
    app.settle_mails().await;
    reply
}

on_both! {
    async fn the_owner_hears_of_a_sign_in_from_a_new_place_once(app: TestApp) {
        let alice = app.member("alice").await;
        assert!(app.mails.to(&alice.email).is_empty(), "the first place is no news");

        for _ in 0..2 {
            log_in_from(&app, "203.0.113.7").await;
        }

        let mails = app.mails.to(&alice.email);
        assert_eq!(mails.len(), 1);
        assert!(mails[0].subject.contains("New sign-in") && mails[0].body.contains("203.0.113.7"), "{}", mails[0].body);
        assert!(!mails[0].body.contains("token"));
    }
}
