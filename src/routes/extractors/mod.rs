//! What handlers take: who asks (`Visitor`, `Member`, `Anyone`), who may do something (`May`), the body, the query, an
//! identifier, the state that a change expects (`IfMatch`).

mod body;
mod credentials;
mod if_match;
pub(super) mod may;
mod path;
mod query;

pub(super) use body::{
    Json, MOST_FILE_BYTES, OptionalJson, Raw, circumstances, file, form, form_with_file, read_json, signed,
};
pub(super) use credentials::{Anyone, Asking, Checker, Member, Visitor, admit, bearer, visitor};
pub(super) use if_match::IfMatch;
pub(super) use may::May;
pub(super) use path::Id;
pub(super) use query::Query;
