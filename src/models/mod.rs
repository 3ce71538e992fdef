//! The nouns: what there is, and what is always true of it. No input or output happens here.

pub mod account;
pub mod address_ranges;
pub mod api_key;
pub mod audit;
pub mod billing;
pub mod device_login;
pub mod email;
pub mod export;
pub mod ids;
pub mod import;
pub mod key_check;
pub mod key_requests;
pub mod key_version;
pub mod known_device;
pub mod mail;
pub mod mail_link;
pub mod page;
pub mod permission;
pub mod program_token;
pub mod provider;
pub mod reminder;
pub mod second_factor;
pub mod session;
pub mod usage;
pub mod user;
pub mod warning;
