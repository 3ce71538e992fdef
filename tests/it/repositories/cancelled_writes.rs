//! Clients hang up at any moment: whatever was acknowledged is there, and no connection keeps a transaction open.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tokio::{sync::Semaphore, task::JoinSet};
use uuid::Uuid;
use vault_api::{core::database::Db, core::error::Result, repositories::mail_outbox};

use super::samples::{mail, write_mail};
use crate::support::{Engine, TestApp};

const WRITES: usize = 2000;
const AT_ONCE: usize = 50;

on_both! {
    async fn a_write_that_was_acknowledged_is_there_whoever_hung_up_meanwhile(app: TestApp) {
        let (acknowledged, cancelled) = write_and_hang_up(&app).await;

        let there = app.sql_ids("mail_outbox").await;
        let lost: Vec<_> = acknowledged.difference(&there).collect();
        assert!(lost.is_empty(), "{} of {} acknowledged writes are lost", lost.len(), acknowledged.len());
        assert!(acknowledged.len() >= 100 && cancelled >= 100, "{} acknowledged, {cancelled} cancelled: the moments are not spread", acknowledged.len());
        no_transaction_stays_open(&app).await;
    }

    async fn the_writers_work_on_after_many_were_cancelled(app: TestApp) {
        write_and_hang_up(&app).await;
        let before = app.sql_ids("mail_outbox").await.len();

        let mut ids = BTreeSet::new();
        for _ in 0..20 {
            let id = Uuid::now_v7();
            write_mail(&app, id).await.unwrap();
            ids.insert(id.simple().to_string());
        }

        // another program sees each: none is in a transaction that somebody left behind
        let there = app.sql_ids("mail_outbox").await;
        assert!(ids.is_subset(&there));
        assert_eq!(there.len(), before + 20);
    }
}

/// Two thousand writes, most of them cancelled somewhere; the identifiers of the acknowledged ones, and how many were cancelled.
async fn write_and_hang_up(app: &TestApp) -> (BTreeSet<String>, usize) {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut writes = JoinSet::new();
    for number in 0..WRITES {
        let (db, permits) = (app.app.db.clone(), permits.clone());
        writes.spawn(async move {
            let _permit = permits.acquire_owned().await.unwrap();
            let id = Uuid::now_v7();
            let outcome = tokio::time::timeout(some_moment(number), write(&db, id)).await;
            outcome.map(|written| written.map(|()| id))
        });
    }
    let mut acknowledged = BTreeSet::new();
    let mut cancelled = 0;
    for outcome in writes.join_all().await {
        match outcome {
            Ok(Ok(id)) => {
                acknowledged.insert(id.simple().to_string());
            }
            // an honest refusal is no acknowledgement
            Ok(Err(_)) => {}
            Err(_) => cancelled += 1,
        }
    }
    (acknowledged, cancelled)
}

async fn write(db: &Db, id: Uuid) -> Result<()> {
    let mut tx = db.write().await?;
    mail_outbox::insert(&mut tx, &mail(id)).await?;
    tx.commit().await
}

/// From 16 microseconds to a quarter of a second, the short ones as likely as the long ones.
fn some_moment(number: usize) -> Duration {
    let random = Uuid::new_v4().as_u128();
    let power = u32::try_from(random % 14).unwrap();
    let least = 16_u64 << power;
    let more = u64::try_from((random >> 32) % u128::from(least)).unwrap();
    if number.is_multiple_of(500) { Duration::ZERO } else { Duration::from_micros(least + more) }
}

async fn no_transaction_stays_open(app: &TestApp) {
    match app.engine {
        // the one writer would keep every other program out
        Engine::Sqlite => {
            app.sql("begin immediate; update mail_outbox set attempts = attempts; commit").await;
        }
        Engine::Postgres => {
            let open = "select count(*) from pg_stat_activity where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()";
            for _ in 0..100 {
                if app.sql(open).await == "0" {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            panic!("connections with an open transaction: {}", app.sql(open).await);
        }
    }
}
