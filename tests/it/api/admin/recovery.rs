//! `POST /api/admin/users/{id}/recovery`: the owner alone sees the token.

use serde_json::json;

use super::{disable, path_of, root};
use crate::api::auth::{NEW_PASSWORD, log_in, reset, token_in};

on_both! {
    async fn the_owner_gets_the_mail_and_sets_the_password(app: TestApp) {
        let (root, alice) = (root(&app).await, app.member("alice").await);

        let answer = root.call("POST", &format!("{}/recovery", path_of(&alice)), None).await.expect(202).json();

        assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), ["message"]);
        let mail = app.wait_for_mails(&alice.email, 1).await.remove(0);
        assert!(!answer.to_string().contains(&token_in(&mail.body, "/reset").expect("a link")));
        reset(&app, &token_in(&mail.body, "/reset").expect("a link"), NEW_PASSWORD).await.expect(204);
        log_in(&app, &alice.email, NEW_PASSWORD).await.expect(200);
        assert!(app.mails.to(&root.email).iter().all(|mail| token_in(&mail.body, "/reset").is_none()));
    }

    async fn a_disabled_account_gets_no_recovery_mail(app: TestApp) {
        let (root, alice) = (root(&app).await, app.member("alice").await);
        disable(&root, &alice).await;

        root.call("POST", &format!("{}/recovery", path_of(&alice)), None).await.expect_problem(409, "account_disabled");

        assert_eq!(app.sql("select count(*) from auth.mail_outbox where kind = 'recovery'").await, "0");
        app.call("POST", "/api/auth/recover", Some(json!({ "email": alice.email }))).await.expect(202);
    }
}
