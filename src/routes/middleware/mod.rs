//! What surrounds every request: `outermost` names it, finds the client, writes refusals, headers and counters;
//! `client` tells who sent it; `headers` are those that a browser understands.

mod client;
mod headers;
mod outermost;

pub(super) use outermost::outermost;
