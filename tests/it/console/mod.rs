//! The console's pages, as somebody without any script uses them.

mod sign_in;
