//! Sends what happened to the webhook, signed as Stripe does it, again and again until it arrives. Each event goes on
//! its own: one that is refused holds no other up, and the order is nobody's promise, as at Stripe.

use std::{sync::PoisonError, time::Duration};

use tokio::sync::watch;

use super::{SimulatedStripe, state::Event};
use crate::core::stripe::signature;

/// After so many tries an event is given up.
const MOST_ATTEMPTS: u32 = 60;
const LONGEST_PAUSE_SECONDS: i64 = 60;
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked for events whose pause is over.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Whether and how often events are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Each until it arrives.
    On,
    /// None; they wait.
    Held,
    /// Each so many times, also where it arrived at once.
    Times(u32),
}

impl SimulatedStripe {
    /// Sends events until `stop` says so, or for ever.
    pub async fn deliver(self, mut stop: watch::Receiver<bool>) {
        let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().unwrap_or_default();
        loop {
            let news = self.inner.news.notified();
            tokio::select! {
                () = self.deliver_due(&client) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            tokio::select! {
                () = news => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Sends the events that are due, each once.
    pub async fn deliver_due(&self, client: &reqwest::Client) {
        let Some(url) = self.inner.options.webhook_url.clone() else { return };
        let now = self.inner.options.clock.now().timestamp();
        for event in self.due_events(now) {
            let is_taken = self.send(client, &url, &event).await;
            self.sent(&event.id, is_taken);
        }
    }

    fn due_events(&self, now: i64) -> Vec<Event> {
        let delivery = *self.inner.delivery.lock().unwrap_or_else(PoisonError::into_inner);
        if delivery == Delivery::Held {
            return Vec::new();
        }
        self.look(|state| state.events.iter().filter(|one| !one.is_done && one.due <= now).cloned().collect())
    }

    async fn send(&self, client: &reqwest::Client, url: &str, event: &Event) -> bool {
        let (signature, body) = self.signed(event);
        let request = client.post(url).header("content-type", "application/json; charset=utf-8");
        let answer = request.header("stripe-signature", signature).body(body).send().await;
        match answer {
            Ok(answer) if answer.status().is_success() => true,
            Ok(answer) => {
                tracing::debug!(event = event.kind, status = answer.status().as_u16(), "the webhook refused an event");
                false
            }
            Err(error) => {
                tracing::debug!(event = event.kind, %error, "the webhook did not answer");
                false
            }
        }
    }

    /// Notes how sending an event went.
    fn sent(&self, id: &str, is_taken: bool) {
        let now = self.inner.options.clock.now().timestamp();
        let delivery = *self.inner.delivery.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = self.keep(|state| {
            let Some(event) = state.events.iter_mut().find(|one| one.id == id) else { return };
            event.attempts += 1;
            let is_enough = match delivery {
                Delivery::Times(times) => event.attempts >= times,
                Delivery::On | Delivery::Held => is_taken,
            };
            event.is_done = is_enough || event.attempts >= MOST_ATTEMPTS;
            let pause = 1_i64 << event.attempts.min(6);
            event.due = if is_taken { now } else { now + pause.min(LONGEST_PAUSE_SECONDS) };
        });
        if let Err(refusal) = noted {
            tracing::warn!(?refusal, "the stand-in for Stripe can not keep what it sent");
        }
    }

    /// The `Stripe-Signature` and the body of an event, as they are sent now.
    #[must_use]
    pub fn signed(&self, event: &Event) -> (String, String) {
        let options = &self.inner.options;
        let header = signature::sign(&options.webhook_secret, event.body.as_bytes(), options.clock.now());
        (header, event.body.clone())
    }
}
