//! The JSON API over the real router; the folders are those of the addresses.

mod auth;
mod keys;
