//! The table `auth.mail_links`: links in mails that prove an address.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    core::{
        database::{Conn, Writer, on, row},
        error::Result,
    },
    models::{
        email::Email,
        ids::UserId,
        mail_link::{LinkPurpose, MailLink},
    },
};

row!(MailLink {
    id: Uuid => "id",
    account: Uuid => "userId",
    purpose: String => "purpose",
    address: String => "address",
    expires_at: DateTime<Utc> => "expiresAt",
});

/// Keeps a link, with the keyed hash of its token once there is one, in the place of what was kept under its identifier.
///
/// # Errors
/// As the database fails.
pub async fn put(tx: &mut Writer, link: &MailLink, digest: Option<&[u8]>, now: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "
        insert into auth.mail_links (id, \"userId\", purpose, address, digest, \"createdAt\", \"expiresAt\")
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (id) do update
        set digest = excluded.digest, \"expiresAt\" = excluded.\"expiresAt\"";
    on!(
        tx,
        execute(
            SQL,
            link.id,
            link.account.0,
            link.purpose.as_str(),
            link.address.as_str(),
            digest,
            now,
            link.expires_at
        )
    )?;
    Ok(())
}

/// Whether this link is promised or live.
///
/// # Errors
/// As the database fails.
pub async fn exists<'c>(conn: impl Into<Conn<'c>>, id: Uuid) -> Result<bool> {
    const SQL: &str = "
        select count(*)
        from auth.mail_links
        where id = $1";
    let count: i64 = on!(conn, scalar(SQL, id))?;
    Ok(count > 0)
}

/// Gives a promised link a token, in the place of any that it had; tells whether there is such a link.
///
/// # Errors
/// As the database fails.
pub async fn set_digest(tx: &mut Writer, id: Uuid, digest: &[u8], now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.mail_links
        set digest = $2
        where id = $1 and \"expiresAt\" > $3";
    Ok(on!(tx, execute(SQL, id, digest, now))? > 0)
}

/// The live link of this purpose with this token; it is not spent.
///
/// # Errors
/// As the database fails.
pub async fn find<'c>(
    conn: impl Into<Conn<'c>>,
    purpose: LinkPurpose,
    digest: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<MailLink>> {
    const SQL: &str = "
        select id, \"userId\", purpose, address, \"expiresAt\"
        from auth.mail_links
        where digest = $1 and purpose = $2 and \"expiresAt\" > $3";
    Ok(on!(conn, optional(SQL, digest, purpose.as_str(), now))?)
}

/// The change of this account's address that waits for its link.
///
/// # Errors
/// As the database fails.
pub async fn find_change<'c>(
    conn: impl Into<Conn<'c>>,
    account: UserId,
    now: DateTime<Utc>,
) -> Result<Option<MailLink>> {
    const SQL: &str = "
        select id, \"userId\", purpose, address, \"expiresAt\"
        from auth.mail_links
        where \"userId\" = $1 and purpose = 'change' and \"expiresAt\" > $2
        order by \"createdAt\" desc, id desc
        limit 1";
    Ok(on!(conn, optional(SQL, account.0, now))?)
}

/// Spends a link: tells whether it was still there with this token. One statement, so that it is spent once.
///
/// # Errors
/// As the database fails.
pub async fn spend(tx: &mut Writer, id: Uuid, digest: &[u8]) -> Result<bool> {
    const SQL: &str = "
        delete from auth.mail_links
        where id = $1 and digest = $2";
    Ok(on!(tx, execute(SQL, id, digest))? > 0)
}

/// Keeps a link's address for its account as long as the link lives.
///
/// # Errors
/// As the database fails.
pub async fn reserve(tx: &mut Writer, id: Uuid) -> Result<()> {
    const SQL: &str = "
        update auth.mail_links
        set reserves = $2
        where id = $1";
    on!(tx, execute(SQL, id, true))?;
    Ok(())
}

/// Whether an account other than this one may take this address back.
///
/// # Errors
/// As the database fails.
pub async fn is_reserved<'c>(
    conn: impl Into<Conn<'c>>,
    address: &Email,
    account: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<bool> {
    const SQL: &str = "
        select count(*)
        from auth.mail_links
        where address = $1 and purpose = 'undo' and \"userId\" <> $2 and \"expiresAt\" > $3 and reserves = $4";
    let account = account.map_or(Uuid::nil(), |account| account.0);
    let count: i64 = on!(conn, scalar(SQL, address.as_str(), account, now, true))?;
    Ok(count > 0)
}

/// Makes an account's links of this purpose worthless, but for one.
///
/// # Errors
/// As the database fails.
pub async fn delete_but(tx: &mut Writer, account: UserId, purpose: LinkPurpose, kept: Uuid) -> Result<()> {
    const SQL: &str = "
        delete from auth.mail_links
        where \"userId\" = $1 and purpose = $2 and id <> $3";
    on!(tx, execute(SQL, account.0, purpose.as_str(), kept))?;
    Ok(())
}

/// Makes the links of an account worthless, but for the ways back from changes that were made before the one whose way
/// back ends at `expires_at`.
///
/// # Errors
/// As the database fails.
pub async fn delete_since(tx: &mut Writer, account: UserId, expires_at: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "
        delete from auth.mail_links
        where \"userId\" = $1 and not (purpose = 'undo' and \"expiresAt\" < $2)";
    on!(tx, execute(SQL, account.0, expires_at))?;
    Ok(())
}

/// Removes what expired before `now`; tells how many.
///
/// # Errors
/// As the database fails.
pub async fn delete_expired(tx: &mut Writer, now: DateTime<Utc>) -> Result<u64> {
    const SQL: &str = "
        delete from auth.mail_links
        where \"expiresAt\" <= $1";
    Ok(on!(tx, execute(SQL, now))?)
}
