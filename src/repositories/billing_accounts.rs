//! The table `auth.billing_accounts`: what Stripe says of an account, and who works on it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    core::{
        database::{Conn, Reader, Writer, on, row},
        error::Result,
    },
    models::{
        billing::SubscriptionStatus,
        billing_account::{BillingAccount, Lease, Seen},
        ids::UserId,
    },
};

struct Stored {
    user_id: Uuid,
    customer: Option<String>,
    customer_email: Option<String>,
    is_live: Option<bool>,
    generation: i64,
    subscription_id: Option<String>,
    price: Option<String>,
    status: Option<String>,
    current_period_end: Option<DateTime<Utc>>,
    cancel_at_period_end: bool,
    checkout: Option<String>,
    checkout_price: Option<String>,
    checkouts: i64,
    wanted: i64,
    done: i64,
    failures: i64,
    leased_until: Option<DateTime<Utc>>,
}

row!(Stored {
    user_id: Uuid => "userId",
    customer: Option<String> => "stripeCustomerId",
    customer_email: Option<String> => "customerEmail",
    is_live: Option<bool> => "isLive",
    generation: i64 => "generation",
    subscription_id: Option<String> => "subscriptionId",
    price: Option<String> => "subscriptionPrice",
    status: Option<String> => "subscriptionStatus",
    current_period_end: Option<DateTime<Utc>> => "currentPeriodEnd",
    cancel_at_period_end: bool => "cancelAtPeriodEnd",
    checkout: Option<String> => "checkoutId",
    checkout_price: Option<String> => "checkoutPrice",
    checkouts: i64 => "checkouts",
    wanted: i64 => "wanted",
    done: i64 => "done",
    failures: i64 => "failures",
    leased_until: Option<DateTime<Utc>> => "leaseUntil",
});

impl From<Stored> for BillingAccount {
    fn from(row: Stored) -> Self {
        // a state that a newer program wrote gives nothing here; the next look writes it anew
        let status = row.status.and_then(|word| SubscriptionStatus::try_from(word).ok());
        let subscription = row.subscription_id.zip(status).map(|(id, status)| Seen {
            id,
            price: row.price,
            status,
            current_period_end: row.current_period_end,
            cancel_at_period_end: row.cancel_at_period_end,
        });
        Self {
            account: UserId(row.user_id),
            customer: row.customer,
            customer_email: row.customer_email,
            is_live: row.is_live,
            generation: row.generation,
            subscription,
            checkout: row.checkout,
            checkout_price: row.checkout_price,
            checkouts: row.checkouts,
            wanted: row.wanted,
            done: row.done,
            failures: row.failures,
            leased_until: row.leased_until,
        }
    }
}

/// What is known of an account.
///
/// # Errors
/// As the database fails.
pub async fn find<'c>(conn: impl Into<Conn<'c>>, account: UserId) -> Result<Option<BillingAccount>> {
    const SQL: &str = "
        select \"userId\", \"stripeCustomerId\", \"customerEmail\", \"isLive\", generation, \"subscriptionId\", \"subscriptionPrice\", \"subscriptionStatus\", \"currentPeriodEnd\", \"cancelAtPeriodEnd\", \"checkoutId\", \"checkoutPrice\", checkouts, wanted, done, failures, \"leaseUntil\"
        from auth.billing_accounts
        where \"userId\" = $1";
    let row: Option<Stored> = on!(conn, optional(SQL, account.0))?;
    Ok(row.map(BillingAccount::from))
}

/// The account whose last checkout session this is.
///
/// # Errors
/// As the database fails.
pub async fn find_by_checkout<'c>(conn: impl Into<Conn<'c>>, checkout: &str) -> Result<Option<UserId>> {
    const SQL: &str = "
        select \"userId\"
        from auth.billing_accounts
        where \"checkoutId\" = $1";
    let id: Option<Uuid> = on!(conn, scalar_optional(SQL, checkout))?;
    Ok(id.map(UserId))
}

/// The accounts that have a customer, in the order of their identifiers, behind this one.
///
/// # Errors
/// As the database fails.
pub async fn list_customers<'c>(conn: impl Into<Conn<'c>>, after: UserId, limit: i64) -> Result<Vec<BillingAccount>> {
    const SQL: &str = "
        select \"userId\", \"stripeCustomerId\", \"customerEmail\", \"isLive\", generation, \"subscriptionId\", \"subscriptionPrice\", \"subscriptionStatus\", \"currentPeriodEnd\", \"cancelAtPeriodEnd\", \"checkoutId\", \"checkoutPrice\", checkouts, wanted, done, failures, \"leaseUntil\"
        from auth.billing_accounts
        where \"userId\" > $1 and \"stripeCustomerId\" is not null
        order by \"userId\"
        limit $2";
    let rows: Vec<Stored> = on!(conn, all(SQL, after.0, limit))?;
    Ok(rows.into_iter().map(BillingAccount::from).collect())
}

/// Whether an account has this customer.
///
/// # Errors
/// As the database fails.
pub async fn has_customer<'c>(conn: impl Into<Conn<'c>>, customer: &str) -> Result<bool> {
    const SQL: &str = "
        select count(*)
        from auth.billing_accounts
        where \"stripeCustomerId\" = $1";
    let count: i64 = on!(conn, scalar(SQL, customer))?;
    Ok(count > 0)
}

/// How many accounts an event came for that nobody has followed yet.
///
/// # Errors
/// As the database fails.
pub async fn count_waiting<'c>(conn: impl Into<Conn<'c>>) -> Result<i64> {
    const SQL: &str = "
        select count(*)
        from auth.billing_accounts
        where wanted <> done";
    Ok(on!(conn, scalar(SQL))?)
}

/// Makes an account's row, where it has none.
///
/// # Errors
/// As the database fails.
pub async fn insert(tx: &mut Writer, account: UserId, now: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "
        insert into auth.billing_accounts (\"userId\", generation, \"cancelAtPeriodEnd\", checkouts, wanted, done, failures, \"createdAt\")
        values ($1, 0, $2, 0, 0, 0, 0, $3)
        on conflict (\"userId\") do nothing";
    on!(tx, execute(SQL, account.0, false, now))?;
    Ok(())
}

/// Notes that something was heard of a customer; tells whether an account has it.
///
/// # Errors
/// As the database fails.
pub async fn want(tx: &mut Writer, customer: &str, now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.billing_accounts
        set wanted = wanted + 1, failures = 0, \"lookAt\" = $2
        where \"stripeCustomerId\" = $1";
    Ok(on!(tx, execute(SQL, customer, now))? > 0)
}

/// Has an account looked at as soon as possible.
///
/// # Errors
/// As the database fails.
pub async fn want_account(tx: &mut Writer, account: UserId, now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.billing_accounts
        set wanted = wanted + 1, failures = 0, \"lookAt\" = $2
        where \"userId\" = $1 and \"stripeCustomerId\" is not null";
    Ok(on!(tx, execute(SQL, account.0, now))? > 0)
}

/// The account that is due and that nobody works on: one that an event came for before one that is looked at once a day,
/// then the one that has been due the longest. A lease that lasts until after `beyond` is of a clock that was wrong.
///
/// # Errors
/// As the database fails.
pub async fn find_due(conn: &mut Reader, now: DateTime<Utc>, beyond: DateTime<Utc>) -> Result<Option<UserId>> {
    // each has an index of its own; one that keeps failing waits with the others, or it would keep them out
    const HEARD_OF: &str = "
        select \"userId\"
        from auth.billing_accounts
        where wanted <> done and \"lookAt\" <= $1 and failures = 0 and (\"leaseUntil\" is null or \"leaseUntil\" <= $1 or \"leaseUntil\" > $2)
        order by \"lookAt\"
        limit 1";
    const DUE: &str = "
        select \"userId\"
        from auth.billing_accounts
        where \"lookAt\" <= $1 and (\"leaseUntil\" is null or \"leaseUntil\" <= $1 or \"leaseUntil\" > $2)
        order by \"lookAt\"
        limit 1";
    let heard_of: Option<Uuid> = on!(&mut *conn, scalar_optional(HEARD_OF, now, beyond))?;
    if let Some(id) = heard_of {
        return Ok(Some(UserId(id)));
    }
    let due: Option<Uuid> = on!(conn, scalar_optional(DUE, now, beyond))?;
    Ok(due.map(UserId))
}

/// Takes the lease of an account until `until`; `None` where somebody has it. One that lasts until after `beyond` is of a
/// clock that was wrong.
///
/// # Errors
/// As the database fails.
pub async fn claim(
    tx: &mut Writer,
    account: UserId,
    lease: Uuid,
    now: DateTime<Utc>,
    (until, beyond): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Option<Lease>> {
    const CLAIM: &str = "
        update auth.billing_accounts
        set lease = $2, \"leaseUntil\" = $4
        where \"userId\" = $1 and (\"leaseUntil\" is null or \"leaseUntil\" <= $3 or \"leaseUntil\" > $5)";
    const WANTED: &str = "
        select wanted
        from auth.billing_accounts
        where \"userId\" = $1";
    if on!(&mut *tx, execute(CLAIM, account.0, lease, now, until, beyond))? == 0 {
        return Ok(None);
    }
    let wanted = on!(tx, scalar(WANTED, account.0))?;
    Ok(Some(Lease { id: lease, account, wanted }))
}

/// Holds on to a lease for longer, and keeps all other writers of the row waiting; `false` where it is lost.
///
/// # Errors
/// As the database fails.
pub async fn hold(tx: &mut Writer, lease: &Lease, until: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.billing_accounts
        set \"leaseUntil\" = $3
        where \"userId\" = $1 and lease = $2";
    Ok(on!(tx, execute(SQL, lease.account.0, lease.id, until))? > 0)
}

/// Gives a lease back after a look that succeeded: the next one is at `next`, or at once where an event came meanwhile.
///
/// # Errors
/// As the database fails.
pub async fn finish(tx: &mut Writer, lease: &Lease, now: DateTime<Utc>, next: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.billing_accounts
        set done = $3, failures = 0, \"lastError\" = null, \"lookedAt\" = $4, \"lookAt\" = $5, lease = null, \"leaseUntil\" = null
        where \"userId\" = $1 and lease = $2";
    if on!(&mut *tx, execute(SQL, lease.account.0, lease.id, lease.wanted, now, next))? == 0 {
        return Ok(false);
    }
    look_again(tx, lease, now).await?;
    Ok(true)
}

/// Has an account looked at again at once, where an event came after the lease began.
async fn look_again(tx: &mut Writer, lease: &Lease, now: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "
        update auth.billing_accounts
        set \"lookAt\" = $3
        where \"userId\" = $1 and wanted <> $2";
    on!(tx, execute(SQL, lease.account.0, lease.wanted, now))?;
    Ok(())
}

/// Gives a lease back after a look that failed: it is tried again at `next`, or at once where an event came meanwhile.
///
/// # Errors
/// As the database fails.
pub async fn fail(tx: &mut Writer, lease: &Lease, now: DateTime<Utc>, next: DateTime<Utc>, why: &str) -> Result<bool> {
    const SQL: &str = "
        update auth.billing_accounts
        set failures = failures + 1, \"lastError\" = $4, \"lookAt\" = $3, lease = null, \"leaseUntil\" = null
        where \"userId\" = $1 and lease = $2";
    if on!(&mut *tx, execute(SQL, lease.account.0, lease.id, next, why))? == 0 {
        return Ok(false);
    }
    look_again(tx, lease, now).await?;
    Ok(true)
}

/// Gives a lease back without a look.
///
/// # Errors
/// As the database fails.
pub async fn release(tx: &mut Writer, lease: &Lease) -> Result<bool> {
    const SQL: &str = "
        update auth.billing_accounts
        set lease = null, \"leaseUntil\" = null
        where \"userId\" = $1 and lease = $2";
    Ok(on!(tx, execute(SQL, lease.account.0, lease.id))? > 0)
}

/// Notes the customer of an account and the address that it has at Stripe; it is looked at from `look_at` on.
///
/// # Errors
/// As the database fails.
pub async fn set_customer(
    tx: &mut Writer,
    lease: &Lease,
    (customer, email): (&str, &str),
    is_live: bool,
    look_at: DateTime<Utc>,
) -> Result<bool> {
    const SQL: &str = "
        update auth.billing_accounts
        set \"stripeCustomerId\" = $3, \"customerEmail\" = $4, \"isLive\" = $5, \"checkoutId\" = null, \"lookAt\" = coalesce(\"lookAt\", $6)
        where \"userId\" = $1 and lease = $2";
    Ok(on!(tx, execute(SQL, lease.account.0, lease.id, customer, email, is_live, look_at))? > 0)
}

/// Notes the address that the customer of an account has at Stripe.
///
/// # Errors
/// As the database fails.
pub async fn set_customer_email(tx: &mut Writer, lease: &Lease, email: &str) -> Result<bool> {
    const SQL: &str = "
        update auth.billing_accounts
        set \"customerEmail\" = $3
        where \"userId\" = $1 and lease = $2";
    Ok(on!(tx, execute(SQL, lease.account.0, lease.id, email))? > 0)
}

/// Notes that the customer of an account is gone: the next one is another.
///
/// # Errors
/// As the database fails.
pub async fn forget_customer(tx: &mut Writer, lease: &Lease) -> Result<bool> {
    const SQL: &str = "
        update auth.billing_accounts
        set \"stripeCustomerId\" = null, \"isLive\" = null, \"checkoutId\" = null, generation = generation + 1
        where \"userId\" = $1 and lease = $2";
    Ok(on!(tx, execute(SQL, lease.account.0, lease.id))? > 0)
}

/// Notes the checkout session of an account and the price that it sells, and when to look at what became of it, unless
/// an event came that is to be followed at once.
///
/// # Errors
/// As the database fails.
pub async fn set_checkout(
    tx: &mut Writer,
    lease: &Lease,
    checkout: &str,
    price: &str,
    look_at: DateTime<Utc>,
) -> Result<bool> {
    const SET: &str = "
        update auth.billing_accounts
        set \"checkoutId\" = $3, \"checkoutPrice\" = $4, checkouts = checkouts + 1
        where \"userId\" = $1 and lease = $2";
    const LOOK: &str = "
        update auth.billing_accounts
        set \"lookAt\" = $3
        where \"userId\" = $1 and lease = $2 and wanted = done";
    if on!(&mut *tx, execute(SET, lease.account.0, lease.id, checkout, price))? == 0 {
        return Ok(false);
    }
    on!(tx, execute(LOOK, lease.account.0, lease.id, look_at))?;
    Ok(true)
}

/// Notes that Stripe failed to make something: the next request is another one, since it answers the same to the same.
///
/// # Errors
/// As the database fails.
pub async fn count_failure(tx: &mut Writer, lease: &Lease) -> Result<bool> {
    const SQL: &str = "
        update auth.billing_accounts
        set checkouts = checkouts + 1
        where \"userId\" = $1 and lease = $2";
    Ok(on!(tx, execute(SQL, lease.account.0, lease.id))? > 0)
}

/// Notes the subscription that counts.
///
/// # Errors
/// As the database fails.
pub async fn set_subscription(tx: &mut Writer, lease: &Lease, seen: Option<&Seen>) -> Result<bool> {
    const SQL: &str = "
        update auth.billing_accounts
        set \"subscriptionId\" = $3, \"subscriptionStatus\" = $4, \"currentPeriodEnd\" = $5, \"cancelAtPeriodEnd\" = $6, \"subscriptionPrice\" = $7
        where \"userId\" = $1 and lease = $2";
    let id = seen.map(|seen| seen.id.as_str());
    let status = seen.map(|seen| seen.status.as_str());
    let price = seen.and_then(|seen| seen.price.as_deref());
    let end = seen.and_then(|seen| seen.current_period_end);
    let cancels = seen.is_some_and(|seen| seen.cancel_at_period_end);
    Ok(on!(tx, execute(SQL, lease.account.0, lease.id, id, status, end, cancels, price))? > 0)
}
