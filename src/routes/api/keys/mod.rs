//! The keys in the vault: `/api/keys`.

mod create;
mod export;
mod import;
mod list;
mod one;
mod reveal;

use axum::routing::get;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::core::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list_keys, create::create_key))
        .routes(routes!(one::read_key, one::update_key, one::replace_key, one::revoke_key))
        .routes(routes!(reveal::decrypt_key))
        .routes(routes!(reveal::reveal_key))
        .routes(routes!(import::import_keys))
        .routes(routes!(export::export_keys))
        // the contract writes the collection with a slash: both spellings are served
        .route("/api/keys/", get(list::list_keys).post(create::create_key))
}
