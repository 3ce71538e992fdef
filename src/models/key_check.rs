//! What a check of a generated key answers, and in which order it judges.
//!
//! The order: malformed, not found, revoked, disabled, expired, forbidden address, lacking scope, too often. The first
//! that holds is the answer, and only a check that nothing else refuses counts against the key's own limit.

use std::{net::IpAddr, sync::OnceLock};

use chrono::{DateTime, Utc};
use ipnet::IpNet;

use super::{api_key::ApiKey, user::words};

words! {
    /// What came of a check.
    CheckCode {
        /// The key is good.
        Valid = "valid",
        /// It has not the form of a key, or its checksum is wrong: a typing mistake.
        Malformed = "malformed",
        /// This vault has no such key.
        NotFound = "not_found",
        /// It is switched off, or its account is disabled.
        Disabled = "disabled",
        /// It was revoked.
        Revoked = "revoked",
        /// Its time is over, or it is a former value whose grace has ended.
        Expired = "expired",
        /// It has not the scope that was asked for.
        InsufficientScope = "insufficient_scope",
        /// It was used more often than its own limit allows.
        RateLimited = "rate_limited",
        /// It may not be used from this address, or the address is not known.
        ForbiddenIp = "forbidden_ip",
    }
}

/// A key that was found by its value, with all that judging it takes.
#[derive(Debug)]
pub struct FoundKey {
    /// The key.
    pub key: ApiKey,
    /// The version whose value it is.
    pub version: i64,
    /// For a former value, until when it still counts; `None` for the current one.
    pub former_until: Option<DateTime<Utc>>,
    /// Whether its account may act.
    pub account_is_enabled: bool,
    /// The networks that it may be used from; empty for everywhere.
    pub networks: Vec<IpNet>,
    /// What an answer shows of it, once it was written.
    pub rendered: OnceLock<Vec<u8>>,
}

/// For what a key is to be used, and from where.
#[derive(Clone, Copy, Debug, Default)]
pub struct Use<'a> {
    /// The scope that it must have.
    pub scope: Option<&'a str>,
    /// The address of the client that showed it.
    pub ip: Option<IpAddr>,
}

impl FoundKey {
    /// Whether the value is a former one.
    #[must_use]
    pub fn is_former(&self) -> bool {
        self.former_until.is_some()
    }

    /// Why the key does not count now for this use; `None` where nothing but its own limit can refuse it.
    #[must_use]
    pub fn refusal(&self, wanted: Use<'_>, now: DateTime<Utc>) -> Option<CheckCode> {
        let key = &self.key;
        let has_passed = |time: Option<DateTime<Utc>>| time.is_some_and(|time| time <= now);
        if key.revoked {
            Some(CheckCode::Revoked)
        } else if !key.enabled || !self.account_is_enabled {
            Some(CheckCode::Disabled)
        } else if has_passed(key.expires_at) || has_passed(self.former_until) {
            Some(CheckCode::Expired)
        } else if !self.is_open_to(wanted.ip) {
            Some(CheckCode::ForbiddenIp)
        } else if wanted.scope.is_some_and(|scope| !covers(&key.scopes, scope)) {
            Some(CheckCode::InsufficientScope)
        } else {
            None
        }
    }

    /// An address that nobody told is none of the allowed ones.
    fn is_open_to(&self, ip: Option<IpAddr>) -> bool {
        let contains = |ip: IpAddr| self.networks.iter().any(|network| network.contains(&ip.to_canonical()));
        self.key.allowed_ips.is_empty() || ip.is_some_and(contains)
    }
}

/// Whether one of the scopes is the wanted one, or ends in `*` and begins like it.
fn covers(scopes: &[String], wanted: &str) -> bool {
    scopes.iter().any(|scope| scope == wanted || scope.strip_suffix('*').is_some_and(|start| wanted.starts_with(start)))
}

/// What a check answers.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The answer in a word.
    pub code: CheckCode,
    /// The key, where there is one.
    pub found: Option<std::sync::Arc<FoundKey>>,
    /// Seconds to wait, where the key was used too often.
    pub retry_after: Option<u64>,
}

impl Verdict {
    /// Whether the key is good.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.code == CheckCode::Valid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_covers_what_begins_alike_and_nothing_else() {
        let scopes = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();

        assert!(covers(&scopes(&["orders:read", "x"]), "orders:read"));
        assert!(covers(&scopes(&["orders:*"]), "orders:write"));
        assert!(covers(&scopes(&["*"]), "anything"));
        assert!(!covers(&scopes(&["orders:*"]), "order"));
        assert!(!covers(&scopes(&["orders:read"]), "orders:read:all"));
        assert!(!covers(&[], "orders:read"));
    }
}
