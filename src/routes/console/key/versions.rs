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
    models::{api_key::ApiKey, expected::Expected, ids::ApiKeyId, key_version::KeyVersion, page::PageRequest},
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
    version: i64,
    state: String,
    now: String,
    then: String,
    graces: Vec<Grace>,
    shown: Shown,
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
    let (key, former) = look(&visit, &Place::read(path)?).await?;
    write(&visit, StatusCode::OK, &key, &former, "", Shown::default())
}

pub(super) async fn submit(Path(path): Path<(String, String)>, Posted(visit, form): Posted) -> Answered {
    let place_of = Place::read(path)?;
    match restore(&visit, &form, &place_of).await {
        Ok(()) => done(&visit, &place(place_of.id), Notice::KeyRestored),
        Err(error @ (Error::Invalid(_) | Error::Refused(_)))
            if !error.is(Code::KeyRevoked) && !error.is(Code::NotFound) =>
        {
            let (key, former) = look(&visit, &place_of).await?;
            let (status, mut shown) = refused(&visit, &form, &error)?;
            if error.is(Code::PreconditionFailed) {
                shown.sentence = Some(RotationTexts::of(visit.ctx.client().language).changed.to_owned());
            } else if shown.sentence.is_none() {
                shown.sentence = shown.others(&[]).first().map(|text| (*text).to_owned());
            }
            write(&visit, status, &key, &former, form.value("grace_seconds"), shown)
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

/// The key and its version.
async fn look(visit: &Visit, place: &Place) -> Result<(ApiKey, KeyVersion)> {
    let key = api_keys::read(&visit.ctx, place.id).await?;
    let above = u128::try_from(place.version.saturating_add(1)).map_err(|_| Code::NotFound)?;
    let page = PageRequest { limit: 1, before: Some(Uuid::from_u128(above)) };
    let found = api_keys::versions(&visit.ctx, place.id, page).await?.rows.pop();
    let former = found.filter(|found| found.version == place.version && !key.revoked).ok_or(Code::NotFound)?;
    Ok((key, former))
}

fn write(visit: &Visit, status: StatusCode, key: &ApiKey, former: &KeyVersion, grace: &str, shown: Shown) -> Answered {
    let t = RotationTexts::of(visit.ctx.client().language);
    let written = RestorePage {
        frame: visit.frame(Section::Keys)?,
        t,
        title: t.restore_title.replace("{n}", &former.version.to_string()).replace("{name}", &key.name),
        name: key.name.clone(),
        id: key.id,
        version: former.version,
        state: key.etag(),
        now: facts::masked(&key.prefix, &key.last4),
        then: facts::masked(&former.prefix, &former.last4),
        graces: graces(t, key, grace),
        shown,
    };
    page(status, &written)
}
