//! A new key, and a key's own page: `new` makes one, `made` shows its value once, `page` tells all about it, `reveal` shows
//! the value for a while, `seen` who saw it, `edit` changes what describes it, `rotation` and `versions` its value. `grace` ends the time in which
//! a former value is accepted. `facts` and `snippets` are what the pages say of a key.

mod edit;
mod facts;
mod grace;
mod made;
mod new;
mod page;
mod provider;
mod reveal;
mod rotation;
mod seen;
mod snippets;
mod versions;

pub(super) use provider::SETTING;

use axum::{Router, routing::get};

use super::{
    refusal::{Answered, see_other},
    visit::Entered,
};
use crate::{core::app::App, models::ids::ApiKeyId, routes::extractors::Id};

/// The pages.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/keys/new", get(new::show).post(new::submit))
        .route("/keys/{id}", get(page::show))
        .route("/keys/{id}/value", get(reveal::show_masked))
        .route("/keys/{id}/seen", get(seen::show))
        .route("/keys/{id}/reveal", get(back).post(reveal::submit))
        .route("/keys/{id}/edit", get(edit::show).post(edit::submit))
        .route("/keys/{id}/rotate", get(rotation::show).post(rotation::submit))
        .route("/keys/{id}/end-grace", get(grace::show).post(grace::submit))
        .route("/keys/{id}/versions/{n}/restore", get(versions::show).post(versions::submit))
}

/// Where a key's page is.
fn place(id: ApiKeyId) -> String {
    format!("keys/{id}")
}

/// Somebody asks for the address of an act: the key's page is where it begins.
async fn back(Id(id): Id<ApiKeyId>, Entered(visit): Entered) -> Answered {
    Ok(see_other(&visit.to(&place(id))))
}
