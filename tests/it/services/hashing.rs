//! The gate to password hashing: a few wait, the rest are refused at once, and nobody is hashed for who has left.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;
use vault_api::core::{
    crypto::password::{Pepper, Verdict},
    error::Error,
    hashing::Hasher,
    secret::{Secret, SecretText},
};

use super::all_at_once;

/// Costly enough that forty at once do not fit, cheap enough for a test.
const COST: u32 = 10;

fn pepper() -> Pepper {
    Pepper::new(&Secret::new([7; 32]))
}

/// Hashes at once; how each ended and how long it took.
async fn storm(hasher: &Hasher, count: usize) -> Vec<(Result<String, Error>, Duration)> {
    let mut storm = JoinSet::new();
    for _ in 0..count {
        let hasher = hasher.clone();
        storm.spawn(async move {
            let started = Instant::now();
            let outcome = hasher.hash(&pepper(), &SecretText::from("a password")).await;
            (outcome, started.elapsed())
        });
    }
    storm.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_is_refused_at_once_and_the_others_finish() {
    let hasher = Hasher::start(1, COST).unwrap();

    let outcomes = storm(&hasher, 60).await;

    let (done, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|(outcome, _)| outcome.is_ok());
    assert!((8..=20).contains(&done.len()), "{} were hashed", done.len());
    for (outcome, _) in &refused {
        assert!(matches!(outcome, Err(Error::Busy { retry_after }) if *retry_after >= 1), "{outcome:?}");
    }
    // a busy machine may hold up one or the other; the gate itself holds up none
    let quick = refused.iter().filter(|(_, after)| *after < Duration::from_millis(50)).count();
    assert!(quick * 10 >= refused.len() * 9, "{quick} of {} refusals came within 50 ms", refused.len());
    for (hash, _) in done {
        let verdict = hasher.verify(&pepper(), &SecretText::from("a password"), hash.ok()).await.unwrap();
        assert_eq!(verdict, Verdict::Right);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_gate_opens_again_after_a_storm() {
    let hasher = Hasher::start(1, COST).unwrap();
    storm(&hasher, 40).await;

    let after = hasher.hash(&pepper(), &SecretText::from("a password")).await;

    assert!(after.is_ok());
}

#[tokio::test(flavor = "current_thread")]
async fn hashing_does_not_hold_up_other_work() {
    let hasher = Hasher::start(1, COST + 2).unwrap();
    let hashing = tokio::spawn({
        let hasher = hasher.clone();
        async move { hasher.hash(&pepper(), &SecretText::from("a password")).await }
    });

    let mut turns = 0_u64;
    while !hashing.is_finished() {
        tokio::task::yield_now().await;
        turns += 1;
    }

    // the one worker of this runtime went on while a hash of a quarter of a second was made
    assert!(turns > 100, "{turns}");
    hashing.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_hashed_for_who_has_left() {
    let hasher = Hasher::start(1, 4).unwrap();
    let (pepper, password) = (pepper(), SecretText::from("a password"));
    let cheap = hasher.hash(&pepper, &password).await.unwrap();
    let of_cost = |cost: &str| Some(cheap.replace("$04$", &format!("${cost}$")));
    // one holds the thread for a moment; behind it wait seven checks of four seconds each, as many as surely fit
    let mut waiting = vec![Box::pin(hasher.verify(&pepper, &password, of_cost("11")))];
    waiting.extend((0..7).map(|_| Box::pin(hasher.verify(&pepper, &password, of_cost("16")))));
    std::future::poll_fn(|context| {
        assert!(waiting.iter_mut().all(|check| check.as_mut().poll(context).is_pending()), "a check was refused");
        std::task::Poll::Ready(())
    })
    .await;

    drop(waiting);

    let next = async {
        while hasher.hash(&pepper, &password).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(8), next).await.expect("the next one waits for people who have left");
}

#[tokio::test]
async fn an_unknown_account_costs_a_hash_and_fits_no_password() {
    let hasher = Hasher::start(1, 4).unwrap();

    let verdict = hasher.verify(&pepper(), &SecretText::from("any"), None).await.unwrap();

    assert_eq!(verdict, Verdict::Wrong);
}

on_both! {
    with [("BCRYPT_COST", "10")];

    async fn a_flood_of_sign_ins_is_answered_503_and_the_vault_works_on(app: TestApp) {
        let alice = app.member("alice").await;
        alice.store("one", "sk-proj-aValueThatStaysWithinReach00").await;
        let wrong = |number| json!({ "email": format!("nobody{number}@example.com"), "password": "a wrong one, surely" });
        let attempts: Vec<_> = (0..80).map(|number| app.call("POST", "/api/auth/login", Some(wrong(number)))).collect();

        let (replies, listed) = tokio::join!(all_at_once(attempts), alice.get("/api/keys"));

        listed.expect(200);
        let (refused, answered): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 503);
        assert!(!refused.is_empty() && !answered.is_empty(), "{} refused, {} answered", refused.len(), answered.len());
        for reply in refused {
            assert!(!reply.header("retry-after").is_empty());
            reply.expect_problem(503, "server_busy");
        }
        for reply in answered {
            reply.expect_problem(401, "invalid_credentials");
        }
        alice.sign_in().await;
    }
}
