//! Accounts and sessions: `/api/auth`, and the page that a recovery mail leads to.

mod address;
mod device;
mod login;
mod logout;
mod me;
mod mfa;
mod new_device;
mod password;
mod recovery;
mod refresh;
mod register;
mod reset_page;
mod step_up;
mod tokens;
mod verification;

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

/// Asks for a recovery mail and waits for it: the token in the link of the `count`th such mail to this address.
pub(super) async fn recovery_token(app: &TestApp, email: &str, count: usize) -> String {
    app.call("POST", "/api/auth/recover", Some(json!({ "email": email }))).await.expect(202);
    mailed_token(app, email, "/reset", count).await
}

/// Waits for mails with links to this page: the token in the link of the `count`th one to this address.
async fn mailed_token(app: &TestApp, email: &str, page: &str, count: usize) -> String {
    for _ in 0..200 {
        let mails = if page == "/verify" { app.mails.verifications(email) } else { app.mails.to(email) };
        let tokens: Vec<_> = mails.iter().filter_map(|mail| token_in(&mail.body, page)).collect();
        if let Some(token) = tokens.get(count - 1) {
            return token.clone();
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let subjects: Vec<_> = app.mails.to(email).into_iter().map(|mail| mail.subject).collect();
    panic!("{count} mails to {email} with a link to {page} were expected: {subjects:?}");
}

/// The token in a mail's link to this page.
pub(super) fn token_in(mail: &str, page: &str) -> Option<String> {
    let (_, rest) = mail.split_once(&format!("http://vault.test{page}?token="))?;
    rest.split_whitespace().next().map(str::to_owned)
}
