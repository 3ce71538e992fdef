//! The table `auth.key_usage`: how keys are used, by key, day and version of the value. Its rows are added to, never replaced.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::{
    core::{
        database::{Conn, Writer, on, row},
        error::Result,
    },
    models::{
        ids::{ApiKeyId, UserId},
        usage::{Counted, Counts, RefusedKey, UsageDay},
    },
};

struct Row {
    day: NaiveDate,
    verifications: i64,
    former_verifications: i64,
    refusals: i64,
    reveals: i64,
}

row!(Row {
    day: NaiveDate => "day",
    verifications: i64 => "verifications",
    former_verifications: i64 => "formerVerifications",
    refusals: i64 => "refusals",
    reveals: i64 => "reveals",
});

impl From<Row> for UsageDay {
    fn from(row: Row) -> Self {
        let Row { day, verifications, former_verifications, refusals, reveals } = row;
        Self { day, counts: Counts { verifications, former_verifications, refusals, reveals } }
    }
}

/// Adds what was counted. Of a key that is gone, nothing is kept.
///
/// # Errors
/// As the database fails.
pub async fn add(tx: &mut Writer, counted: &Counted) -> Result<()> {
    // the account is locked by the caller: a key that is found here stays until the commit
    const SQL: &str = "
        insert into auth.key_usage (\"keyId\", day, version, verifications, \"formerVerifications\", refusals, reveals, \"lastUsedAt\")
        select id, $3, $4, $5, $6, $7, $8, $9
        from auth.api_keys
        where id = $1 and \"userId\" = $2
        on conflict (\"keyId\", day, version) do update
        set verifications = key_usage.verifications + excluded.verifications,
            \"formerVerifications\" = key_usage.\"formerVerifications\" + excluded.\"formerVerifications\",
            refusals = key_usage.refusals + excluded.refusals,
            reveals = key_usage.reveals + excluded.reveals,
            \"lastUsedAt\" = case
                when key_usage.\"lastUsedAt\" > excluded.\"lastUsedAt\" or excluded.\"lastUsedAt\" is null then key_usage.\"lastUsedAt\"
                else excluded.\"lastUsedAt\"
            end";
    let Counts { verifications, former_verifications, refusals, reveals } = counted.counts;
    on!(
        tx,
        execute(
            SQL,
            counted.key.0,
            counted.account.0,
            counted.day,
            counted.version,
            verifications,
            former_verifications,
            refusals,
            reveals,
            counted.last_used_at,
        )
    )?;
    Ok(())
}

/// How a key was used since `day`: the days with a use, oldest first.
///
/// # Errors
/// As the database fails.
pub async fn list_days<'c>(conn: impl Into<Conn<'c>>, key: ApiKeyId, since: NaiveDate) -> Result<Vec<UsageDay>> {
    // a sum of PostgreSQL is of a wider type than what it adds
    const SQL: &str = "
        select day, cast(sum(verifications) as bigint) as verifications,
            cast(sum(\"formerVerifications\") as bigint) as \"formerVerifications\",
            cast(sum(refusals) as bigint) as refusals, cast(sum(reveals) as bigint) as reveals
        from auth.key_usage
        where \"keyId\" = $1 and day >= $2
        group by day
        order by day";
    let rows: Vec<Row> = on!(conn, all(SQL, key.0, since))?;
    Ok(rows.into_iter().map(UsageDay::from).collect())
}

/// How all keys of an account were used since `day`: the days with a use, oldest first.
///
/// # Errors
/// As the database fails.
pub async fn list_days_of_account<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    since: NaiveDate,
) -> Result<Vec<UsageDay>> {
    const SQL: &str = "
        select u.day, cast(sum(u.verifications) as bigint) as verifications,
            cast(sum(u.\"formerVerifications\") as bigint) as \"formerVerifications\",
            cast(sum(u.refusals) as bigint) as refusals, cast(sum(u.reveals) as bigint) as reveals
        from auth.api_keys as k
        join auth.key_usage as u on u.\"keyId\" = k.id
        where k.\"userId\" = $1 and u.day >= $2
        group by u.day
        order by u.day";
    let rows: Vec<Row> = on!(conn, all(SQL, account.0, since))?;
    Ok(rows.into_iter().map(UsageDay::from).collect())
}

row!(RefusedKey {
    id: Uuid => "id",
    name: String => "name",
    environment: Option<String> => "environment",
    refusals: i64 => "refusals",
});

/// The active keys of an account with the most refusals since `day`.
///
/// # Errors
/// As the database fails.
pub async fn list_refused<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    since: NaiveDate,
    limit: i64,
) -> Result<Vec<RefusedKey>> {
    const SQL: &str = "
        select k.id, k.name, k.environment, cast(sum(u.refusals) as bigint) as refusals
        from auth.api_keys as k
        join auth.key_usage as u on u.\"keyId\" = k.id
        where k.\"userId\" = $1 and not k.revoked and u.day >= $2 and u.refusals > 0
        group by k.id, k.name, k.environment
        order by refusals desc, k.id
        limit $3";
    Ok(on!(conn, all(SQL, account.0, since, limit))?)
}

/// When a former value of a key was last used.
///
/// # Errors
/// As the database fails.
pub async fn find_former_last_used<'c>(conn: impl Into<Conn<'c>>, key: ApiKeyId) -> Result<Option<DateTime<Utc>>> {
    const SQL: &str = "
        select max(\"lastUsedAt\")
        from auth.key_usage
        where \"keyId\" = $1 and \"formerVerifications\" > 0";
    Ok(on!(conn, scalar(SQL, key.0))?)
}

/// Removes what was counted before `day`; tells how many rows.
///
/// # Errors
/// As the database fails.
pub async fn delete_before(tx: &mut Writer, day: NaiveDate) -> Result<u64> {
    const SQL: &str = "
        delete from auth.key_usage
        where day < $1";
    Ok(on!(tx, execute(SQL, day))?)
}
