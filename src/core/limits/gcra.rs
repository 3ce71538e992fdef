//! The generic cell rate algorithm: one number for each caller, the moment at which all of its quota is free again
//! if it asks for nothing more. Times are microseconds. `spend.lua` does the same in Redis; a test compares them.

use std::time::Duration;

/// So many at once, and as many again over each window, evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// How many.
    pub most: u32,
    /// Over how long.
    pub window: Duration,
}

/// What one request did to a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spending {
    /// The quota.
    pub quota: Quota,
    /// How many more may come now.
    pub remaining: u32,
    /// How long until all of the quota is free again.
    pub reset: Duration,
    /// How long to wait, where the request is one too many; it was not counted then.
    pub retry: Option<Duration>,
    /// The new state: when all of the quota is free again.
    pub arrival: i64,
}

impl Spending {
    /// A refusal that something else than counting requests gives.
    #[must_use]
    pub fn refused(quota: Quota, wait: Duration) -> Self {
        Self { quota, remaining: 0, reset: wait, retry: Some(wait), arrival: 0 }
    }
}

impl Quota {
    /// How far apart the requests of somebody are who asks evenly, at least a microsecond.
    #[must_use]
    pub fn interval(self) -> i64 {
        (micros(self.window) / i64::from(self.most.max(1))).max(1)
    }
}

pub(super) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX / 4)
}

pub(super) fn duration(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

/// Counts one request at `now` against what is known of the caller.
#[must_use]
pub fn spend(arrival: Option<i64>, now: i64, quota: Quota) -> Spending {
    let interval = quota.interval();
    let most = interval * i64::from(quota.most);
    // no state can lie further ahead, whatever the clock did: nobody waits longer than one window
    let before = arrival.unwrap_or(now).clamp(now, now + most);
    let excess = before + interval - now - most;
    let (arrival, retry) = if excess > 0 { (before, Some(duration(excess))) } else { (before + interval, None) };
    let remaining = if retry.is_some() { 0 } else { u32::try_from((now + most - arrival) / interval).unwrap_or(0) };
    Spending { quota, remaining, reset: duration(arrival - now), retry, arrival }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEN_A_MINUTE: Quota = Quota { most: 10, window: Duration::from_mins(1) };
    const SECOND: i64 = 1_000_000;

    #[test]
    fn ten_pass_at_once_then_one_every_six_seconds() {
        let mut state = None;
        for left in (0..10).rev() {
            let spending = spend(state, 0, TEN_A_MINUTE);
            assert_eq!((spending.remaining, spending.retry), (left, None));
            state = Some(spending.arrival);
        }

        let refused = spend(state, 0, TEN_A_MINUTE);
        assert_eq!((refused.retry, refused.reset), (Some(Duration::from_secs(6)), Duration::from_mins(1)));
        assert!(spend(Some(refused.arrival), 6 * SECOND - 1, TEN_A_MINUTE).retry.is_some());
        assert!(spend(Some(refused.arrival), 6 * SECOND, TEN_A_MINUTE).retry.is_none());
        assert_eq!(spend(Some(refused.arrival), 60 * SECOND, TEN_A_MINUTE).remaining, 9);
    }

    #[test]
    fn a_clock_that_steps_back_makes_nobody_wait_longer_than_a_window() {
        let full = (0..10).fold(None, |state, _| Some(spend(state, 9000 * SECOND, TEN_A_MINUTE).arrival));

        let earlier = spend(full, 0, TEN_A_MINUTE);

        assert_eq!(earlier.retry, Some(Duration::from_secs(6)));
        assert!(earlier.reset <= Duration::from_mins(1));
    }

    proptest! {
        /// The model: a bucket of `most` tokens that fills evenly.
        #[test]
        fn it_does_what_a_bucket_of_tokens_does(most in 1_u32..50, window in 1_u64..4000, gaps in prop::collection::vec(0_i64..200_000_000, 1..200)) {
            let quota = Quota { most, window: Duration::from_secs(window) };
            let interval = quota.interval();
            let (mut state, mut now, mut spent) = (None, 0_i64, 0_i64);
            for gap in gaps {
                now += gap;
                spent = (spent - gap).max(0);
                let spending = spend(state, now, quota);
                let fits = spent + interval <= interval * i64::from(most);
                prop_assert_eq!(spending.retry.is_none(), fits);
                spent += if fits { interval } else { 0 };
                prop_assert_eq!(micros(spending.reset), spent);
                state = Some(spending.arrival);
            }
        }
    }
}
