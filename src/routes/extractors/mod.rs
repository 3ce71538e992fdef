//! What handlers take: who asks (`Visitor`, `Member`, `Anyone`), the body, the query, an identifier.

mod body;
mod credentials;
mod path;
mod query;

pub(super) use body::{
    Json, MOST_FILE_BYTES, OptionalJson, Raw, circumstances, file, form, form_with_file, read_json, signed,
};
pub(super) use credentials::{Anyone, Asking, Checker, Member, Visitor, admit, bearer, visitor};
pub(super) use path::Id;
pub(super) use query::Query;
