//! What follows a key that was made or changed: the page that shows a generated value once, at no address of its own. A value
//! that was pasted has nothing to show: its key's page says that it is stored, unless there are warnings to read.

use askama::Template;
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        frame::{Frame, Section, secret_page},
        refusal::{Answered, done},
        stamp::Moment,
        visit::Visit,
    },
    facts::masked,
};
use crate::{
    core::texts::console::{NewKeyTexts, Notice, RotationTexts},
    models::{api_key::KeyKind, key_requests::Created},
};

/// What the page needs: kept, encrypted, for the same form sent again.
#[derive(Serialize, Deserialize)]
pub(super) struct Made {
    id: String,
    name: String,
    value: String,
    /// What is shown in its place until somebody asks for it.
    #[serde(default)]
    masked: String,
    is_generated: bool,
    warnings: Vec<String>,
}

impl From<&Created> for Made {
    fn from(created: &Created) -> Self {
        Self {
            id: created.key.id.to_string(),
            name: created.key.name.clone(),
            value: created.value.expose().clone(),
            masked: masked(&created.key.prefix, &created.key.last4),
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
    r: &'static RotationTexts,
    title: &'static str,
    made: &'a Made,
    former: Option<Former>,
}

/// What becomes of the value that was replaced.
struct Former {
    /// Until when it is accepted; `None` where it is no more.
    until: Option<Moment>,
}

/// What follows a key that was made.
pub(super) fn page(visit: &Visit, made: &Made) -> Answered {
    let t = NewKeyTexts::of(visit.ctx.client().language);
    write(visit, StatusCode::CREATED, (t.made_title, Notice::KeyStored), made, None)
}

/// What follows a key's new value, beside which the former one is accepted for so many seconds.
pub(super) fn rotated(visit: &Visit, created: &Created, grace: i64) -> Answered {
    let t = NewKeyTexts::of(visit.ctx.client().language);
    let made = Made::from(created);
    let end = created.key.rotated_at.filter(|_| grace > 0).map(|at| at + TimeDelta::seconds(grace));
    let former = made.is_generated.then(|| Former { until: end.map(Into::into) });
    write(visit, StatusCode::OK, (t.rotated_title, Notice::ValueStored), &made, former)
}

fn write(
    visit: &Visit,
    status: StatusCode,
    (title, stored): (&'static str, Notice),
    made: &Made,
    former: Option<Former>,
) -> Answered {
    if !made.is_generated && made.warnings.is_empty() {
        return done(visit, &format!("keys/{}", made.id), stored);
    }
    let language = visit.ctx.client().language;
    let (t, r) = (NewKeyTexts::of(language), RotationTexts::of(language));
    let frame = visit.frame(Section::Keys)?.gone_for(&format!("keys/{}", made.id));
    secret_page(status, &MadePage { frame, t, r, title, made, former })
}
