//! The table `auth.user` as an administrator sees it: accounts with what belongs to them, and the figures.

use chrono::{DateTime, Utc};

use super::users;
use crate::{
    core::{
        database::{Conn, Reader, on, row},
        error::Result,
    },
    models::{
        account::{Account, Group, Statistics},
        ids::UserId,
        page::PageRequest,
    },
};

struct Stored {
    user: users::Stored,
    last_sign_in_at: Option<DateTime<Utc>>,
    active_keys: i64,
    open_sessions: i64,
}

row!(Stored {
    ..user: users::Stored,
    last_sign_in_at: Option<DateTime<Utc>> => "lastSignInAt",
    active_keys: i64 => "activeKeys",
    open_sessions: i64 => "openSessions",
});

impl From<Stored> for Account {
    fn from(row: Stored) -> Self {
        Self {
            user: row.user.into(),
            active_keys: row.active_keys,
            open_sessions: row.open_sessions,
            last_sign_in_at: row.last_sign_in_at,
        }
    }
}

row!(Group {
    role: String => "role",
    plan: String => "plan",
    is_disabled: bool => "isDisabled",
    accounts: i64 => "accounts",
});

/// The account with this identifier, and its sessions that are open at `now`.
///
/// # Errors
/// As the database fails.
pub async fn find<'c>(conn: impl Into<Conn<'c>>, id: UserId, now: DateTime<Utc>) -> Result<Option<Account>> {
    const SQL: &str = "
        select u.id, u.email, u.name, u.role, u.\"emailVerified\", u.plan, u.language, u.\"secondFactorAt\", u.\"disabledAt\", u.\"createdAt\", u.\"updatedAt\", u.\"lastSignInAt\",
            (select count(*) from auth.api_keys k where k.\"userId\" = u.id and not k.revoked) as \"activeKeys\",
            (select count(*) from auth.login_sessions s where s.\"userId\" = u.id and s.\"expiresAt\" > $2) as \"openSessions\"
        from auth.\"user\" u
        where u.id = $1";
    let row: Option<Stored> = on!(conn, optional(SQL, id.0, now))?;
    Ok(row.map(Account::from))
}

/// Accounts, newest first: one more than asked for, where there are more. `part` is looked for in address and name,
/// without case.
///
/// # Errors
/// As the database fails.
pub async fn list<'c>(
    conn: impl Into<Conn<'c>>,
    part: Option<&str>,
    page: PageRequest,
    now: DateTime<Utc>,
) -> Result<Vec<Account>> {
    const SQL: &str = "
        select u.id, u.email, u.name, u.role, u.\"emailVerified\", u.plan, u.language, u.\"secondFactorAt\", u.\"disabledAt\", u.\"createdAt\", u.\"updatedAt\", u.\"lastSignInAt\",
            (select count(*) from auth.api_keys k where k.\"userId\" = u.id and not k.revoked) as \"activeKeys\",
            (select count(*) from auth.login_sessions s where s.\"userId\" = u.id and s.\"expiresAt\" > $4) as \"openSessions\"
        from auth.\"user\" u
        where u.id < $1
            and (cast($2 as text) is null or replace(u.email, $2, '') <> u.email or replace(u.\"searchName\", $2, '') <> u.\"searchName\")
        order by u.id desc
        limit $3";
    // `replace` finds a part in both engines, without patterns, as in the search for keys
    let part = part.map(str::to_lowercase);
    let rows: Vec<Stored> = on!(conn, all(SQL, page.below(), part.as_deref(), page.limit + 1, now))?;
    Ok(rows.into_iter().map(Account::from).collect())
}

/// The figures of the vault at `now`; the mails and what waits for Stripe are counted elsewhere.
///
/// # Errors
/// As the database fails.
pub async fn count(
    reader: &mut Reader,
    (waiting_mails, waiting_billing): (i64, i64),
    now: DateTime<Utc>,
) -> Result<Statistics> {
    const ACCOUNTS: &str = "
        select role, plan, \"disabledAt\" is not null as \"isDisabled\", count(*) as accounts
        from auth.\"user\"
        group by role, plan, \"disabledAt\" is not null";
    const KEYS: &str = "
        select count(*)
        from auth.api_keys
        where revoked = $1";
    const SESSIONS: &str = "
        select count(*)
        from auth.login_sessions
        where \"expiresAt\" > $1";
    let groups: Vec<Group> = on!(&mut *reader, all(ACCOUNTS))?;
    let active_keys: i64 = on!(&mut *reader, scalar(KEYS, false))?;
    let revoked_keys: i64 = on!(&mut *reader, scalar(KEYS, true))?;
    let open_sessions: i64 = on!(reader, scalar(SESSIONS, now))?;
    Ok(Statistics { groups, active_keys, revoked_keys, open_sessions, waiting_mails, waiting_billing })
}
