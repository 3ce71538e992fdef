//! `/keys/{id}`: all about a key.

use askama::Template;
use axum::http::StatusCode;

use super::{
    super::{
        chart::Chart,
        frame::{Frame, Section, page},
        refusal::Answered,
        stamp::Moment,
        visit::{Entered, Visit},
    },
    facts::{self, Badge},
    grace::Former,
    seen::{Seen, days_of},
    snippets::{self, Snippet},
};
use crate::{
    core::{
        language::Language,
        texts::console::{KeyTexts, RotationTexts, named_provider},
    },
    models::{
        api_key::{ApiKey, KeyKind},
        ids::ApiKeyId,
        key_version::KeyVersion,
        page::{PageRequest, read_cursor},
    },
    routes::{extractors::Id, html::value_of},
    services::{api_keys, usage},
};

/// How many versions the page shows.
const MOST_VERSIONS: i64 = 25;

#[derive(Template)]
#[template(path = "console/pages/key.html")]
struct KeyPage {
    frame: Frame,
    t: &'static KeyTexts,
    r: &'static RotationTexts,
    masked: String,
    badges: Vec<Badge>,
    details: Details,
    chart: Chart,
    days: i64,
    former: Option<Former>,
    reinstatable_until: Option<Moment>,
    seen: Seen,
    versions: Vec<Version>,
    snippets: Vec<Snippet>,
    is_generated: bool,
    key: ApiKey,
}

/// What stands in the list of details.
struct Details {
    settings: Vec<(String, String)>,
    /// The person's own text, where there is one.
    note: Option<String>,
    rate: String,
    created: Moment,
    updated: Moment,
    expires: Option<Moment>,
    last_used: Option<Moment>,
    revoked: Option<Moment>,
    provider: String,
}

struct Version {
    number: i64,
    masked: String,
    since: Moment,
    is_current: bool,
    until: Option<Moment>,
}

pub(super) async fn show(Id(id): Id<ApiKeyId>, Entered(visit): Entered) -> Answered {
    let days = days_of(&visit.query);
    let before = read_cursor(&value_of(&visit.query, "before"));
    let ctx = &visit.ctx;
    let (key, used, versions, seen) = tokio::try_join!(
        api_keys::read(ctx, id),
        usage::read(ctx, id, days),
        api_keys::versions(ctx, id, PageRequest { limit: MOST_VERSIONS, before: None }),
        Seen::read(&visit, id, days, before),
    )?;
    let language = ctx.client().language;
    let (t, r) = (KeyTexts::of(language), RotationTexts::of(language));
    let written = KeyPage {
        frame: visit.frame(Section::Keys)?,
        t,
        r,
        masked: facts::masked(&key.prefix, &key.last4),
        badges: facts::badges(language, &key, ctx.now()),
        details: Details::of(language, t, &key),
        former: Former::of(ctx, &key, &versions.rows, &used),
        reinstatable_until: key.reinstatable_until(ctx.now()).map(Into::into),
        chart: Chart::of(language, used.days.into_iter().map(Into::into), t.usage_empty),
        days,
        seen,
        versions: versions.rows.into_iter().map(|version| Version::of(&visit, &version)).collect(),
        snippets: snippets::of(&key, ctx.app().base_url.trim_end_matches('/')),
        is_generated: key.kind == KeyKind::Generated,
        key,
    };
    page(StatusCode::OK, &written)
}

impl Details {
    fn of(language: Language, t: &KeyTexts, key: &ApiKey) -> Self {
        Self {
            settings: facts::settings(key),
            note: key.note.clone().filter(|note| !note.trim().is_empty()),
            rate: facts::rate(t, key),
            created: key.created_at.into(),
            updated: key.updated_at.into(),
            expires: key.expires_at.map(Into::into),
            last_used: key.last_used_at.map(Into::into),
            revoked: key.revoked_at.map(Into::into),
            provider: named_provider(&key.provider, language),
        }
    }
}

impl Version {
    fn of(visit: &Visit, version: &KeyVersion) -> Self {
        let in_grace = version.grace_ends_at.filter(|end| *end > visit.ctx.now());
        Self {
            number: version.version,
            masked: facts::masked(&version.prefix, &version.last4),
            since: version.created_at.into(),
            is_current: version.grace_ends_at.is_none(),
            until: in_grace.map(Into::into),
        }
    }
}
