//! Wrong passwords in a row. Times are microseconds; `guesses.lua` does the same in Redis, and a test compares them.
//!
//! Invariants, cited by the tests:
//! 1. No more than `most` tries that are wrong or under way, until `forget` has passed.
//! 2. After `free` wrong ones each further one makes the next wait twice as long, up to `LONGEST_DELAY`, and one
//!    is tried at a time. A try that has to wait is not counted: nobody makes the wait longer by knocking.
//! 3. A right password ends the row, unless the policy keeps it: who owns one account may not go on guessing others.
//! 4. A try that never ends (its server was killed) counts for nothing after `LONGEST_TRY`.

use std::time::Duration;

use super::gcra::{duration, micros};

const LONGEST_DELAY: i64 = 60_000_000;
const LONGEST_TRY: i64 = 30_000_000;
/// How much later than the state itself its entry is dropped.
const MARGIN: i64 = LONGEST_TRY;

/// How tries are counted.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// How many wrong ones cost no delay.
    pub free: u32,
    /// After how many wrong ones nothing is tried until `forget` has passed.
    pub most: u32,
    /// When the row is forgotten.
    pub forget: Duration,
    /// Whether that is counted from the last wrong one; else from the first, and from the one that was too many.
    pub from_last: bool,
    /// Whether a right password ends the row.
    pub right_ends: bool,
}

/// How a try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The password was right.
    Right,
    /// It was wrong.
    Wrong,
    /// It was not found out, as where too much waits.
    Open,
}

/// The row of wrong passwords of one key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guesses {
    /// How many were wrong.
    pub wrong: u32,
    /// From when the time is counted.
    pub since: i64,
    /// How many are under way.
    pub pending: u32,
    /// When the newest of them began.
    pub pending_since: i64,
}

impl Guesses {
    /// What is left of it at `now`.
    fn at(mut self, now: i64, policy: &Policy) -> Self {
        // a clock that stepped back makes nobody wait longer
        self.since = self.since.min(now);
        self.pending_since = self.pending_since.min(now);
        if now - self.since >= micros(policy.forget) {
            self.wrong = 0;
        }
        if now - self.pending_since >= LONGEST_TRY {
            self.pending = 0;
        }
        self
    }

    /// Begins a try, or tells how long to wait.
    ///
    /// # Errors
    /// The wait.
    pub fn begin(self, now: i64, policy: &Policy) -> (Self, Result<(), Duration>) {
        let mut state = self.at(now, policy);
        let wait = state.wait(now, policy);
        if wait > 0 {
            return (state, Err(duration(wait)));
        }
        state.pending += 1;
        state.pending_since = now;
        (state, Ok(()))
    }

    fn wait(&self, now: i64, policy: &Policy) -> i64 {
        if self.wrong >= policy.most {
            return (self.since + micros(policy.forget) - now).max(1);
        }
        let is_suspect = self.wrong > policy.free;
        if self.wrong + self.pending >= policy.most || (is_suspect && self.pending > 0) {
            return 1_000_000;
        }
        if is_suspect { self.since + delay(self.wrong - policy.free) - now } else { 0 }
    }

    /// Ends a try.
    #[must_use]
    pub fn end(self, now: i64, policy: &Policy, outcome: Outcome) -> Self {
        let mut state = self.at(now, policy);
        state.pending = state.pending.saturating_sub(1);
        match outcome {
            Outcome::Wrong => {
                state.wrong += 1;
                if policy.from_last || state.wrong == 1 || state.wrong >= policy.most {
                    state.since = now;
                }
            }
            Outcome::Right if policy.right_ends => state.wrong = 0,
            Outcome::Right | Outcome::Open => {}
        }
        state
    }

    /// When nothing of it counts any more.
    #[must_use]
    pub fn forgotten_at(&self, policy: &Policy) -> i64 {
        let row = if self.wrong == 0 { i64::MIN } else { self.since + micros(policy.forget) };
        row.max(self.pending_since + MARGIN)
    }
}

/// The delay after the `n`th wrong password that costs one: 1 s, 2 s, 4 s … 60 s.
fn delay(n: u32) -> i64 {
    1_000_000_i64.checked_shl(n.saturating_sub(1).min(10)).unwrap_or(LONGEST_DELAY).min(LONGEST_DELAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;
    const HOUR: i64 = 3600 * SECOND;
    const ACCOUNT: Policy =
        Policy { free: 3, most: 100, forget: Duration::from_hours(24), from_last: true, right_ends: true };
    const ADDRESS: Policy =
        Policy { free: 20, most: 20, forget: Duration::from_mins(10), from_last: false, right_ends: false };

    /// Tries once, wrongly: how long to wait where it may not.
    fn guess(state: &mut Guesses, now: i64, policy: &Policy) -> Result<(), Duration> {
        let (begun, answer) = state.begin(now, policy);
        *state = if answer.is_ok() { begun.end(now, policy, Outcome::Wrong) } else { begun };
        answer
    }

    #[test]
    fn the_delay_doubles_from_the_fourth_wrong_password_up_to_a_minute() {
        let (mut state, mut now) = (Guesses::default(), HOUR);
        for _ in 0..4 {
            guess(&mut state, now, &ACCOUNT).expect("no delay yet");
        }

        for seconds in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            assert_eq!(guess(&mut state, now, &ACCOUNT), Err(Duration::from_secs(seconds)));
            now += i64::try_from(seconds).unwrap() * SECOND;
            guess(&mut state, now, &ACCOUNT).expect("the delay is over");
        }
    }

    #[test]
    fn an_eager_guesser_tries_a_hundred_a_day_and_no_more() {
        let mut state = Guesses::default();
        let tried: Vec<i64> = (1..=72 * 3600)
            .map(|second| second * SECOND)
            .filter(|now| guess(&mut state, *now, &ACCOUNT).is_ok())
            .collect();

        let most =
            tried.iter().map(|from| tried.iter().filter(|at| (*from..from + 24 * HOUR).contains(*at)).count()).max();
        assert_eq!(most, Some(100), "invariant 1");
    }

    #[test]
    fn tries_at_once_pass_the_limit_no_more_than_those_in_turn() {
        let mut state = Guesses::default();
        let begun = (0..1000).filter(|_| {
            let (next, answer) = state.begin(HOUR, &ACCOUNT);
            state = next;
            answer.is_ok()
        });
        assert_eq!(begun.count(), 100, "invariant 1");

        for _ in 0..100 {
            state = state.end(HOUR + SECOND, &ACCOUNT, Outcome::Wrong);
        }
        assert_eq!(state.begin(HOUR + SECOND, &ACCOUNT).1, Err(Duration::from_hours(24)));
    }

    #[test]
    fn a_right_password_ends_the_row_and_knocking_makes_no_wait_longer() {
        let mut state = Guesses::default();
        for _ in 0..4 {
            guess(&mut state, HOUR, &ACCOUNT).expect("no delay yet");
        }
        for _ in 0..50 {
            assert!(guess(&mut state, HOUR, &ACCOUNT).is_err(), "invariant 2");
        }

        let (begun, answer) = state.begin(HOUR + SECOND, &ACCOUNT);
        answer.expect("a second is over");
        assert_eq!(begun.end(HOUR + SECOND, &ACCOUNT, Outcome::Right).wrong, 0, "invariant 3");
    }

    #[test]
    fn a_try_that_never_ends_is_forgotten() {
        let mut state = Guesses { wrong: 5, since: HOUR, ..Guesses::default() };
        state = state.begin(HOUR + 10 * SECOND, &ACCOUNT).0;
        assert!(state.begin(HOUR + 20 * SECOND, &ACCOUNT).1.is_err());

        state.begin(HOUR + 41 * SECOND, &ACCOUNT).1.expect("invariant 4");
    }

    #[test]
    fn an_address_with_twenty_wrong_passwords_in_ten_minutes_waits_ten_minutes() {
        let mut state = Guesses::default();
        for turn in 0..20 {
            guess(&mut state, HOUR + turn * 20 * SECOND, &ADDRESS).expect("fewer than twenty");
        }
        let last = HOUR + 19 * 20 * SECOND;
        assert_eq!(guess(&mut state, last + SECOND, &ADDRESS), Err(Duration::from_secs(599)));
        assert_eq!(state.end(last, &ADDRESS, Outcome::Right).wrong, 20, "invariant 3");
        guess(&mut state, last + 600 * SECOND, &ADDRESS).expect("ten minutes are over");
        assert_eq!(state.wrong, 1);

        let mut slow = Guesses::default();
        for turn in 0..100 {
            guess(&mut slow, HOUR + turn * 40 * SECOND, &ADDRESS).expect("fifteen in ten minutes are no flood");
        }
    }
}
