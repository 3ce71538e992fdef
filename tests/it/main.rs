//! The one integration binary. Everything that touches the database runs on SQLite and on PostgreSQL.
//!
//! `support` starts servers and databases and lends actors; `api` and `console` drive the real router, `repositories` and
//! `services` the layers below it, `server` and `cli` the real program, `vk` the command line;
//! `simulated_stripe` the stand-in for Stripe;
//! `architecture` and `docs` read the sources.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::pedantic,
    reason = "in a test a panic is the answer, and nobody calls it but the runner"
)]

#[macro_use]
mod support;

mod api;
mod architecture;
mod cli;
mod console;
mod docs;
mod repositories;
mod server;
mod services;
mod simulated_stripe;
mod vk;
