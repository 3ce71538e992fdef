//! A former value that is still accepted: what pages tell of it, and `/keys/{id}/end-grace`, which stops that after a look at
//! who may still use it.

use askama::Template;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};

use super::{
    super::{
        form::{Form, Shown},
        frame::{Frame, Section, page},
        refusal::{Answered, done, see_other},
        sign_in::refused,
        stamp::Moment,
        visit::{Entered, Posted, Visit},
    },
    facts, place,
};
use crate::{
    core::{
        context::Context,
        error::{Error, Result},
        texts::{
            console::{FormerUse, Notice, RotationTexts},
            problems::Code,
        },
    },
    models::{
        api_key::{ApiKey, KeyKind},
        expected::Expected,
        ids::ApiKeyId,
        key_version::KeyVersion,
        page::PageRequest,
        usage::Usage,
    },
    routes::extractors::Id,
    services::{api_keys, usage},
};

/// How many days the look tells about.
const DAYS: i64 = 30;
/// How many versions are looked at for those that are accepted.
const MOST_VERSIONS: i64 = 100;

/// What is told of a former value that is still accepted.
pub(super) struct Former {
    pub(super) until: Moment,
    /// How it was used, before the moment that belongs to it.
    pub(super) use_: String,
    pub(super) at: Moment,
}

impl Former {
    /// Of a key whose newest versions are these; `None` where no former value is accepted.
    pub(super) fn of(ctx: &Context, key: &ApiKey, versions: &[KeyVersion], used: &Usage) -> Option<Self> {
        let until = key.grace_ends_at?;
        let replaced = replaced_at(key, versions, ctx.now());
        let days = i64::try_from(used.days.len()).unwrap_or(i64::MAX);
        // what was counted of values before these is no use of these
        let since = used.days.iter().filter(|day| day.day >= replaced.date_naive());
        let count = since.map(|day| day.counts.former_verifications).sum();
        // days are counted whole: on the day of the change that may have been an earlier value's
        let is_shared = key.version > 2
            && used.days.iter().any(|day| day.day == replaced.date_naive() && day.counts.former_verifications > 0);
        let (use_, at) = match used.former_last_used_at.filter(|last| *last >= replaced) {
            None => (FormerUse::Never, replaced),
            Some(last) if is_shared => (FormerUse::Last, last),
            Some(last) if count == 0 => (FormerUse::NotIn(days), last),
            Some(last) => (FormerUse::Times(count, days), last),
        };
        Some(Self { until: until.into(), use_: use_.text(ctx.client().language), at: at.into() })
    }
}

/// When the first of the values that are still accepted ceased to be the current one: it did when the next one came.
fn replaced_at(key: &ApiKey, versions: &[KeyVersion], now: DateTime<Utc>) -> DateTime<Utc> {
    let is_accepted = |version: &KeyVersion| version.grace_ends_at.is_some_and(|end| end > now);
    let nexts = versions.windows(2).filter_map(|pair| match pair {
        [next, version] if is_accepted(version) => Some(next.created_at),
        _ => None,
    });
    nexts.min().or(key.rotated_at).unwrap_or(key.created_at)
}

#[derive(Template)]
#[template(path = "console/pages/key_end_grace.html")]
struct EndGracePage {
    frame: Frame,
    t: &'static RotationTexts,
    title: String,
    /// The key's name.
    name: String,
    id: ApiKeyId,
    is_generated: bool,
    state: String,
    former: Former,
    /// The values that are still accepted, masked, each with its end.
    accepted: Vec<(String, Moment)>,
    shown: Shown,
}

pub(super) async fn show(Id(id): Id<ApiKeyId>, Entered(visit): Entered) -> Answered {
    match look(&visit, id, Shown::default()).await? {
        Some(written) => page(StatusCode::OK, &written),
        None => Ok(see_other(&visit.to(&place(id)))),
    }
}

pub(super) async fn submit(Id(id): Id<ApiKeyId>, Posted(visit, form): Posted) -> Answered {
    match end(&visit, &form, id).await {
        Ok(()) => done(&visit, &place(id), Notice::GraceEnded),
        Err(error) if error.is(Code::PreconditionFailed) => {
            let (status, mut shown) = refused(&visit, &form, &error)?;
            shown.sentence = Some(RotationTexts::of(visit.ctx.client().language).changed.to_owned());
            match look(&visit, id, shown).await? {
                Some(written) => page(status, &written),
                // the same form, sent twice
                None => done(&visit, &place(id), Notice::GraceEnded),
            }
        }
        Err(error) => Err(error.into()),
    }
}

async fn end(visit: &Visit, form: &Form, id: ApiKeyId) -> Result<()> {
    api_keys::end_grace(&visit.ctx, id, &Expected::read(form.value("state"))).await?;
    Ok(())
}

/// The look at what would stop; `None` where no former value is accepted.
async fn look(visit: &Visit, id: ApiKeyId, shown: Shown) -> Result<Option<EndGracePage>, Error> {
    let (ctx, newest) = (&visit.ctx, PageRequest { limit: MOST_VERSIONS, before: None });
    let (key, used, versions) =
        tokio::try_join!(api_keys::read(ctx, id), usage::read(ctx, id, DAYS), api_keys::versions(ctx, id, newest))?;
    let t = RotationTexts::of(ctx.client().language);
    let Some(former) = Former::of(ctx, &key, &versions.rows, &used).filter(|_| !key.revoked) else {
        return Ok(None);
    };
    let accepted = versions.rows.iter().filter_map(|version| {
        let until = version.grace_ends_at.filter(|end| *end > ctx.now())?;
        Some((facts::masked(&version.prefix, &version.last4), until.into()))
    });
    Ok(Some(EndGracePage {
        frame: visit.frame(Section::Keys)?.opened_at(&format!("{}/end-grace", place(id))),
        t,
        title: t.end_title.replace("{name}", &key.name),
        id,
        is_generated: key.kind == KeyKind::Generated,
        state: key.etag(),
        former,
        accepted: accepted.collect(),
        shown,
        name: key.name,
    }))
}
