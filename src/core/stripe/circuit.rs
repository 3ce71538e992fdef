//! A circuit breaker: while Stripe is away, nobody waits for it.
//!
//! States: *closed* (calls go out; `noted(false)` counts failures in a row) → *open* after `MOST_FAILURES` (calls fail at
//! once) → after the rest, `admit` lets one call through and stays open for the others → that call's `noted(true)`
//! closes it, its `noted(false)` opens it for another rest. A call that is given up before it ends changes nothing: the
//! next one is let through after another rest.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How many failures in a row open it.
const MOST_FAILURES: u32 = 5;

/// Counts failures in a row.
#[derive(Default)]
pub(super) struct Circuit(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    open_until: Option<Instant>,
}

impl Circuit {
    /// Lets a call through, or says for how long it would be in vain.
    pub(super) fn admit(&self, now: Instant, rest: Duration) -> Result<(), Duration> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.open_until {
            Some(until) if now < until => Err(until - now),
            Some(_) => {
                state.open_until = Some(now + rest);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Notes whether Stripe was there.
    pub(super) fn noted(&self, was_there: bool, now: Instant, rest: Duration) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if was_there {
            *state = State::default();
            return;
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures >= MOST_FAILURES {
            state.open_until = Some(now + rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(30);

    #[test]
    fn it_opens_after_five_failures_lets_one_through_and_closes_again() {
        let (circuit, now) = (Circuit::default(), Instant::now());
        for was_there in [false, false, false, false, true, false, false, false, false] {
            assert!(circuit.admit(now, REST).is_ok(), "a success between them begins the count anew");
            circuit.noted(was_there, now, REST);
        }
        circuit.noted(false, now, REST);

        assert_eq!(circuit.admit(now, REST), Err(REST));
        let now = now + REST;
        assert!(circuit.admit(now, REST).is_ok());
        assert!(circuit.admit(now, REST).is_err(), "one is let through, not all");
        circuit.noted(false, now, REST);
        assert_eq!(circuit.admit(now, REST), Err(REST));
        let now = now + REST;
        assert!(circuit.admit(now, REST).is_ok());
        circuit.noted(true, now, REST);
        assert!(circuit.admit(now, REST).is_ok() && circuit.admit(now, REST).is_ok());
    }

    #[test]
    fn a_trial_call_that_is_given_up_does_not_keep_it_open_for_ever() {
        let (circuit, now) = (Circuit::default(), Instant::now());
        for _ in 0..MOST_FAILURES {
            circuit.noted(false, now, REST);
        }
        assert!(circuit.admit(now + REST, REST).is_ok());

        assert!(circuit.admit(now + REST, REST).is_err());
        assert!(circuit.admit(now + REST * 2, REST).is_ok());
    }
}
