//! How keys are used: counted in memory by `note`, written down by a job, read back by the owner.

use crate::{
    core::context::Context,
    models::{
        ids::{ApiKeyId, UserId},
        usage::UsagePlace,
    },
};

pub use crate::models::usage::Use;

/// Counts one use of a key, by the value of `version` (0 where no value was named). Costs no write: a job writes the
/// counts down within half a minute, and when the server stops.
pub fn note(ctx: &Context, key: ApiKeyId, account: UserId, version: i64, use_: Use) {
    let place = UsagePlace { key, day: ctx.now().date_naive(), version };
    if !ctx.app().usage.note(place, account, use_, ctx.now()) {
        metrics::counter!("vault_usage_dropped_total").increment(1);
    }
}
