//! `/keys/{id}/rotate`: a new value for a key, and how long the former one is still accepted. The form carries the state that
//! it began with: sent twice, it rotates once.

use askama::Template;
use axum::http::StatusCode;

use super::{
    super::{
        form::{Form, Shown},
        frame::{Frame, Section, page, secret_page},
        refusal::{Answered, see_other},
        sign_in::refused,
        visit::{Entered, Posted, Visit},
    },
    facts, made, place,
};
use crate::{
    core::{
        error::{Error, Result},
        texts::{console::RotationTexts, problems::Code},
    },
    models::{
        api_key::{ApiKey, KeyKind},
        expected::Expected,
        ids::ApiKeyId,
        key_requests::{Created, Rotation},
    },
    routes::extractors::Id,
    services::api_keys,
};

#[derive(Template)]
#[template(path = "console/pages/key_rotate.html")]
struct RotatePage {
    frame: Frame,
    t: &'static RotationTexts,
    title: String,
    /// The key's name.
    name: String,
    id: ApiKeyId,
    masked: String,
    is_generated: bool,
    state: String,
    graces: Vec<Grace>,
    shown: Shown,
}

/// A choice of how long a former value is still accepted.
pub(super) struct Grace {
    pub(super) seconds: i64,
    pub(super) text: &'static str,
    pub(super) is_chosen: bool,
}

/// The choices, with the one that was made or is usual.
pub(super) fn graces(t: &RotationTexts, key: &ApiKey, chosen: &str) -> Vec<Grace> {
    let chosen = api_keys::grace_of(key, chosen.parse().ok());
    let all = [
        (0, t.grace_none),
        (3600, t.grace_hour),
        (86_400, t.grace_day),
        (604_800, t.grace_week),
        (2_592_000, t.grace_month),
    ];
    all.into_iter().map(|(seconds, text)| Grace { seconds, text, is_chosen: seconds == chosen }).collect()
}

pub(super) async fn show(Id(id): Id<ApiKeyId>, Entered(visit): Entered) -> Answered {
    let key = api_keys::read(&visit.ctx, id).await?;
    if key.revoked {
        return Ok(see_other(&visit.to(&place(id))));
    }
    page(StatusCode::OK, &blank(&visit, &key, "", Shown::default())?)
}

pub(super) async fn submit(Id(id): Id<ApiKeyId>, Posted(visit, form): Posted) -> Answered {
    match rotate(&visit, &form, id).await {
        Ok((created, grace)) => made::rotated(&visit, &created, grace),
        Err(error @ (Error::Invalid(_) | Error::Refused(_) | Error::OwnValue { .. }))
            if !error.is(Code::KeyRevoked) && !error.is(Code::NotFound) =>
        {
            let key = api_keys::read(&visit.ctx, id).await?;
            let (status, mut shown) = refused(&visit, &form, &error)?;
            if error.is(Code::PreconditionFailed) {
                shown.sentence = Some(RotationTexts::of(visit.ctx.client().language).changed.to_owned());
            }
            secret_page(status, &blank(&visit, &key, form.value("grace_seconds"), shown)?)
        }
        Err(error) => Err(error.into()),
    }
}

/// The key with its new value, and for how many seconds the former one is still accepted.
async fn rotate(visit: &Visit, form: &Form, id: ApiKeyId) -> Result<(Created, i64)> {
    let rotation: Rotation = form.object().text("value").number("grace_seconds").read(visit.ctx.app())?;
    let asked = rotation.grace_seconds;
    let created = api_keys::rotate(&visit.ctx, id, rotation, &Expected::read(form.value("state"))).await?;
    let grace = api_keys::grace_of(&created.key, asked);
    Ok((created, grace))
}

fn blank(visit: &Visit, key: &ApiKey, grace: &str, shown: Shown) -> Result<RotatePage> {
    let t = RotationTexts::of(visit.ctx.client().language);
    Ok(RotatePage {
        frame: visit.frame(Section::Keys)?.opened_at(&format!("{}/rotate", place(key.id))),
        t,
        title: t.title.replace("{name}", &key.name),
        name: key.name.clone(),
        id: key.id,
        masked: facts::masked(&key.prefix, &key.last4),
        is_generated: key.kind == KeyKind::Generated,
        state: key.etag(),
        graces: graces(t, key, grace),
        shown,
    })
}
