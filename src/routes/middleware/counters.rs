//! Counts answers and how long they took, by method, route and status. Finding a counter by its labels costs more than
//! counting, so those that were found are kept; methods, routes and statuses are closed lists, so they stay few.

use std::{
    sync::{PoisonError, RwLock},
    time::Duration,
};

use axum::http::{Method, StatusCode};

use crate::core::trusted_hash::TrustedMap;

/// The counters that were found.
#[derive(Default)]
pub(in crate::routes) struct Counters(RwLock<TrustedMap<Kind, TrustedMap<String, Counted>>>);

type Kind = (&'static str, StatusCode);

#[derive(Clone)]
struct Counted {
    answers: metrics::Counter,
    seconds: metrics::Histogram,
}

impl Counters {
    /// Counts one answer.
    pub(super) fn count(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let kind = (word(method), status);
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(counted) = kept.get(&kind).and_then(|routes| routes.get(route)) {
            return counted.count(took);
        }
        drop(kept);
        self.add(kind, route).count(took);
    }

    fn add(&self, kind: Kind, route: &str) -> Counted {
        let (name, status) = (route.to_owned(), kind.1.as_str().to_owned());
        let counted = Counted {
            answers: metrics::counter!("vault_http_requests_total", "method" => kind.0, "route" => name.clone(), "status" => status),
            seconds: metrics::histogram!("vault_http_request_seconds", "route" => name.clone()),
        };
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        kept.entry(kind).or_default().insert(name, counted.clone());
        counted
    }
}

impl Counted {
    fn count(&self, took: Duration) {
        self.answers.increment(1);
        self.seconds.record(took.as_secs_f64());
    }
}

/// Anybody may invent a method: what is counted is a closed list.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
