//! Reads how often who may do what: `RATE_LIMIT_…` and `REDIS_URL`.
//!
//! Two variables set the scale; the others follow them unless they are set themselves, so that who lets a large
//! office in behind one address need not think of each.

use super::{
    Stage,
    read::{Reader, boolean},
};
use crate::core::secret::SecretText;

/// One in each microsecond: the counts know no shorter time.
const MOST: u32 = 60_000_000;

/// How often who may do what; `services::limits` has the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Whether anything is limited at all.
    pub is_enabled: bool,
    /// Sign-in routes, for each address and minute.
    pub auth_per_minute: u32,
    /// Other requests, for each account or address and minute.
    pub api_per_minute: u32,
    /// New accounts, for each address and hour.
    pub register_per_hour: u32,
    /// Mails that are asked for, for each address and hour.
    pub recover_per_hour: u32,
    /// Mails that are asked for, for each mailbox and hour.
    pub mailbox_per_hour: u32,
    /// Refreshes, for each session and minute.
    pub refresh_per_minute: u32,
    /// Values shown, for each account and minute.
    pub reveal_per_minute: u32,
    /// Keys checked, for each account that asks (or address) and minute.
    pub verify_per_minute: u32,
}

impl Reader<'_> {
    pub(super) fn rate_limits(&mut self, stage: Stage) -> Option<RateLimits> {
        let is_enabled = self.value("RATE_LIMIT_ENABLED", true, |text| match boolean(text) {
            Ok(false) if stage == Stage::Production => {
                Err("must not be false in production; raise single limits instead".into())
            }
            other => other,
        });
        let auth = self.number("RATE_LIMIT_AUTH_PER_MINUTE", 10, 1, MOST)?;
        let api = self.number("RATE_LIMIT_API_PER_MINUTE", 600, 1, MOST)?;
        let register = self.number("RATE_LIMIT_REGISTER_PER_HOUR", (auth / 2).max(1), 1, MOST);
        let recover = self.number("RATE_LIMIT_RECOVER_PER_HOUR", auth, 1, MOST);
        let mailbox = self.number("RATE_LIMIT_MAILBOX_PER_HOUR", 3, 1, MOST);
        let refresh = self.number("RATE_LIMIT_REFRESH_PER_MINUTE", auth.saturating_mul(3).min(MOST), 1, MOST);
        let reveal = self.number("RATE_LIMIT_REVEAL_PER_MINUTE", (api / 20).max(1), 1, MOST);
        let verify = self.number("RATE_LIMIT_VERIFY_PER_MINUTE", api.saturating_mul(10).min(MOST), 1, MOST);
        Some(RateLimits {
            is_enabled: is_enabled?,
            auth_per_minute: auth,
            api_per_minute: api,
            register_per_hour: register?,
            recover_per_hour: recover?,
            mailbox_per_hour: mailbox?,
            refresh_per_minute: refresh?,
            reveal_per_minute: reveal?,
            verify_per_minute: verify?,
        })
    }
}

/// The address of a Redis. The error is a sentence without the text: it may hold a password.
pub(super) fn redis(text: &str) -> Result<Option<SecretText>, String> {
    let sentence = "must be redis://:password@host:6379, or rediss:// for TLS";
    let url = url::Url::parse(text).map_err(|_| sentence)?;
    let database = url.path().trim_matches('/');
    let is_sound = matches!(url.scheme(), "redis" | "rediss")
        && url.host_str().is_some_and(|host| !host.is_empty())
        && (database.is_empty() || database.parse::<u32>().is_ok())
        && ::redis::Client::open(text).is_ok();
    if is_sound { Ok(Some(SecretText::from(text))) } else { Err(sentence.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_redis_is_told_from_what_is_none_without_its_text() {
        for text in ["redis://127.0.0.1", "redis://:hush@redis:6379/2", "rediss://user:hush@cache.example.com:6380"] {
            assert!(redis(text).is_ok(), "{text}");
        }
        for text in
            ["hush", "http://:hush@h", "redis:///0", "redis://h/hush", "redis+unix:///hush", "redis://h:1?protocol=9"]
        {
            let sentence = redis(text).expect_err(text);
            assert!(!sentence.contains("hush"), "{sentence}");
        }
    }
}
