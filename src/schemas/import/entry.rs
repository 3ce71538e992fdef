//! One entry of a file, checked against the rules for keys.

use chrono::{DateTime, SubsecRound as _, Utc};
use serde_json::{Map, Value};

use crate::{
    core::{
        secret::SecretText,
        texts::{
            faults::FaultKind,
            import_lines::{LineFault, Part},
        },
    },
    models::{
        api_key::MOST_TAGS,
        import::{Content, Entry},
        provider,
    },
    schemas::rules::{self, Text},
};

const MOST_SCOPES: usize = 50;
const MOST_SETTINGS: usize = 20;
const MOST_SETTINGS_CHARACTERS: usize = 8192;
/// A list of texts: what of the entry it is, how many it may hold, and what is said of more.
type List = (Part, usize, FaultKind);
const TAGS: List = (Part::Tags, MOST_TAGS, FaultKind::TooMany(MOST_TAGS, "tags", "étiquettes"));
const SCOPES: List = (Part::Scopes, MOST_SCOPES, FaultKind::TooMany(MOST_SCOPES, "scopes", "portées"));
/// A name that is no name is shown so far, and no further: it may be a misplaced value.
const MOST_SHOWN: usize = 100;

/// What a file says of one key, as it says it.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) value: Option<String>,
    pub(super) environment: Option<String>,
    pub(super) provider: Option<String>,
    pub(super) provider_config: Map<String, Value>,
    pub(super) tags: Vec<String>,
    pub(super) note: Option<String>,
    pub(super) expires_at: Option<String>,
    pub(super) scopes: Vec<String>,
    pub(super) is_disabled: bool,
}

/// An entry at which something is wrong already.
pub(super) fn faulty(line: usize, name: String, fault: LineFault) -> Entry {
    let name = if name.chars().count() > MOST_SHOWN { String::new() } else { name };
    Entry { line, name, environment: None, content: Err(fault) }
}

/// The entry that a draft makes.
pub(super) fn check(line: usize, draft: Draft) -> Entry {
    let (name, environment) = (draft.name.clone(), draft.environment.clone());
    match checked(draft) {
        Ok((name, environment, content)) => Entry { line, name, environment, content: Ok(content) },
        Err(fault) => {
            let environment = environment.and_then(|environment| rules::ENVIRONMENT.check(environment).ok());
            Entry { environment, ..faulty(line, name, fault) }
        }
    }
}

fn checked(draft: Draft) -> Result<(String, Option<String>, Content), LineFault> {
    let name = one(draft.name, Part::Name, rules::KEY_NAME)?;
    let environment =
        filled(draft.environment).map(|text| one(text, Part::Environment, rules::ENVIRONMENT)).transpose()?;
    let value = draft.value.filter(|value| !value.is_empty()).ok_or(LineFault::Empty)?;
    let content = Content {
        // a provider that this vault does not know is found out by the value's shape
        provider: draft.provider.as_deref().and_then(provider::find),
        provider_config: settings(draft.provider_config)?,
        tags: many(draft.tags, TAGS, rules::TAG)?,
        note: filled(draft.note).map(|text| one(text, Part::Note, rules::NOTE)).transpose()?,
        expires_at: filled(draft.expires_at).map(|text| time(&text)).transpose()?,
        scopes: many(draft.scopes, SCOPES, rules::SCOPE)?,
        enabled: !draft.is_disabled,
        value: SecretText::new(one(value, Part::Value, rules::VALUE)?),
    };
    Ok((name, environment, content))
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

fn one(text: String, part: Part, rule: Text) -> Result<String, LineFault> {
    rule.check(text).map_err(|kind| LineFault::Part(part, kind))
}

fn many(texts: Vec<String>, (part, most, too_many): List, rule: Text) -> Result<Vec<String>, LineFault> {
    if texts.len() > most {
        return Err(LineFault::Part(part, too_many));
    }
    let mut kept: Vec<String> = Vec::with_capacity(texts.len());
    for text in texts {
        let text = one(text, part, rule)?;
        if !kept.contains(&text) {
            kept.push(text);
        }
    }
    Ok(kept)
}

/// A moment, which may have passed: an expired key that comes back from an export stays expired. What is before 1970 is a
/// mistake.
fn time(text: &str) -> Result<DateTime<Utc>, LineFault> {
    const FORM: FaultKind = FaultKind::InvalidFormat(
        "a time in RFC 3339 from 1970 on, as 2027-01-31T12:00:00Z",
        "une date et une heure au format RFC 3339 à partir de 1970, comme 2027-01-31T12:00:00Z",
    );
    match DateTime::parse_from_rfc3339(text) {
        Ok(time)
            if time.timestamp() >= 0
                && time.timestamp_subsec_millis() < 1000
                && time.to_utc().format("%Y").to_string().len() == 4 =>
        {
            Ok(time.to_utc().trunc_subsecs(3))
        }
        _ => Err(LineFault::Part(Part::Expiry, FORM)),
    }
}

/// Settings of a provider: texts by name, few and short, as when a key is created.
fn settings(given: Map<String, Value>) -> Result<Map<String, Value>, LineFault> {
    let is_name = |name: &str| {
        (1..=64).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
    };
    let texts: Option<Vec<&str>> = given.values().map(Value::as_str).collect();
    let fault = |kind| LineFault::Part(Part::Settings, kind);
    let texts = texts.ok_or(fault(FaultKind::WrongType("string")))?;
    let characters: usize = texts.iter().map(|text| text.chars().count()).sum();
    if given.len() > MOST_SETTINGS {
        return Err(fault(FaultKind::TooMany(MOST_SETTINGS, "settings", "réglages")));
    }
    if characters > MOST_SETTINGS_CHARACTERS {
        return Err(fault(FaultKind::TooLong(MOST_SETTINGS_CHARACTERS)));
    }
    if texts.iter().any(|text| text.contains('\0')) || !given.keys().all(|name| is_name(name)) {
        return Err(fault(FaultKind::InvalidCharacters));
    }
    Ok(given)
}
