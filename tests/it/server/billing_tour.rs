//! PRO from the limit to the end, with the real program: against localstripe, whose events come late and whose pages are
//! the rig's, and against the program's own stand-in, whose pages are the ones that a person tries out.

use std::time::Duration;

use serde_json::{Value, json};

use super::wire::eventually;
use crate::support::{LocalStripe, Member, Reply, Server, Vault, register};

const SECRET: &str = "whsec_of_the_tour";
const SOON: Duration = Duration::from_secs(10);

/// Who plays Stripe.
enum World {
    Local(LocalStripe),
    Simulated,
}

impl World {
    fn start(&self, vault: Vault) -> (Vault, Server) {
        let Self::Local(stripe) = self else {
            let server = vault.start_with(&["--stripe=simulated"]);
            return (vault, server);
        };
        let vault = vault
            .with("STRIPE_SECRET_KEY", "sk_test_rig")
            .with("STRIPE_WEBHOOK_SECRET", SECRET)
            .with("STRIPE_PRICE_PRO", &stripe.create_price())
            .with("STRIPE_API_BASE", &stripe.base());
        let server = vault.start();
        stripe.send_events_to(&format!("http://{}/api/billing/webhook", server.address), SECRET);
        (vault, server)
    }

    /// Keeps events back, where that is possible, or lets them go.
    fn hold(&self, holds: bool) {
        if let Self::Local(stripe) = self {
            stripe.hold(holds);
        }
    }

    /// Pays on the checkout's page; where it leads, without the server's address.
    fn pay(&self, server: &Server, url: &str) -> String {
        let to = match self {
            Self::Local(stripe) => stripe.pay(url),
            Self::Simulated => {
                get(server, url).expect(200);
                submit(server, url, "answer=pay").expect(303).header("location").to_owned()
            }
        };
        path(server, &to).to_owned()
    }

    /// Lets the subscription end with its period.
    fn cancel(&self, server: &Server, portal: &str) {
        match self {
            Self::Local(stripe) => {
                assert_eq!(stripe.act(portal, "cancel"), format!("http://{}/billing", server.address))
            }
            Self::Simulated => self.act(server, portal, "cancel_later"),
        }
    }

    /// Lets the period end.
    fn end_period(&self, server: &Server, portal: &str) {
        match self {
            Self::Local(stripe) => drop(stripe.act(portal, "end")),
            Self::Simulated => self.act(server, portal, "end_period"),
        }
    }

    /// Presses a button of the stand-in's portal: the page itself says which fields go along.
    fn act(&self, server: &Server, portal: &str, act: &str) {
        let page = get(server, portal).expect(200).text();
        let subscription = page.split("name=\"subscription\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        assert!(page.contains(&format!("value=\"{act}\"")), "no button {act}: {page}");
        submit(server, portal, &format!("act={act}&subscription={}", subscription.unwrap_or_default())).expect(303);
    }
}

/// An address of the server's, without the server.
fn path<'a>(server: &Server, url: &'a str) -> &'a str {
    let base = format!("http://{}", server.address);
    url.strip_prefix(&base).unwrap_or_else(|| panic!("{url} is not at {base}"))
}

fn get(server: &Server, url: &str) -> Reply {
    server.call("GET", path(server, url), None, None)
}

fn submit(server: &Server, url: &str, form: &str) -> Reply {
    let (path, address, length) = (path(server, url), server.address, form.len());
    let head = format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: close\r\n");
    let kind = format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}");
    server.raw((head + &kind).as_bytes()).expect("an answer")
}

/// What a member sees of billing.
struct Buyer<'a> {
    server: &'a Server,
    member: Member,
}

impl Buyer<'_> {
    fn standing(&self) -> (String, Value, bool) {
        let found = self.member.call(self.server, "GET", "/api/billing/subscription", None).expect(200).json();
        let plan = found["plan"].as_str().unwrap().to_owned();
        (plan, found["status"].clone(), found["cancel_at_period_end"].as_bool().unwrap())
    }

    fn is(&self, plan: &str, status: Option<&str>, cancels: bool) -> bool {
        self.standing() == (plan.to_owned(), json!(status), cancels)
    }

    fn invoices(&self) -> Vec<Value> {
        let found = self.member.call(self.server, "GET", "/api/billing/invoices", None).expect(200).json();
        found["data"].as_array().unwrap().clone()
    }

    fn ask(&self, page: &str) -> Reply {
        self.member.call(self.server, "POST", &format!("/api/billing/{page}"), None)
    }

    fn url(&self, page: &str) -> String {
        self.ask(page).expect(200).json()["url"].as_str().unwrap().to_owned()
    }

    fn store(&self, number: usize) -> Reply {
        let body = json!({ "name": format!("key {number}"), "value": format!("the value of key number {number}") });
        self.member.call(self.server, "POST", "/api/keys", Some(&body))
    }

    fn keys(&self) -> Vec<Value> {
        let found = self.member.call(self.server, "GET", "/api/keys", None).expect(200).json();
        found["data"].as_array().unwrap().clone()
    }

    fn trail(&self) -> Vec<String> {
        let found = self.member.call(self.server, "GET", "/api/audit?limit=100", None).expect(200).json();
        let entries = found["data"].as_array().unwrap();
        entries.iter().rev().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
    }
}

fn tour(world: &World, vault: Vault) {
    let (vault, server) = world.start(vault);
    let alice = Buyer { server: &server, member: register(&server, "alice") };

    // FREE holds three keys
    assert!(alice.is("FREE", None, false), "{:?}", alice.standing());
    assert_eq!(alice.invoices(), Vec::<Value>::new());
    for number in 1..=3 {
        alice.store(number).expect(201);
    }
    let refused = alice.store(4).expect_problem(402, "plan_limit_reached").json();
    assert_eq!((&refused["limit"], &refused["used"]), (&json!(3), &json!(3)));
    alice.ask("portal").expect_problem(409, "no_customer");

    // → to the checkout, where asking twice is asking once; somebody who turns back has lost nothing
    let checkout = alice.url("checkout");
    assert_eq!(alice.url("checkout"), checkout);
    get(&server, &format!("http://{}/billing/cancelled", server.address)).expect(200);
    assert!(alice.is("FREE", None, false));

    // → paid: the way back alone makes it PRO, before any event has come
    world.hold(true);
    let success = world.pay(&server, &checkout);
    assert!(success.starts_with("/billing/success?session_id=cs_"), "{success}");
    let page = server.call("GET", &success, None, None).expect(200).text();
    assert!(page.contains("PRO"), "{page}");
    assert!(alice.is("PRO", Some("active"), false), "{:?}", alice.standing());
    if matches!(world, World::Local(_)) {
        assert_eq!(vault.sql("select count(*) from auth.billing_events"), "0", "an event came: nothing was shown");
    }
    alice.store(4).expect(201);
    alice.ask("checkout").expect_problem(409, "already_pro");

    // → the invoice is there
    eventually(SOON, "an invoice", || alice.invoices().len() == 1);
    let invoice = &alice.invoices()[0];
    let told = ["amount", "amount_paid", "amount_refunded", "currency", "status"].map(|name| invoice[name].clone());
    assert_eq!(told, [json!(900), json!(900), json!(0), json!("eur"), json!("paid")]);

    // → the events come, late, and change nothing
    world.hold(false);
    eventually(SOON, "the events", || {
        vault.sql("select count(*) from auth.billing_events where outcome = 'accepted'") != "0"
    });
    settled(&vault);
    assert!(alice.is("PRO", Some("active"), false));
    assert_eq!(alice.invoices().len(), 1);

    // → canceled in the portal: PRO until the period ends
    let portal = alice.url("portal");
    world.cancel(&server, &portal);
    eventually(SOON, "that it ends with the period", || alice.is("PRO", Some("active"), true));
    alice.store(5).expect(201);

    // → ended: FREE, and all keys are still there, readable
    world.end_period(&server, &alice.url("portal"));
    eventually(SOON, "FREE", || alice.standing().0 == "FREE");
    assert_eq!(alice.standing().1, "canceled");
    let keys = alice.keys();
    assert_eq!(keys.len(), 5);
    for key in &keys {
        let number = key["name"].as_str().unwrap().strip_prefix("key ").unwrap();
        let value = alice.member.reveal(&server, key["id"].as_str().unwrap());
        assert_eq!(value, format!("the value of key number {number}"));
    }
    let refused = alice.store(6).expect_problem(402, "plan_limit_reached").json();
    assert_eq!((&refused["limit"], &refused["used"]), (&json!(3), &json!(5)));
    assert_eq!(alice.invoices().len(), 1);

    // → revocable; below the limit there is room again
    for key in &keys[..3] {
        let path = format!("/api/keys/{}", key["id"].as_str().unwrap());
        alice.member.call(&server, "DELETE", &path, None).expect(204);
    }
    alice.store(6).expect(201);

    // → and back to PRO, as the same customer
    let checkout = alice.url("checkout");
    let success = world.pay(&server, &checkout);
    server.call("GET", &success, None, None).expect(200);
    assert!(alice.is("PRO", Some("active"), false), "{:?}", alice.standing());
    eventually(SOON, "a second invoice", || alice.invoices().len() == 2);
    if let World::Local(stripe) = world {
        assert_eq!(stripe.customers().len(), 1);
    }
    let trail = alice.trail();
    let count = |action: &str| trail.iter().filter(|found| *found == action).count();
    assert_eq!(
        ["account.plan_changed", "billing.checkout_started", "billing.customer_created"].map(count),
        [3, 2, 1],
        "{trail:?}"
    );
    settled(&vault);
    drop(server);
    vault.run(&["audit", "verify"]).expect(0);
}

/// Eight members subscribe and go different ways; of the events of each, some come, late, backwards and twice.
fn lives(stripe: LocalStripe, vault: Vault) {
    let world = World::Local(stripe);
    let (vault, server) = world.start(vault);
    let World::Local(stripe) = &world else { return };
    stripe.hold(true);
    let ways: [&[&str]; 8] =
        [&[], &["cancel"], &["cancel", "resume"], &["end"], &["cancel", "end"], &[], &["end"], &["cancel"]];
    let mut members = Vec::new();
    for (number, acts) in ways.iter().enumerate() {
        let member = Buyer { server: &server, member: register(&server, &format!("member{number}")) };
        stripe.pay(&member.url("checkout"));
        for act in *acts {
            stripe.act(&member.url("portal"), act);
        }
        members.push(member);
    }
    // localstripe sends a second late
    crate::support::pause(Duration::from_millis(1500));
    assert!(members.iter().all(|member| member.is("FREE", None, false)), "somebody heard what was held back");

    let mut events = stripe.events();
    events.reverse();
    let ids = |customer: &str, keeps: usize| {
        let mine = events.iter().filter(|event| event["customer"] == customer);
        let mine: Vec<_> = mine.filter(|event| event["type"].as_str().unwrap().contains("subscription")).collect();
        // one at least; every other one, and the first of them once more
        let mut kept: Vec<_> =
            mine.iter().step_by(keeps).map(|event| event["id"].as_str().unwrap().to_owned()).collect();
        kept.push(kept[0].clone());
        kept
    };
    let customers = stripe.customers();
    for (number, customer) in customers.iter().enumerate() {
        let answers = stripe.deliver(&ids(customer["id"].as_str().unwrap(), 1 + number % 3));
        assert!(answers.as_array().unwrap().iter().all(|answer| answer == 200), "{answers}");
    }
    settled(&vault);

    for (member, acts) in members.iter().zip(ways) {
        let expected = match acts.last() {
            Some(&"end") => ("FREE", Some("canceled"), acts.len() == 2),
            Some(&"cancel") => ("PRO", Some("active"), true),
            _ => ("PRO", Some("active"), false),
        };
        assert!(member.is(expected.0, expected.1, expected.2), "{acts:?}: {:?}", member.standing());
        assert_eq!(member.invoices().len(), 1, "{acts:?}");
    }
}

/// Waits until nobody is to be looked at.
fn settled(vault: &Vault) {
    const BUSY: &str = "select count(*) from auth.billing_accounts where wanted > done or lease is not null";
    eventually(SOON, "that the worker is idle", || vault.sql(BUSY) == "0");
}

on_each_database! {
    fn free_to_pro_and_back_at_localstripe(vault: Vault) {
        tour(&World::Local(LocalStripe::start()), vault);
    }

    fn events_of_localstripe_that_come_backwards_twice_or_not_at_all_change_nothing_of_the_end(vault: Vault) {
        lives(LocalStripe::start(), vault);
    }

    fn free_to_pro_and_back_at_the_stand_in(vault: Vault) {
        tour(&World::Simulated, vault);
    }
}
