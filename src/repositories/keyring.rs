//! The tables `auth.deployment` and `auth.keyring`: who we are, and the wrapped root and purpose keys.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::core::{
    crypto::keyring::WrappedKey,
    database::{Conn, Writer, on, row},
    error::Result,
};

row!(WrappedKey {
    purpose: String => "purpose",
    version: i64 => "version",
    wrapped_by: String => "wrappedBy",
    sealed: Vec<u8> => "sealed",
});

/// The identifier of this deployment, if it has one yet.
///
/// # Errors
/// As the database fails.
pub async fn find_deployment<'c>(conn: impl Into<Conn<'c>>) -> Result<Option<Uuid>> {
    const SQL: &str = "
        select id
        from auth.deployment
        order by \"createdAt\"
        limit 1";
    Ok(on!(conn, scalar_optional(SQL))?)
}

/// Names this deployment, once and for all.
///
/// # Errors
/// As the database fails.
pub async fn insert_deployment(tx: &mut Writer, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "
        insert into auth.deployment (id, \"createdAt\")
        values ($1, $2)";
    on!(tx, execute(SQL, id, now))?;
    Ok(())
}

/// All wrapped keys.
///
/// # Errors
/// As the database fails.
pub async fn list<'c>(conn: impl Into<Conn<'c>>) -> Result<Vec<WrappedKey>> {
    const SQL: &str = "
        select purpose, version, \"wrappedBy\", sealed
        from auth.keyring
        order by purpose, version";
    Ok(on!(conn, all(SQL))?)
}

/// Adds a wrapped key.
///
/// # Errors
/// As the database fails.
pub async fn insert(tx: &mut Writer, key: &WrappedKey, now: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "
        insert into auth.keyring (purpose, version, \"wrappedBy\", sealed, \"createdAt\")
        values ($1, $2, $3, $4, $5)";
    on!(tx, execute(SQL, key.purpose.as_str(), key.version, key.wrapped_by.as_str(), key.sealed.as_slice(), now))?;
    Ok(())
}
