//! A stand-in for Stripe, for development and tests: `vault-api serve --stripe=simulated` mounts it under
//! `/simulated-stripe/`. The client that speaks to it is the real one, the webhook too; only the money is not.
//!
//! `state` is what it knows, `acts` and `periods` change it, `shapes` and `expand` show it as Stripe's JSON; `api` and
//! `requests` are Stripe's API, `pages` and `portal_page` what Stripe would show to people (`pdf` an invoice to print), `events` calls the
//! webhook, `store` keeps all in one file.

mod acts;
mod api;
mod events;
mod expand;
mod form;
mod handle;
mod pages;
mod pdf;
mod periods;
mod portal_page;
mod refusal;
mod requests;
mod shapes;
mod state;
mod store;

pub use acts::NewCheckout;
pub use events::Delivery;
pub use handle::{KEY, Options, SimulatedStripe};
pub use periods::Due;
pub use refusal::Refusal;
pub use state::*;
pub use store::file_in;
