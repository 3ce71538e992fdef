//! The command line: every command as an operator types it, its output and its exit code.

mod admin;
mod audit;
mod basics;
mod billing;
mod check;
mod configuration;
mod mail;
mod migrate;
