//! `/api/keys`.

mod create;
mod idempotency;
mod list;
mod list_by_time;
mod one;
mod others;
mod plan;
mod refusals;
mod reveal;
mod usage;
mod warnings;
