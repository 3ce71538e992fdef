//! The stand-in for Stripe beside the real program, and what a person and Stripe do there.

use std::{
    io,
    sync::Mutex,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use tokio::runtime::Runtime;
use vault_api::routes::simulated_stripe::Event;

use super::{Member, Reply, Server, StandIn, Vault, pause};

/// A running stand-in, for tests that are not asynchronous themselves.
pub struct Shop {
    pub stand_in: StandIn,
    ticked: Mutex<Instant>,
    _runtime: Runtime,
}

impl Shop {
    /// Opens one; events go where the test brings them.
    pub fn open() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let stand_in = runtime.block_on(StandIn::start());
        Self { stand_in, ticked: Mutex::new(Instant::now()), _runtime: runtime }
    }

    /// A vault whose programs take it for Stripe.
    pub fn sells_to(&self, vault: Vault) -> Vault {
        self.stand_in.settings().into_iter().fold(vault, |vault, (name, value)| vault.with(name, value))
    }

    /// Begins a checkout; the session.
    ///
    /// # Errors
    /// Where the server is gone, or answers with another status than 200.
    pub fn check_out(&self, server: &Server, member: &Member) -> io::Result<String> {
        self.tick();
        let reply = server.try_call("POST", "/api/billing/checkout", Some(&member.token), None)?;
        if reply.status != 200 {
            return Err(io::Error::other(reply.text()));
        }
        Ok(self.stand_in.checkout_of(reply.json()["url"].as_str().expect("an address")))
    }

    /// Comes back from a session to the server's page.
    ///
    /// # Errors
    /// Where the server is gone.
    pub fn come_back(&self, server: &Server, session: &str) -> io::Result<Reply> {
        server.try_call("GET", &format!("/billing/success?session_id={session}"), None, None)
    }

    /// Brings one event to a server, signed now.
    ///
    /// # Errors
    /// Where the server is gone.
    pub fn deliver(&self, server: &Server, event: &Event) -> io::Result<Reply> {
        self.tick();
        server.raw(self.request(server, event).as_bytes())
    }

    /// The request that brings an event.
    pub fn request(&self, server: &Server, event: &Event) -> String {
        let (signature, body) = self.stand_in.stripe.signed(event);
        format!(
            "POST /api/billing/webhook HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nStripe-Signature: {signature}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            server.address,
            body.len()
        )
    }

    /// Brings all events that there ever were to a server that takes them.
    pub fn deliver_all(&self, server: &Server) {
        for event in self.stand_in.stripe.events() {
            self.deliver(server, &event).expect("an answer").expect(200);
        }
    }

    /// Subscribes, pays and comes back, and waits until the server knows all; the customer.
    pub fn subscribe(&self, vault: &Vault, server: &Server, member: &Member) -> String {
        let session = self.check_out(server, member).expect("a checkout");
        self.stand_in.stripe.pay(&session).expect("paid");
        self.come_back(server, &session).expect("an answer").expect(200);
        rest(vault);
        self.stand_in.stripe.look(|state| state.checkouts[&session].customer.clone())
    }

    /// The customer's subscription.
    pub fn subscription(&self, customer: &str) -> String {
        let found = self
            .stand_in
            .stripe
            .look(|state| state.subscriptions.iter().rfind(|one| one.customer == customer).map(|one| one.id.clone()));
        found.expect("a subscription")
    }

    /// The stand-in's clock stands still by itself, and events are signed with their moment.
    fn tick(&self) {
        let mut ticked = self.ticked.lock().unwrap();
        self.stand_in.clock.advance(TimeDelta::from_std(ticked.elapsed()).expect("a short while"));
        *ticked = Instant::now();
    }
}

/// Waits until a running server has looked at everybody of whom it heard.
#[track_caller]
pub fn rest(vault: &Vault) {
    const OPEN: &str = "select \"stripeCustomerId\", wanted, done, failures, \"leaseUntil\", \"lastError\" from auth.billing_accounts \
         where lease is not null or wanted <> done or failures > 0";
    let began = Instant::now();
    loop {
        let open = vault.sql(OPEN);
        if open.is_empty() {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "the worker never came to rest:\n{open}");
        pause(Duration::from_millis(50));
    }
}
