//! What an engine complains of, read once: a violated rule that a repository asked for, a database that is
//! away, or our own fault.

use std::io::ErrorKind;

use crate::core::{error::Error, texts::problems::Code};

/// A statement that failed. A repository asks it which rule was violated; everything else becomes an `Error`.
#[derive(Debug)]
pub struct Failure(sqlx::Error);

/// A unique index, as each engine names it when it is violated.
#[derive(Clone, Copy, Debug)]
pub struct Unique {
    /// The index's name: what PostgreSQL says, and SQLite for an index over an expression.
    pub index: &'static str,
    /// SQLite's list of columns, as `api_keys.userId, api_keys.fingerprint`.
    pub columns: &'static str,
}

impl Failure {
    /// Whether this unique index was violated.
    #[must_use]
    pub fn violates(&self, unique: Unique) -> bool {
        let Some(error) = self.0.as_database_error().filter(|error| error.is_unique_violation()) else {
            return false;
        };
        if let Some(name) = error.constraint() {
            name == unique.index
        } else {
            let message = error.message();
            message.contains(&format!("index '{}'", unique.index))
                || (!unique.columns.is_empty() && message.ends_with(&format!("failed: {}", unique.columns)))
        }
    }

    /// The engine's own code: PostgreSQL's SQLSTATE, SQLite's result code.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        self.0.as_database_error().and_then(sqlx::error::DatabaseError::code).map(Into::into)
    }

    fn is_unavailable(&self) -> bool {
        match &self.0 {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Protocol(_)
            | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(error) => match error.code() {
                Some(code) if error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some() => {
                    postgres_is_away(&code)
                }
                Some(code) => sqlite_is_away(&code),
                None => false,
            },
            _ => false,
        }
    }
}

/// SQLSTATE classes 08 (connection), 53 (resources), 57 (operator), 58 (system), a server that turned
/// read-only, a lost race (40), refused credentials (28), and what a transaction-mode pooler does to statements.
fn postgres_is_away(code: &str) -> bool {
    matches!(code.get(..2), Some("08" | "53" | "57" | "58" | "40" | "28"))
        || matches!(code, "25006" | "25P02" | "55P03" | "26000" | "42P05" | "3D000")
}

/// `SQLITE_BUSY`, `LOCKED`, `READONLY`, `IOERR`, `FULL`, `CANTOPEN`, in their basic form (the low byte).
fn sqlite_is_away(code: &str) -> bool {
    code.parse::<i32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14))
}

/// A sentence for the operator where the server refused us for good: credentials, the database's name, TLS.
pub(super) fn refusal(error: &sqlx::Error) -> Option<String> {
    match error {
        sqlx::Error::Database(error) => match error.code()?.as_ref() {
            "28P01" | "28000" => {
                Some(format!("the database refuses the credentials ({}); check user and password", error.message()))
            }
            "3D000" => Some(format!("the database does not exist ({}); create it or mend the name", error.message())),
            _ => None,
        },
        sqlx::Error::Tls(error) => {
            Some(format!("no trusted TLS connection to the database ({error}); check sslmode and sslrootcert"))
        }
        // a certificate that is not trusted, or a root certificate that is not there
        sqlx::Error::Io(error) if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::NotFound) => {
            Some(format!("no trusted TLS connection to the database ({error}); check sslmode and sslrootcert"))
        }
        sqlx::Error::Configuration(error) => Some(format!("the address can not be used ({error})")),
        _ => None,
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        if failure.is_unavailable() {
            return Self::unavailable("database", failure.0);
        }
        // the row's owner went away while we wrote: to the caller there is nothing here
        if failure.0.as_database_error().is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation) {
            return Self::Refused(Code::NotFound);
        }
        Self::internal(failure.0)
    }
}
