//! What people ask of their keys: which to list, what to make, what to change; and the values they get to see.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::{
    api_key::{ApiKey, KeyKind, KeyLimit},
    audit_details::ChangedField,
    provider::Provider,
    warning::Warning,
};
use crate::core::secret::SecretText;

/// In days: later than any use.
const FAR_AHEAD: i64 = 365_000;

/// What a list is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Revoked keys in place of active ones.
    pub revoked: bool,
    /// A part of name, tag, note, provider, prefix or last four.
    pub search: Option<String>,
    /// One provider.
    pub provider: Option<String>,
    /// One environment.
    pub environment: Option<String>,
    /// One tag.
    pub tag: Option<String>,
    /// Those whose time ends within so many days.
    pub expiring_within_days: Option<i64>,
    /// Those whose time is over.
    pub expired: bool,
    /// Those that nobody has used for so many days.
    pub unused_for_days: Option<i64>,
}

impl Filter {
    /// Whether all active keys are asked for, or all revoked ones.
    #[must_use]
    pub fn is_unfiltered(&self) -> bool {
        *self == Self { revoked: self.revoked, ..Self::default() }
    }

    /// Between which moments (after the first, until the second) the time of the keys ends; `None` for all keys.
    #[must_use]
    pub fn expiry(&self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let until = now + TimeDelta::days(self.expiring_within_days.unwrap_or(0));
        let after = if self.expired { DateTime::UNIX_EPOCH } else { now };
        (self.expired || self.expiring_within_days.is_some()).then_some((after, until))
    }

    /// Until when the keys were last used, or made where nobody used them since; far ahead for all keys.
    #[must_use]
    pub fn unused_since(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + self.unused_for_days.map_or(TimeDelta::days(FAR_AHEAD), |days| TimeDelta::days(-days))
    }
}

/// What the active keys of an account can be told apart by.
#[derive(Clone, Debug, Default)]
pub struct Facets {
    /// Their environments, by name.
    pub environments: Vec<String>,
    /// The identifiers of their providers, by name.
    pub providers: Vec<String>,
}

/// What a new key is made of.
pub struct NewKey {
    /// Its name.
    pub name: String,
    /// Its value; `None` lets the vault make one.
    pub value: Option<SecretText>,
    /// Its provider; `None` lets the value's shape tell.
    pub provider: Option<&'static Provider>,
    /// The provider's settings.
    pub provider_config: Map<String, Value>,
    /// Where it is used.
    pub environment: Option<String>,
    /// The user's own words for it.
    pub tags: Vec<String>,
    /// The user's own text.
    pub note: Option<String>,
    /// From when on it is worth nothing.
    pub expires_at: Option<DateTime<Utc>>,
    /// What a generated key may be used for.
    pub scopes: Vec<String>,
    /// From where a generated key may be used.
    pub allowed_ips: Vec<String>,
    /// How often a generated key may be used.
    pub rate_limit: Option<KeyLimit>,
}

impl NewKey {
    /// Who makes the value.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        if self.value.is_some() { KeyKind::Stored } else { KeyKind::Generated }
    }
}

/// A key that was just made, with its value: the only time a generated one is shown unasked.
pub struct Created {
    /// The key.
    pub key: ApiKey,
    /// Its value.
    pub value: SecretText,
    /// What looks like a mistake.
    pub warnings: Vec<Warning>,
}

/// A key that was just changed.
pub struct Changed {
    /// The key.
    pub key: ApiKey,
    /// What looks like a mistake.
    pub warnings: Vec<Warning>,
}

/// A value that is shown.
pub struct Revealed {
    /// The value.
    pub value: SecretText,
    /// The provider's settings, the secret ones in clear.
    pub provider_config: Map<String, Value>,
}

/// A change to a field that may be empty.
#[derive(Clone, Debug, Default)]
pub enum Change<T> {
    /// As it is.
    #[default]
    Keep,
    /// Nothing.
    Clear,
    /// This.
    Set(T),
}

impl<T> Change<T> {
    /// What it sets, if it sets anything.
    pub fn set(self) -> Option<T> {
        match self {
            Self::Keep | Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// The field with the change made.
    pub fn apply(self, field: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *field = None,
            Self::Set(value) => *field = Some(value),
        }
    }
}

/// What is to be changed; `None` and `Keep` leave a field as it is.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// The name.
    pub name: Option<String>,
    /// The provider.
    pub provider: Option<&'static Provider>,
    /// The provider's settings, all of them.
    pub provider_config: Option<Map<String, Value>>,
    /// Where it is used.
    pub environment: Change<String>,
    /// The user's own words, all of them.
    pub tags: Option<Vec<String>>,
    /// The user's own text.
    pub note: Change<String>,
    /// From when on it is worth nothing.
    pub expires_at: Change<DateTime<Utc>>,
    /// What a generated key may be used for, all of it.
    pub scopes: Option<Vec<String>>,
    /// Whether it may be used.
    pub enabled: Option<bool>,
    /// From where a generated key may be used, all of it.
    pub allowed_ips: Option<Vec<String>>,
    /// How often a generated key may be used.
    pub rate_limit: Change<KeyLimit>,
}

/// A new value for a key.
#[derive(Default)]
pub struct Rotation {
    /// The value; `None` lets the vault make one.
    pub value: Option<SecretText>,
    /// How long the former value still counts, in seconds.
    pub grace_seconds: Option<i64>,
}

impl Changes {
    /// The fields that change.
    #[must_use]
    pub fn fields(&self) -> Vec<ChangedField> {
        let is_kept = [
            (ChangedField::Name, self.name.is_none()),
            (ChangedField::Provider, self.provider.is_none()),
            (ChangedField::ProviderConfig, self.provider_config.is_none()),
            (ChangedField::Environment, matches!(self.environment, Change::Keep)),
            (ChangedField::Tags, self.tags.is_none()),
            (ChangedField::Note, matches!(self.note, Change::Keep)),
            (ChangedField::ExpiresAt, matches!(self.expires_at, Change::Keep)),
            (ChangedField::Scopes, self.scopes.is_none()),
            (ChangedField::Enabled, self.enabled.is_none()),
            (ChangedField::AllowedIps, self.allowed_ips.is_none()),
            (ChangedField::RateLimit, matches!(self.rate_limit, Change::Keep)),
        ];
        is_kept.into_iter().filter(|(_, kept)| !kept).map(|(field, _)| field).collect()
    }
}

/// The most active keys that a plan allows, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanRoom {
    /// The most.
    pub limit: i64,
    /// How many there are; more than the most after a change of the plan.
    pub used: i64,
}

impl PlanRoom {
    /// How many more there may be.
    #[must_use]
    pub fn left(self) -> i64 {
        (self.limit - self.used).max(0)
    }
}
