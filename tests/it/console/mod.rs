//! The console's pages, as somebody without any script uses them.

mod audit;
mod dashboard;
mod sign_in;
mod tokens;
