//! `billing reconcile`: what was missed of Stripe is mended and told, also beside a running server.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Engine, Faults, Member, Server, Shop, Vault, register, rest};

/// Begins a checkout and pays, and nobody tells the server of the payment; the customer.
fn pay_unheard(shop: &Shop, server: &Server, member: &Member) -> String {
    let session = shop.check_out(server, member).expect("a checkout");
    shop.stand_in.stripe.pay(&session).expect("paid");
    shop.stand_in.stripe.look(|state| state.checkouts[&session].customer.clone())
}

fn standing(server: &Server, member: &Member) -> (Value, Value) {
    let mut now = member.call(server, "GET", "/api/billing/subscription", None).expect(200).json();
    (now["plan"].take(), now["status"].take())
}

fn entries(vault: &Vault, action: &str) -> String {
    vault.sql(&format!("select count(*) from auth.audit_trail where action = '{action}'"))
}

on_each_database! {
    fn a_missed_cancellation_and_a_missed_payment_are_mended_and_told_line_by_line(vault: Vault) {
        let shop = Shop::open();
        let vault = shop.sells_to(vault);
        let server = vault.start();
        let (alice, bob, carol) = (register(&server, "alice"), register(&server, "bob"), register(&server, "carol"));
        let former = shop.subscribe(&vault, &server, &alice);
        shop.subscribe(&vault, &server, &carol);
        pay_unheard(&shop, &server, &bob);
        drop(server);
        shop.stand_in.stripe.cancel(&shop.subscription(&former)).expect("cancelled");

        let done = vault.run(&["billing", "reconcile"]).expect(0);

        assert_eq!(done.output.lines().collect::<Vec<_>>(), [
            "alice@example.com: plan PRO → FREE, subscription active → canceled",
            "bob@example.com: plan FREE → PRO, subscription none → active, 1 invoices new or changed",
            "3 accounts looked at, 2 mended, 0 failed, 0 subscriptions of nobody",
        ]);
        // once more, there is nothing left to do
        let again = vault.run(&["billing", "reconcile"]).expect(0);
        assert_eq!(again.output, "3 accounts looked at, 0 mended, 0 failed, 0 subscriptions of nobody\n");
        let server = vault.start();
        assert_eq!(standing(&server, &alice), ("FREE".into(), "canceled".into()));
        assert_eq!(standing(&server, &bob), ("PRO".into(), "active".into()));
        assert_eq!(entries(&vault, "billing.invoice_paid"), "3");
        drop(server);
        vault.run(&["audit", "verify"]).expect(0);
    }

    fn a_subscription_that_belongs_to_no_account_is_named(vault: Vault) {
        let shop = Shop::open();
        let vault = shop.sells_to(vault);
        let server = vault.start();
        let alice = register(&server, "alice");
        let customer = shop.subscribe(&vault, &server, &alice);
        let subscription = shop.subscription(&customer);
        // as after a restored backup that is older than the account
        vault.sql("delete from auth.billing_accounts");

        let done = vault.run(&["billing", "reconcile"]).expect(0);

        let lines: Vec<_> = done.output.lines().collect();
        assert!(lines[0].starts_with(&format!("{customer}: pays for {subscription} (active) and belongs to no account")), "{}", done.output);
        assert_eq!(lines[1..], ["0 accounts looked at, 0 mended, 0 failed, 1 subscriptions of nobody"]);
        // what is over at Stripe concerns nobody
        shop.stand_in.stripe.cancel(&subscription).expect("cancelled");
        let done = vault.run(&["billing", "reconcile"]).expect(0);
        assert_eq!(done.output, "0 accounts looked at, 0 mended, 0 failed, 0 subscriptions of nobody\n");
    }

    fn what_a_deleted_account_paid_for_is_the_worker_s_to_end_and_nobody_s_to_worry_about(vault: Vault) {
        let shop = Shop::open();
        let vault = shop.sells_to(vault);
        let server = vault.start();
        let alice = register(&server, "alice");
        let customer = shop.subscribe(&vault, &server, &alice);
        shop.stand_in.break_for(Some(&customer));
        let password = json!({ "password": alice.password });
        alice.call(&server, "DELETE", "/api/auth/me", Some(&password)).expect(204);

        let done = vault.run(&["billing", "reconcile"]).expect(0);

        assert_eq!(done.output, "0 accounts looked at, 0 mended, 0 failed, 0 subscriptions of nobody\n");
        // it still pays at Stripe, and stands on the list of what is to end
        assert_eq!(vault.sql("select customer from auth.billing_farewells"), customer);
        assert!(shop.stand_in.stripe.look(|state| state.subscriptions[0].is_running()));
    }

    fn where_stripe_is_away_for_one_the_others_are_mended_and_the_exit_code_is_1(vault: Vault) {
        let shop = Shop::open();
        let vault = shop.sells_to(vault);
        let server = vault.start();
        let (alice, bob) = (register(&server, "alice"), register(&server, "bob"));
        let customer = pay_unheard(&shop, &server, &alice);
        pay_unheard(&shop, &server, &bob);
        drop(server);
        shop.stand_in.break_for(Some(&customer));

        let done = vault.run(&["billing", "reconcile"]).expect(1);

        let lines: Vec<_> = done.output.lines().collect();
        assert!(lines[0].starts_with("alice@example.com: could not be looked at: ") && lines[0].contains("stripe is away"), "{}", done.output);
        assert!(lines[1].starts_with("bob@example.com: plan FREE → PRO"), "{}", done.output);
        assert_eq!(lines[2..], ["2 accounts looked at, 1 mended, 1 failed, 0 subscriptions of nobody"]);
        assert!(done.errors.lines().any(|line| line == "vault-api: some accounts could not be looked at; run it again"), "{}", done.errors);
        shop.stand_in.break_for(None);
        let done = vault.run(&["billing", "reconcile"]).expect(0);
        assert!(done.output.starts_with("alice@example.com: plan FREE → PRO") && done.output.contains("1 mended, 0 failed"), "{}", done.output);
    }

    fn where_stripe_is_away_for_all_it_says_so_and_the_exit_code_is_1(vault: Vault) {
        let shop = Shop::open();
        let vault = shop.sells_to(vault);
        let server = vault.start();
        let alice = register(&server, "alice");
        pay_unheard(&shop, &server, &alice);
        drop(server);
        shop.stand_in.set_faults(Faults { refuses_with: Some(500), ..Faults::default() });

        let done = vault.run(&["billing", "reconcile"]).expect(1);

        assert!(done.output.starts_with("alice@example.com: could not be looked at: "), "{}", done.output);
        assert!(done.output.contains("the subscriptions at Stripe could not all be looked through: "), "{}", done.output);
        assert!(done.errors.lines().any(|line| line == "vault-api: some accounts could not be looked at; run it again"), "{}", done.errors);
        assert_eq!(vault.sql("select count(*) from auth.billing_accounts where lease is not null"), "0");
    }

    fn it_is_safe_while_a_server_runs_on_the_same_database(vault: Vault) {
        let shop = Shop::open();
        let vault = shop.sells_to(vault);
        let server = vault.start();
        let members: Vec<_> = (0..4).map(|number| register(&server, &format!("member{number}"))).collect();
        for member in &members {
            pay_unheard(&shop, &server, member);
        }
        shop.stand_in.set_faults(Faults { delay: Duration::from_millis(30), ..Faults::default() });

        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| vault.run(&["billing", "reconcile"]).expect(0));
            }
            for _ in 0..3 {
                shop.deliver_all(&server);
            }
        });

        rest(&vault);
        for member in &members {
            assert_eq!(standing(&server, member), ("PRO".into(), "active".into()));
        }
        for action in ["billing.subscription_changed", "account.plan_changed", "billing.invoice_paid"] {
            assert_eq!(entries(&vault, action), "4", "{action}");
        }
        assert_eq!(vault.sql("select count(*) from auth.invoices"), "4");
        drop(server);
        vault.run(&["audit", "verify"]).expect(0);
    }
}

#[test]
fn without_stripe_it_says_what_is_missing() {
    let vault = Vault::new(Engine::Sqlite);

    let done = vault.run(&["billing", "reconcile"]).expect(1);

    assert!(
        done.errors.lines().any(|line| line == "vault-api: Stripe is not configured; set STRIPE_SECRET_KEY"),
        "{}",
        done.errors
    );
    assert!(done.output.is_empty(), "{}", done.output);
}

#[test]
fn billing_alone_says_what_there_is() {
    let vault = Vault::new(Engine::Sqlite);

    let done = vault.run(&["billing"]).expect(2);
    let helped = vault.run(&["billing", "--help"]).expect(0);

    for text in [&done.errors, &helped.output] {
        assert!(text.contains("Usage: vault-api billing") && text.contains("reconcile"), "{text}");
    }
    assert!(!vault.data().exists(), "nothing is made");
}
