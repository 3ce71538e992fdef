//! A violated rule becomes the refusal that the caller can act on, on both engines.

use uuid::Uuid;
use vault_api::{
    core::{error::Result, texts::problems::Code},
    models::ids::UserId,
    repositories::{
        api_keys,
        idempotency_keys::{self, KeptAnswer},
        users,
    },
};

use super::samples::{key, store, stored_user, user};

#[track_caller]
fn refused(outcome: &Result<()>, code: Code) {
    assert!(outcome.as_ref().is_err_and(|error| error.is(code)), "{code:?} was expected: {outcome:?}");
}

on_both! {
    async fn a_second_account_with_the_same_address_is_refused_as_taken(app: TestApp) {
        stored_user(&app, "alice@example.com").await;

        let mut tx = app.app.db.write().await.unwrap();
        let second = users::insert(&mut tx, &user(&app, "Alice@Example.com"), "no hash").await;

        refused(&second, Code::EmailTaken);
    }

    async fn the_same_value_twice_in_one_account_is_refused_as_duplicate(app: TestApp) {
        let alice = stored_user(&app, "alice@example.com").await;
        store(&app, &key(&app, alice.id, "one"), b"fingerprint").await.unwrap();

        let second = store(&app, &key(&app, alice.id, "two"), b"fingerprint").await;

        refused(&second, Code::DuplicateValue);
    }

    async fn the_same_name_twice_in_one_environment_is_refused_as_duplicate(app: TestApp) {
        let alice = stored_user(&app, "alice@example.com").await;
        let mut first = key(&app, alice.id, "name");
        store(&app, &first, b"a").await.unwrap();
        first.environment = Some("production".into());
        first.id.0 = Uuid::now_v7();
        store(&app, &first, b"b").await.expect("another environment");

        let without = store(&app, &key(&app, alice.id, "name"), b"c").await;
        first.id.0 = Uuid::now_v7();
        let within = store(&app, &first, b"d").await;

        refused(&without, Code::DuplicateName);
        refused(&within, Code::DuplicateName);
    }

    async fn two_accounts_may_hold_the_same_value_and_name(app: TestApp) {
        let (alice, bob) = (stored_user(&app, "alice@example.com").await, stored_user(&app, "bob@example.com").await);

        store(&app, &key(&app, alice.id, "name"), b"fingerprint").await.unwrap();
        store(&app, &key(&app, bob.id, "name"), b"fingerprint").await.unwrap();

        assert_eq!(app.sql("select count(*) from auth.api_keys").await, "2");
    }

    async fn a_revoked_key_frees_its_name_and_value(app: TestApp) {
        let alice = stored_user(&app, "alice@example.com").await;
        let first = key(&app, alice.id, "name");
        store(&app, &first, b"fingerprint").await.unwrap();
        let mut tx = app.app.db.write().await.unwrap();
        assert!(api_keys::set_revoked(&mut tx, alice.id, first.id, first.created_at).await.unwrap());
        tx.commit().await.unwrap();

        store(&app, &key(&app, alice.id, "name"), b"fingerprint").await.unwrap();

        assert_eq!(app.sql("select count(*) from auth.api_keys where not revoked").await, "1");
    }

    async fn a_renamed_key_may_not_take_the_name_of_another(app: TestApp) {
        let alice = stored_user(&app, "alice@example.com").await;
        store(&app, &key(&app, alice.id, "taken"), b"a").await.unwrap();
        let mut second = key(&app, alice.id, "free");
        store(&app, &second, b"b").await.unwrap();

        second.name = "taken".into();
        let mut tx = app.app.db.write().await.unwrap();
        let outcome = api_keys::update(&mut tx, &second, None).await;

        refused(&outcome, Code::DuplicateName);
    }

    async fn a_key_is_locked_for_its_own_account_alone(app: TestApp) {
        let alice = stored_user(&app, "alice@example.com").await;
        let bob = stored_user(&app, "bob@example.com").await;
        let known = key(&app, alice.id, "name");
        store(&app, &known, b"a").await.unwrap();
        let mut tx = app.app.db.write().await.unwrap();

        assert!(api_keys::lock(&mut tx, alice.id, known.id).await.unwrap());
        assert!(!api_keys::lock(&mut tx, bob.id, known.id).await.unwrap());
    }

    async fn a_row_for_an_account_that_is_gone_is_not_found(app: TestApp) {
        let orphan = key(&app, UserId(Uuid::now_v7()), "name");

        let outcome = store(&app, &orphan, b"a").await;

        refused(&outcome, Code::NotFound);
    }

    async fn an_answer_is_kept_once_for_each_idempotency_key(app: TestApp) {
        let alice = stored_user(&app, "alice@example.com").await;
        let answer = KeptAnswer { request_digest: b"request".to_vec(), sealed: b"sealed".to_vec() };
        let keep = async || {
            let mut tx = app.app.db.write().await.unwrap();
            let kept = idempotency_keys::insert(&mut tx, alice.id, b"digest", &answer, alice.created_at).await.unwrap();
            if kept {
                tx.commit().await.unwrap();
            }
            kept
        };

        assert_eq!((keep().await, keep().await), (true, false));
    }

    async fn of_many_registrations_of_one_address_at_once_one_succeeds(app: TestApp) {
        let mut attempts: tokio::task::JoinSet<Result<()>> = tokio::task::JoinSet::new();
        for _ in 0..12 {
            let (db, user) = (app.app.db.clone(), user(&app, "alice@example.com"));
            attempts.spawn(async move {
                let mut tx = db.write().await?;
                users::insert(&mut tx, &user, "no hash").await?;
                tx.commit().await
            });
        }

        let outcomes = attempts.join_all().await;

        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        for outcome in outcomes.iter().filter(|outcome| outcome.is_err()) {
            refused(outcome, Code::EmailTaken);
        }
    }
}
