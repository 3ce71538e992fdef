//! What a transaction promises: all or nothing, alone, and on the disk when it is acknowledged.

use std::time::{Duration, Instant};

use uuid::Uuid;
use vault_api::{
    core::{
        database::Conn,
        error::{Error, Result},
    },
    repositories::mail_outbox,
};

use super::samples::{mail, no_transaction_stays_open, write_mail};
use crate::support::{Engine, TestApp};

on_both! {
    async fn a_dropped_transaction_leaves_nothing(app: TestApp) {
        let mut tx = app.app.db.write().await.unwrap();
        for _ in 0..3 {
            mail_outbox::insert(&mut tx, &mail(Uuid::now_v7())).await.unwrap();
        }

        drop(tx);

        no_transaction_stays_open(&app).await;
        write_mail(&app, Uuid::now_v7()).await.unwrap();
        assert_eq!(app.sql("select count(*) from auth.mail_outbox").await, "1");
    }

    async fn a_committed_transaction_is_seen_by_other_programs(app: TestApp) {
        let ids = [Uuid::now_v7(), Uuid::now_v7()];
        let mut tx = app.app.db.write().await.unwrap();
        for id in ids {
            mail_outbox::insert(&mut tx, &mail(id)).await.unwrap();
        }

        tx.commit().await.unwrap();

        assert_eq!(app.sql_ids("mail_outbox").await, ids.iter().map(|id| id.simple().to_string()).collect());
    }

    async fn nobody_sees_what_is_not_committed_yet(app: TestApp) {
        let mut tx = app.app.db.write().await.unwrap();
        mail_outbox::insert(&mut tx, &mail(Uuid::now_v7())).await.unwrap();

        let by_another_program = app.sql("select count(*) from auth.mail_outbox").await;
        let by_a_reader = mail_outbox::count(&mut app.app.db.read().await.unwrap()).await.unwrap();
        let by_itself = mail_outbox::count(&mut tx).await.unwrap();

        assert_eq!((by_another_program.as_str(), by_a_reader, by_itself), ("0", 0, 1));
    }

    async fn a_failed_statement_does_not_disturb_another_transaction(app: TestApp) {
        let taken = Uuid::now_v7();
        write_mail(&app, taken).await.unwrap();
        let good = Uuid::now_v7();

        let failing = async {
            let mut tx = app.app.db.write().await?;
            mail_outbox::insert(&mut tx, &mail(Uuid::now_v7())).await?;
            mail_outbox::insert(&mut tx, &mail(taken)).await?;
            tx.commit().await
        };
        let (failed, written) = tokio::join!(failing, write_mail(&app, good));

        assert!(failed.is_err());
        written.unwrap();
        assert_eq!(app.sql_ids("mail_outbox").await, [taken, good].iter().map(|id| id.simple().to_string()).collect());
    }

    async fn of_many_writers_at_once_those_that_commit_are_there_and_no_others(app: TestApp) {
        let taken = Uuid::now_v7();
        write_mail(&app, taken).await.unwrap();

        let mut writers: tokio::task::JoinSet<Result<Option<Uuid>>> = tokio::task::JoinSet::new();
        for number in 0..64 {
            let db = app.app.db.clone();
            writers.spawn(async move {
                let id = Uuid::now_v7();
                let mut tx = db.write().await?;
                mail_outbox::insert(&mut tx, &mail(id)).await?;
                match number % 4 {
                    // breaks a rule
                    0 => mail_outbox::insert(&mut tx, &mail(taken)).await?,
                    // thinks better of it
                    1 => return Ok(None),
                    _ => {}
                }
                tx.commit().await?;
                Ok(Some(id))
            });
        }
        let outcomes = writers.join_all().await;

        let mut expected: std::collections::BTreeSet<_> = outcomes.iter().flatten().flatten().map(|id| id.simple().to_string()).collect();
        assert_eq!((outcomes.iter().filter(|outcome| outcome.is_err()).count(), expected.len()), (16, 32));
        expected.insert(taken.simple().to_string());
        assert_eq!(app.sql_ids("mail_outbox").await, expected);
    }

    async fn a_reader_of_the_embedded_database_can_not_write(app: TestApp) {
        write_mail(&app, Uuid::now_v7()).await.unwrap();
        let mut reader = app.app.db.read().await.unwrap();

        // PostgreSQL's connections all may write: there the types alone keep readers from it
        if let Conn::Sqlite(conn) = Conn::from(&mut reader) {
            for statement in ["delete from mail_outbox", "create table t (a)", "begin immediate; delete from mail_outbox; commit"] {
                assert!(sqlx::raw_sql(statement).execute(&mut *conn.raw).await.is_err(), "{statement}");
                let _ = sqlx::raw_sql("rollback").execute(&mut *conn.raw).await;
            }
        }

        assert_eq!(app.sql("select count(*) from auth.mail_outbox").await, "1");
    }

    async fn a_commit_of_the_embedded_database_waits_for_the_disk(app: TestApp) {
        let mut tx = app.app.db.write().await.unwrap();

        if let Conn::Sqlite(conn) = Conn::from(&mut tx) {
            let journal: String = sqlx::query_scalar("pragma journal_mode").fetch_one(&mut *conn.raw).await.unwrap();
            let synchronous: i64 = sqlx::query_scalar("pragma synchronous").fetch_one(&mut *conn.raw).await.unwrap();
            let foreign_keys: i64 = sqlx::query_scalar("pragma foreign_keys").fetch_one(&mut *conn.raw).await.unwrap();
            assert_eq!((journal.as_str(), synchronous, foreign_keys), ("wal", 2, 1));
        }
    }

    async fn a_transaction_that_stays_open_keeps_other_writers_waiting_no_longer_than_the_limit(app: TestApp) {
        let open = app.app.db.write().await.unwrap();

        let second = tokio::time::timeout(std::time::Duration::from_secs(5), write_mail(&app, Uuid::now_v7())).await.expect("an answer in time");

        // PostgreSQL lets both in; the embedded database has one writer, and says so
        assert_eq!(second.is_ok(), app.engine == crate::support::Engine::Postgres);
        drop(open);
        write_mail(&app, Uuid::now_v7()).await.expect("the writer is free again");
    }
}

/// More than one account is let in at once, fewer than there are connections.
const FEW_CONNECTIONS: [(&str, &str); 1] = [("DATABASE_MAX_CONNECTIONS", "5")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_account_leaves_connections_to_the_others() {
    let app = TestApp::start_with(Engine::Postgres, &FEW_CONNECTIONS).await;
    let (busy, calm) = (Uuid::now_v7(), Uuid::now_v7());
    let mut held = Vec::new();
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..3 {
        held.push(app.app.db.write_for(busy).await.unwrap());
    }
    for _ in 0..40 {
        let db = app.app.db.clone();
        waiting.spawn(async move { db.write_for(busy).await.map(drop) });
    }
    tokio::task::yield_now().await;

    let begin = Instant::now();
    for _ in 0..10 {
        drop(app.app.db.write_for(calm).await.expect("a connection is left for others"));
    }
    assert!(begin.elapsed() < Duration::from_millis(500), "{:?}", begin.elapsed());

    // those that wait hear so in time, and nobody was let in meanwhile
    let outcomes = waiting.join_all().await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Error::Busy { .. }))), "{outcomes:?}");
    drop(held);
    app.app.db.write_for(busy).await.expect("its turn comes when the others are over");
}
