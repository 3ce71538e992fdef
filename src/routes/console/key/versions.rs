//! `/keys/{id}/versions/{n}/restore`: an earlier value becomes the newest again, after a look at what that means.

use askama::Template;
use axum::{extract::Path, http::StatusCode};
use uuid::Uuid;

use super::{
    super::{
        form::{Form, Shown},
        frame::{Frame, Section, page},
        refusal::{Answered, done},
        sign_in::refused,
        stamp::Moment,
        visit::{Entered, Posted, Visit},
    },
    facts, place,
    rotation::{Grace, graces},
};
use crate::{
    core::{
        error::{Error, Result},
        texts::{
            console::{Notice, RotationTexts},
            problems::Code,
        },
    },
    models::{
        api_key::{ApiKey, KeyKind},
        expected::Expected,
        ids::ApiKeyId,
        key_version::KeyVersion,
        page::PageRequest,
    },
    schemas::key_rotation::Restoration,
    services::api_keys,
};

#[derive(Template)]
#[template(path = "console/pages/key_restore.html")]
struct RestorePage {
    frame: Frame,
    t: &'static RotationTexts,
    title: String,
    /// The key's name.
    name: String,
    id: ApiKeyId,
    is_generated: bool,
    version: i64,
    state: String,
    now: Value,
    then: Value,
    graces: Vec<Grace>,
    shown: Shown,
}

/// A value, as the page tells of it.
struct Value {
    masked: String,
    /// Which version it is, before the moment since when.
    words: String,
    since: Moment,
}

impl Value {
    fn of(version: &KeyVersion, words: &str) -> Self {
        Self {
            masked: facts::masked(&version.prefix, &version.last4),
            words: words.replace("{n}", &version.version.to_string()),
            since: version.created_at.into(),
        }
    }
}

/// What a restoration is about.
struct Looked {
    key: ApiKey,
    current: KeyVersion,
    former: KeyVersion,
}

/// A version of a key, as an address names it.
struct Place {
    id: ApiKeyId,
    version: i64,
}

impl Place {
    fn read((id, version): (String, String)) -> Result<Self> {
        let id = Uuid::try_parse(&id).map_err(|_| Code::NotFound)?;
        Ok(Self { id: ApiKeyId(id), version: version.parse().map_err(|_| Code::NotFound)? })
    }
}

pub(super) async fn show(Path(path): Path<(String, String)>, Entered(visit): Entered) -> Answered {
    let looked = look(&visit, &Place::read(path)?).await?;
    write(&visit, StatusCode::OK, &looked, "", Shown::default())
}

pub(super) async fn submit(Path(path): Path<(String, String)>, Posted(visit, form): Posted) -> Answered {
    let place_of = Place::read(path)?;
    match restore(&visit, &form, &place_of).await {
        Ok(()) => done(&visit, &place(place_of.id), Notice::KeyRestored),
        Err(error @ (Error::Invalid(_) | Error::Refused(_) | Error::OwnValue { .. }))
            if !error.is(Code::KeyRevoked) && !error.is(Code::NotFound) =>
        {
            let looked = look(&visit, &place_of).await?;
            let (status, mut shown) = refused(&visit, &form, &error)?;
            if error.is(Code::PreconditionFailed) {
                shown.sentence = Some(RotationTexts::of(visit.ctx.client().language).changed.to_owned());
            } else if shown.sentence.is_none() {
                shown.sentence = shown.others(&[]).first().map(|text| (*text).to_owned());
            }
            write(&visit, status, &looked, form.value("grace_seconds"), shown)
        }
        Err(error) => Err(error.into()),
    }
}

async fn restore(visit: &Visit, form: &Form, place: &Place) -> Result<()> {
    let read: Restoration = form.object().number("grace_seconds").read(visit.ctx.app())?;
    let state = Expected::read(form.value("state"));
    api_keys::restore(&visit.ctx, place.id, place.version, read.grace_seconds, &state).await?;
    Ok(())
}

/// The key, its version and its current one.
async fn look(visit: &Visit, place: &Place) -> Result<Looked> {
    let key = api_keys::read(&visit.ctx, place.id).await?;
    let above = u128::try_from(place.version.saturating_add(1)).map_err(|_| Code::NotFound)?;
    let page = PageRequest { limit: 1, before: Some(Uuid::from_u128(above)) };
    let found = api_keys::versions(&visit.ctx, place.id, page).await?.rows.pop();
    let former = found.filter(|found| found.version == place.version && !key.revoked).ok_or(Code::NotFound)?;
    let newest = PageRequest { limit: 1, before: None };
    let current = api_keys::versions(&visit.ctx, place.id, newest).await?.rows.pop().ok_or(Code::NotFound)?;
    Ok(Looked { key, current, former })
}

fn write(visit: &Visit, status: StatusCode, looked: &Looked, grace: &str, shown: Shown) -> Answered {
    let Looked { key, current, former } = looked;
    let t = RotationTexts::of(visit.ctx.client().language);
    let written = RestorePage {
        frame: visit.frame(Section::Keys)?.opened_at(&format!("{}/versions/{}/restore", place(key.id), former.version)),
        t,
        title: t.restore_title.replace("{n}", &former.version.to_string()).replace("{name}", &key.name),
        name: key.name.clone(),
        id: key.id,
        is_generated: key.kind == KeyKind::Generated,
        version: former.version,
        state: key.etag(),
        now: Value::of(current, t.now_since),
        then: Value::of(former, t.then_of),
        graces: graces(t, key, grace),
        shown,
    };
    page(status, &written)
}
