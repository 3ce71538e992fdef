//! The verbs: what people and programs do with the vault.
//!
//! Each function asks for the permission first, works in one transaction with the audit entry inside, and takes
//! the time from the context. Nothing here knows HTTP or SQL.

pub mod account_keys;
pub mod accounts;
pub mod addresses;
pub mod administration;
pub mod api_keys;
pub mod audit;
pub mod billing;
pub mod console_sessions;
pub mod device_login;
pub mod guesses;
pub mod known_devices;
pub mod limits;
mod mail_links;
pub mod mails;
pub mod mfa;
pub mod names;
pub mod passwords;
pub mod program_tokens;
pub mod recovery;
pub mod refresh;
pub mod reminders;
pub mod sessions;
pub mod start;
pub mod step_up;
pub mod upkeep;
pub mod usage;
