//! What the address of the list asks for, in words of its own: `state` is one choice for a person, and several parameters
//! of the API.

use url::form_urlencoded::Serializer;

use crate::{
    core::error::Result,
    models::{ids::ApiKeyId, page},
    routes::html::value_of,
    schemas::{keys::KeyQuery, query},
};

/// The most keys that are chosen at once: a page of them.
pub(super) const MOST_CHOSEN: usize = 100;

/// The parameter of keys whose revocation can be taken back.
pub(super) const UNDO: &str = "undo";
/// The one of keys that are ticked.
pub(super) const CHOSEN: &str = "chosen";

/// Which keys a person wants to see.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    pub(super) q: String,
    pub(super) environment: String,
    pub(super) provider: String,
    pub(super) tag: String,
    /// `expiring`, `unused` or `revoked`; empty for active ones.
    pub(super) state: String,
    pub(super) cursor: String,
}

impl Asked {
    /// What an address asks for; what it does not know, it leaves.
    pub(super) fn read(encoded: &str) -> Self {
        let value = |name: &str| value_of(encoded, name).trim().to_owned();
        let state = value("state");
        Self {
            q: value("q"),
            environment: value("environment"),
            provider: value("provider"),
            tag: value("tag"),
            state: if matches!(state.as_str(), "expiring" | "unused" | "revoked") { state } else { String::new() },
            cursor: value("cursor"),
        }
    }

    /// The same, as the API is asked.
    ///
    /// # Errors
    /// `Invalid` where the API would refuse it.
    pub(super) fn query(&self) -> Result<KeyQuery> {
        let of_state: &[(&str, &str)] = match self.state.as_str() {
            "expiring" => &[("expiring_within_days", "30"), ("expired", "true")],
            "unused" => &[("unused_for_days", "90")],
            "revoked" => &[("revoked", "true")],
            _ => &[],
        };
        let mut pairs = Serializer::new(String::new());
        pairs.extend_pairs(self.filters()).extend_pairs(of_state).append_pair("cursor", &self.cursor);
        query::read(&pairs.finish())
    }

    /// Whether anything narrows the list.
    pub(super) fn is_narrowed(&self) -> bool {
        !self.state.is_empty() || self.filters().iter().any(|(_, value)| !value.is_empty())
    }

    /// The list's address below the root, with what is not empty.
    pub(super) fn address(&self) -> String {
        let mut pairs = Serializer::new(String::new());
        for (name, value) in self.filters().into_iter().chain([("state", &*self.state), ("cursor", &*self.cursor)]) {
            if !value.is_empty() {
                pairs.append_pair(name, value);
            }
        }
        let query = pairs.finish();
        if query.is_empty() { "keys".into() } else { format!("keys?{query}") }
    }

    /// That address with these keys under this name.
    pub(super) fn address_with(&self, name: &str, ids: &[ApiKeyId]) -> String {
        let list = self.address();
        let mark = if list.contains('?') { '&' } else { '?' };
        format!("{list}{mark}{name}={}", write_ids(ids))
    }

    /// The address of the same list without its tag.
    pub(super) fn without_tag(&self) -> String {
        Self { tag: String::new(), cursor: String::new(), ..self.clone() }.address()
    }

    /// The query of that address.
    pub(super) fn back(&self) -> String {
        self.address().split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
    }

    fn filters(&self) -> [(&'static str, &str); 4] {
        [("q", &self.q), ("environment", &self.environment), ("provider", &self.provider), ("tag", &self.tag)]
    }
}

/// Keys as one short word, for an address.
fn write_ids(ids: &[ApiKeyId]) -> String {
    ids.iter().map(|id| page::write_cursor(id.0)).collect::<Vec<_>>().join(".")
}

/// The keys of such a word; what is none of ours is left.
pub(super) fn read_ids(word: &str) -> Vec<ApiKeyId> {
    word.split('.').take(MOST_CHOSEN).filter_map(page::read_cursor).map(ApiKeyId).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_what_is_asked_for_and_nothing_else() {
        let asked = Asked::read("q=a%26b&environment=&state=revoked&notice=x&cursor=AAAAAAAAAAAAAAAAAAAAAA&other=1");

        assert_eq!(asked.address(), "keys?q=a%26b&state=revoked&cursor=AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(Asked::read("state=%3Cb%3E").address(), "keys");
        assert!(asked.query().is_ok_and(|query| query.filter.revoked));
        assert!(Asked::read("cursor=x").query().is_err());
    }

    #[test]
    fn keys_travel_in_a_word() {
        let ids = [ApiKeyId(uuid::Uuid::from_u128(1)), ApiKeyId(uuid::Uuid::max())];

        assert_eq!(read_ids(&write_ids(&ids)), ids);
        assert_eq!(read_ids("x..//evil"), []);
    }
}
