//! `/api/keys`.

mod create;
mod export;
mod idempotency;
mod import;
mod list;
mod one;
mod others;
mod plan;
mod refusals;
mod reveal;
