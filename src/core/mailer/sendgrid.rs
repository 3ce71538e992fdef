//! Over SendGrid's HTTP API (v3, `mail/send`).

use std::time::Duration;

use reqwest::{Client, Response, StatusCode, header::RETRY_AFTER};
use serde_json::{Value, json};

use super::{
    Attempt, CONNECT_TIME, Mail, Mailer, Undelivered, WHOLE_TIME,
    compose::{message_id, one_line, sender},
};
use crate::core::configuration::SendGridSettings;

/// Delivers through SendGrid.
pub struct SendGridMailer {
    settings: SendGridSettings,
    client: Result<Client, String>,
}

impl SendGridMailer {
    /// Delivers with the key of the settings.
    #[must_use]
    pub fn new(settings: SendGridSettings) -> Self {
        let client = Client::builder()
            .connect_timeout(CONNECT_TIME)
            .timeout(WHOLE_TIME)
            // the key goes to this address and to no other
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| error.to_string());
        Self { settings, client }
    }

    fn client(&self) -> Result<&Client, Undelivered> {
        self.client.as_ref().map_err(|error| Undelivered::for_now(format!("no HTTP client: {error}")))
    }

    fn failed(error: &reqwest::Error) -> Undelivered {
        if error.is_timeout() {
            return Undelivered::late();
        }
        // reqwest's own sentence says nothing but the address; the reason is its source
        let mut reason: &dyn std::error::Error = error;
        while let Some(source) = reason.source() {
            reason = source;
        }
        Undelivered::for_now(format!("SendGrid can not be reached: {reason}"))
    }
}

/// The request's body, as SendGrid's reference has it.
fn body(mail: &Mail) -> Result<Value, Undelivered> {
    let from = sender(&mail.from).ok_or_else(|| Undelivered::for_good("the mail's sender can not be written"))?;
    let mut sender = json!({ "email": from.email.to_string() });
    if let (Some(name), Some(fields)) = (&from.name, sender.as_object_mut()) {
        fields.insert("name".into(), name.as_str().into());
    }
    Ok(json!({
        "personalizations": [{ "to": [{ "email": mail.to }] }],
        "from": sender,
        "subject": one_line(&mail.subject),
        "content": [
            { "type": "text/plain", "value": mail.body },
            { "type": "text/html", "value": mail.html },
        ],
        "headers": { "Message-ID": message_id(mail, &from), "Auto-Submitted": "auto-generated" },
        // otherwise links would lead over SendGrid's servers, tokens and all
        "tracking_settings": { "click_tracking": { "enable": false }, "open_tracking": { "enable": false } },
    }))
}

/// What an answer means: 202 is accepted; a bad key or a bad sender is ours to mend; 400 and 413 are this mail's own fault.
async fn understood(response: Response) -> Result<(), Undelivered> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map(Duration::from_secs);
    let said = response.bytes().await.unwrap_or_default();
    let said: Value = serde_json::from_slice(&said).unwrap_or_default();
    let said = said.pointer("/errors/0/message").and_then(Value::as_str).unwrap_or_default();
    let is_final = matches!(status, StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE);
    Err(Undelivered { is_final, retry_after, ..Undelivered::for_now(format!("SendGrid answered {status}: {said}")) })
}

impl Mailer for SendGridMailer {
    fn deliver<'a>(&'a self, mail: &'a Mail) -> Attempt<'a> {
        Box::pin(async move {
            let request = self
                .client()?
                .post(format!("{}/v3/mail/send", self.settings.base))
                .bearer_auth(self.settings.key.expose())
                .json(&body(mail)?);
            understood(request.send().await.map_err(|error| Self::failed(&error))?).await
        })
    }

    /// Asks what the key may do.
    fn check(&self) -> Attempt<'_> {
        Box::pin(async move {
            let request =
                self.client()?.get(format!("{}/v3/scopes", self.settings.base)).bearer_auth(self.settings.key.expose());
            understood(request.send().await.map_err(|error| Self::failed(&error))?).await
        })
    }

    fn way(&self) -> String {
        format!("SendGrid ({})", self.settings.base)
    }
}
