//! Time as an argument: the one place that reads the system's clock.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};

/// Tells the time, rounded down to milliseconds: what both databases keep without loss.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> DateTime<Utc>;

    /// Microseconds since some fixed moment, for short times: a clock that never steps back.
    fn ticks(&self) -> i64 {
        self.now().timestamp_micros()
    }
}

/// The clock of the machine.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(3)
    }

    fn ticks(&self) -> i64 {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        time.tv_sec.saturating_mul(1_000_000).saturating_add(time.tv_nsec / 1000)
    }
}

/// The machine's clock, ready to be shared.
#[must_use]
pub fn system() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}
