//! Administration: `/api/admin`. The services ask for the permission; nothing here shows a value or a token.

mod audit;
mod stats;
mod users;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::core::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(users::list_users))
        .routes(routes!(users::read_user, users::update_user))
        .routes(routes!(users::delete_user_sessions))
        .routes(routes!(users::recover_user))
        .routes(routes!(audit::list_all_audit))
        .routes(routes!(stats::read_stats))
}
