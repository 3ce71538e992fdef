//! The handle of the stand-in: opens it, gives its routes, and lets a test do without HTTP what people and time do.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{Router, routing::any};
use chrono::TimeDelta;
use tokio::sync::Notify;
use url::Url;

use super::{
    api,
    events::Delivery,
    pages,
    refusal::Refusal,
    state::{Event, State},
    store::Store,
};
use crate::core::{clock::Clock, secret::SecretText};

/// The key of the stand-in's API. No secret: the stand-in answers to the machine and its private network alone.
pub const KEY: &str = "sk_test_simulated_vault_api";

/// How a stand-in is set up.
pub struct Options {
    /// The address of our own server for browsers, without a slash at its end; the stand-in is at
    /// `/simulated-stripe` under it, and leads back to nowhere else.
    pub base_url: String,
    /// Where events go; `None` sends none.
    pub webhook_url: Option<String>,
    /// What events are signed with.
    pub webhook_secret: SecretText,
    /// Where all is kept; `None` keeps nothing.
    pub file: Option<PathBuf>,
    /// The real time; the stand-in's own runs ahead of it.
    pub clock: Arc<dyn Clock>,
}

/// A stand-in for Stripe. Clones are the same one.
#[derive(Clone)]
pub struct SimulatedStripe {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) options: Options,
    pub(super) base: Option<Url>,
    pub(super) state: Mutex<State>,
    pub(super) store: Store,
    pub(super) news: Notify,
    pub(super) delivery: Mutex<Delivery>,
}

impl SimulatedStripe {
    /// A stand-in with what its file keeps. Events are sent once somebody runs `deliver`.
    ///
    /// # Errors
    /// A sentence for the operator where the file can not be read.
    pub fn open(mut options: Options) -> Result<Self, String> {
        let store = Store(options.file.take());
        let mut state = store.load()?;
        state.base = format!("{}/simulated-stripe", options.base_url.trim_end_matches('/'));
        let base = Url::parse(&options.base_url).ok();
        let inner = Inner {
            options,
            base,
            state: Mutex::new(state),
            store,
            news: Notify::new(),
            delivery: Mutex::new(Delivery::On),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The API (`/v1/…`) and the pages.
    pub fn router(&self) -> Router {
        let api = Router::new().route("/v1/{*path}", any(api::answer)).with_state(self.clone());
        api.merge(pages::routes(self))
    }

    /// What it knows now. Not from within `change`, which waits for nobody else to look.
    pub fn look<T>(&self, reads: impl FnOnce(&State) -> T) -> T {
        let mut state = self.lock();
        state.now = self.inner.options.clock.now().timestamp() + state.ahead_seconds;
        reads(&state)
    }

    /// Lets happen what is due, then changes something; a refusal changes nothing. Events go out. What it calls must not
    /// come back to this handle: it would wait for itself.
    ///
    /// # Errors
    /// What the change refuses; a file that can not be written.
    pub fn change<T>(&self, acts: impl FnOnce(&mut State) -> Result<T, Refusal>) -> Result<T, Refusal> {
        self.act(true, acts)
    }

    /// Lets happen what is due, then reads; nothing is written where nothing was due.
    pub(super) fn ask<T>(&self, reads: impl FnOnce(&mut State) -> Result<T, Refusal>) -> Result<T, Refusal> {
        self.act(false, reads)
    }

    fn act<T>(&self, changes: bool, acts: impl FnOnce(&mut State) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let mut state = self.lock();
        let mut next = state.clone();
        next.now = self.inner.options.clock.now().timestamp() + next.ahead_seconds;
        let was_due = next.settle()?;
        let done = acts(&mut next)?;
        if changes || was_due {
            // small, and on a developer's machine: no need to leave the thread
            self.inner.store.save(&next).map_err(|error| unkept(&error))?;
            *state = next;
            self.inner.news.notify_one();
        }
        Ok(done)
    }

    /// Notes something that is no act: nothing that is due happens.
    pub(super) fn keep(&self, notes: impl FnOnce(&mut State)) -> Result<(), Refusal> {
        let mut state = self.lock();
        notes(&mut state);
        self.inner.store.save(&state).map_err(|error| unkept(&error))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether and how often events are sent from now on.
    pub fn set_delivery(&self, delivery: Delivery) {
        *self.inner.delivery.lock().unwrap_or_else(PoisonError::into_inner) = delivery;
        self.inner.news.notify_one();
    }

    /// What happened, the newest last.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.look(|state| state.events.clone())
    }

    /// Sends an event once more.
    ///
    /// # Errors
    /// Where there is none.
    pub fn send_again(&self, event: &str) -> Result<(), Refusal> {
        self.change(|state| {
            let found = state.events.iter_mut().find(|one| one.id == event);
            let found = found.ok_or_else(|| Refusal::missing("event", event))?;
            (found.is_done, found.due) = (false, 0);
            Ok(())
        })
    }

    /// Moves the stand-in's clock on, and lets happen what is due then.
    ///
    /// # Errors
    /// A file that can not be written.
    pub fn advance(&self, by: TimeDelta) -> Result<(), Refusal> {
        self.change(|state| state.move_clock(by.num_seconds()))
    }

    /// Pays for a checkout session; the subscription.
    ///
    /// # Errors
    /// Where there is none, or it is over.
    pub fn pay(&self, checkout: &str) -> Result<String, Refusal> {
        self.change(|state| state.pay(checkout))
    }

    /// Moves the clock to the end of the customer's period, or to the next try of a payment.
    ///
    /// # Errors
    /// A file that can not be written.
    pub fn let_time_pass(&self, customer: &str) -> Result<bool, Refusal> {
        self.change(|state| state.let_time_pass(customer))
    }

    /// Whether the customer's payments fail from now on.
    ///
    /// # Errors
    /// Where there is no such customer.
    pub fn fail_payments(&self, customer: &str, fails: bool) -> Result<(), Refusal> {
        self.change(|state| state.set_card(customer, fails))
    }

    /// Ends a subscription at once.
    ///
    /// # Errors
    /// Where there is none.
    pub fn cancel(&self, subscription: &str) -> Result<(), Refusal> {
        self.change(|state| state.cancel(subscription))
    }

    /// Pays money back: of the charge that was paid last, all of it where no amount is given; the refund.
    ///
    /// # Errors
    /// Where nothing was paid, or less.
    pub fn refund_last(&self, customer: &str, amount: Option<i64>) -> Result<String, Refusal> {
        self.change(|state| {
            let charge = state.last_payment(customer).map(|one| one.id.clone());
            let charge =
                charge.ok_or_else(|| Refusal::invalid(400, None, "Nothing was paid that could be paid back."))?;
            state.refund(&charge, amount)
        })
    }

    /// The way to our own `/` for a browser.
    pub(super) fn root(&self) -> String {
        let path = self.inner.base.as_ref().map(|base| base.path().trim_end_matches('/').to_owned());
        path.unwrap_or_default() + "/"
    }

    /// The address of one of its own pages.
    pub(super) fn place(&self, own: &str) -> String {
        format!("{}simulated-stripe/{own}", self.root())
    }

    /// Whether this is the key of its API.
    pub(super) fn is_key(key: &str) -> bool {
        verify_slices_are_equal(key.as_bytes(), KEY.as_bytes()).is_ok()
    }

    /// The address, if it is one of our own server: the browser is led nowhere else.
    pub(super) fn own_url(&self, text: &str) -> Option<String> {
        let (base, url) = (self.inner.base.as_ref()?, Url::parse(text).ok()?);
        let root = base.path().trim_end_matches('/');
        let path = url.path();
        let is_below = path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let is_ours = url.origin() == base.origin()
            && matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && !text.contains(|letter: char| letter.is_control() || letter == '\\')
            && is_below;
        is_ours.then(|| text.to_owned())
    }
}

fn unkept(error: &std::io::Error) -> Refusal {
    Refusal { kind: "api_error", ..Refusal::invalid(500, None, format!("the state can not be kept: {error}")) }
}
