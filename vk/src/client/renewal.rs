//! A person's sign-in goes on: the access token is renewed with the refresh token, which works once.
//!
//! Several `vk` may run at the same moment. Under the lock each first looks whether another one brought new tokens, so
//! that none ever sends a refresh token that was spent: the server would take it for a theft and end the session.

use serde_json::{Value, json};

use super::{Client, parsed, transport::Request};
use crate::{
    failure::{Failure, Kind},
    output::prompt,
    session::{Credentials, Lock, Profile},
    system,
    texts::Text,
};

impl Client<'_> {
    /// New tokens in the place of those with this access token.
    pub(super) fn renew(&self, used: &str) -> Result<(), Failure> {
        let _lock = Lock::take()?;
        let profile = Profile::load()?.ok_or_else(|| Failure::new(Kind::Access, Text::NotSignedIn))?;
        let kept = profile.credentials()?;
        let Credentials::Session { access_token, refresh_token, .. } = &kept else {
            return Err(Failure::new(Kind::Access, Text::NotSignedIn));
        };
        if access_token != used {
            self.session.borrow_mut().credentials = kept;
            return Ok(());
        }
        let body = json!({ "refresh_token": refresh_token }).to_string().into_bytes();
        let request =
            Request { method: "POST", path: "/api/auth/refresh".into(), body: Some(("application/json", &body)) };
        let answer = self.transport.send(&request, None).map_err(|failure| self.refused(failure, &request.path))?;
        let credentials = tokens(&parsed(&answer.body)?)?;
        profile.keep(&credentials)?;
        self.session.borrow_mut().credentials = credentials;
        Ok(())
    }

    /// Asks whoever sits here for the password, and for a code where the account has a second factor.
    pub(super) fn confirm(&self, refusal: Failure) -> Result<(), Failure> {
        if !prompt::has_terminal() {
            return Err(refusal);
        }
        self.screen.note(Text::ConfirmYourself, &[]);
        let password = prompt::hidden(self.screen, Text::AskPassword)?;
        let mut body = json!({ "password": password.as_str() });
        let bearer = self.session.borrow().credentials.bearer().to_owned();
        if parsed(&self.plain("GET", "/api/auth/mfa", &Value::Null, &bearer)?)?.get("enabled")
            == Some(&Value::Bool(true))
        {
            let code = prompt::hidden(self.screen, Text::AskCode)?;
            body = json!({ "password": password.as_str(), "code": code.trim() });
        }
        self.plain("POST", "/api/auth/reauthenticate", &body, &bearer).map(|_| ())
    }

    fn plain(&self, method: &str, path: &str, body: &Value, bearer: &str) -> Result<Vec<u8>, Failure> {
        let bytes = body.to_string().into_bytes();
        let body = (!body.is_null()).then_some(("application/json", bytes.as_slice()));
        self.transport.send(&Request { method, path: path.into(), body }, Some(bearer)).map(|answer| answer.body)
    }
}

/// The credentials in the server's `Tokens`.
pub fn tokens(answer: &Value) -> Result<Credentials, Failure> {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).map(String::from);
    let life = answer.get("expires_in").and_then(Value::as_i64);
    match (text("access_token"), text("refresh_token"), life) {
        (Some(access_token), Some(refresh_token), Some(life)) => {
            let expires_at = system::now().timestamp().saturating_add(life);
            Ok(Credentials::Session { access_token, refresh_token, expires_at })
        }
        _ => Err(Failure::new(Kind::Away, Text::NoJson)),
    }
}
