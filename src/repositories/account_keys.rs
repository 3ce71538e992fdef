//! The table `auth.account_keys`: the wrapped data keys of the accounts.

use chrono::{DateTime, Utc};

use crate::{
    core::{
        crypto::account::WrappedAccountKey,
        database::{Conn, Writer, on, row},
        error::Result,
    },
    models::ids::UserId,
};

row!(WrappedAccountKey {
    version: i64 => "version",
    root_version: i64 => "rootVersion",
    sealed: Vec<u8> => "sealed",
});

/// One data key of an account.
///
/// # Errors
/// As the database fails.
pub async fn find<'c>(conn: impl Into<Conn<'c>>, account: UserId, version: i64) -> Result<Option<WrappedAccountKey>> {
    const SQL: &str = "
        select version, \"rootVersion\", sealed
        from auth.account_keys
        where \"userId\" = $1 and version = $2";
    Ok(on!(conn, optional(SQL, account.0, version))?)
}

/// Adds a data key to an account.
///
/// # Errors
/// As the database fails.
pub async fn insert(tx: &mut Writer, account: UserId, key: &WrappedAccountKey, now: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "
        insert into auth.account_keys (\"userId\", version, \"rootVersion\", sealed, \"createdAt\")
        values ($1, $2, $3, $4, $5)";
    on!(tx, execute(SQL, account.0, key.version, key.root_version, key.sealed.as_slice(), now))?;
    Ok(())
}
