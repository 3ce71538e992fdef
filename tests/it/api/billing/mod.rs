//! `/api/billing`: plans, invoices, Stripe's events.

mod unconfigured;
mod webhook;
