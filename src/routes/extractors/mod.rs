//! What handlers take: who asks (`Visitor`, `Member`, `Anyone`), the body, the query, an identifier.

mod body;
mod credentials;
mod path;
mod query;

pub(super) use body::{Json, OptionalJson, Raw, circumstances, file, form, signed};
pub(super) use credentials::{Anyone, Checker, Member, Visitor, bearer, visitor};
pub(super) use path::Id;
pub(super) use query::Query;
