//! Lists in pages: which parameters of an address the API's rules read, and the way to older rows.

use url::form_urlencoded::{Serializer, parse};
use uuid::Uuid;

use super::visit::Visit;
use crate::models::page::write_cursor;

const CURSOR: &str = "cursor";

/// The parameters of these names that are not empty: notices, language and theme are the page's own.
pub(super) fn only(query: &str, names: &[&str]) -> String {
    let pairs = parse(query.as_bytes()).filter(|(name, value)| names.contains(&name.as_ref()) && !value.is_empty());
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// This list from `next` on, with the same filters.
pub(super) fn older(visit: &Visit, path: &str, filters: &[&str], next: Option<Uuid>) -> Option<String> {
    let kept = only(&visit.query, filters);
    let mut pairs = Serializer::new(String::new());
    pairs.extend_pairs(parse(kept.as_bytes())).append_pair(CURSOR, &write_cursor(next?));
    Some(format!("{}?{}", visit.to(path), pairs.finish()))
}

/// Whether the list does not begin with its newest row.
pub(super) fn is_further(query: &str) -> bool {
    !only(query, &[CURSOR]).is_empty()
}
