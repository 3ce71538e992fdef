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
    seen::Act,
    snippets::{self, Snippet},
};
use crate::{
    core::{
        language::Language,
        texts::console::{KeyTexts, RotationTexts, counted},
    },
    models::{
        api_key::{ApiKey, KeyKind},
        audit::OwnFilter,
        ids::ApiKeyId,
        key_version::KeyVersion,
        page::{PageRequest, read_cursor, write_cursor},
        usage::Usage,
    },
    routes::{extractors::Id, html::value_of},
    services::{api_keys, audit, usage},
};

/// How many acts and versions the page shows.
const MOST_ACTS: i64 = 15;
const MOST_VERSIONS: i64 = 25;
const PERIODS: [i64; 3] = [7, 30, 90];
const USUAL_PERIOD: i64 = 30;

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
    grace: Option<Grace>,
    acts: Vec<Act>,
    /// Where the older acts are; empty where there are none.
    older: String,
    versions: Vec<Version>,
    snippets: Vec<Snippet>,
    is_generated: bool,
    key: ApiKey,
}

/// What stands in the list of details.
struct Details {
    settings: Vec<(String, String)>,
    rate: String,
    created: Moment,
    updated: Moment,
    expires: Option<Moment>,
    last_used: Option<Moment>,
    revoked: Option<Moment>,
    provider: String,
}

/// A former value that is still accepted.
struct Grace {
    until: Moment,
    /// How often it was used in the days that are shown; empty where nobody did.
    uses: String,
    last: Option<Moment>,
}

struct Version {
    number: i64,
    masked: String,
    since: Moment,
    is_current: bool,
    until: Option<Moment>,
}

pub(super) async fn show(Id(id): Id<ApiKeyId>, Entered(visit): Entered) -> Answered {
    let asked = value_of(&visit.query, "days").parse().unwrap_or(USUAL_PERIOD);
    let days = if PERIODS.contains(&asked) { asked } else { USUAL_PERIOD };
    let before = read_cursor(&value_of(&visit.query, "before"));
    let ctx = &visit.ctx;
    let of_key = OwnFilter { key: Some(id), ..OwnFilter::default() };
    let (key, used, versions, acts) = tokio::try_join!(
        api_keys::read(ctx, id),
        usage::read(ctx, id, days),
        api_keys::versions(ctx, id, PageRequest { limit: MOST_VERSIONS, before: None }),
        audit::list_own(ctx, &of_key, PageRequest { limit: MOST_ACTS, before }),
    )?;
    let language = ctx.client().language;
    let (t, r) = (KeyTexts::of(language), RotationTexts::of(language));
    let older = acts.next.map(|next| format!("?days={days}&before={}#seen", write_cursor(next))).unwrap_or_default();
    let written = KeyPage {
        frame: visit.frame(Section::Keys)?,
        t,
        r,
        masked: facts::masked(&key.prefix, &key.last4),
        badges: facts::badges(t, &key, ctx.now()),
        details: Details::of(t, &key),
        grace: Grace::of(language, r, &key, &used),
        chart: Chart::of(language, used.days.into_iter().map(Into::into), t.usage_empty),
        days,
        acts: acts.rows.into_iter().map(|entry| Act::of(&visit, t, entry)).collect(),
        older,
        versions: versions.rows.into_iter().map(|version| Version::of(&visit, &version)).collect(),
        snippets: snippets::of(&key, ctx.app().base_url.trim_end_matches('/')),
        is_generated: key.kind == KeyKind::Generated,
        key,
    };
    page(StatusCode::OK, &written)
}

impl Details {
    fn of(t: &KeyTexts, key: &ApiKey) -> Self {
        Self {
            settings: facts::settings(key),
            rate: facts::rate(t, key),
            created: key.created_at.into(),
            updated: key.updated_at.into(),
            expires: key.expires_at.map(Into::into),
            last_used: key.last_used_at.map(Into::into),
            revoked: key.revoked_at.map(Into::into),
            provider: facts::provider_name(key).to_owned(),
        }
    }
}

impl Grace {
    fn of(language: Language, r: &RotationTexts, key: &ApiKey, used: &Usage) -> Option<Self> {
        let until = key.grace_ends_at?.into();
        let count: i64 = used.days.iter().map(|day| day.counts.former_verifications).sum();
        let uses = if count == 0 { String::new() } else { counted(language, count, r.once, r.times) };
        Some(Self { until, uses, last: used.former_last_used_at.map(Into::into) })
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
