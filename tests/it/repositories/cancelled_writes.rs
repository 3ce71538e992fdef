//! Clients hang up at any moment: whatever was acknowledged is there, and no connection keeps a transaction open.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tokio::{sync::Semaphore, task::JoinSet};
use uuid::Uuid;
use vault_api::{core::database::Db, core::error::Result, repositories::mail_outbox};

use super::samples::{mail, no_transaction_stays_open, write_mail};
use crate::support::TestApp;

const WRITES: usize = 2000;
const AT_ONCE: usize = 50;

on_both! {
    async fn a_write_that_was_acknowledged_is_there_whoever_hung_up_meanwhile(app: TestApp) {
        let (acknowledged, cancelled) = write_and_hang_up(&app).await;

        let there = app.sql_ids("mail_outbox").await;
        let lost: Vec<_> = acknowledged.difference(&there).collect();
        assert!(lost.is_empty(), "{} of {} acknowledged writes are lost", lost.len(), acknowledged.len());
        assert!(acknowledged.len() >= 100 && cancelled >= 100, "{} acknowledged, {cancelled} cancelled: the moments are not spread", acknowledged.len());
    }

    async fn writers_that_stall_and_are_cancelled_leave_no_transaction_open(app: TestApp) {
        write_and_hang_up(&app).await;
        no_transaction_stays_open(&app).await;
        let before = app.sql_ids("mail_outbox").await;

        let mut stalled = JoinSet::new();
        for _ in 0..12 {
            let db = app.app.db.clone();
            let stall = async move {
                let mut tx = db.write().await?;
                mail_outbox::insert(&mut tx, &mail(Uuid::now_v7())).await?;
                std::future::pending::<Result<()>>().await
            };
            stalled.spawn(tokio::time::timeout(Duration::from_millis(100), stall));
        }
        stalled.join_all().await;

        no_transaction_stays_open(&app).await;
        assert_eq!(app.sql_ids("mail_outbox").await, before);
    }

    async fn the_writers_work_on_after_many_were_cancelled(app: TestApp) {
        write_and_hang_up(&app).await;
        let mut ids = BTreeSet::new();
        for _ in 0..20 {
            let id = Uuid::now_v7();
            write_mail(&app, id).await.unwrap();
            ids.insert(id.simple().to_string());
        }

        // another program sees each: none is in a transaction that somebody left behind
        let there = app.sql_ids("mail_outbox").await;
        assert!(ids.is_subset(&there));
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

/// From 16 microseconds to a quarter of a second, the short ones as likely as the long ones; every tenth has time enough,
/// so that some are acknowledged on the slowest machine.
fn some_moment(number: usize) -> Duration {
    if number.is_multiple_of(10) {
        return Duration::from_secs(10);
    }
    let random = Uuid::new_v4().as_u128();
    let power = u32::try_from(random % 14).unwrap();
    let least = 16_u64 << power;
    Duration::from_micros(least + u64::try_from((random >> 32) % u128::from(least)).unwrap())
}
