//! The console's pages, as somebody without any script uses them.

mod admin;
mod after_forms;
mod audit;
mod billing;
mod browser;
mod dashboard;
mod key_new;
mod key_page;
mod key_rotation;
mod keys_bulk;
mod keys_import;
mod keys_list;
mod markup;
pub mod pages;
mod plain_http;
mod refusals;
mod security;
mod settings;
mod sign_in;
mod speed;
mod tokens;
mod tour;
mod twins;
pub mod world;
