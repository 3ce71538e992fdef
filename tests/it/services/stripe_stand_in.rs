//! A stand-in for Stripe that answers what a test tells it to, in turn, and remembers what it was asked.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use vault_api::core::{
    configuration::StripeSettings,
    stripe::{Patience, Stripe},
};

pub const KEY: &str = "sk_test_MARKERofTheTests";
pub const PRICE: &str = "price_pro";

/// What to answer.
#[derive(Clone)]
pub enum Answer {
    /// A status, headers and a body.
    With(u16, Vec<(&'static str, String)>, Bytes),
    /// Nothing, ever.
    Silence,
}

/// What was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub path: String,
    /// The query or, of a form, the body: names and values.
    pub fields: Vec<(String, String)>,
    pub headers: HeaderMap,
}

impl Asked {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

#[derive(Default)]
struct Inner {
    answers: VecDeque<Answer>,
    last: Option<Answer>,
    asked: Vec<Asked>,
}

/// A running stand-in.
#[derive(Clone, Default)]
pub struct StandIn {
    inner: Arc<Mutex<Inner>>,
    pub base: String,
}

pub fn json_with(status: u16, body: &Value) -> Answer {
    Answer::With(status, vec![("content-type", "application/json".into())], body.to_string().into())
}

pub fn ok(body: &Value) -> Answer {
    json_with(200, body)
}

pub fn refusal(status: u16, code: &str, message: &str) -> Answer {
    json_with(status, &json!({ "error": { "type": "invalid_request_error", "code": code, "message": message } }))
}

pub fn page(items: &[Value], has_more: bool) -> Answer {
    ok(&json!({ "object": "list", "data": items, "has_more": has_more, "url": "/v1/x" }))
}

impl StandIn {
    /// Answers these, one after the other, and the last one for ever.
    pub async fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let mut stand_in = Self::default();
        stand_in.inner.lock().unwrap().answers.extend(answers);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        stand_in.base = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(stand_in.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        stand_in
    }

    pub fn then(&self, answers: impl IntoIterator<Item = Answer>) {
        let mut inner = self.inner.lock().unwrap();
        inner.answers = answers.into_iter().collect();
        inner.last = None;
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.inner.lock().unwrap().asked.clone()
    }

    pub fn settings(&self) -> StripeSettings {
        StripeSettings {
            key: KEY.into(),
            webhook_secrets: vec!["whsec_test".into()],
            prices: vec![PRICE.into(), "price_former".into()],
            base: self.base.clone(),
            is_live: false,
        }
    }

    /// A client in a hurry.
    pub fn client(&self) -> Stripe {
        Stripe::patient(self.settings(), hurry())
    }
}

pub fn hurry() -> Patience {
    Patience {
        connect: Duration::from_millis(500),
        whole: Duration::from_millis(1500),
        pause: Duration::from_millis(10),
        rest: Duration::from_millis(300),
    }
}

async fn answer(State(stand_in): State<StandIn>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let text = if body.is_empty() { head.uri.query().unwrap_or_default().as_bytes() } else { &body };
    let asked = Asked {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        fields: url::form_urlencoded::parse(text).into_owned().collect(),
        headers: head.headers,
    };
    let answer = {
        let mut inner = stand_in.inner.lock().unwrap();
        inner.asked.push(asked);
        if let Some(next) = inner.answers.pop_front() {
            inner.last = Some(next);
        }
        inner.last.clone().unwrap_or(Answer::Silence)
    };
    match answer {
        Answer::With(status, headers, body) => {
            let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
            for (name, value) in headers {
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            response
        }
        Answer::Silence => std::future::pending().await,
    }
}
