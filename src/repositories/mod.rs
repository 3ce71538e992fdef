//! Data access, one file for each table; the only place that speaks SQL.
//!
//! Each statement is written once and runs on both engines. Reads take anything that lends a connection and so
//! serve alone or inside a transaction; writes take a `Writer`. Whatever belongs to an account asks for the account.

pub mod account_keys;
pub mod accounts;
pub mod api_key_lists;
pub mod api_keys;
pub mod api_keys_in_bulk;
pub mod audit_trail;
pub mod billing_accounts;
pub mod billing_events;
pub mod billing_farewells;
pub mod device_logins;
pub mod idempotency_keys;
pub mod invoices;
pub mod key_checks;
pub mod key_reminders;
pub mod key_usage;
pub mod key_versions;
pub mod keyring;
pub mod known_devices;
pub mod login_challenges;
pub mod login_sessions;
pub mod mail_links;
pub mod mail_outbox;
pub mod names;
pub mod password_resets;
pub mod program_tokens;
pub mod recovery_codes;
pub mod second_factors;
pub mod users;

/// Binds a JSON object or list as text.
fn json_text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
