//! What a row of the list says.

use chrono::{DateTime, TimeDelta, Utc};

use super::{super::stamp, asked::Asked};
use crate::{
    core::{
        language::Language,
        texts::console::{KeysListTexts, keys_list, named_provider},
    },
    models::{
        api_key::{ApiKey, KeyKind},
        provider,
    },
};

/// From when on the end of a key's time is told as near.
const SOON: TimeDelta = TimeDelta::days(30);

/// A moment: exactly, and in words.
pub(super) struct Moment {
    pub(super) exact: stamp::Moment,
    pub(super) words: String,
}

/// A row.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) masked: String,
    pub(super) provider: String,
    /// The tags, each with the address of its list.
    pub(super) tags: Vec<(String, String)>,
    pub(super) last_use: Option<Moment>,
    pub(super) expiry: Option<Moment>,
    /// `warn`, `danger`, or empty while there is time.
    pub(super) expiry_kind: &'static str,
    /// When it was revoked.
    pub(super) revoked: Option<Moment>,
    pub(super) is_reinstatable: bool,
    pub(super) is_disabled: bool,
    /// Until when a former value is still accepted.
    pub(super) grace: Option<stamp::Moment>,
}

/// The rows of one environment.
pub(super) struct Group {
    pub(super) title: String,
    pub(super) rows: Vec<Row>,
}

/// The rows by their environment, in the order in which the environments first come.
pub(super) fn group(keys: Vec<ApiKey>, asked: &Asked, now: DateTime<Utc>, language: Language) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for key in keys {
        let none = KeysListTexts::of(language).environment_none;
        let title = key.environment.clone().unwrap_or_else(|| none.to_owned());
        let row = row(key, asked, now, language);
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group { title, rows: vec![row] }),
        }
    }
    groups
}

fn row(key: ApiKey, asked: &Asked, now: DateTime<Utc>, language: Language) -> Row {
    let past = |at: DateTime<Utc>| Moment::of(at, keys_list::ago(language, now - at));
    let tagged = |tag: &String| Asked { tag: tag.clone(), cursor: String::new(), ..asked.clone() }.address();
    let (expiry, expiry_kind) = match key.expires_at {
        Some(at) if at <= now => (Some(past(at)), "danger"),
        Some(at) => {
            let kind = if at - now <= SOON { "warn" } else { "" };
            (Some(Moment::of(at, keys_list::ahead(language, at - now))), kind)
        }
        None => (None, ""),
    };
    Row {
        id: key.id.to_string(),
        masked: format!("{}••••{}", key.prefix, key.last4),
        provider: owner(&key, language),
        tags: key.tags.iter().map(|tag| (tag.clone(), tagged(tag))).collect(),
        last_use: key.last_used_at.map(past),
        expiry,
        expiry_kind,
        revoked: key.revoked_at.filter(|_| key.revoked).map(past),
        is_reinstatable: key.is_reinstatable(now),
        is_disabled: !key.enabled,
        grace: key.grace_ends_at.map(Into::into),
        name: key.name,
    }
}

/// Whose the key is: what the vault made for customers is nobody's else.
fn owner(key: &ApiKey, language: Language) -> String {
    if key.kind == KeyKind::Generated && key.provider == provider::custom().id {
        return KeysListTexts::of(language).generated.to_owned();
    }
    named_provider(&key.provider, language)
}

impl Moment {
    fn of(at: DateTime<Utc>, words: String) -> Self {
        Self { exact: at.into(), words }
    }
}
