//! What the tests stand on: throwaway databases, an app with its own clock, actors, the real program.

#[macro_use]
mod both;

mod actors;
mod app;
mod at_once;
mod clock;
mod mailer;
mod postgres;
mod reply;
mod server;
mod sql;

pub use actors::Actor;
pub use app::{Engine, TestApp};
pub use at_once::at_once;
pub use clock::ManualClock;
pub use mailer::Mailbox;
pub use postgres::{PostgresServer, empty_database};
pub use reply::Reply;
pub use server::Server;
