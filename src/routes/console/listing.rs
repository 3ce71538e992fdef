//! Lists in pages: which parameters of an address the API's rules read, and the ways to newer and older rows.

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

/// The ways to other pages of a list, with the same filters; empty where there is none.
pub(super) struct Pager {
    pub(super) newest: String,
    pub(super) older: String,
}

impl Pager {
    /// Of the list at this path, narrowed by the query `kept`, whose next page begins at `next`.
    pub(super) fn of(visit: &Visit, path: &str, kept: &str, next: Option<Uuid>) -> Self {
        let place = |cursor: Option<Uuid>| {
            let mut pairs = Serializer::new(String::new());
            pairs.extend_pairs(parse(kept.as_bytes()));
            if let Some(cursor) = cursor {
                pairs.append_pair(CURSOR, &write_cursor(cursor));
            }
            let query = pairs.finish();
            if query.is_empty() { visit.to(path) } else { format!("{}?{query}", visit.to(path)) }
        };
        let is_further = !only(&visit.query, &[CURSOR]).is_empty();
        Self {
            newest: if is_further { place(None) } else { String::new() },
            older: next.map(|next| place(Some(next))).unwrap_or_default(),
        }
    }
}
