//! The page that shows a value once, right after it was made or changed: the answer to a form, at no address of its own.

use askama::Template;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::super::{
    frame::{Frame, Section, secret_page},
    refusal::Answered,
    visit::Visit,
};
use crate::{
    core::texts::console::NewKeyTexts,
    models::{api_key::KeyKind, key_requests::Created},
};

/// What the page needs: kept, encrypted, for the same form sent again.
#[derive(Serialize, Deserialize)]
pub(super) struct Made {
    id: String,
    name: String,
    value: String,
    is_generated: bool,
    warnings: Vec<String>,
}

impl From<&Created> for Made {
    fn from(created: &Created) -> Self {
        Self {
            id: created.key.id.to_string(),
            name: created.key.name.clone(),
            value: created.value.expose().clone(),
            is_generated: created.key.kind == KeyKind::Generated,
            warnings: created.warnings.iter().map(|warning| warning.message.clone()).collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "console/pages/key_made.html")]
struct MadePage<'a> {
    frame: Frame,
    t: &'static NewKeyTexts,
    title: &'static str,
    made: &'a Made,
}

/// The page after a key was made.
pub(super) fn page(visit: &Visit, made: &Made) -> Answered {
    let t = NewKeyTexts::of(visit.ctx.client().language);
    write(visit, StatusCode::CREATED, t, t.made_title, made)
}

/// The page after a key got a new value.
pub(super) fn rotated(visit: &Visit, made: &Made) -> Answered {
    let t = NewKeyTexts::of(visit.ctx.client().language);
    write(visit, StatusCode::OK, t, t.rotated_title, made)
}

fn write(visit: &Visit, status: StatusCode, t: &'static NewKeyTexts, title: &'static str, made: &Made) -> Answered {
    secret_page(status, &MadePage { frame: visit.frame(Section::Keys)?, t, title, made })
}
