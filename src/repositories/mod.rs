//! Data access, one file for each table; the only place that speaks SQL.
//!
//! Each statement is written once and runs on both engines. Reads take anything that lends a connection and so
//! serve alone or inside a transaction; writes take a `Writer`. Whatever belongs to an account asks for the account.

pub mod account_keys;
pub mod api_keys;
pub mod audit_trail;
pub mod idempotency_keys;
pub mod keyring;
pub mod login_sessions;
pub mod mail_outbox;
pub mod password_resets;
pub mod users;

/// Binds a JSON object or list as text.
fn json_text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// A text for `like` that finds `part` itself, whatever signs it holds; to be used with `escape '\'`.
fn like(part: &str) -> String {
    let mut pattern = String::with_capacity(part.len() + 2);
    pattern.push('%');
    for letter in part.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
