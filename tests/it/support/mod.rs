//! What the tests stand on: throwaway databases, an app with its own clock, actors, the real program.

#[macro_use]
mod both;
#[macro_use]
mod vault;

mod actors;
mod app;
mod at_once;
mod browser;
mod clock;
mod mailer;
mod person;
mod postgres;
mod redis;
mod reply;
mod seed;
mod sendgrid;
mod server;
mod shop;
mod smtp;
mod sql;
mod stand_in;
mod stripe;

pub use actors::Actor;
pub use app::{Engine, TestApp};
pub use at_once::at_once;
pub use browser::{Browser, DESK, PHONE, TABLET, ZOOMED};
pub use clock::ManualClock;
pub use mailer::Mailbox;
pub use person::{PageForm, Person, attribute, unescape};
pub use postgres::{PostgresServer, as_postgres_user, empty_database, environment, path_with_postgres, pause};
pub use redis::RedisServer;
pub use reply::Reply;
pub use seed::{Seeded, seed};
pub use sendgrid::{SENDGRID_KEY, SendGrid};
pub use server::{Server, exchange, program};
pub use shop::{Shop, rest};
pub use smtp::{SmtpSink, header, make_certificates};
pub use stand_in::{Faults, StandIn, customer_of};
pub use stripe::{LocalStripe, asked_of_stripes_library};
pub use vault::{Done, Member, Vault, ask_sqlite, dump, register, run_to_the_end};

/// Limits that no test reaches by accident: all requests come from one address. The other limits follow these.
pub const WIDE_LIMITS: [(&str, &str); 3] = [
    ("RATE_LIMIT_AUTH_PER_MINUTE", "100000"),
    ("RATE_LIMIT_API_PER_MINUTE", "1000000"),
    ("RATE_LIMIT_MAILBOX_PER_HOUR", "100000"),
];
/// The limits as they are where nothing is set.
pub const DEFAULT_LIMITS: [(&str, &str); 3] =
    [("RATE_LIMIT_AUTH_PER_MINUTE", ""), ("RATE_LIMIT_API_PER_MINUTE", ""), ("RATE_LIMIT_MAILBOX_PER_HOUR", "")];
