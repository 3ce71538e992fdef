//! A sign-in.
//!
//! States: *open* → *ended*. `services::sessions::log_in` opens one; `log_out`, `end`, a changed or reset
//! password, a deleted or disabled account and its expiry end it. Invariants:
//! 1. An ended session's row is gone: there is nothing that could be revived.
//! 2. A token counts only while its session is open, whatever the token says.

use std::sync::Arc;

use chrono::{DateTime, Utc};

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
}
