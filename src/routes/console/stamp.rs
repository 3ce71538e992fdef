//! Moments in pages: in UTC here, in the person's own time where the script runs.

use chrono::{DateTime, Utc};

/// A moment, as HTML.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    format!("<time datetime=\"{}\">{} UTC</time>", at.format("%Y-%m-%dT%H:%M:%SZ"), at.format("%Y-%m-%d %H:%M"))
}

/// A day, as HTML.
pub(super) fn day(at: DateTime<Utc>) -> String {
    format!("<time datetime=\"{}\" data-form=\"day\">{}</time>", at.format("%Y-%m-%dT%H:%M:%SZ"), at.format("%Y-%m-%d"))
}
