//! What every other layer stands on: configuration, database, cryptography, time, errors, texts.
//!
//! Nothing here knows a route, a service or a table's columns. Everything that touches the outside
//! world without being asked (clock, randomness, environment) lives here and nowhere else.

pub mod app;
pub mod claims;
pub mod client;
pub mod clock;
pub mod configuration;
pub mod context;
pub mod crypto;
pub mod database;
pub mod digits;
pub mod error;
pub mod hashing;
pub mod html;
pub mod ids;
pub mod key_cache;
pub mod language;
pub mod limits;
pub mod mailer;
pub mod network;
pub mod queue;
pub mod random;
pub mod secret;
pub mod session_cache;
pub mod stripe;
pub mod system;
pub mod telemetry;
pub mod texts;
pub mod trusted_hash;
pub mod usage_tally;
