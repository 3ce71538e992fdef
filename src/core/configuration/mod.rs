//! The configuration: environment variables, a `.env` file, secrets generated in development.
//!
//! `variables` lists what there is (docs and warnings are made from it), `environment` gathers the raw texts, `read`
//! turns them into a `Configuration` with every fault at once (`location`, `mail` and `billing` read how other servers
//! are reached), `secrets` generates what development lacks.

mod billing;
mod environment;
mod limits;
mod location;
mod mail;
mod read;
mod secrets;
pub mod variables;

use std::path::PathBuf;

use ipnet::IpNet;

pub use billing::{BillingWay, Lack, StripeSettings};
pub use environment::{Environment, gather};
pub use limits::RateLimits;
pub use mail::{MailWay, SendGridSettings, SmtpSettings};
pub use read::read;
pub use secrets::{Made, generate_master_key};

use super::{
    database::Location,
    secret::{SecretKey, SecretText},
};
use crate::models::user::Role;

/// Where the server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Secrets are generated, mails are written to files.
    Development,
    /// What is missing is refused.
    Production,
}

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Who needs a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequireMfa {
    /// Nobody.
    Nobody,
    /// Administrators and support.
    Admins,
    /// Everybody.
    Everybody,
}

impl RequireMfa {
    /// Whether an account of this role needs one.
    #[must_use]
    pub fn asks(self, role: Role) -> bool {
        match self {
            Self::Nobody => false,
            Self::Admins => role != Role::User,
            Self::Everybody => true,
        }
    }
}

/// What a person has to prove beside the password, and how often.
#[derive(Clone, Copy, Debug)]
pub struct ProofRules {
    /// Who needs a second factor.
    pub require_mfa: RequireMfa,
    /// How long a sign-in is fresh enough for dangerous acts, in minutes.
    pub step_up_minutes: i64,
    /// Whether showing a value asks for a fresh sign-in too.
    pub reveal_step_up: bool,
}

/// How long a sign-in to the console lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsoleLife {
    /// How long a cookie is good that nobody uses, in minutes.
    pub idle_minutes: i64,
    /// How long a session lives, however busy it is, in hours.
    pub session_hours: i64,
}

/// The whole configuration, validated. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// Development or production.
    pub stage: Stage,
    /// The address to listen on.
    pub host: String,
    /// The port to listen on; 0 picks a free one.
    pub port: u16,
    /// The embedded database, generated secrets, development mail.
    pub data_dir: PathBuf,
    /// The database.
    pub database: Location,
    /// Whether `serve` migrates.
    pub auto_migrate: bool,
    /// Signs tokens.
    pub jwt_secret: SecretText,
    /// The life of an access token, in minutes.
    pub jwt_expiration_minutes: i64,
    /// The life of a reset token, in minutes.
    pub jwt_reset_minutes: i64,
    /// Whether an account may do next to nothing until its address is proved.
    pub require_verified_email: bool,
    /// Whether a registration hides that the address has an account.
    pub enumeration_protection: bool,
    /// A refresh token's life in days, counted anew at each use.
    pub refresh_token_days: i64,
    /// Wraps the root key.
    pub master_key: SecretKey,
    /// The least length of a password, in characters.
    pub password_min_length: usize,
    /// bcrypt's cost.
    pub bcrypt_cost: u32,
    /// The base of links, where it is set.
    pub web_base_url: Option<String>,
    /// The origins that browsers may call from.
    pub allowed_origins: Vec<String>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The sender of mails.
    pub mail_from: String,
    /// The way out for mails.
    pub mail_way: MailWay,
    /// Who takes the money for PRO.
    pub billing: BillingWay,
    /// Active keys on the FREE plan; `None` is no limit.
    pub free_plan_max_keys: Option<i64>,
    /// The Redis that several servers share; without one each counts alone.
    pub redis_url: Option<SecretText>,
    /// How often who may do what.
    pub rate_limits: RateLimits,
    /// The form of the log.
    pub log_format: LogFormat,
    /// What is logged, as in `RUST_LOG`.
    pub log_filter: String,
    /// What `/metrics` asks for, if anything.
    pub metrics_token: Option<SecretText>,
    /// What a person has to prove beside the password.
    pub proof: ProofRules,
    /// How long a sign-in to the console lasts.
    pub console: ConsoleLife,
    /// What was generated at this start, or found as generated before.
    pub made: Vec<Made>,
}

/// A mistake in the configuration: the variable and what to do. Never a secret's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// The variable's name.
    pub variable: String,
    /// What is wrong and what to write.
    pub sentence: String,
}

impl std::fmt::Display for ConfigFault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.variable, self.sentence)
    }
}
