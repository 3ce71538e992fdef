//! A place from which an account signed in before: its address, an IPv6 one by its network.

use chrono::{DateTime, Utc};

/// A known place.
#[derive(Clone, Copy, Debug)]
pub struct KnownDevice {
    /// The first sign-in from there.
    pub created_at: DateTime<Utc>,
    /// The last one.
    pub last_seen_at: DateTime<Utc>,
}
