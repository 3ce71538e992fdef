//! The one error of the services: what went wrong, named by what the caller can do about it.
//!
//! Absence inside the program is `Option`; an `Error` is an answer to somebody. The cause of an
//! internal error is logged once, at the edge, and never leaves the server.

use std::error::Error as StdError;

use crate::{
    core::{
        limits::Spending,
        texts::{faults::Fault, problems::Code},
    },
    models::import::Report,
};

/// What a service answers where it can not do what was asked.
#[derive(Debug)]
pub enum Error {
    /// The request's content is at fault; every fault is listed. The caller mends and asks again.
    Invalid(Vec<Fault>),
    /// Lines of an import are at fault; the report tells which. Nothing was stored.
    Import(Box<Report>),
    /// Refused for the reason that the code names.
    Refused(Code),
    /// The value that was to come next is the key's current one: `duplicate_value`, in words of its own.
    OwnValue {
        /// Whether an earlier version was to be restored; else the value was sent.
        restoring: bool,
    },
    /// The plan's limit of active keys is reached.
    PlanLimit {
        /// How many active keys the plan allows.
        limit: i64,
        /// How many there are.
        used: i64,
    },
    /// Too much work at the moment; the same request will do in so many seconds.
    Busy {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// More than is allowed; the same request will do after a while.
    TooMany(Limited),
    /// Too many wrong codes of the second factor; they are looked at again after so many seconds.
    Paused {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// A part that we depend on is away; the same request will do later.
    Unavailable {
        /// The part: `database`, `migrations`, `keyring`, `stripe`.
        part: &'static str,
        /// What it said, for the log.
        cause: Option<Box<dyn StdError + Send + Sync>>,
    },
    /// Our own fault; the cause is logged.
    Internal(Box<dyn StdError + Send + Sync>),
}

/// Which limit was reached, and how it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limited {
    /// The limit's name.
    pub name: &'static str,
    /// How the request counted.
    pub spending: Spending,
}

/// What the services and repositories return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Our own fault, with its cause.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// A part that is away, with what it said.
    pub fn unavailable(part: &'static str, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Unavailable { part, cause: Some(cause.into()) }
    }

    /// One fault in the request's content.
    #[must_use]
    pub fn fault(fault: Fault) -> Self {
        Self::Invalid(vec![fault])
    }

    /// Whether it is the refusal with this code.
    #[must_use]
    pub fn is(&self, code: Code) -> bool {
        matches!(self, Self::Refused(own) if *own == code)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Invalid(faults) => {
                formatter.write_str("invalid:")?;
                faults.iter().try_for_each(|fault| write!(formatter, " {}={}", fault.field, fault.code()))
            }
            Self::Import(_) => formatter.write_str("lines of an import are invalid"),
            Self::Refused(code) => formatter.write_str(code.word()),
            Self::OwnValue { .. } => formatter.write_str("the key has this value"),
            Self::PlanLimit { limit, used } => write!(formatter, "plan limit reached: {used} of {limit}"),
            Self::Busy { .. } => formatter.write_str("busy"),
            Self::TooMany(limited) => write!(formatter, "too many: {}", limited.name),
            Self::Paused { .. } => formatter.write_str("too many wrong codes"),
            Self::Unavailable { part, cause: Some(cause) } => write!(formatter, "{part} is away: {cause}"),
            Self::Unavailable { part, cause: None } => write!(formatter, "{part} is away"),
            Self::Internal(cause) => write!(formatter, "internal: {cause}"),
        }
    }
}

impl StdError for Error {}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::Refused(code)
    }
}
