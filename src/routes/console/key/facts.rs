//! What pages say of a key: its mask, its badges, its moments, its settings.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{
    core::{
        language::Language,
        texts::console::{KeyTexts, named_provider},
    },
    models::api_key::{ApiKey, KeyKind},
};

/// A word on a coloured ground.
pub(super) struct Badge {
    pub(super) class: &'static str,
    pub(super) text: String,
}

/// What is shown in place of a value.
pub(super) fn masked(prefix: &str, last4: &str) -> String {
    format!("{prefix}••••••••{last4}")
}

/// The badges of a key: its state first.
pub(super) fn badges(language: Language, key: &ApiKey, now: DateTime<Utc>) -> Vec<Badge> {
    let t = KeyTexts::of(language);
    let badge = |class, text: &str| Badge { class, text: text.to_owned() };
    let mut all = vec![match key {
        _ if key.revoked => badge("danger", t.revoked),
        _ if !key.enabled => badge("warn", t.disabled),
        _ if key.expires_at.is_some_and(|end| end <= now) => badge("danger", t.expired),
        _ => badge("ok", t.active),
    }];
    if let Some(environment) = &key.environment {
        all.push(badge("accent", environment));
    }
    // whose it is, the vault's own or a provider's
    let whose = match key.kind {
        KeyKind::Generated => t.generated.to_owned(),
        KeyKind::Stored => named_provider(&key.provider, language),
    };
    all.push(badge("", &whose));
    all
}

/// The provider's settings, by name: the secret ones masked.
pub(super) fn settings(key: &ApiKey) -> Vec<(String, String)> {
    texts(&key.provider_config).collect()
}

/// The texts of an object.
pub(super) fn texts(object: &serde_json::Map<String, Value>) -> impl Iterator<Item = (String, String)> {
    object.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
}

/// The rate limit in words.
pub(super) fn rate(t: &KeyTexts, key: &ApiKey) -> String {
    key.rate_limit.map_or_else(
        || t.no_rate.to_owned(),
        |rate| {
            let text = t.rate_value.replace("{limit}", &rate.limit.to_string());
            text.replace("{window}", &rate.window_seconds.to_string())
        },
    )
}
