//! The table `auth.mail_outbox`: mails that wait to be sent, and those that were given up.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    core::{
        database::{Conn, Writer, on, row},
        error::{Error, Result},
    },
    models::{
        email::Email,
        ids::UserId,
        mail::{Backlog, MailCause, MailKind, QueuedMail},
    },
};

struct Stored {
    id: Uuid,
    kind: MailKind,
    account: Option<Uuid>,
    address: Email,
    details: String,
    ip: String,
    user_agent: String,
    request_id: String,
    attempts: i64,
    created_at: DateTime<Utc>,
}

row!(Stored {
    id: Uuid => "id",
    kind: String => "kind",
    account: Option<Uuid> => "userId",
    address: String => "address",
    details: String => "details",
    ip: String => "ip",
    user_agent: String => "userAgent",
    request_id: String => "requestId",
    attempts: i64 => "attempts",
    created_at: DateTime<Utc> => "createdAt",
});

impl From<Stored> for QueuedMail {
    fn from(row: Stored) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            account: row.account.map(UserId),
            address: row.address,
            // we wrote it ourselves; a text without its details is better than no mail
            details: serde_json::from_str(&row.details).unwrap_or_default(),
            cause: MailCause { ip: row.ip, user_agent: row.user_agent, request_id: row.request_id },
            attempts: row.attempts,
            created_at: row.created_at,
        }
    }
}

/// Puts a mail into the outbox.
///
/// # Errors
/// As the database fails.
pub async fn insert(tx: &mut Writer, mail: &QueuedMail) -> Result<()> {
    const SQL: &str = "
        insert into auth.mail_outbox (id, kind, \"userId\", address, details, ip, \"userAgent\", \"requestId\", attempts, \"nextAttemptAt\", \"createdAt\")
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)";
    let details = serde_json::to_string(&mail.details).map_err(Error::internal)?;
    on!(
        tx,
        execute(
            SQL,
            mail.id,
            mail.kind.as_str(),
            mail.account.map(|account| account.0),
            mail.address.as_str(),
            details,
            mail.cause.ip.as_str(),
            mail.cause.user_agent.as_str(),
            mail.cause.request_id.as_str(),
            mail.attempts,
            mail.created_at
        )
    )?;
    Ok(())
}

/// The mail that has been due the longest at `now`.
///
/// # Errors
/// As the database fails.
pub async fn find_due<'c>(conn: impl Into<Conn<'c>>, now: DateTime<Utc>) -> Result<Option<QueuedMail>> {
    const SQL: &str = "
        select id, kind, \"userId\", address, details, ip, \"userAgent\", \"requestId\", attempts, \"createdAt\"
        from auth.mail_outbox
        where \"nextAttemptAt\" <= $1 and \"givenUpAt\" is null
        order by \"nextAttemptAt\", id
        limit 1";
    let row: Option<Stored> = on!(conn, optional(SQL, now))?;
    Ok(row.map(QueuedMail::from))
}

/// Takes a mail for one attempt: until `until` nobody else tries it. `false` where somebody was quicker.
///
/// # Errors
/// As the database fails.
pub async fn claim(tx: &mut Writer, mail: &QueuedMail, until: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.mail_outbox
        set attempts = attempts + 1, \"nextAttemptAt\" = $3
        where id = $1 and attempts = $2 and \"givenUpAt\" is null";
    Ok(on!(tx, execute(SQL, mail.id, mail.attempts, until))? > 0)
}

/// Says why an attempt failed and when the next one is due.
///
/// # Errors
/// As the database fails.
pub async fn postpone(tx: &mut Writer, id: Uuid, next: DateTime<Utc>, why: &str) -> Result<()> {
    const SQL: &str = "
        update auth.mail_outbox
        set \"nextAttemptAt\" = $2, \"lastError\" = $3
        where id = $1";
    on!(tx, execute(SQL, id, next, why))?;
    Ok(())
}

/// Removes a mail that was sent or is worth nothing any more.
///
/// # Errors
/// As the database fails.
pub async fn delete(tx: &mut Writer, id: Uuid) -> Result<()> {
    const SQL: &str = "
        delete from auth.mail_outbox
        where id = $1";
    on!(tx, execute(SQL, id))?;
    Ok(())
}

/// Gives a mail up: it is not tried again and stays to be seen until `until`, with what went wrong before.
///
/// # Errors
/// As the database fails.
pub async fn give_up(tx: &mut Writer, id: Uuid, now: DateTime<Utc>, until: DateTime<Utc>, why: &str) -> Result<()> {
    // the next attempt moves to the day of removal, so that the search for what is due does not meet it
    const SQL: &str = "
        update auth.mail_outbox
        set \"givenUpAt\" = $2, \"nextAttemptAt\" = $3,
            \"lastError\" = case
                when \"lastError\" is null or \"lastError\" = $4 then $4
                else $4 || '; before that: ' || \"lastError\"
            end
        where id = $1";
    on!(tx, execute(SQL, id, now, until, why))?;
    Ok(())
}

/// Gives up what was put there until `since` and still waits; tells how many.
///
/// # Errors
/// As the database fails.
pub async fn give_up_old(
    tx: &mut Writer,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<u64> {
    const SQL: &str = "
        update auth.mail_outbox
        set \"givenUpAt\" = $2, \"nextAttemptAt\" = $3
        where \"createdAt\" <= $1 and \"givenUpAt\" is null";
    Ok(on!(tx, execute(SQL, since, now, until))?)
}

/// Removes what was given up until `until`; tells how many.
///
/// # Errors
/// As the database fails.
pub async fn delete_given_up(tx: &mut Writer, until: DateTime<Utc>) -> Result<u64> {
    const SQL: &str = "
        delete from auth.mail_outbox
        where \"givenUpAt\" <= $1";
    Ok(on!(tx, execute(SQL, until))?)
}

/// How many mails wait.
///
/// # Errors
/// As the database fails.
pub async fn count<'c>(conn: impl Into<Conn<'c>>) -> Result<i64> {
    const SQL: &str = "
        select count(*)
        from auth.mail_outbox
        where \"givenUpAt\" is null";
    Ok(on!(conn, scalar(SQL))?)
}

struct Counted {
    waiting: i64,
    given_up: i64,
    oldest: Option<DateTime<Utc>>,
}

row!(Counted { waiting: i64 => "waiting", given_up: i64 => "givenUp", oldest: Option<DateTime<Utc>> => "oldest" });

/// What waits and what was given up.
///
/// # Errors
/// As the database fails.
pub async fn backlog<'c>(conn: impl Into<Conn<'c>>) -> Result<Backlog> {
    const SQL: &str = "
        select
            count(*) - count(\"givenUpAt\") as waiting,
            count(\"givenUpAt\") as \"givenUp\",
            min(case when \"givenUpAt\" is null then \"createdAt\" end) as oldest
        from auth.mail_outbox";
    let row: Option<Counted> = on!(conn, optional(SQL))?;
    let row = row.ok_or_else(|| Error::internal("counting gave no row"))?;
    Ok(Backlog { waiting: row.waiting, given_up: row.given_up, oldest_at: row.oldest })
}
