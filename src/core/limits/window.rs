//! So many in any window: what the owner of a key means by "100 in a minute". `window.lua` does the same in Redis; a
//! test compares them.
//!
//! Every use is kept until it is a whole window old, those that came close together as one group with the time of the
//! last of them. So no window, wherever it begins, ever holds one use more than is allowed; a use's place is free again a
//! 64th of the window late at most, and never early.

use std::{collections::VecDeque, time::Duration};

use super::gcra;

/// How many groups a window is divided into.
const GROUPS: i64 = 64;

/// The uses of one key that still count. Times are microseconds.
#[derive(Clone, Debug, Default)]
pub struct Window {
    groups: VecDeque<Group>,
}

#[derive(Clone, Copy, Debug)]
struct Group {
    first: i64,
    last: i64,
    count: u32,
}

/// How far the uses of one group may lie apart, in microseconds.
pub(super) fn grain(window: Duration) -> i64 {
    gcra::micros(window) / GROUPS
}

impl Window {
    /// Counts one use at `now`, or tells how long to wait where it is one too many.
    pub fn spend(&mut self, now: i64, most: u32, window: Duration) -> Option<Duration> {
        let length = gcra::micros(window);
        // a clock that went back does not bring uses back
        let now = self.groups.back().map_or(now, |group| group.last.max(now));
        while self.groups.front().is_some_and(|group| now - group.last >= length) {
            self.groups.pop_front();
        }
        let mut counted: i64 = self.groups.iter().map(|group| i64::from(group.count)).sum();
        if counted >= i64::from(most) {
            for group in &self.groups {
                counted -= i64::from(group.count);
                if counted < i64::from(most) {
                    return Some(gcra::duration(group.last + length - now));
                }
            }
        }
        match self.groups.back_mut().filter(|group| now - group.first < grain(window)) {
            Some(group) => {
                group.last = now;
                group.count = group.count.saturating_add(1);
            }
            None => self.groups.push_back(Group { first: now, last: now, count: 1 }),
        }
        None
    }

    /// From when on nothing of it counts.
    #[must_use]
    pub fn expires_at(&self, window: Duration) -> i64 {
        self.groups.back().map_or(0, |group| group.last + gcra::micros(window))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);
    const SECOND: i64 = 1_000_000;

    #[test]
    fn a_burst_waits_exactly_one_window() {
        let mut window = Window::default();
        for _ in 0..10 {
            assert_eq!(window.spend(0, 10, MINUTE), None);
        }

        assert_eq!(window.spend(0, 10, MINUTE), Some(MINUTE));
        assert_eq!(window.spend(59 * SECOND, 10, MINUTE), Some(Duration::from_secs(1)));
        assert_eq!(window.spend(60 * SECOND, 10, MINUTE), None);
    }

    #[test]
    fn a_lower_limit_counts_at_once_and_a_clock_that_goes_back_frees_nothing() {
        let mut window = Window::default();
        for _ in 0..10 {
            assert_eq!(window.spend(SECOND, 10, MINUTE), None);
        }

        assert!(window.spend(2 * SECOND, 5, MINUTE).is_some());
        assert!(window.spend(-100 * SECOND, 10, MINUTE).is_some());
    }

    proptest! {
        #[test]
        fn no_window_ever_holds_one_more_and_refusals_tell_the_truth(
            gaps in prop::collection::vec(0_i64..4 * SECOND, 1..400), most in 1_u32..60
        ) {
            let (mut window, mut now) = (Window::default(), 0);
            let mut passed: Vec<i64> = Vec::new();
            for gap in gaps {
                now += gap;
                match window.spend(now, most, MINUTE) {
                    None => passed.push(now),
                    Some(wait) => {
                        prop_assert!(wait <= MINUTE);
                        // who waits so long gets in, if nobody else came
                        let later = now + gcra::micros(wait);
                        prop_assert_eq!(window.clone().spend(later, most, MINUTE), None);
                    }
                }
                let within = passed.iter().filter(|at| now - **at < 60 * SECOND).count();
                prop_assert!(within <= most as usize, "{} in a minute", within);
                prop_assert!(window.groups.len() <= 66);
            }
        }

        #[test]
        fn a_place_is_free_again_a_64th_of_a_window_late_at_most(gaps in prop::collection::vec(0_i64..SECOND, 1..100)) {
            let (mut window, mut now) = (Window::default(), 0);
            for gap in &gaps {
                now += gap;
                prop_assert_eq!(window.spend(now, 100, MINUTE), None);
            }
            let first = gaps[0];
            let later = first + 60 * SECOND + grain(MINUTE);
            prop_assert_eq!(window.spend(later.max(now), u32::try_from(gaps.len()).unwrap(), MINUTE), None);
        }
    }
}
