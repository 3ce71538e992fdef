//! `/api/keys`.

mod create;
