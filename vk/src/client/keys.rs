//! Finding the one key that a person means: by its name, with an environment where there are several, or by its id.

use serde_json::Value;

use super::{Client, address::encoded};
use crate::{
    failure::{Failure, Kind},
    json::text,
    texts::Text,
};

impl Client<'_> {
    /// The key with this identifier, or the active one with this name.
    pub fn key(&self, name: &str, environment: Option<&str>) -> Result<Value, Failure> {
        if is_identifier(name) {
            return self.get(&format!("/api/keys/{}", encoded(name)));
        }
        only(name, self.named(name, environment)?)
    }

    /// Like `key`; where no active key has the name, the revoked one that was made last.
    pub fn key_of_any_time(&self, name: &str, environment: Option<&str>) -> Result<Value, Failure> {
        if is_identifier(name) {
            return self.key(name, environment);
        }
        let active = self.named(name, environment)?;
        if active.is_empty()
            && let Some(revoked) = self.rows(name, environment, "true")?.into_iter().next()
        {
            return Ok(revoked);
        }
        only(name, active)
    }

    /// The active keys with exactly this name.
    pub fn named(&self, name: &str, environment: Option<&str>) -> Result<Vec<Value>, Failure> {
        self.rows(name, environment, "")
    }

    fn rows(&self, name: &str, environment: Option<&str>, revoked: &str) -> Result<Vec<Value>, Failure> {
        // the search takes a hundred characters at most, as names have
        let search: String = name.chars().take(100).collect();
        let query = [("q", search.as_str()), ("environment", environment.unwrap_or_default()), ("revoked", revoked)];
        let rows = self.list("/api/keys", &query, None)?;
        Ok(rows.into_iter().filter(|key| text(key, "name") == name).collect())
    }
}

/// The one key that was found.
fn only(name: &str, mut found: Vec<Value>) -> Result<Value, Failure> {
    match (found.pop(), found.is_empty()) {
        (Some(key), true) => Ok(key),
        (None, _) => Err(Failure::new(Kind::NotFound, Text::NoSuchKey).with(name)),
        (Some(last), false) => {
            found.push(last);
            let mut places: Vec<_> = found.iter().map(|key| text(key, "environment")).collect();
            places.sort_unstable();
            let places: Vec<_> = places.iter().map(|place| if place.is_empty() { "–" } else { place }).collect();
            Err(Failure::new(Kind::NotFound, Text::SeveralKeys).with(name).with(places.join(", ")))
        }
    }
}

/// Whether a text has the form of our identifiers.
fn is_identifier(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_told_from_a_name() {
        assert!(is_identifier("0199c1de-7a11-7c3e-9f3a-2b1f6c1d2e3f"));
        assert!(!is_identifier("DATABASE-URL"));
        assert!(!is_identifier("0199c1de-7a11-7c3e-9f3a-2b1f6c1d2e3g"));
    }
}
