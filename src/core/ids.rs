//! New identifiers: UUID version 7, in the order they were made; and those of requests, which are only names.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, Utc};
use uuid::{ContextV7, NoContext, Timestamp, Uuid};

/// Makes identifiers that sort by the time of their making, also within one millisecond.
#[derive(Clone, Default)]
pub struct Ids {
    context: Arc<std::sync::Mutex<ContextV7>>,
    requests: Arc<Requests>,
}

/// Where the identifiers of this program's requests begin, and how many there were.
struct Requests {
    first: u128,
    count: AtomicU64,
}

impl Default for Requests {
    fn default() -> Self {
        Self { first: Uuid::new_v4().as_u128(), count: AtomicU64::new(0) }
    }
}

impl Ids {
    /// A new identifier for something made at `now`.
    #[must_use]
    pub fn next(&self, now: DateTime<Utc>) -> Uuid {
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        let context = self.context.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Uuid::new_v7(Timestamp::from_unix(&*context, seconds, now.timestamp_subsec_nanos()))
    }

    /// An identifier for something that was made elsewhere, at `moment`: it sorts among others of its kind by that, and
    /// those made here are not pushed into its time.
    #[must_use]
    pub fn at(moment: DateTime<Utc>) -> Uuid {
        let seconds = u64::try_from(moment.timestamp()).unwrap_or_default();
        Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, moment.timestamp_subsec_nanos()))
    }

    /// A name for a request: a random number of this program's start, counted up. It waits for nobody and asks the
    /// operating system for nothing, and nothing may depend on its being a secret.
    #[must_use]
    pub fn of_request(&self) -> Uuid {
        let count = self.requests.count.fetch_add(1, Ordering::Relaxed);
        Uuid::from_u128(self.requests.first.wrapping_add(u128::from(count)))
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

    #[test]
    fn no_two_requests_have_one_name_here_or_on_another_server() {
        let servers = [Ids::default(), Ids::default()];
        let mut made: Vec<Uuid> = servers.iter().flat_map(|ids| (0..1000).map(|_| ids.of_request())).collect();

        made.sort_unstable();
        made.dedup();

        assert_eq!(made.len(), 2000);
    }
}
