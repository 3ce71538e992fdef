//! The console's pages, as somebody without any script uses them.

mod admin;
mod audit;
mod billing;
mod browser;
mod dashboard;
mod held;
mod hostile;
mod key_new;
mod key_page;
mod key_rotation;
mod keys_bulk;
mod keys_import;
mod keys_list;
mod markup;
pub mod pages;
mod refusals;
mod security;
mod settings;
mod sign_in;
mod tokens;
mod tour;
mod turning;
mod twins;
pub mod world;
