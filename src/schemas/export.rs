//! What an export writes: lines of `NAME=value` that python-dotenv and our own import read back byte for byte, or JSON.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    query::{FromQuery, Query},
    rules,
};
use crate::{
    core::{language::Language, texts::exports},
    models::{
        api_key::KeyKind,
        export::{ExportFilter, ExportFormat, Exported},
    },
};

/// This vault's own form, which an import takes back.
#[derive(Serialize, ToSchema)]
#[schema(as = Export)]
pub struct ExportView<'a> {
    /// `vault-api`.
    #[schema(example = "vault-api")]
    pub format: &'static str,
    /// Of this form: 1.
    pub version: u32,
    /// When it was written.
    pub exported_at: DateTime<Utc>,
    /// The active keys, by environment and name.
    pub keys: Vec<ExportedView<'a>>,
}

/// A key with its value in clear.
#[derive(Serialize, ToSchema)]
#[schema(as = ExportedKey)]
pub struct ExportedView<'a> {
    /// Its identifier in the vault that it comes from.
    pub id: Uuid,
    /// Its name.
    pub name: &'a str,
    /// Where it is used.
    pub environment: Option<&'a str>,
    /// The value in clear.
    pub value: &'a str,
    /// Who made the value.
    pub kind: KeyKind,
    /// The provider's identifier.
    pub provider: &'a str,
    /// The provider's settings, the secret ones in clear.
    pub provider_config: &'a Map<String, Value>,
    /// The user's own words for it.
    pub tags: &'a [String],
    /// The user's own text.
    pub note: Option<&'a str>,
    /// What a generated key may be used for.
    pub scopes: &'a [String],
    /// The version of the value.
    pub version: i64,
    /// Whether it may be used.
    pub enabled: bool,
    /// From when on it is worth nothing.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl<'a> ExportView<'a> {
    /// The keys as JSON.
    #[must_use]
    pub fn of(exported: &'a [Exported], now: DateTime<Utc>) -> Self {
        let keys = exported.iter().map(|Exported { key, value }| ExportedView {
            id: key.id.0,
            name: &key.name,
            environment: key.environment.as_deref(),
            value: value.expose(),
            kind: key.kind,
            provider: &key.provider,
            provider_config: &key.provider_config,
            tags: &key.tags,
            note: key.note.as_deref(),
            scopes: &key.scopes,
            version: key.version,
            enabled: key.enabled,
            expires_at: key.expires_at,
            created_at: key.created_at,
        });
        Self { format: "vault-api", version: 1, exported_at: now, keys: keys.collect() }
    }
}

/// Lines of `NAME=value`, and how many keys could not be written so: each is a comment that says why.
#[must_use]
pub fn write_env(exported: &[Exported], language: Language) -> (String, usize) {
    let (mut text, mut left_out) = (String::new(), 0);
    let mut names = std::collections::HashSet::new();
    for Exported { key, value } in exported {
        let name = key.name.as_str();
        let line = match quote(value.expose()) {
            _ if !is_variable(name) => Err(exports::no_variable(language, &visible(name))),
            None => Err(exports::no_line(language, name)),
            Some(_) if !names.insert(name) => Err(exports::twice(language, name, key.environment.as_deref())),
            Some(quoted) => Ok(quoted),
        };
        match line {
            Ok(quoted) => text.extend([name, "=", &quoted, "\n"]),
            Err(why) => {
                left_out += 1;
                text.extend(["# ", &why, "\n"]);
            }
        }
    }
    (text, left_out)
}

/// A name as it may stand in a comment: some readers see the end of a line where others see none.
fn visible(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for letter in name.chars() {
        if rules::is_unseen(letter) {
            text.extend(letter.escape_unicode());
        } else {
            text.push(letter);
        }
    }
    text
}

/// Whether a name can be one of an environment variable.
fn is_variable(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// A value as it stands behind `=`; `None` where no spelling is read the same by all.
///
/// Older versions of python-dotenv take a backslash before a quotation mark for an escape even where a backslash before it
/// escapes that one, so a value that ends in a backslash does not stand in quotes: they would read on into the next lines.
fn quote(value: &str) -> Option<String> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_./:@%+,=~^-".contains(letter);
    if value.chars().all(is_plain) {
        return Some(value.to_owned());
    }
    if !value.contains(['\'', '\\', '\r']) {
        return Some(format!("'{value}'"));
    }
    if !value.ends_with('\\') {
        return Some(format!("\"{}\"", escape(value)));
    }
    let is_one_word =
        !value.starts_with(['\'', '"', '#', '`']) && value.chars().all(|letter| letter.is_ascii_graphic());
    is_one_word.then(|| value.to_owned())
}

fn escape(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 8);
    for letter in value.chars() {
        match letter {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            _ => text.push(letter),
        }
    }
    text
}

/// What to export.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query in the OpenAPI document; `ExportFilter` is what is read")]
pub struct ExportParams {
    /// In which form.
    #[param(default = "env")]
    format: Option<ExportFormat>,
    /// One environment; left out, all active keys.
    #[param(max_length = 32)]
    environment: Option<String>,
}

impl FromQuery for ExportFilter {
    fn read(query: &mut Query) -> Option<Self> {
        let format = query
            .choice("format", || ExportFormat::ALL.iter().map(|format| format.as_str()).collect::<Vec<_>>().join(", "));
        let environment = query.text("environment", rules::ENVIRONMENT);
        Some(Self { format: format?.unwrap_or(ExportFormat::Env), environment: environment? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schemas::import::dotenv;

    fn read_back(values: &[String]) -> Vec<String> {
        let lines: Vec<_> =
            values.iter().enumerate().filter_map(|(at, value)| Some(format!("A{at}={}\n", quote(value)?))).collect();
        let entries = dotenv::read(&lines.concat());
        entries
            .into_iter()
            .map(|entry| entry.content.map(|content| content.value.expose().clone()).expect("a value"))
            .collect()
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_exactly(values in prop::collection::vec("(?s)[ -~\\r\\n\\t'\"\\\\$#`é🔑\u{feff}\u{a0}]{1,24}", 1..8)) {
            let written: Vec<_> = values.iter().filter(|value| quote(value).is_some()).cloned().collect();

            prop_assert_eq!(read_back(&values), written);
        }
    }

    #[test]
    fn the_plainest_spelling_is_taken() {
        for (value, expected) in [
            ("sk-live_1/2+3==", Some("sk-live_1/2+3==")),
            ("two words", Some("'two words'")),
            ("a\nb $C # \"d\"", Some("'a\nb $C # \"d\"'")),
            ("it's", Some("\"it's\"")),
            ("a\r\n\\n\"'", Some("\"a\\r\\n\\\\n\\\"'\"")),
            ("C:\\", Some("C:\\")),
            ("a b\\", None),
        ] {
            assert_eq!(quote(value).as_deref(), expected, "{value}");
        }
    }
}
