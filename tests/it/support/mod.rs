//! What the tests stand on: throwaway databases, an app with its own clock, actors, the real program.

#[macro_use]
mod both;
#[macro_use]
mod vault;

mod actors;
mod app;
mod at_once;
mod clock;
mod mailer;
mod postgres;
mod reply;
mod sendgrid;
mod server;
mod smtp;
mod sql;

pub use actors::Actor;
pub use app::{Engine, TestApp};
pub use at_once::at_once;
pub use clock::ManualClock;
pub use mailer::Mailbox;
pub use postgres::{PostgresServer, as_postgres_user, empty_database, environment, path_with_postgres, pause};
pub use reply::Reply;
pub use sendgrid::{SENDGRID_KEY, SendGrid};
pub use server::{Server, program};
pub use smtp::{SmtpSink, header, make_certificates};
pub use vault::{Member, Vault, ask_sqlite, dump, register, run_to_the_end};
