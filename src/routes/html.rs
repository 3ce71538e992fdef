//! What pages read of a query or a form.

use url::form_urlencoded;

use crate::core::language::Language;

/// The parameter that asks for a language.
pub(super) const LANGUAGE: &str = "lang";

/// The first value of this name in a query or a form; empty where there is none.
pub(super) fn value_of(encoded: &str, name: &str) -> String {
    form_urlencoded::parse(encoded.as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// The language that `lang` asks for in a query or a form.
pub(super) fn asked_language(encoded: &str) -> Option<Language> {
    Language::from_tag(&value_of(encoded, LANGUAGE))
}

/// A value, written for a query.
pub(super) fn escape_query(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}
