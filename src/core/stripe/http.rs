//! How Stripe is spoken to: one request at a time, form-encoded, with its version pinned; retries, time-outs and pages.
//!
//! Only what Stripe itself says counts. An error is Stripe's where its body says so (`{"error": {…}}`); a page of a proxy,
//! half an answer or a redirect is nobody's word, and the truth about the account stays unknown (`StripeError::Away`).

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};
use serde_json::Value;
use tokio::time::Instant;
use url::form_urlencoded;

use super::{Patience, StripeError, circuit::Circuit};
use crate::core::{configuration::StripeSettings, random};

/// The version of the API that answers are read in.
pub(super) const VERSION: &str = "2026-10-28.endive";
/// An answer that is longer is not read.
const MOST_BYTES: usize = 4 << 20;
/// How often one request is sent.
const MOST_ATTEMPTS: u32 = 4;
/// How much a list answers with at once: Stripe's most.
const PAGE: &str = "100";
const MOST_SAID: usize = 300;

/// The way to Stripe.
pub(super) struct Http {
    settings: StripeSettings,
    patience: Patience,
    client: Result<Client, String>,
    circuit: Circuit,
}

/// A request.
struct Call<'a> {
    method: Method,
    /// Below `/v1/`, with its query.
    path: String,
    form: Option<String>,
    idempotency_key: Option<&'a str>,
}

/// What came back.
struct Answer {
    status: StatusCode,
    retry_after: Option<Duration>,
    should_retry: Option<bool>,
    request_id: String,
    body: Value,
}

/// An attempt that came to nothing.
struct Failed {
    error: StripeError,
    /// Whether the same request may go out again, now.
    may_repeat: bool,
    /// Whether Stripe was there.
    was_there: bool,
}

impl Http {
    pub(super) fn new(settings: StripeSettings, patience: Patience) -> Self {
        let builder = Client::builder()
            .connect_timeout(patience.connect)
            .user_agent(concat!("vault-api/", env!("CARGO_PKG_VERSION")))
            // the key goes to this address and to no other
            .redirect(reqwest::redirect::Policy::none());
        // without TLS, it goes there without a proxy in between
        let builder = if settings.base.starts_with("https://") { builder } else { builder.no_proxy() };
        let client = builder.build().map_err(|error| error.to_string());
        Self { settings, patience, client, circuit: Circuit::default() }
    }

    pub(super) fn settings(&self) -> &StripeSettings {
        &self.settings
    }

    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, StripeError> {
        let path = if query.is_empty() { path.to_owned() } else { format!("{path}?{}", encoded(query)) };
        self.send(&Call { method: Method::GET, path, form: None, idempotency_key: None }).await
    }

    /// With an idempotency key, Stripe carries the request out once, however often it comes within a day.
    pub(super) async fn post(
        &self,
        path: &str,
        form: &[(&str, &str)],
        idempotency_key: Option<&str>,
    ) -> Result<Value, StripeError> {
        let form = Some(encoded(form));
        self.send(&Call { method: Method::POST, path: path.to_owned(), form, idempotency_key }).await
    }

    pub(super) async fn delete(&self, path: &str) -> Result<Value, StripeError> {
        self.send(&Call { method: Method::DELETE, path: path.to_owned(), form: None, idempotency_key: None }).await
    }

    /// All items of a list, page by page. A list that is longer than `most_pages` is not read by halves.
    pub(super) async fn pages(
        &self,
        path: &str,
        query: &[(&str, &str)],
        most_pages: usize,
    ) -> Result<Vec<Value>, StripeError> {
        let (mut items, mut after) = (Vec::new(), None);
        for _ in 0..most_pages {
            let (page, next) = self.page(path, query, after.as_deref()).await?;
            items.extend(page);
            if next.is_none() {
                return Ok(items);
            }
            after = next;
        }
        Err(StripeError::away(format!("the list {path} is longer than {most_pages} pages")))
    }

    /// The items of a list behind the one that is called `after`, as many as come at once; and, where the list goes on,
    /// what the last of them is called.
    pub(super) async fn page(
        &self,
        path: &str,
        query: &[(&str, &str)],
        after: Option<&str>,
    ) -> Result<(Vec<Value>, Option<String>), StripeError> {
        let mut query = query.to_vec();
        query.push(("limit", PAGE));
        query.extend(after.map(|after| ("starting_after", after)));
        let mut page = self.get(path, &query).await?;
        let has_more = page.get("has_more").and_then(Value::as_bool).unwrap_or(false);
        let Some(Value::Array(items)) = page.get_mut("data").map(Value::take) else {
            return Err(StripeError::away(format!("the list {path} has no items to read")));
        };
        if !has_more {
            return Ok((items, None));
        }
        let last = items.last().and_then(|item| item.get("id")?.as_str()).map(str::to_owned);
        match last {
            Some(last) if after != Some(&last) => Ok((items, Some(last))),
            _ => Err(StripeError::away(format!("the list {path} says that it goes on, and does not"))),
        }
    }

    async fn send(&self, call: &Call<'_>) -> Result<Value, StripeError> {
        let deadline = Instant::now() + self.patience.whole;
        let mut pause = self.patience.pause;
        let mut attempts = 1;
        loop {
            let failed = match self.attempt(call, deadline).await {
                Ok(body) => return Ok(body),
                Err(failed) => failed,
            };
            let wait = failed.error.retry_after().unwrap_or_else(|| spread(pause));
            if !failed.may_repeat || attempts == MOST_ATTEMPTS || Instant::now() + wait >= deadline {
                return Err(failed.error);
            }
            tokio::time::sleep(wait).await;
            pause = pause.saturating_mul(2);
            attempts += 1;
        }
    }

    async fn attempt(&self, call: &Call<'_>, deadline: Instant) -> Result<Value, Failed> {
        let rest = self.patience.rest;
        self.circuit.admit(Instant::now(), rest).map_err(|remaining| Failed {
            error: StripeError::Away {
                sentence: "Stripe did not answer several times in a row, and is left alone for a while".into(),
                retry_after: Some(remaining),
                is_answer: false,
            },
            may_repeat: false,
            was_there: false,
        })?;
        let result = match self.exchange(call, deadline).await {
            Ok(answer) => self.understood(answer),
            Err(failed) => Err(failed),
        };
        let was_there = result.as_ref().map_or_else(|failed| failed.was_there, |_| true);
        self.circuit.noted(was_there, Instant::now(), rest);
        tracing::debug!(method = %call.method, path = %call.path.split('?').next().unwrap_or_default(), was_there, "asked Stripe");
        result
    }

    fn request(&self, call: &Call<'_>) -> Result<RequestBuilder, Failed> {
        let client = self.client.as_ref().map_err(|error| Failed::away(format!("no HTTP client: {error}")))?;
        let mut request = client
            .request(call.method.clone(), format!("{}/v1/{}", self.settings.base, call.path))
            .bearer_auth(self.settings.key.expose())
            .header("Stripe-Version", VERSION);
        if let Some(key) = call.idempotency_key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(form) = &call.form {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.clone());
        }
        Ok(request)
    }

    async fn exchange(&self, call: &Call<'_>, deadline: Instant) -> Result<Answer, Failed> {
        // a request whose answer is lost may be sent again where that does nothing twice
        let is_repeatable = call.method != Method::POST || call.idempotency_key.is_some();
        let lost = |error: reqwest::Error| {
            let may_repeat = is_repeatable && !error.is_timeout() && !error.is_connect() && !error.is_builder();
            Failed { may_repeat, ..Failed::away(self.reason(&error)) }
        };
        let remaining = deadline.saturating_duration_since(Instant::now());
        let mut response = self.request(call)?.timeout(remaining).send().await.map_err(lost)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(Failed::away(format!("the answer is longer than {MOST_BYTES} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        let body = serde_json::from_slice(&body).unwrap_or_default();
        Ok(Answer::new(&response, body))
    }

    /// What went wrong on the way, without the address.
    fn reason(&self, error: &reqwest::Error) -> String {
        if error.is_timeout() {
            return format!("no answer from Stripe within {} seconds", self.patience.whole.as_secs());
        }
        // reqwest's own sentence says nothing but the address; the reason is its source
        let mut reason: &dyn std::error::Error = error;
        while let Some(source) = reason.source() {
            reason = source;
        }
        format!("Stripe can not be reached: {reason}")
    }

    /// What an answer means.
    fn understood(&self, answer: Answer) -> Result<Value, Failed> {
        let status = answer.status;
        if status.is_success() && answer.body.is_object() {
            return Ok(answer.body);
        }
        let Some(error) = answer.body.get("error").filter(|error| error.is_object()) else {
            let sentence = format!(
                "what answered ({status}) does not speak as Stripe does; is STRIPE_API_BASE right, and is a proxy in between?"
            );
            return Err(Failed::away(sentence));
        };
        let code = code(error);
        let said = self.harmless(error.get("message").and_then(Value::as_str).unwrap_or_default());
        let request = &answer.request_id;
        let sentence = format!("Stripe answered {} {code}: {said}{request}", status.as_u16());
        let is_pressed = status == StatusCode::TOO_MANY_REQUESTS
            || (status == StatusCode::CONFLICT && matches!(&*code, "lock_timeout" | "idempotency_key_in_use"));
        if is_pressed || status.is_server_error() {
            let may_repeat = answer.should_retry.unwrap_or(is_pressed);
            let error = StripeError::Away { sentence, retry_after: answer.retry_after, is_answer: !is_pressed };
            return Err(Failed { error, may_repeat, was_there: is_pressed });
        }
        let may_repeat = answer.should_retry == Some(true);
        let error = StripeError::Refused { status: status.as_u16(), code, sentence };
        Err(Failed { error, may_repeat, was_there: true })
    }

    /// What Stripe said, fit for the log: its messages repeat addresses of mail, links and parts of keys.
    fn harmless(&self, said: &str) -> String {
        let key = self.settings.key.expose();
        let is_secret = |word: &str| {
            ["sk_", "rk_", "pk_", "whsec_"].iter().any(|mark| word.contains(mark)) || word.contains(key.as_str())
        };
        let words = said.split_whitespace().map(|word| match word {
            _ if word.contains("://") => "(a link)",
            _ if word.contains('@') => "(an address)",
            _ if is_secret(word) => "(a key)",
            _ => word,
        });
        let text: String = words.collect::<Vec<_>>().join(" ").chars().filter(|letter| !letter.is_control()).collect();
        text.chars().take(MOST_SAID).collect()
    }
}

/// Stripe's word for an error, and two of our own where its word would mislead: a key of the other mode, or a base that
/// is not the API's, makes everything look as if it were gone.
fn code(error: &Value) -> String {
    let text = |name: &str| error.get(name).and_then(Value::as_str);
    let message = text("message").unwrap_or_default();
    if message.contains("a similar object exists in") {
        return "other_mode".into();
    }
    if message.starts_with("Unrecognized request URL") {
        return "unknown_path".into();
    }
    let code = text("code").or_else(|| text("type")).unwrap_or("unknown");
    code.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_').take(64).collect()
}

impl Failed {
    fn away(sentence: String) -> Self {
        Self { error: StripeError::away(sentence), may_repeat: false, was_there: false }
    }
}

impl Answer {
    fn new(response: &Response, body: Value) -> Self {
        let text = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let is_plain =
            |id: &&str| id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        Self {
            status: response.status(),
            retry_after: text("retry-after")
                .and_then(|value| value.parse().ok())
                .map(|seconds: u64| Duration::from_secs(seconds.min(3600))),
            should_retry: text("stripe-should-retry").and_then(|value| value.parse().ok()),
            request_id: text("request-id").filter(is_plain).map(|id| format!(" (request {id})")).unwrap_or_default(),
            body,
        }
    }
}

/// `application/x-www-form-urlencoded`; nested fields are named with brackets.
fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Half the pause to all of it, so that servers that were refused together do not come back together.
fn spread(pause: Duration) -> Duration {
    let [byte] = random::bytes::<1>().unwrap_or([0]);
    pause / 2 + pause.mul_f64(f64::from(byte) / 510.0)
}
