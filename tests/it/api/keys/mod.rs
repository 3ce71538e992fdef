//! `/api/keys`.

mod create;
mod idempotency;
mod list;
mod one;
mod others;
mod plan;
mod refusals;
mod reveal;
mod usage;
