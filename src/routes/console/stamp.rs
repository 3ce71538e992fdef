//! Moments in pages: in UTC here, in the person's own time where the script runs.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

/// A moment: for a program, and for a person without a script. Displayed, it is HTML.
pub(super) struct Moment {
    pub(super) machine: String,
    pub(super) plain: String,
}

impl From<DateTime<Utc>> for Moment {
    fn from(at: DateTime<Utc>) -> Self {
        let machine = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        Self { machine, plain: at.format("%Y-%m-%d %H:%M UTC").to_string() }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<time datetime=\"{}\">{}</time>", self.machine, self.plain)
    }
}

/// A moment, as HTML.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    Moment::from(at).to_string()
}

/// A day, as HTML.
pub(super) fn day(at: DateTime<Utc>) -> String {
    let machine = Moment::from(at).machine;
    format!("<time datetime=\"{machine}\" data-form=\"day\">{}</time>", at.format("%Y-%m-%d"))
}
