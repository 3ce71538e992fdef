//! The console's pages, as somebody without any script uses them.

mod admin;
mod billing;
mod security;
mod settings;
mod sign_in;
