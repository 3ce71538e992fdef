//! `/keys` and what happens to many keys: `asked` reads what the address asks for, `rows` says what a row shows, `list` is
//! the page, `bulk` does something to what is ticked, `import` and `export` bring many keys in and out.

mod asked;
mod bulk;
mod export;
mod import;
mod list;
mod rows;

use axum::Router;

use crate::core::app::App;

/// The pages.
pub(super) fn routes() -> Router<App> {
    Router::new().merge(list::routes()).merge(bulk::routes()).merge(import::routes()).merge(export::routes())
}
