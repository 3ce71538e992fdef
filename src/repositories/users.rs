//! The table `auth.user`: accounts.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    core::{
        database::{Conn, Failure, Unique, Writer, on, row},
        error::Result,
        language::Language,
        texts::problems::Code,
    },
    models::{
        email::Email,
        ids::UserId,
        user::{Plan, Role, User},
    },
};

pub(super) struct Stored {
    id: Uuid,
    email: Email,
    name: String,
    role: Role,
    email_verified: bool,
    plan: Plan,
    language: String,
    second_factor_at: Option<DateTime<Utc>>,
    disabled_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

row!(Stored {
    id: Uuid => "id",
    email: String => "email",
    name: String => "name",
    role: String => "role",
    email_verified: bool => "emailVerified",
    plan: String => "plan",
    language: String => "language",
    second_factor_at: Option<DateTime<Utc>> => "secondFactorAt",
    disabled_at: Option<DateTime<Utc>> => "disabledAt",
    created_at: DateTime<Utc> => "createdAt",
    updated_at: DateTime<Utc> => "updatedAt",
});

impl From<Stored> for User {
    fn from(row: Stored) -> Self {
        Self {
            id: UserId(row.id),
            email: row.email,
            name: row.name,
            role: row.role,
            email_verified: row.email_verified,
            plan: row.plan,
            language: Language::from_tag(&row.language).unwrap_or_default(),
            second_factor_at: row.second_factor_at,
            disabled_at: row.disabled_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

const UNIQUE_EMAIL: Unique = Unique { index: "user_email", columns: "user.email" };

/// The account with this identifier.
///
/// # Errors
/// As the database fails.
pub async fn find<'c>(conn: impl Into<Conn<'c>>, id: UserId) -> Result<Option<User>> {
    const SQL: &str = "
        select id, email, name, role, \"emailVerified\", plan, language, \"secondFactorAt\", \"disabledAt\", \"createdAt\", \"updatedAt\"
        from auth.\"user\"
        where id = $1";
    let row: Option<Stored> = on!(conn, optional(SQL, id.0))?;
    Ok(row.map(User::from))
}

/// The account with this address.
///
/// # Errors
/// As the database fails.
pub async fn find_by_email<'c>(conn: impl Into<Conn<'c>>, email: &Email) -> Result<Option<User>> {
    const SQL: &str = "
        select id, email, name, role, \"emailVerified\", plan, language, \"secondFactorAt\", \"disabledAt\", \"createdAt\", \"updatedAt\"
        from auth.\"user\"
        where email = $1";
    let row: Option<Stored> = on!(conn, optional(SQL, email.as_str()))?;
    Ok(row.map(User::from))
}

/// The stored hash of this account's password.
///
/// # Errors
/// As the database fails.
pub async fn find_password<'c>(conn: impl Into<Conn<'c>>, id: UserId) -> Result<Option<String>> {
    const SQL: &str = "
        select password
        from auth.\"user\"
        where id = $1";
    Ok(on!(conn, scalar_optional(SQL, id.0))?)
}

/// Adds an account.
///
/// # Errors
/// `email_taken` where the address has one.
pub async fn insert(tx: &mut Writer, user: &User, password: &str) -> Result<()> {
    const SQL: &str = "
        insert into auth.\"user\" (id, email, password, name, role, \"emailVerified\", plan, language, \"createdAt\", \"updatedAt\", \"searchName\")
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let done = on!(
        tx,
        execute(
            SQL,
            user.id.0,
            user.email.as_str(),
            password,
            user.name.as_str(),
            user.role.as_str(),
            user.email_verified,
            user.plan.as_str(),
            user.language.tag(),
            user.created_at,
            user.updated_at,
            user.name.to_lowercase(),
        )
    );
    match done {
        Ok(_) => Ok(()),
        Err(failure) if failure.violates(UNIQUE_EMAIL) => Err(Code::EmailTaken.into()),
        Err(failure) => Err(failure.into()),
    }
}

/// Changes the name.
///
/// # Errors
/// As the database fails.
pub async fn set_name(tx: &mut Writer, id: UserId, name: &str, now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.\"user\"
        set name = $2, \"searchName\" = $3, \"updatedAt\" = $4
        where id = $1";
    touched(on!(tx, execute(SQL, id.0, name, name.to_lowercase(), now)))
}

/// Changes the language.
///
/// # Errors
/// As the database fails.
pub async fn set_language(tx: &mut Writer, id: UserId, language: Language, now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.\"user\"
        set language = $2, \"updatedAt\" = $3
        where id = $1";
    touched(on!(tx, execute(SQL, id.0, language.tag(), now)))
}

/// Whether the account was ever signed in to.
///
/// # Errors
/// As the database fails.
pub async fn has_signed_in<'c>(conn: impl Into<Conn<'c>>, id: UserId) -> Result<bool> {
    const SQL: &str = "
        select count(*)
        from auth.\"user\"
        where id = $1 and \"lastSignInAt\" is not null";
    let count: i64 = on!(conn, scalar(SQL, id.0))?;
    Ok(count > 0)
}

/// Marks the address as proved.
///
/// # Errors
/// As the database fails.
pub async fn set_email_verified(tx: &mut Writer, id: UserId, now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.\"user\"
        set \"emailVerified\" = true, \"updatedAt\" = $2
        where id = $1";
    touched(on!(tx, execute(SQL, id.0, now)))
}

/// Gives the account an address that was proved.
///
/// # Errors
/// `email_taken` where another account has it.
pub async fn set_email(tx: &mut Writer, id: UserId, email: &Email, now: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "
        update auth.\"user\"
        set email = $2, \"emailVerified\" = true, \"updatedAt\" = $3
        where id = $1";
    match on!(tx, execute(SQL, id.0, email.as_str(), now)) {
        Ok(_) => Ok(()),
        Err(failure) if failure.violates(UNIQUE_EMAIL) => Err(Code::EmailTaken.into()),
        Err(failure) => Err(failure.into()),
    }
}

/// Changes the password's hash, if it is still `before`.
///
/// # Errors
/// As the database fails.
pub async fn set_password(tx: &mut Writer, id: UserId, before: &str, hash: &str, now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.\"user\"
        set password = $3, \"updatedAt\" = $4
        where id = $1 and password = $2";
    touched(on!(tx, execute(SQL, id.0, before, hash, now)))
}

/// Changes the role.
///
/// # Errors
/// As the database fails.
pub async fn set_role(tx: &mut Writer, id: UserId, role: Role, now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.\"user\"
        set role = $2, \"updatedAt\" = $3
        where id = $1";
    touched(on!(tx, execute(SQL, id.0, role.as_str(), now)))
}

/// Changes the plan.
///
/// # Errors
/// As the database fails.
pub async fn set_plan(tx: &mut Writer, id: UserId, plan: Plan, now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.\"user\"
        set plan = $2, \"updatedAt\" = $3
        where id = $1";
    touched(on!(tx, execute(SQL, id.0, plan.as_str(), now)))
}

/// Whether an administrator gave the account its plan.
///
/// # Errors
/// As the database fails.
pub async fn is_plan_granted<'c>(conn: impl Into<Conn<'c>>, id: UserId) -> Result<bool> {
    const SQL: &str = "
        select \"planGranted\"
        from auth.\"user\"
        where id = $1";
    let is_granted: Option<bool> = on!(conn, scalar_optional(SQL, id.0))?;
    Ok(is_granted.unwrap_or(false))
}

/// Notes whether an administrator gave the account its plan.
///
/// # Errors
/// As the database fails.
pub async fn set_plan_granted(tx: &mut Writer, id: UserId, is_granted: bool) -> Result<bool> {
    const SQL: &str = "
        update auth.\"user\"
        set \"planGranted\" = $2
        where id = $1";
    touched(on!(tx, execute(SQL, id.0, is_granted)))
}

/// Disables the account from this moment on, or enables it with `None`.
///
/// # Errors
/// As the database fails.
pub async fn set_disabled(tx: &mut Writer, id: UserId, at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.\"user\"
        set \"disabledAt\" = $2, \"updatedAt\" = $3
        where id = $1";
    touched(on!(tx, execute(SQL, id.0, at, now)))
}

/// Notes since when the account has a second factor; `None` where it has none.
///
/// # Errors
/// As the database fails.
pub async fn set_second_factor(tx: &mut Writer, id: UserId, at: Option<DateTime<Utc>>) -> Result<bool> {
    const SQL: &str = "
        update auth.\"user\"
        set \"secondFactorAt\" = $2
        where id = $1";
    touched(on!(tx, execute(SQL, id.0, at)))
}

/// Notes that somebody signed in.
///
/// # Errors
/// As the database fails.
pub async fn set_last_sign_in(tx: &mut Writer, id: UserId, now: DateTime<Utc>) -> Result<bool> {
    const SQL: &str = "
        update auth.\"user\"
        set \"lastSignInAt\" = $2
        where id = $1";
    touched(on!(tx, execute(SQL, id.0, now)))
}

/// Keeps all other writers of this account waiting until the transaction ends, as for counting its keys.
///
/// # Errors
/// As the database fails.
pub async fn lock(tx: &mut Writer, id: UserId) -> Result<bool> {
    const SQL: &str = "
        update auth.\"user\"
        set \"updatedAt\" = \"updatedAt\"
        where id = $1";
    touched(on!(tx, execute(SQL, id.0)))
}

/// Keeps all other changes of administrators waiting until the transaction ends, and counts who may sign in as one.
///
/// # Errors
/// As the database fails.
pub async fn lock_and_count_administrators(tx: &mut Writer) -> Result<i64> {
    const LOCK: &str = "
        update auth.\"user\"
        set role = role
        where role = 'admin'";
    const COUNT: &str = "
        select count(*)
        from auth.\"user\"
        where role = 'admin' and \"disabledAt\" is null";
    on!(&mut *tx, execute(LOCK))?;
    Ok(on!(tx, scalar(COUNT))?)
}

/// Removes an account with all that belongs to it.
///
/// # Errors
/// As the database fails.
pub async fn delete(tx: &mut Writer, id: UserId) -> Result<bool> {
    const SQL: &str = "
        delete from auth.\"user\"
        where id = $1";
    touched(on!(tx, execute(SQL, id.0)))
}

fn touched(done: std::result::Result<u64, Failure>) -> Result<bool> {
    Ok(done? > 0)
}
