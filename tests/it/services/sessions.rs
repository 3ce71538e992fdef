//! Sessions in memory: quick, but a change beats whatever was read before it; on another server it counts soon.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use uuid::Uuid;
use vault_api::{
    core::{
        clock::{Clock as _, SystemClock},
        language::Language,
        session_cache::SessionCache,
    },
    models::{
        email::Email,
        ids::{SessionId, UserId},
        session::SignedIn,
        user::{Plan, Role, User},
    },
};

fn signed_in(account: u128, session: u128) -> SignedIn {
    let now = SystemClock.now();
    let user = User {
        id: UserId(Uuid::from_u128(account)),
        email: Email::parse("alice@example.com").unwrap(),
        name: String::new(),
        role: Role::User,
        email_verified: false,
        plan: Plan::Free,
        language: Language::English,
        second_factor_at: None,
        disabled_at: None,
        created_at: now,
        updated_at: now,
    };
    SignedIn {
        user: Arc::new(user),
        session: SessionId(Uuid::from_u128(session)),
        expires_at: now + TimeDelta::days(1),
        last_seen_at: now,
        authenticated_at: now,
    }
}

const ALICE: UserId = UserId(Uuid::from_u128(1));

#[test]
fn a_session_that_was_just_read_is_answered_from_memory() {
    let (cache, alice) = (SessionCache::default(), signed_in(1, 10));

    cache.keep(cache.generation(), alice.clone());

    assert_eq!(cache.get(alice.session).map(|found| found.user.id), Some(ALICE));
    assert!(cache.get(SessionId(Uuid::from_u128(11))).is_none());
}

#[test]
fn what_was_read_before_an_invalidation_is_not_kept_after_it() {
    let (cache, alice) = (SessionCache::default(), signed_in(1, 10));
    let began = cache.generation();

    // the session ends after its row was read, before the reader has put it away
    cache.forget_account(ALICE);
    cache.keep(began, alice.clone());

    assert!(cache.get(alice.session).is_none());
    cache.keep(cache.generation(), alice.clone());
    assert!(cache.get(alice.session).is_some());
}

#[test]
fn an_invalidation_forgets_all_sessions_of_the_account_and_of_no_other() {
    let cache = SessionCache::default();
    let (one, two, of_bob) = (signed_in(1, 10), signed_in(1, 11), signed_in(2, 20));
    for session in [&one, &two, &of_bob] {
        cache.keep(cache.generation(), session.clone());
    }

    cache.forget_account(ALICE);

    assert!(cache.get(one.session).is_none() && cache.get(two.session).is_none());
    assert!(cache.get(of_bob.session).is_some());
}

#[test]
fn no_reader_on_any_thread_brings_back_what_an_invalidation_forgot() {
    for _ in 0..200 {
        let (cache, alice) = (SessionCache::default(), signed_in(1, 10));
        // the database, in one word: whether the session's row is there
        let row_is_there = std::sync::atomic::AtomicBool::new(true);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let began = cache.generation();
                    if row_is_there.load(std::sync::atomic::Ordering::SeqCst) {
                        std::thread::yield_now();
                        cache.keep(began, alice.clone());
                    }
                });
            }
            scope.spawn(|| {
                row_is_there.store(false, std::sync::atomic::Ordering::SeqCst);
                cache.forget_account(ALICE);
            });
        });

        assert!(cache.get(alice.session).is_none());
    }
}

#[tokio::test]
async fn an_entry_older_than_a_second_is_asked_for_again() {
    let (cache, alice) = (SessionCache::default(), signed_in(1, 10));
    cache.keep(cache.generation(), alice.clone());

    tokio::time::sleep(Duration::from_millis(1050)).await;

    assert!(cache.get(alice.session).is_none());
}

on_both! {
    async fn a_session_that_ends_on_one_server_ends_on_the_other_within_two_seconds(app: TestApp) {
        let (alice, sibling) = (app.member("alice").await, app.sibling().await);
        let bearer = format!("Bearer {}", alice.token);
        let signed_in = [("authorization", bearer.as_str())];
        sibling.call_with("GET", "/api/auth/me", None, &signed_in).await.expect(200);

        alice.call("POST", "/api/auth/logout", None).await.expect(204);
        let ended = Instant::now();

        alice.get("/api/auth/me").await.expect_problem(401, "unauthenticated");
        while sibling.call_with("GET", "/api/auth/me", None, &signed_in).await.status != 401 {
            assert!(ended.elapsed() < Duration::from_secs(2), "the other server still lets the session in");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn a_token_that_is_used_while_its_session_ends_never_works_afterwards(app: TestApp) {
        let alice = app.member("alice").await;
        for _ in 0..5 {
            let token = alice.sign_in().await;
            let bearer = format!("Bearer {token}");
            let signed_in = [("authorization", bearer.as_str())];
            let use_it = || app.call_with("GET", "/api/auth/me", None, &signed_in);

            let (_, _, ended, _, _) = tokio::join!(use_it(), use_it(), app.call_with("POST", "/api/auth/logout", None, &signed_in), use_it(), use_it());

            ended.expect(204);
            use_it().await.expect_problem(401, "unauthenticated");
        }
    }
}
