//! The one integration binary. Everything that touches the database runs on SQLite and on PostgreSQL.
//!
//! `support` starts servers and databases and lends actors; `api` drives the real router, `repositories` and
//! `services` the layers below it, `server` and `cli` the real program; `architecture` and `docs` read the sources.

#[macro_use]
mod support;

mod api;
mod architecture;
mod cli;
mod docs;
mod repositories;
mod server;
mod services;
