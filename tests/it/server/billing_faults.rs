//! A server that stood still past its lease, one that is killed while it ends what a deleted account paid for, and a
//! database that is away when an event comes.

use std::time::{Duration, Instant};

use serde_json::json;

use super::wire::eventually;
use crate::support::{Faults, PostgresServer, Shop, Vault, pause, register, rest};

/// How long the stand-in takes or holds back, so that what happens meanwhile does so also on a busy machine.
const SLOW: Duration = Duration::from_millis(1500);
/// After the stand-in was asked, until the kill.
const WITHIN: Duration = Duration::from_millis(60);
const SUBSCRIPTIONS: &str = "GET /v1/subscriptions";
const INVOICES: &str = "GET /v1/invoices";

on_each_database! {
    fn a_server_that_stood_still_for_too_long_writes_nothing_any_more(vault: Vault) {
        let shop = Shop::open();
        let vault = shop.sells_to(vault);
        let first = vault.start();
        let alice = register(&first, "alice");
        let customer = shop.subscribe(&vault, &first, &alice);
        let before = shop.stand_in.asked().len();
        shop.stand_in.set_faults(Faults { holds: SLOW, ..Faults::default() });
        let event = shop.stand_in.stripe.events().pop().expect("an event");
        shop.deliver(&first, &event).expect("an answer").expect(200);
        eventually(Duration::from_secs(10), "the worker asks", || {
            shop.stand_in.asked().iter().skip(before).any(|asked| asked == SUBSCRIPTIONS)
        });
        let asked_at = Instant::now();
        pause(WITHIN);

        // Stripe has said "active" on the way to a server that does not hear it for long
        first.signal("STOP");
        shop.stand_in.set_faults(Faults::default());
        shop.stand_in.stripe.cancel(&shop.subscription(&customer)).expect("cancelled");
        vault.sql("update auth.billing_accounts set \"leaseUntil\" = '2020-01-01T00:00:00Z'");
        let second = vault.start();
        shop.deliver_all(&second);
        rest(&vault);
        pause((SLOW + WITHIN).saturating_sub(asked_at.elapsed()));
        first.signal("CONT");

        eventually(Duration::from_secs(10), "the first server gives up", || first.log().contains("a look at Stripe has to wait"));
        rest(&vault);
        for server in [&first, &second] {
            let standing = alice.call(server, "GET", "/api/billing/subscription", None).expect(200).json();
            assert_eq!((standing["plan"].as_str(), standing["status"].as_str()), (Some("FREE"), Some("canceled")), "{standing}");
        }
        assert_eq!(vault.sql("select count(*) from auth.audit_trail where action = 'account.plan_changed'"), "2");
        drop((first, second));
        vault.run(&["audit", "verify"]).expect(0);
    }

    fn what_a_deleted_account_paid_for_ends_also_where_the_server_is_killed_meanwhile(vault: Vault) {
        let shop = Shop::open();
        let vault = shop.sells_to(vault);
        let mut server = vault.start();
        let faults = [Faults { delay: SLOW, ..Faults::default() }, Faults { holds: SLOW, ..Faults::default() }];
        for (round, faults) in faults.into_iter().enumerate() {
            let alice = register(&server, "alice");
            shop.subscribe(&vault, &server, &alice);
            let before = shop.stand_in.asked().len();
            shop.stand_in.set_faults(faults);
            let password = json!({ "password": alice.password });
            alice.call(&server, "DELETE", "/api/auth/me", Some(&password)).expect(204);
            eventually(Duration::from_secs(10), "the customer is deleted", || {
                shop.stand_in.asked().iter().skip(before).any(|asked| asked.starts_with("DELETE /v1/customers/"))
            });
            pause(WITHIN);
            server.signal("KILL");
            drop(server);
            shop.stand_in.set_faults(Faults::default());
            assert_eq!(vault.sql("select attempts from auth.billing_farewells"), "1", "round {round}");
            // stands for the minute and a half after which it is tried again
            vault.sql("update auth.billing_farewells set \"nextAttemptAt\" = '2020-01-01T00:00:00Z'");

            server = vault.start();
            eventually(Duration::from_secs(10), "the farewell is said", || {
                vault.sql("select count(*) from auth.billing_farewells") == "0"
            });
            assert!(shop.stand_in.customers().is_empty());
            assert!(shop.stand_in.stripe.look(|state| state.subscriptions.iter().all(|one| !one.is_running())));
            let entries = vault.sql("select count(*) from auth.audit_trail where action = 'billing.customer_deleted'");
            assert_eq!(entries, (round + 1).to_string());
        }
        drop(server);
        vault.run(&["audit", "verify"]).expect(0);
    }
}

#[test]
fn an_event_that_finds_the_database_away_is_refused_for_now_and_not_lost() {
    let database = PostgresServer::start(&["fsync=off"]);
    let shop = Shop::open();
    let vault = shop.sells_to(Vault::on_url(database.url("postgres")));
    let server = vault.start();
    let alice = register(&server, "alice");
    let session = shop.check_out(&server, &alice).expect("a checkout");
    shop.stand_in.stripe.pay(&session).expect("paid");
    let events = shop.stand_in.stripe.events();

    database.stop("KILL");
    for event in &events {
        let began = Instant::now();
        let answer = shop.deliver(&server, event).expect("an answer").expect_problem(503, "unavailable");
        assert!(!answer.header("retry-after").is_empty(), "{:?}", answer.headers);
        assert!(began.elapsed() < Duration::from_secs(3), "it took {:?}", began.elapsed());
    }
    // who comes back meanwhile sees a page, and is not told that all is lost
    let page = shop.come_back(&server, &session).expect("an answer");
    assert!(matches!(page.status, 200 | 503), "{} {}", page.status, page.text());
    let asked = shop.stand_in.asked();
    assert!(!asked.iter().any(|asked| asked == INVOICES), "{asked:?}");
    database.start_again();

    eventually(Duration::from_secs(10), "ready again", || server.call("GET", "/ready", None, None).status == 200);
    for event in events.iter().chain(&events) {
        eventually(Duration::from_secs(5), "the event is taken", || {
            shop.deliver(&server, event).is_ok_and(|answer| answer.status == 200)
        });
    }
    let rows = |statement: &str| database.psql("postgres", statement);
    eventually(Duration::from_secs(30), "PRO", || {
        alice.call(&server, "GET", "/api/billing/invoices", None).expect(200).json()["data"].as_array().map(Vec::len)
            == Some(1)
    });
    assert_eq!(alice.call(&server, "GET", "/api/billing/subscription", None).expect(200).json()["plan"], "PRO");
    assert_eq!(rows("select count(*) from auth.billing_events"), events.len().to_string());
    assert_eq!(rows("select count(*) from auth.audit_trail where action = 'billing.invoice_paid'"), "1");
    assert!(!server.log().contains("internal error") && !server.log().contains("panicked"), "{}", server.log());
}
