//! Stripe's way to write parameters: a form with brackets, as `line_items[0][price]=…` and `metadata[user]=…`.

use std::collections::BTreeMap;

use url::form_urlencoded;

use super::refusal::Refusal;

/// Parameters, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// Refuses names that the request does not know; only what stands before the first bracket counts.
    pub(super) fn allow(&self, known: &[&str]) -> Result<(), Refusal> {
        let first = |name: &str| name.split('[').next().unwrap_or_default().to_owned();
        match self.0.iter().find(|(name, _)| !known.contains(&first(name).as_str())) {
            None => Ok(()),
            Some((name, _)) => {
                let message = format!("Received unknown parameter: {name}");
                Err(Refusal::param(name, "parameter_unknown", message))
            }
        }
    }

    /// A parameter; an empty one is none.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, value)| found == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// A parameter that must be there.
    pub(super) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name)
            .ok_or_else(|| Refusal::param(name, "parameter_missing", format!("Missing required param: {name}.")))
    }

    /// A whole number.
    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let parse = |text: &str| {
            let invalid = || Refusal::param(name, "parameter_invalid_integer", format!("Invalid integer: {text}"));
            text.parse::<i64>().map_err(|_| invalid())
        };
        self.get(name).map(parse).transpose()
    }

    /// `name[]=…` or `name[0]=…`.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        let is_item = |found: &str| {
            let inner = found.strip_prefix(name).and_then(|rest| rest.strip_prefix('[')?.strip_suffix(']'));
            inner.is_some_and(|inner| inner.bytes().all(|byte| byte.is_ascii_digit()))
        };
        self.0.iter().filter(|(found, _)| is_item(found)).map(|(_, value)| value.as_str()).collect()
    }

    /// `name[key]=value`.
    pub(super) fn map(&self, name: &str) -> BTreeMap<String, String> {
        let key = |found: &str| {
            let inner = found.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
            (!inner.is_empty() && !inner.contains(['[', ']'])).then(|| inner.to_owned())
        };
        self.0.iter().filter_map(|(found, value)| Some((key(found)?, value.clone()))).collect()
    }
}
