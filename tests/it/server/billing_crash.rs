//! `kill -9` between any two steps of a subscription: no payment is lost, and nothing happens twice.

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    io::{self, Write as _},
    net::TcpStream,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use vault_api::routes::simulated_stripe::Event;

use crate::support::{Faults, Member, Server, Shop, Vault, pause, register, rest};

/// How long the stand-in takes or holds back, so that the kill lands within.
const SLOW: Duration = Duration::from_millis(200);
/// After the stand-in was asked, until the kill.
const WITHIN: Duration = Duration::from_millis(60);

/// When the server is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// While Stripe is asked this for the so-many-th time, which does nothing of it.
    Before(&'static str, usize),
    /// The same; Stripe does it, and nobody hears the answer.
    After(&'static str, usize),
    /// While this event of the account comes.
    Event(usize),
    /// At any time.
    Any,
}

const CUSTOMER: &str = "POST /v1/customers";
const SESSION: &str = "POST /v1/checkout/sessions";
const SUBSCRIPTIONS: &str = "GET /v1/subscriptions";
const INVOICES: &str = "GET /v1/invoices";
const CHARGES: &str = "GET /v1/charges";

/// The moments, and whether the person comes back from Stripe's page or all comes from events.
const ROUNDS: [(Moment, bool); 16] = [
    (Moment::Before(CUSTOMER, 1), true),
    (Moment::After(CUSTOMER, 1), true),
    // between the customer and the page
    (Moment::After(SUBSCRIPTIONS, 1), false),
    (Moment::Before(SESSION, 1), false),
    (Moment::After(SESSION, 1), true),
    // the way back
    (Moment::Before(SUBSCRIPTIONS, 2), true),
    (Moment::After(SUBSCRIPTIONS, 2), true),
    // the worker
    (Moment::After(SUBSCRIPTIONS, 2), false),
    (Moment::Before(INVOICES, 1), false),
    (Moment::After(INVOICES, 1), true),
    (Moment::After(CHARGES, 1), false),
    // the webhook
    (Moment::Event(1), false),
    (Moment::Event(3), true),
    (Moment::Any, true),
    (Moment::Any, false),
    (Moment::Any, true),
];

fn random(below: u64) -> u64 {
    RandomState::new().build_hasher().finish() % below
}

/// The events about somebody's customer, oldest first.
fn events_of(shop: &Shop, alice: &Member) -> Vec<Event> {
    let customers = customers_of(shop, alice);
    let mut events = shop.stand_in.stripe.events();
    events.retain(|event| customers.iter().any(|customer| event.body.contains(customer.as_str())));
    events
}

fn customers_of(shop: &Shop, alice: &Member) -> Vec<String> {
    shop.stand_in.stripe.look(|state| {
        let hers = state.customers.values().filter(|one| one.email.as_deref() == Some(alice.email.as_str()));
        hers.map(|one| one.id.clone()).collect()
    })
}

/// Subscribes, as far as the server lives; `event_comes` is raised with the event that was chosen.
fn live(
    (shop, server, alice): (&Shop, &Server, &Member),
    (comes_back, chosen): (bool, Option<usize>),
    event_comes: &AtomicBool,
) -> io::Result<()> {
    let session = shop.check_out(server, alice)?;
    shop.stand_in.stripe.pay(&session).expect("paid");
    if comes_back {
        shop.come_back(server, &session)?;
    }
    for (number, event) in events_of(shop, alice).iter().enumerate() {
        if chosen == Some(number) {
            TcpStream::connect(server.address)?.write_all(shop.request(server, event).as_bytes())?;
            event_comes.store(true, Ordering::SeqCst);
            return Ok(());
        }
        shop.deliver(server, event)?;
    }
    Ok(())
}

/// Waits for the moment and kills the server.
fn kill_at(moment: Moment, shop: &Shop, server: &Server, before: usize, event_comes: &AtomicBool) {
    let asked = |what: &str| shop.stand_in.asked().iter().skip(before).filter(|asked| *asked == what).count();
    let wait = |has_come: &dyn Fn() -> bool| {
        let began = Instant::now();
        while !has_come() {
            assert!(began.elapsed() < Duration::from_secs(20), "{moment:?} never came\n{}", server.log());
            pause(Duration::from_millis(2));
        }
    };
    match moment {
        Moment::Before(what, count) | Moment::After(what, count) => {
            wait(&|| asked(what) >= count);
            pause(WITHIN);
        }
        Moment::Event(_) => {
            wait(&|| event_comes.load(Ordering::SeqCst));
            pause(Duration::from_micros(random(6000)));
        }
        Moment::Any => pause(Duration::from_millis(random(500))),
    }
    server.signal("KILL");
}

/// What was begun is finished: the person asks again where there was no page, and Stripe sends again what was not taken.
fn finish((shop, vault, server): (&Shop, &Vault, &Server), alice: &Member, comes_back: bool) {
    let paid = || {
        let customers = customers_of(shop, alice);
        shop.stand_in.stripe.look(|state| state.subscriptions.iter().any(|one| customers.contains(&one.customer)))
    };
    if !paid() {
        let session = shop.check_out(server, alice).expect("a checkout");
        shop.stand_in.stripe.pay(&session).expect("paid");
        if comes_back {
            shop.come_back(server, &session).expect("an answer").expect(200);
        }
    }
    for _ in 0..2 {
        for event in events_of(shop, alice) {
            shop.deliver(server, &event).expect("an answer").expect(200);
        }
    }
    rest(vault);
}

/// One of everything, at Stripe and here.
fn is_whole((shop, vault, server): (&Shop, &Vault, &Server), alice: &Member) {
    let customers = customers_of(shop, alice);
    assert_eq!(customers.len(), 1, "{}: {customers:?}", alice.email);
    let of_it = |one: &String| *one == customers[0];
    let counts = shop.stand_in.stripe.look(|state| {
        (
            state.subscriptions.iter().filter(|one| of_it(&one.customer)).count(),
            state.invoices.iter().filter(|one| of_it(&one.customer)).count(),
            state.charges.iter().filter(|one| of_it(&one.customer)).count(),
        )
    });
    assert_eq!(counts, (1, 1, 1), "{}: subscriptions, invoices and charges at Stripe", alice.email);

    let standing = alice.call(server, "GET", "/api/billing/subscription", None).expect(200).json();
    assert_eq!((standing["plan"].as_str(), standing["status"].as_str()), (Some("PRO"), Some("active")), "{standing}");
    let invoices = alice.call(server, "GET", "/api/billing/invoices", None).expect(200).json();
    assert_eq!(invoices["data"].as_array().map(Vec::len), Some(1), "{invoices}");
    assert_eq!(invoices["data"][0]["status"], "paid", "{invoices}");
    let account = format!("(select id from auth.\"user\" where email = '{}')", alice.email);
    for action in [
        "billing.customer_created",
        "billing.checkout_started",
        "billing.subscription_changed",
        "account.plan_changed",
        "billing.invoice_paid",
    ] {
        let entries = format!("select count(*) from auth.audit_trail where action = '{action}' and chain = {account}");
        assert_eq!(vault.sql(&entries), "1", "{}: {action}", alice.email);
    }
    let mails = paid_mails(vault, alice);
    assert_eq!(mails.len(), 1, "{}: {mails:?}", alice.email);
}

/// The mails that an invoice is paid, sent or waiting. One that was sent by a server that died is both, as one mail.
fn paid_mails(vault: &Vault, alice: &Member) -> Vec<String> {
    let waiting = match vault.engine {
        crate::support::Engine::Sqlite => "lower(hex(id))",
        crate::support::Engine::Postgres => "replace(id::text, '-', '')",
    };
    let rows =
        format!("select {waiting} from auth.mail_outbox where kind = 'invoice_paid' and address = '{}'", alice.email);
    let mut ids: Vec<String> = vault.sql(&rows).lines().map(str::to_owned).collect();
    for file in std::fs::read_dir(vault.data().join("mail")).expect("mails").flatten() {
        let text = std::fs::read_to_string(file.path()).unwrap_or_default();
        if text.contains(&alice.email) && text.contains("Your Vault API invoice is paid") {
            // a kill may leave the temporary file of the same mail beside it
            let name = file.file_name().to_string_lossy().into_owned();
            ids.push(name.split('.').next().unwrap_or_default().replace('-', ""));
        }
    }
    ids.sort();
    ids.dedup();
    ids
}

on_each_database! {
    fn no_payment_is_lost_and_nothing_happens_twice_after_kill_9(vault: Vault) {
        let shop = Shop::open();
        let vault = shop.sells_to(vault);
        let mut server = vault.start();
        let mut members = Vec::new();
        for (round, (moment, comes_back)) in ROUNDS.into_iter().enumerate() {
            let alice = register(&server, &format!("alice{round}"));
            let (before, event_comes) = (shop.stand_in.asked().len(), AtomicBool::new(false));
            shop.stand_in.set_faults(match moment {
                Moment::Before(..) => Faults { delay: SLOW, ..Faults::default() },
                Moment::After(..) => Faults { holds: SLOW, ..Faults::default() },
                Moment::Event(_) | Moment::Any => Faults { delay: Duration::from_millis(10), ..Faults::default() },
            });
            let chosen = if let Moment::Event(number) = moment { Some(number) } else { None };
            std::thread::scope(|scope| {
                // an error is the kill: nothing was promised
                scope.spawn(|| drop(live((&shop, &server, &alice), (comes_back, chosen), &event_comes)));
                kill_at(moment, &shop, &server, before, &event_comes);
            });
            let steps: Vec<_> = shop.stand_in.asked().split_off(before);
            println!("round {round}: killed at {moment:?}, after {steps:?}");
            drop(server);
            shop.stand_in.set_faults(Faults::default());
            // stands for the minute and a half after which a dead server's lease is over
            vault.sql("update auth.billing_accounts set \"leaseUntil\" = '2020-01-01T00:00:00Z' where lease is not null");

            server = vault.start();
            finish((&shop, &vault, &server), &alice, comes_back);
            is_whole((&shop, &vault, &server), &alice);
            members.push(alice);
        }
        // what comes late, and for everybody at once, changes nothing
        shop.deliver_all(&server);
        rest(&vault);
        for alice in &members {
            is_whole((&shop, &vault, &server), alice);
        }
        assert_eq!(vault.sql("select count(*) from auth.billing_events"), shop.stand_in.stripe.events().len().to_string());
        drop(server);
        vault.run(&["audit", "verify"]).expect(0);
    }
}
