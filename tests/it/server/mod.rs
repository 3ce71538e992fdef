//! The real program over real sockets and databases: under attack, under load, cut off, killed, restarted.

mod wire;

mod account_tour;
mod billing_crash;
mod billing_faults;
mod billing_tour;
mod crash;
mod database_away;
mod database_refuses;
mod docs_page;
mod flood;
mod hostile;
mod import;
mod key_tour;
mod late_bodies;
mod mail;
pub mod nginx;
mod pooler;
mod replicas;
mod schemathesis;
mod secrets;
mod shared_limits;
mod shutdown;
mod simulated_stripe;
mod slow;
mod tls;
mod tour;
mod usage;
mod verify_replicas;
