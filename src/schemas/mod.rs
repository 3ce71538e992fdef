//! What crosses the wire: bodies and queries with their rules, and the views that answers are made of.
//!
//! `fields` reads a JSON object field by field and gathers every fault; `query` does the same for a query string.

pub mod admin;
pub mod audit;
pub mod audit_export;
pub mod auth;
pub mod billing;
pub mod device;
pub mod export;
pub mod fields;
pub mod import;
pub mod key_check;
pub mod key_facets;
mod key_limits;
pub mod key_rotation;
pub mod keys;
pub mod mfa;
pub mod page;
pub mod problem;
pub mod program_tokens;
pub mod providers;
pub mod query;
pub mod rules;
pub mod usage;
