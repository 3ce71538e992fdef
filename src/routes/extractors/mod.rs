//! What handlers take: who asks (`Visitor`, `Member`), the body, the query, an identifier.

mod body;
mod credentials;
mod path;
mod query;

pub(super) use body::{Json, Raw, circumstances, form};
pub(super) use credentials::{Member, Visitor, bearer};
pub(super) use path::Id;
pub(super) use query::Query;
