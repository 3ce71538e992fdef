//! One page of a list: how many, from where on, and where the next one begins.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

/// The most rows of a page.
pub const MOST_ROWS: i64 = 100;
/// The rows of a page where nothing is said.
pub const USUAL_ROWS: i64 = 50;

/// Which rows are wanted.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest {
    /// How many, 1 to 100.
    pub limit: i64,
    /// Those older than this one; `None` for the newest.
    pub before: Option<Uuid>,
}

impl PageRequest {
    /// The identifier below which the page begins: above all others where there is none.
    #[must_use]
    pub fn below(&self) -> Uuid {
        self.before.unwrap_or(Uuid::max())
    }

    /// The same bound from within: the greatest identifier that the page may hold.
    #[must_use]
    pub fn at_most(&self) -> Uuid {
        self.before.map_or(Uuid::max(), |id| Uuid::from_u128(id.as_u128().saturating_sub(1)))
    }
}

/// One page of rows, newest first.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<Uuid>,
}

impl<T> Page<T> {
    /// The page made of up to `limit + 1` rows: the one too many tells that there is another page.
    #[must_use]
    pub fn cut(mut rows: Vec<T>, limit: i64, id: impl Fn(&T) -> Uuid) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = if has_more { rows.last().map(id) } else { None };
        Self { rows, next }
    }
}

/// The cursor that stands for a place in a list.
#[must_use]
pub fn write_cursor(id: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(id.as_bytes())
}

/// The place that a cursor stands for, if it is one of ours. It is data, not a right: every list is bound to its account.
#[must_use]
pub fn read_cursor(text: &str) -> Option<Uuid> {
    let bytes: [u8; 16] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    Some(Uuid::from_bytes(bytes))
}
