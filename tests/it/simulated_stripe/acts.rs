//! What people, time and the bank do to a subscription, and what is kept.

use std::os::unix::fs::PermissionsExt as _;

use chrono::{DateTime, TimeDelta};
use vault_api::routes::simulated_stripe::{AMOUNT, State};

use super::Stage;

/// One thing that happens to a subscription.
#[derive(Clone, Copy, Debug)]
enum Step {
    TimePasses,
    CardFails,
    CardWorks,
    CancelsLater,
    Resumes,
    Cancels,
    Refunds,
    Voids,
    IsWrittenOff,
}

fn take(stage: &Stage, customer: &str, subscription: &str, step: Step) {
    use Step::*;
    let stripe = &stage.stripe;
    let open =
        || stripe.look(|state: &State| state.subscription(subscription).unwrap().latest_invoice.clone().unwrap());
    match step {
        TimePasses => drop(stripe.let_time_pass(customer).unwrap()),
        CardFails => stripe.fail_payments(customer, true).unwrap(),
        CardWorks => stripe.fail_payments(customer, false).unwrap(),
        CancelsLater => stripe.change(|state| state.cancel_at_period_end(subscription, true)).unwrap(),
        Resumes => stripe.change(|state| state.cancel_at_period_end(subscription, false)).unwrap(),
        Cancels => stripe.cancel(subscription).unwrap(),
        Refunds => drop(stripe.refund_last(customer, None).unwrap()),
        Voids => {
            let open = open();
            stripe.change(|state| state.void(&open)).unwrap();
        }
        IsWrittenOff => {
            let open = open();
            stripe.change(|state| state.mark_uncollectible(&open)).unwrap();
        }
    }
}

#[test]
fn each_way_through_a_subscription_ends_in_the_state_that_stripe_would_give_it() {
    use Step::*;
    let ways: &[(&[Step], &str, &str, usize)] = &[
        (&[], "active", "paid", 1),
        (&[TimePasses], "active", "paid", 2),
        (&[TimePasses, TimePasses, TimePasses], "active", "paid", 4),
        (&[CancelsLater], "active", "paid", 1),
        (&[CancelsLater, TimePasses], "canceled", "paid", 1),
        (&[CancelsLater, Resumes, TimePasses], "active", "paid", 2),
        (&[Cancels], "canceled", "paid", 1),
        (&[Cancels, Cancels, TimePasses], "canceled", "paid", 1),
        (&[Refunds], "active", "paid", 1),
        (&[CardFails], "active", "paid", 1),
        (&[CardFails, TimePasses], "past_due", "open", 2),
        (&[CardFails, TimePasses, CardWorks, TimePasses], "active", "paid", 2),
        (&[CardFails, TimePasses, TimePasses, TimePasses], "past_due", "open", 2),
        (&[CardFails, TimePasses, TimePasses, TimePasses, TimePasses], "canceled", "open", 2),
        (&[CardFails, TimePasses, Cancels, TimePasses], "canceled", "open", 2),
        (&[CardFails, TimePasses, Voids], "past_due", "void", 2),
        (&[CardFails, TimePasses, IsWrittenOff], "past_due", "uncollectible", 2),
    ];
    for (steps, status, invoice, invoices) in ways {
        let stage = Stage::new();
        let (customer, subscription) = stage.subscriber("alice@example.com");

        for step in *steps {
            take(&stage, &customer, &subscription, *step);
        }

        let found = stage.states(&subscription);
        assert_eq!(found, ((*status).to_owned(), (*invoice).to_owned()), "{steps:?}");
        assert_eq!(stage.stripe.look(|state| state.invoices.len()), *invoices, "{steps:?}");
    }
}

#[test]
fn periods_keep_the_day_of_the_month_where_there_is_one() {
    let stage = Stage::new();
    let (customer, subscription) = stage.subscriber("alice@example.com");
    let start = stage.stripe.look(|state| state.subscription(&subscription).unwrap().created);

    for months in 1..=24 {
        let end = stage.stripe.look(|state| state.subscription(&subscription).unwrap().period_end);
        let first = DateTime::from_timestamp(start, 0).unwrap();
        assert_eq!(Some(end), first.checked_add_months(chrono::Months::new(months)).map(|end| end.timestamp()));
        stage.stripe.let_time_pass(&customer).unwrap();
    }
}

#[test]
fn a_clock_that_leaps_makes_up_for_all_that_was_due_each_at_its_moment() {
    let stage = Stage::new();
    let (_, subscription) = stage.subscriber("alice@example.com");

    // by the real clock, as after a server that stood still for long
    stage.clock.advance(TimeDelta::days(100));
    stage.stripe.advance(TimeDelta::zero()).unwrap();

    stage.stripe.look(|state| {
        assert_eq!(state.invoices.len(), 4);
        let moments: Vec<_> = state.invoices.iter().map(|one| (one.created, one.period_start)).collect();
        assert!(moments.iter().all(|(created, start)| created == start), "{moments:?}");
        assert!(state.subscription(&subscription).unwrap().period_end > state.now);
    });
}

#[test]
fn a_session_makes_one_subscription_however_often_its_button_is_pressed() {
    let stage = Stage::new();
    let customer = stage.customer("alice@example.com");
    let session = stage.checkout(&customer);

    let made: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| stage.stripe.pay(&session).unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });

    assert!(made.iter().all(|one| *one == made[0]), "{made:?}");
    assert_eq!(stage.stripe.look(|state| (state.subscriptions.len(), state.charges.len())), (1, 1));
    assert_eq!(stage.kinds().iter().filter(|kind| *kind == "checkout.session.completed").count(), 1);
}

#[test]
fn a_session_that_expired_is_paid_no_more() {
    let stage = Stage::new();
    let customer = stage.customer("alice@example.com");
    let session = stage.checkout(&customer);

    stage.stripe.advance(TimeDelta::hours(24)).unwrap();

    assert_eq!(stage.stripe.pay(&session).unwrap_err().status, 400);
    assert!(stage.stripe.look(|state| state.subscriptions.is_empty()));
}

#[test]
fn never_is_more_paid_back_than_was_paid() {
    let stage = Stage::new();
    let (customer, _) = stage.subscriber("alice@example.com");

    assert!(stage.stripe.refund_last(&customer, Some(AMOUNT + 1)).is_err());
    assert!(stage.stripe.refund_last(&customer, Some(0)).is_err());
    assert!(stage.stripe.refund_last(&customer, Some(-1)).is_err());
    stage.stripe.refund_last(&customer, Some(AMOUNT - 100)).unwrap();
    assert!(stage.stripe.refund_last(&customer, Some(101)).is_err());
    stage.stripe.refund_last(&customer, None).unwrap();
    assert!(stage.stripe.refund_last(&customer, None).is_err());

    assert_eq!(stage.stripe.look(|state| state.charges[0].refunded()), AMOUNT);
}

#[test]
fn a_credit_note_takes_off_what_is_open_or_what_was_paid_and_no_more() {
    let stage = Stage::new();
    let (customer, subscription) = stage.subscriber("alice@example.com");
    let newest = || stage.stripe.look(|state: &State| state.invoices.last().unwrap().clone());
    let credit = |amount| {
        let id = newest().id;
        stage.stripe.change(|state| state.credit(&id, amount))
    };

    assert!(credit(AMOUNT + 1).is_err());
    credit(300).unwrap();
    assert_eq!((newest().credited_before, newest().credited_after, newest().amount_paid), (0, 300, AMOUNT));
    assert!(credit(601).is_err());

    stage.stripe.fail_payments(&customer, true).unwrap();
    stage.stripe.let_time_pass(&customer).unwrap();
    credit(400).unwrap();
    assert_eq!((newest().credited_before, newest().remaining()), (400, 500));
    credit(500).unwrap();
    // nothing is left to pay
    assert_eq!(stage.states(&subscription), ("active".into(), "paid".into()));
    assert_eq!((newest().amount_paid, newest().credited_before), (0, AMOUNT));
}

#[test]
fn whoever_is_deleted_pays_no_more() {
    let stage = Stage::new();
    let (customer, subscription) = stage.subscriber("alice@example.com");
    let session = stage.checkout(&customer);

    stage.stripe.change(|state| state.delete_customer(&customer)).unwrap();

    assert_eq!(stage.states(&subscription).0, "canceled");
    assert_eq!(stage.kinds().last().map(String::as_str), Some("customer.subscription.deleted"));
    assert!(stage.stripe.pay(&session).is_err());
    assert!(stage.stripe.change(|state| state.delete_customer(&customer)).is_err());
    assert!(!stage.stripe.look(|state| serde_json::to_string(&state.customers).unwrap()).contains("alice"));
}

#[test]
fn a_restart_keeps_all_and_a_change_that_can_not_be_kept_does_not_happen() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data/simulated-stripe.json");
    let stage = Stage::with(Some(file.clone()), None);
    let (customer, subscription) = stage.subscriber("alice@example.com");
    stage.stripe.let_time_pass(&customer).unwrap();
    let before = stage.stripe.look(|state| serde_json::to_value(state).unwrap());
    drop(stage);

    let stage = Stage::with(Some(file.clone()), None);

    assert_eq!(stage.stripe.look(|state| serde_json::to_value(state).unwrap()), before);
    assert_eq!(stage.states(&subscription), ("active".into(), "paid".into()));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "a temporary file was left");
    // its folder is in the way of a folder now
    std::fs::remove_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file.parent().unwrap(), "no folder").unwrap();
    assert_eq!(stage.stripe.cancel(&subscription).unwrap_err().status, 500);
    assert_eq!(stage.states(&subscription).0, "active");
}
