//! New identifiers: UUID version 7, in the order they were made.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::{ContextV7, Timestamp, Uuid};

/// Makes identifiers that sort by the time of their making, also within one millisecond.
#[derive(Clone, Default)]
pub struct Ids {
    context: Arc<std::sync::Mutex<ContextV7>>,
}

impl Ids {
    /// A new identifier for something made at `now`.
    #[must_use]
    pub fn next(&self, now: DateTime<Utc>) -> Uuid {
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        let context = self.context.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Uuid::new_v7(Timestamp::from_unix(&*context, seconds, now.timestamp_subsec_nanos()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::clock::{Clock as _, SystemClock};

    #[test]
    fn identifiers_of_one_millisecond_keep_their_order() {
        let (ids, now) = (Ids::default(), SystemClock.now());
        let made: Vec<Uuid> = (0..1000).map(|_| ids.next(now)).collect();

        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
