//! HTTP: extract, call one service, answer. No rule of the vault lives here.
//!
//! `entrance` is the way in, `router` puts everything together, `server` accepts connections, `patience` ends those that wait for nothing, `middleware` surrounds every request,
//! `extractors` read what comes in, `answers` writes refusals, `limits` tells them in headers; `api` are the JSON routes, `console` the pages, `operations` and
//! `docs` the rest; `simulated_stripe` is there in development alone, and `close_by` lets nobody from afar to it.

mod answers;
mod api;
mod close_by;
mod console;
mod docs;
mod entrance;
mod extractors;
mod html;
mod lanes;
mod limits;
mod middleware;
pub mod openapi;
mod operations;
mod patience;
mod router;
mod server;
pub mod simulated_stripe;

pub use answers::Failure;
pub use entrance::Entrance;
pub use lanes::Lanes;
pub use router::{Web, build};
pub use server::{Peer, serve};
