//! The table `auth.billing_farewells`: customers of deleted accounts that are to be deleted at Stripe too.

use chrono::{DateTime, Utc};

use crate::{
    core::{
        database::{Conn, Writer, on, row},
        error::Result,
    },
    models::{billing_account::Farewell, ids::UserId},
};

row!(Farewell { customer: String => "customer", attempts: i64 => "attempts" });

/// Notes the customer of an account that is about to be deleted; tells whether it had one.
///
/// # Errors
/// As the database fails.
pub async fn insert_of(tx: &mut Writer, account: UserId, now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        insert into auth.billing_farewells (customer, \"isLive\", attempts, \"nextAttemptAt\", \"createdAt\")
        select \"stripeCustomerId\", \"isLive\", 0, $2, $2
        from auth.billing_accounts
        where \"userId\" = $1 and \"stripeCustomerId\" is not null and \"isLive\" is not null
        on conflict (customer) do nothing";
    Ok(on!(tx, execute(SQL, account.0, now))? > 0)
}

/// Notes a customer whose account is gone already.
///
/// # Errors
/// As the database fails.
pub async fn insert(tx: &mut Writer, customer: &str, is_live: bool, now: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "
        insert into auth.billing_farewells (customer, \"isLive\", attempts, \"nextAttemptAt\", \"createdAt\")
        values ($1, $2, 0, $3, $3)
        on conflict (customer) do nothing";
    on!(tx, execute(SQL, customer, is_live, now))?;
    Ok(())
}

/// The one that has been due the longest, of those that belong to this mode.
///
/// # Errors
/// As the database fails.
pub async fn find_due<'c>(conn: impl Into<Conn<'c>>, is_live: bool, now: DateTime<Utc>) -> Result<Option<Farewell>> {
    const SQL: &str = "
        select customer, attempts
        from auth.billing_farewells
        where \"nextAttemptAt\" <= $1 and \"isLive\" = $2
        order by \"nextAttemptAt\", customer
        limit 1";
    Ok(on!(conn, optional(SQL, now, is_live))?)
}

/// Whether this customer is to be deleted.
///
/// # Errors
/// As the database fails.
pub async fn has_customer<'c>(conn: impl Into<Conn<'c>>, customer: &str) -> Result<bool> {
    const SQL: &str = "
        select count(*)
        from auth.billing_farewells
        where customer = $1";
    let count: i64 = on!(conn, scalar(SQL, customer))?;
    Ok(count > 0)
}

/// Takes one for an attempt: until `until` nobody else tries it. `false` where somebody was quicker.
///
/// # Errors
/// As the database fails.
pub async fn claim(tx: &mut Writer, farewell: &Farewell, until: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.billing_farewells
        set attempts = attempts + 1, \"nextAttemptAt\" = $3
        where customer = $1 and attempts = $2";
    Ok(on!(tx, execute(SQL, farewell.customer.as_str(), farewell.attempts, until))? > 0)
}

/// Says why an attempt failed and when the next one is due.
///
/// # Errors
/// As the database fails.
pub async fn postpone(tx: &mut Writer, customer: &str, next: DateTime<Utc>, why: &str) -> Result<()> {
    const SQL: &str = "
        update auth.billing_farewells
        set \"nextAttemptAt\" = $2, \"lastError\" = $3
        where customer = $1";
    on!(tx, execute(SQL, customer, next, why))?;
    Ok(())
}

/// Removes one that is done.
///
/// # Errors
/// As the database fails.
pub async fn delete(tx: &mut Writer, customer: &str) -> Result<()> {
    const SQL: &str = "
        delete from auth.billing_farewells
        where customer = $1";
    on!(tx, execute(SQL, customer))?;
    Ok(())
}
