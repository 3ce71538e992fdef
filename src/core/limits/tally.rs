//! What one request counted against: the answer tells the tightest limit.

use std::sync::{Mutex, PoisonError};

use crate::core::error::Limited;

/// The tightest limit so far.
#[derive(Debug, Default)]
pub struct Tally(Mutex<Option<Limited>>);

impl Tally {
    /// Notes that the request counted.
    pub fn note(&self, limited: Limited) {
        let mut tightest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tightest.is_none_or(|tightest| limited.spending.remaining < tightest.spending.remaining) {
            *tightest = Some(limited);
        }
    }

    /// The limit of which least is left.
    #[must_use]
    pub fn tightest(&self) -> Option<Limited> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
