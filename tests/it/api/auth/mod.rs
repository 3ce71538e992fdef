//! Accounts and sessions: `/api/auth`, and the page that a recovery mail leads to.

mod login;
mod logout;
mod me;
mod mfa;
mod password;
mod recovery;
mod register;
mod reset_page;
mod step_up;
mod tokens;

use std::time::Duration;

use serde_json::json;

use crate::support::{Reply, TestApp};

/// A password that nothing speaks against, and that no actor has.
pub(super) const NEW_PASSWORD: &str = "trois loutres et un parapluie";

/// Tries to sign in.
pub(super) async fn log_in(app: &TestApp, email: &str, password: &str) -> Reply {
    app.call("POST", "/api/auth/login", Some(json!({ "email": email, "password": password }))).await
}

/// Tries to register.
pub(super) async fn register(app: &TestApp, email: &str, password: &str) -> Reply {
    app.call("POST", "/api/auth/register", Some(json!({ "email": email, "password": password }))).await
}

/// Tries to set a new password with a mail's token.
pub(super) async fn reset(app: &TestApp, token: &str, password: &str) -> Reply {
    app.call("POST", "/api/auth/reset", Some(json!({ "token": token, "password": password }))).await
}

/// Reads `/api/auth/me` with this token.
pub(super) async fn read_me(app: &TestApp, token: &str) -> Reply {
    app.call_with("GET", "/api/auth/me", None, &[("authorization", &format!("Bearer {token}"))]).await
}

/// Asserts that this token opens nothing.
#[track_caller]
pub(super) fn assert_refused(reply: Reply) {
    let reply = reply.expect_problem(401, "unauthenticated");
    assert_eq!(reply.header("www-authenticate"), "Bearer");
}

/// Waits until a token is refused, for two seconds at most.
pub(super) async fn assert_dies_soon(app: &TestApp, token: &str) {
    for _ in 0..40 {
        if read_me(app, token).await.status == 401 {
            return assert_refused(read_me(app, token).await);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the token still works after two seconds");
}

/// Asks for a recovery mail and waits for it: the token in the link of the `count`th mail to this address.
pub(super) async fn recovery_token(app: &TestApp, email: &str, count: usize) -> String {
    app.call("POST", "/api/auth/recover", Some(json!({ "email": email }))).await.expect(202);
    let mails = app.wait_for_mails(email, count).await;
    token_in(&mails[count - 1].body)
}

/// The token in a mail's link.
pub(super) fn token_in(mail: &str) -> String {
    let (_, rest) = mail.split_once("http://vault.test/reset?token=").expect("a link");
    rest.split_whitespace().next().expect("a token").to_owned()
}
