//! `/api/auth/mfa` and `/api/auth/login/mfa`: the second factor.

mod recovery_codes;
mod required;
mod setup;
mod sign_in;
mod tries;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};
use vault_api::core::clock::Clock as _;

use super::log_in;
use crate::support::{Actor, Reply, TestApp};

/// A phone with the app on it, and the paper with the recovery codes.
pub(super) struct Phone {
    pub secret: String,
    pub recovery_codes: Vec<String>,
}

impl Phone {
    /// The code that the app shows at a moment.
    pub fn code_at(&self, moment: DateTime<Utc>) -> String {
        let secret = Secret::try_from_base32(&self.secret).expect("base 32");
        let app = Builder::new().with_secret(secret).build().expect("an app");
        app.generate(moment.timestamp().try_into().unwrap()).to_string()
    }

    /// A code that was not used yet: a minute later.
    pub fn fresh_code(&self, app: &TestApp) -> String {
        app.clock.advance(TimeDelta::seconds(60));
        self.code_at(app.clock.now())
    }

    /// A code that is wrong at every moment around now.
    pub fn wrong_code(&self, app: &TestApp) -> String {
        let near: Vec<_> = (-3..=3).map(|step| self.code_at(app.clock.now() + TimeDelta::seconds(30 * step))).collect();
        (0..).map(|number| format!("{number:06}")).find(|code| !near.contains(code)).expect("a wrong code")
    }
}

/// Begins to set the second factor up.
async fn begin(actor: &Actor<'_>) -> Phone {
    let enrolment = actor.call("POST", "/api/auth/mfa/totp", None).await.expect(200).json();
    Phone { secret: enrolment["secret"].as_str().expect("a secret").to_owned(), recovery_codes: Vec::new() }
}

async fn confirm(actor: &Actor<'_>, code: &str) -> Reply {
    actor.post("/api/auth/mfa/totp/confirm", json!({ "code": code })).await
}

/// Turns the second factor on.
pub(super) async fn turn_on(app: &TestApp, actor: &Actor<'_>) -> Phone {
    let mut phone = begin(actor).await;
    let codes = confirm(actor, &phone.fresh_code(app)).await.expect(200).json();
    phone.recovery_codes = texts(&codes["recovery_codes"]);
    phone
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
}

/// The first step of a sign-in: the challenge.
async fn challenge(app: &TestApp, actor: &Actor<'_>) -> String {
    let answer = log_in(app, &actor.email, &actor.password).await.expect(200).json();
    assert_eq!(answer["mfa_required"], true, "{answer}");
    answer["challenge"].as_str().expect("a challenge").to_owned()
}

/// The second step of a sign-in.
async fn answer(app: &TestApp, challenge: &str, code: &str) -> Reply {
    app.call("POST", "/api/auth/login/mfa", Some(json!({ "challenge": challenge, "code": code }))).await
}

/// Both steps with this code.
async fn sign_in(app: &TestApp, actor: &Actor<'_>, code: &str) -> Reply {
    let challenge = challenge(app, actor).await;
    answer(app, &challenge, code).await
}
