//! The JSON API over the real router; the folders are those of the addresses.

mod admin;
mod audit;
mod auth;
mod billing;
mod keys;
mod limits;
mod manners;
mod openapi;
mod providers;
mod providers_page;
mod tokens;
mod usage;
