//! Cryptography, as `docs/decisions/0003-cryptography.md` decides it.
//!
//! ```text
//! CRYPTO_MASTER_KEY  wraps  root key  wraps  purpose keys (pepper, index, token, audit)
//!                                     wraps  one data key per account  encrypts  each secret field
//! ```
//! `aead` seals bytes, `keyring` keeps root and purpose keys, `account` the data keys and the fields,
//! `password` hashes passwords, `jwt` signs access and reset tokens, `refresh_token` makes the ones that renew them,
//! `mac` is HMAC-SHA-256, `totp` the codes of authenticator apps.

pub mod account;
pub mod aead;
pub mod jwt;
pub mod keyring;
pub mod mac;
pub mod password;
pub mod refresh_token;
pub mod totp;
