//! `/audit`: the own trail in words, its filters, its export, and the check of its chain.

use askama::Template;
use axum::{
    Router,
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use url::form_urlencoded::Serializer;

use super::{
    form::{Form, Shown},
    frame::{Frame, Section, page},
    listing::Pager,
    refusal::Answered,
    trail::{Happening, in_order},
    visit::{Entered, Posted, Visit},
};
use crate::{
    core::{
        app::App,
        error::{Error, Result},
        language::Language,
        texts::console::{AuditTexts, counted, group_name},
    },
    models::{
        audit::{ActionGroup, Entry, OwnVerification},
        page::Page,
    },
    schemas::{audit::OwnTrailQuery, audit_export, query},
    services::{audit, names},
};

/// The pages.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/audit", get(show)).route("/audit/verify", post(verify)).route("/audit/export", post(export))
}

#[derive(Template)]
#[template(path = "console/pages/audit.html")]
struct AuditPage {
    frame: Frame,
    t: &'static AuditTexts,
    shown: Shown,
    groups: Vec<(&'static str, &'static str)>,
    entries: Vec<Happening>,
    /// The filters as they stand in the address.
    kept: Vec<(String, String)>,
    /// The list without them.
    unfiltered: String,
    pager: Pager,
    /// What a check found: whether all is well, and the sentence.
    found: Option<(bool, String)>,
}

impl AuditPage {
    fn is_group(&self, group: &str) -> bool {
        self.shown.value("group") == group
    }

    /// The faults of what has no field: a cursor or an act that somebody wrote into the address.
    fn others(&self) -> Vec<&str> {
        self.shown.others(&["group", "since", "until"])
    }
}

async fn show(Entered(visit): Entered) -> Answered {
    let form = Form::read(&visit.query);
    let (status, shown, rows) = match list(&visit, &form).await {
        Ok(rows) => (StatusCode::OK, Shown::filled(filters(&form)), rows),
        Err(error @ Error::Invalid(_)) => {
            let shown = Shown::refused(&form, &error, visit.ctx.client().language);
            (StatusCode::UNPROCESSABLE_ENTITY, shown, Page { rows: Vec::new(), next: None })
        }
        Err(error) => return Err(error.into()),
    };
    write(&visit, status, shown, rows, None).await
}

async fn verify(Posted(visit, form): Posted) -> Answered {
    let found = audit::verify_own(&visit.ctx).await?;
    let rows = list(&visit, &form).await?;
    write(&visit, StatusCode::OK, Shown::filled(filters(&form)), rows, Some(found)).await
}

async fn export(Posted(visit, form): Posted) -> Answered {
    let asked = read(&form, "")?;
    let entries = audit::export_own(&visit.ctx, &asked.filter).await?;
    let day = visit.ctx.now().format("%Y-%m-%d");
    let (kind, name, text) = if form.value("format") == "csv" {
        ("text/csv; charset=utf-8; header=present", format!("audit-{day}.csv"), audit_export::csv(entries))
    } else {
        ("application/x-ndjson", format!("audit-{day}.jsonl"), audit_export::json_lines(entries))
    };
    Ok(download(kind, &name, text))
}

/// A file to keep.
fn download(kind: &'static str, name: &str, text: String) -> Response {
    let mut response = Body::from(text).into_response();
    let place = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_DISPOSITION, place.unwrap_or(HeaderValue::from_static("attachment")));
    response
}

async fn list(visit: &Visit, form: &Form) -> Result<Page<Entry>> {
    let asked = read(form, form.value("cursor"))?;
    audit::list_own(&visit.ctx, &asked.filter, asked.page).await
}

/// The API's query, whose moments are days here: both included.
fn read(form: &Form, cursor: &str) -> Result<OwnTrailQuery> {
    let mut pairs = Serializer::new(String::new());
    for name in ["action", "group"] {
        pairs.append_pair(name, form.value(name));
    }
    pairs.append_pair("cursor", cursor);
    for (name, time) in [("since", "T00:00:00Z"), ("until", "T23:59:59.999Z")] {
        let day = form.value(name);
        pairs.append_pair(name, &if day.len() == 10 { format!("{day}{time}") } else { day.to_owned() });
    }
    let asked: OwnTrailQuery = query::read(&pairs.finish())?;
    in_order(asked.filter.since, asked.filter.until)?;
    Ok(asked)
}

/// The filters that are set.
fn filters(form: &Form) -> Vec<(&'static str, String)> {
    let all = ["group", "action", "since", "until"].map(|name| (name, form.value(name).to_owned()));
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

async fn write(
    visit: &Visit,
    status: StatusCode,
    shown: Shown,
    rows: Page<Entry>,
    found: Option<OwnVerification>,
) -> Answered {
    let language = visit.ctx.client().language;
    let t = AuditTexts::of(language);
    let kept: Vec<_> = ["group", "action", "since", "until"]
        .map(|name| (name.to_owned(), shown.value(name).to_owned()))
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let query = Serializer::new(String::new()).extend_pairs(&kept).finish();
    let names = names::of_entries(&visit.ctx, &rows.rows).await?;
    let page_of = AuditPage {
        frame: visit.frame(Section::Audit)?,
        t,
        groups: ActionGroup::ALL.iter().map(|group| (group.as_str(), group_name(*group, language))).collect(),
        unfiltered: visit.to("audit"),
        pager: Pager::of(visit, "audit", &query, rows.next),
        entries: rows.rows.into_iter().map(|entry| Happening::of(entry, &names, language)).collect(),
        found: found.map(|found| told(t, &found, language)),
        kept,
        shown,
    };
    page(status, &page_of)
}

fn told(t: &AuditTexts, found: &OwnVerification, language: Language) -> (bool, String) {
    let entries = counted(language, i64::try_from(found.entries).unwrap_or(i64::MAX), t.entry, t.entries);
    match found.first_bad {
        None => (true, t.intact.replace("{entries}", &entries)),
        Some(place) => (false, t.broken.replace("{entries}", &entries).replace("{place}", &place.to_string())),
    }
}
