//! The table `auth.billing_events`: which of Stripe's events have come.

use chrono::{DateTime, Utc};

use crate::{
    core::{
        database::{Writer, on},
        error::Result,
    },
    models::billing_account::EventOutcome,
};

/// An event, as it is noted.
pub struct NewEvent<'a> {
    /// Stripe's identifier, `evt_…`.
    pub id: &'a str,
    /// What it is about.
    pub kind: &'a str,
    /// Stripe's customer, where it names one.
    pub customer: Option<&'a str>,
    /// When Stripe made it.
    pub created_at: DateTime<Utc>,
}

/// Notes an event; `false` where it came before. Whoever comes second waits for the first to commit.
///
/// # Errors
/// As the database fails.
pub async fn insert(tx: &mut Writer, event: &NewEvent<'_>, now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        insert into auth.billing_events (id, type, customer, outcome, \"createdAt\", \"receivedAt\")
        values ($1, $2, $3, $4, $5, $6)
        on conflict (id) do nothing";
    let outcome = EventOutcome::NothingToDo.as_str();
    Ok(on!(tx, execute(SQL, event.id, event.kind, event.customer, outcome, event.created_at, now))? > 0)
}

/// Notes what became of an event.
///
/// # Errors
/// As the database fails.
pub async fn set_outcome(tx: &mut Writer, id: &str, outcome: EventOutcome) -> Result<()> {
    const SQL: &str = "
        update auth.billing_events
        set outcome = $2
        where id = $1";
    on!(tx, execute(SQL, id, outcome.as_str()))?;
    Ok(())
}

/// Removes events that came before; tells how many.
///
/// # Errors
/// As the database fails.
pub async fn delete_until(tx: &mut Writer, until: DateTime<Utc>) -> Result<u64> {
    const SQL: &str = "
        delete from auth.billing_events
        where \"receivedAt\" <= $1";
    Ok(on!(tx, execute(SQL, until))?)
}
