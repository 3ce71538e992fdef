//! Vault API: the server where developers and small companies keep their API keys.
//!
//! The layers, each of which uses only those below it (`docs/architecture.md`):
//!
//! ```text
//! routes        HTTP: extract, call a service, answer      jobs, commands   the same, on a timer or at a prompt
//! services      permission, rules, transactions, audit
//! repositories  SQL, one file for each table
//! core          configuration, database, cryptography, errors, texts
//! models, schemas   leaves: nouns, and what crosses the wire
//! ```
//! A request to log in travels `routes/api/auth/login` → `schemas/auth` → `services/sessions` →
//! `repositories/{users, login_sessions}` → `core/database`.

pub mod commands;
pub mod core;
pub mod jobs;
pub mod models;
pub mod repositories;
pub mod routes;
pub mod schemas;
pub mod services;
