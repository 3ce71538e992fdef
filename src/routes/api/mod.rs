//! The JSON API, one folder for each resource, one file for each verb or closely related verbs.

mod admin;
mod audit;
mod auth;
mod billing;
mod keys;
mod program_tokens;
mod providers;
mod usage;

pub(super) use keys::{export_file, verify_directly as verify_key};

use utoipa_axum::router::OpenApiRouter;

use crate::core::app::App;

/// All routes of the JSON API.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(auth::routes())
        .merge(keys::routes())
        .merge(program_tokens::routes())
        .merge(billing::routes())
        .merge(audit::routes())
        .merge(usage::routes())
        .merge(providers::routes())
        .merge(admin::routes())
}
