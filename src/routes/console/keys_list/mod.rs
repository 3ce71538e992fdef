//! `/keys` and what happens to many keys: `asked` reads what the address asks for, `rows` says what a row shows, `list` is
//! the page, `bulk` does something to what is ticked, `import` and `export` bring many keys in and out;
//! `preview`, `ticks` and `imported` say what would become, and became, of the lines of an import.

mod asked;
mod bulk;
mod export;
mod import;
mod imported;
mod list;
mod preview;
mod rows;
mod ticks;

use axum::Router;

use crate::core::app::App;

/// The pages.
pub(super) fn routes() -> Router<App> {
    Router::new().merge(list::routes()).merge(bulk::routes()).merge(import::routes()).merge(export::routes())
}
