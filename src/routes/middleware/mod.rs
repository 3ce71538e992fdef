//! What surrounds every request: `outermost` names it, finds the client, writes refusals, headers and counters;
//! `client` tells who sent it; `counters` count; `headers` are those that a browser understands.

mod client;
mod counters;
mod headers;
mod outermost;

pub(super) use counters::Counters;
pub(super) use outermost::{Arrival, outermost};
