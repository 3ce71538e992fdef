//! Invariants of `models::billing` and `models::billing_account`: what is kept of an account at Stripe does not depend on
//! the order in which events come, on how often each comes, on which of two servers hears them, or on which are lost.

use std::{collections::BTreeMap, time::Duration};

use chrono::TimeDelta;
use serde_json::{Value, json};
use vault_api::{
    core::clock::Clock as _,
    routes::simulated_stripe::{Event, InvoiceStatus, State, Status},
    services::billing,
};

use super::all_at_once;
use crate::support::{Actor, Engine, Faults, StandIn, TestApp, at_once, customer_of};

/// Lives that share a Stripe, its time and two servers.
const LIVES: usize = 25;
const STEPS: usize = 7;

fn slow(milliseconds: u64) -> Faults {
    Faults { delay: Duration::from_millis(milliseconds), ..Faults::default() }
}

/// Numbers that look random and are the same each time (splitmix64).
struct Dice(u64);

impl Dice {
    /// From 0 to `sides` - 1.
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap()
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.roll(last + 1));
        }
    }
}

/// A customer's subscription, as it went, and what the servers heard of it.
struct Life<'a> {
    actor: Actor<'a>,
    customer: String,
    /// What happened and was not told yet.
    untold: Vec<Event>,
    told: Vec<Event>,
    /// Whether something was told for the first time since something last happened.
    is_known: bool,
}

/// Something that a person, a bank or a seller may do; what is refused is refused.
fn act(stand_in: &StandIn, customer: &str, dice: &mut Dice) {
    let stripe = &stand_in.stripe;
    let newest = stripe.look(|state| {
        let mut of_customer = state.subscriptions.iter().filter(|one| one.customer == customer);
        of_customer.rfind(|one| one.status != Status::Canceled).map(|one| one.id.clone())
    });
    let _ = match (dice.roll(9), newest) {
        (0 | 1, Some(id)) => stripe.change(|state| state.cancel_at_period_end(&id, true)),
        (2, Some(id)) => stripe.change(|state| state.cancel_at_period_end(&id, false)),
        (3, Some(id)) => stripe.cancel(&id),
        (4 | 5, _) => stripe.fail_payments(customer, true),
        (6, _) => stripe.fail_payments(customer, false),
        (7, _) => stripe.refund_last(customer, Some(1 + i64::try_from(dice.roll(300)).unwrap())).map(drop),
        _ => Ok(()),
    };
}

/// What Stripe says of a customer: the plan that follows, and the invoices.
fn truth(state: &State, customer: &str) -> (String, Vec<Value>) {
    let mut subscriptions = state.subscriptions.iter().filter(|one| one.customer == customer);
    let is_pro = subscriptions.any(|one| matches!(one.status, Status::Active | Status::PastDue));
    let mut invoices: Vec<_> = state
        .invoices
        .iter()
        .filter(|one| one.customer == customer)
        .map(|invoice| {
            let status = match invoice.status {
                InvoiceStatus::Draft => "draft",
                InvoiceStatus::Open => "open",
                InvoiceStatus::Paid => "paid",
                InvoiceStatus::Void => "void",
                InvoiceStatus::Uncollectible => "uncollectible",
            };
            let refunded: i64 =
                state.charges.iter().filter(|one| one.invoice == invoice.id).map(|one| one.refunded()).sum();
            json!([invoice.id, status, invoice.amount, invoice.amount_paid, refunded])
        })
        .collect();
    invoices.sort_by_key(ToString::to_string);
    (if is_pro { "PRO" } else { "FREE" }.to_owned(), invoices)
}

/// What the server says of the same.
async fn kept(actor: &Actor<'_>) -> (String, Vec<Value>) {
    let standing = actor.get("/api/billing/subscription").await.expect(200).json();
    let page = actor.get("/api/billing/invoices?limit=100").await.expect(200).json();
    let fields = ["stripe_invoice_id", "status", "amount", "amount_paid", "amount_refunded"];
    let invoices = page["data"].as_array().unwrap().iter();
    let mut invoices: Vec<_> = invoices.map(|invoice| json!(fields.map(|field| invoice[field].clone()))).collect();
    invoices.sort_by_key(ToString::to_string);
    (standing["plan"].as_str().unwrap().to_owned(), invoices)
}

/// Takes over what happened since the last time.
fn hear(stand_in: &StandIn, lives: &mut [Life<'_>], seen: &mut usize) {
    let events = stand_in.stripe.events();
    for event in &events[*seen..] {
        let customer = customer_of(event);
        if let Some(life) = lives.iter_mut().find(|life| life.customer == customer) {
            life.untold.push(event.clone());
            life.is_known = false;
        }
    }
    *seen = events.len();
}

/// Picks what is told now: some of what was not, in any order, some of it several times, some of it lost for ever, and
/// some of what was told before once more.
fn pick(life: &mut Life<'_>, dice: &mut Dice) -> Vec<Event> {
    dice.shuffle(&mut life.untold);
    let count = dice.roll(life.untold.len() + 1);
    let mut told: Vec<_> = life.untold.drain(..count).collect();
    life.is_known |= !told.is_empty();
    let lost = dice.roll(3).min(life.untold.len());
    life.untold.drain(..lost);
    life.told.extend(told.iter().cloned());
    for _ in 0..dice.roll(3) {
        if let Some(again) = life.told.get(dice.roll(life.told.len().max(1))) {
            told.push(again.clone());
        }
    }
    dice.shuffle(&mut told);
    told
}

/// Lives `LIVES` lives at once and compares; how many needed no reconciliation.
async fn live(engine: Engine, seed: u64) -> usize {
    let (app, stand_in) = StandIn::with_app(engine).await;
    let sibling = app.sibling().await;
    let (mut dice, mut lives, mut seen) = (Dice(seed), Vec::new(), 0);
    for number in 0..LIVES {
        let actor = app.member(&format!("life{number}")).await;
        let customer = stand_in.subscribe(&actor).await;
        lives.push(Life { actor, customer, untold: Vec::new(), told: Vec::new(), is_known: false });
    }
    for step in 0..STEPS {
        if step > 0 && dice.roll(3) > 0 {
            stand_in.stripe.advance(TimeDelta::days(17)).unwrap();
        }
        let mut deliveries = Vec::new();
        for life in &mut lives {
            act(&stand_in, &life.customer, &mut dice);
        }
        hear(&stand_in, &mut lives, &mut seen);
        for life in &mut lives {
            for event in pick(life, &mut dice) {
                let server = if dice.roll(2) == 0 { &app } else { &sibling };
                let stand_in = &stand_in;
                deliveries.push(async move { stand_in.deliver(server, &event).await });
            }
        }
        for reply in all_at_once(deliveries).await {
            reply.expect(200);
        }
        // sometimes the next thing happens while the worker still looks
        if dice.roll(2) == 0 {
            stand_in.settle(&[&app, &sibling]).await;
        }
    }
    stand_in.settle(&[&app, &sibling]).await;

    let mut known = 0;
    for (number, life) in lives.iter().enumerate().filter(|(_, life)| life.is_known) {
        let truth = stand_in.stripe.look(|state| truth(state, &life.customer));
        assert_eq!(kept(&life.actor).await, truth, "life {number} of seed {seed:#x}, before the reconciliation");
        known += 1;
    }
    let mut lines = Vec::new();
    let reconciled = billing::reconcile(&app.operator(), |line| lines.push(line)).await.unwrap();
    assert_eq!((reconciled.looked_at, reconciled.failed, reconciled.strange), (LIVES, 0, 0), "{lines:#?}");
    for (number, life) in lives.iter().enumerate() {
        let truth = stand_in.stripe.look(|state| truth(state, &life.customer));
        assert_eq!(kept(&life.actor).await, truth, "life {number} of seed {seed:#x}");
    }
    // the second time there is nothing left to mend
    let again = billing::reconcile(&app.operator(), |line| lines.push(line)).await.unwrap();
    assert_eq!(again.mended, 0, "{lines:#?}");
    known
}

/// Five hundred in all: each database has its own half.
async fn many_lives(engine: Engine) {
    let mut known = 0;
    for round in 0..250 / LIVES as u64 {
        known += live(engine, 0x5eed_0000 + 2 * round + u64::from(engine == Engine::Postgres)).await;
    }
    println!("of 250 lives {known} needed no reconciliation");
    assert!((50..225).contains(&known), "{known} of 250 needed no reconciliation: the dice test one side alone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lives_end_as_stripe_says_in_whatever_order_events_come_sqlite() {
    many_lives(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lives_end_as_stripe_says_in_whatever_order_events_come_postgres() {
    many_lives(Engine::Postgres).await;
}

/// A test on each engine, with an app and its stand-in.
macro_rules! with_a_stand_in {
    ($(async fn $name:ident($app:ident, $stand_in:ident) $body:block)+) => { $(
        mod $name {
            use super::*;

            async fn scenario($app: TestApp, $stand_in: StandIn) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let (app, stand_in) = StandIn::with_app(Engine::Sqlite).await;
                scenario(app, stand_in).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let (app, stand_in) = StandIn::with_app(Engine::Postgres).await;
                scenario(app, stand_in).await;
            }
        }
    )+ };
}

fn counted(actions: &[String]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for action in actions {
        *counts.entry(action.as_str()).or_default() += 1;
    }
    counts
}

with_a_stand_in! {
    async fn an_event_that_comes_twenty_times_at_once_and_again_after_a_restart_counts_once(app, stand_in) {
        let sibling = app.sibling().await;
        let alice = app.member("alice").await;
        stand_in.subscribe(&alice).await;
        let event = stand_in.stripe.events().into_iter().find(|event| event.kind == "invoice.paid").unwrap();

        let servers = [&app, &sibling];
        for reply in at_once(20, |number| stand_in.deliver(servers[number % 2], &event)).await {
            assert_eq!(reply.expect(200).json(), json!({ "received": true }));
        }
        stand_in.settle(&servers).await;
        let asked = stand_in.asked().len();
        let trail = alice.trail().await;
        let restarted = app.sibling().await;
        stand_in.deliver(&restarted, &event).await.expect(200);
        stand_in.settle(&[&app, &restarted]).await;

        assert_eq!(app.sql("select count(*) from auth.billing_events").await, "1");
        assert_eq!(app.sql("select wanted from auth.billing_accounts").await, "1");
        let counts = counted(&trail);
        for action in ["account.plan_changed", "billing.subscription_changed", "billing.invoice_paid"] {
            assert_eq!(counts.get(action), Some(&1), "{action} in {trail:?}");
        }
        assert_eq!(alice.trail().await, trail);
        assert_eq!(stand_in.asked().len(), asked, "Stripe was asked for an event that came before");
        // whichever server sent it
        for server in [&app, &sibling, &restarted] {
            server.settle_mails().await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        let mails: usize = [&app, &sibling, &restarted].map(|server| server.mails.to(&alice.email).len()).iter().sum();
        assert_eq!(mails, 1);
    }

    async fn fifty_checkouts_at_once_on_two_servers_make_one_customer_and_one_session(app, stand_in) {
        let sibling = app.sibling().await;
        let alice = app.member("alice").await;
        let there = alice.at(&sibling);
        stand_in.set_faults(slow(20));

        let replies = at_once(50, |number| {
            let actor = if number % 2 == 0 { &alice } else { &there };
            actor.call("POST", "/api/billing/checkout", None)
        })
        .await;

        let first = replies[0].json()["url"].clone();
        assert!(first.is_string(), "{}", replies[0].text());
        let mut busy = 0;
        for reply in replies {
            match reply.status {
                200 => assert_eq!(reply.json()["url"], first),
                // waited its ten seconds: an honest answer
                503 => busy += 1,
                _ => panic!("{}", reply.text()),
            }
        }
        println!("{busy} of 50 were told to come again");
        let (customers, sessions) = stand_in.stripe.look(|state| (state.customers.len(), state.checkouts.len()));
        assert_eq!((customers, sessions), (1, 1));
        assert_eq!(app.sql("select count(*), max(checkouts), max(generation) from auth.billing_accounts").await, "1|1|0");
    }

    async fn an_event_that_comes_while_stripe_is_asked_is_not_lost(app, stand_in) {
        let alice = app.member("alice").await;
        let customer = stand_in.subscribe(&alice).await;
        let subscription = stand_in.stripe.look(|state| state.subscriptions[0].id.clone());
        stand_in.set_faults(slow(400));
        let paid = stand_in.stripe.events().into_iter().find(|event| event.kind == "invoice.paid").unwrap();
        stand_in.deliver(&app, &paid).await.expect(200);
        let asked = stand_in.asked().len();
        // the subscriptions have been answered once the next thing is asked
        while stand_in.asked().len() < asked + 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }

        stand_in.stripe.cancel(&subscription).unwrap();
        let ended = stand_in.stripe.events().into_iter().find(|event| event.kind == "customer.subscription.deleted").unwrap();
        stand_in.deliver(&app, &ended).await.expect(200);
        stand_in.settle(&[&app]).await;

        let truth = stand_in.stripe.look(|state| truth(state, &customer));
        assert_eq!(truth.0, "FREE");
        assert_eq!(kept(&alice).await, truth);
    }

    async fn a_checkout_that_broke_off_after_stripe_made_the_customer_makes_no_second_one(app, stand_in) {
        let alice = app.member("alice").await;
        stand_in.check_out(&alice).await;
        // as if the server had died before it wrote down what Stripe had made
        app.sql("update auth.billing_accounts set \"stripeCustomerId\" = null, \"isLive\" = null, \"checkoutId\" = null, checkouts = 0").await;

        stand_in.check_out(&alice).await;

        let (customers, sessions) = stand_in.stripe.look(|state| (state.customers.len(), state.checkouts.len()));
        assert_eq!((customers, sessions), (1, 1));
    }

    async fn a_server_that_stops_in_the_middle_of_a_look_leaves_it_to_the_other(app, stand_in) {
        let alice = app.member("alice").await;
        stand_in.subscribe(&alice).await;
        let sibling = app.sibling().await;
        let event = stand_in.stripe.events().into_iter().find(|event| event.kind == "invoice.paid").unwrap();
        // a lease of a server that died, as it would have left it
        let lease = app.sql_bytes("01").replace("01", &"01".repeat(16));
        let lease = if app.engine == Engine::Postgres { "'01010101-0101-0101-0101-010101010101'".to_owned() } else { lease };
        let until = (app.clock.now() + TimeDelta::seconds(60)).format("%Y-%m-%dT%H:%M:%S%.3f+00:00");
        app.sql(&format!("update auth.billing_accounts set lease = {lease}, \"leaseUntil\" = '{until}'")).await;

        stand_in.deliver(&app, &event).await.expect(200);
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(alice.get("/api/billing/subscription").await.json()["plan"], "FREE", "somebody worked without the lease");
        app.clock.advance(TimeDelta::seconds(61));
        sibling.clock.advance(TimeDelta::seconds(61));
        for server in [&app, &sibling] {
            server.app.billing_is_due.notify_one();
        }

        stand_in.settle(&[&app, &sibling]).await;
        assert_eq!(alice.get("/api/billing/subscription").await.json()["plan"], "PRO");
    }
}
