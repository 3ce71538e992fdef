//! A sign-in.
//!
//! States: *open* → *ended*. `services::sessions::log_in` opens one; `log_out`, `end`, a changed or reset
//! password, a deleted or disabled account, a spent refresh token and its expiry end it. Invariants:
//! 1. An ended session's row is gone: there is nothing that could be revived.
//! 2. A token counts only while its session is open, whatever the token says.
//! 3. A session has one refresh token that counts: the one of its `refresh_count`. Each use makes it spent.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    ids::{SessionId, UserId},
    user::User,
};
use crate::core::secret::SecretText;

/// A sign-in, as its owner sees it.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its identifier.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// The address that signed in; empty where unknown.
    pub ip: String,
    /// The program that signed in.
    pub user_agent: String,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// How often it was refreshed: the refresh token of this number is the one that counts.
    pub refresh_count: i64,
    /// When it was refreshed last.
    pub refreshed_at: Option<DateTime<Utc>>,
}

/// However often it is refreshed, a session ends so long after its sign-in.
const LONGEST_LIFE: TimeDelta = TimeDelta::days(180);
/// How long after its use a refresh token may come again, when the answer was lost.
const RETRY_WITHIN: TimeDelta = TimeDelta::seconds(30);

impl Session {
    /// When a session of `created_at` ends that is used at `now`, with refresh tokens of this life.
    #[must_use]
    pub fn end_of_life(created_at: DateTime<Utc>, now: DateTime<Utc>, refresh_life: TimeDelta) -> DateTime<Utc> {
        (now + refresh_life).min(created_at + LONGEST_LIFE)
    }

    /// Whether the refresh token of this number is spent but may be an honest retry: its successor was never used, and
    /// it was spent a moment ago.
    #[must_use]
    pub fn may_be_retried(&self, count: i64, now: DateTime<Utc>) -> bool {
        self.refresh_count == count + 1 && self.refreshed_at.is_some_and(|at| now - at <= RETRY_WITHIN)
    }
}

/// A member who has signed in: the account and by which session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The account, as it was when last read.
    pub user: Arc<User>,
    /// The session.
    pub session: SessionId,
    /// When the session ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When the session was last marked as used.
    pub last_seen_at: DateTime<Utc>,
    /// When the person last proved to be there: at the sign-in, or when it was renewed.
    pub authenticated_at: DateTime<Utc>,
}

/// What the right password gives.
pub enum SignIn {
    /// A session.
    Opened(Opened),
    /// The question for the second factor.
    Challenge(Challenge),
}

/// What the right password gives in the console.
pub enum ConsoleSignIn {
    /// A session.
    Opened(ConsoleSession),
    /// The question for the second factor.
    Challenge(Challenge),
}

/// An open session of the console.
pub struct ConsoleSession {
    /// What opens it, as a cookie.
    pub cookie: SecretText,
    /// Whose it is.
    pub user: Box<User>,
    /// How many recovery codes are left, where one of them opened it.
    pub codes_left: Option<i64>,
}

/// A sign-in that waits for the second factor.
pub struct Challenge {
    /// What to send back with the code.
    pub token: SecretText,
    /// Its life, in seconds.
    pub expires_in: i64,
}

/// What a sign-in gives.
pub struct Opened {
    /// The account.
    pub user: User,
    /// The access token.
    pub access_token: SecretText,
    /// Its life, in seconds.
    pub expires_in: i64,
    /// The token that gives the next ones.
    pub refresh_token: SecretText,
}
