//! The keys in the vault: `/api/keys`.

mod check;
mod create;
mod export;
mod facets;
mod import;
mod list;
mod one;
mod reinstate;
mod reveal;
mod rotate;
mod usage;
mod verify;
mod versions;

pub(in crate::routes) use export::file as export_file;
pub(in crate::routes) use verify::verify_directly;

use axum::routing::get;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::core::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list_keys, create::create_key))
        .routes(routes!(one::read_key, one::update_key, one::replace_key, one::revoke_key))
        .routes(routes!(reinstate::reinstate_key))
        .routes(routes!(facets::list_key_facets))
        .routes(routes!(reveal::decrypt_key))
        .routes(routes!(reveal::reveal_key))
        .routes(routes!(usage::read_key_usage))
        .routes(routes!(verify::verify_key))
        .routes(routes!(check::check_key))
        .routes(routes!(rotate::rotate_key))
        .routes(routes!(rotate::end_key_grace))
        .routes(routes!(versions::list_key_versions))
        .routes(routes!(versions::restore_key_version))
        .routes(routes!(import::import_keys))
        .routes(routes!(export::export_keys))
        // the contract writes the collection with a slash: both spellings are served
        .route("/api/keys/", get(list::list_keys).post(create::create_key))
}
