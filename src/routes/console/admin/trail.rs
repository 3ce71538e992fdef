//! `/admin/audit`: all trails, with filters. What was done is told in the words that programs match on.

use askama::Template;
use axum::{Router, http::StatusCode, routing::get};
use serde_json::{Map, Value};
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use crate::{
    core::{
        app::App,
        error::Error,
        texts::{console::AdminTexts, mails::device},
    },
    models::{
        audit::{Action, Entry},
        page::Page,
        permission::Permission,
    },
    routes::{
        console::{
            form::{Form, Shown},
            frame::{Frame, Section, page},
            listing,
            refusal::Answered,
            sign_in::refused,
            stamp,
            visit::{Entered, Visit},
        },
        html::value_of,
    },
    schemas::{admin::TrailQuery, query},
    services::audit,
};

const FILTERS: [&str; 5] = ["user_id", "actor_id", "action", "since", "until"];

pub(super) fn routes() -> Router<App> {
    Router::new().route("/admin/audit", get(show))
}

#[derive(Template)]
#[template(path = "console/pages/admin_trail.html")]
struct TrailPage {
    frame: Frame,
    t: &'static AdminTexts,
    shown: Shown,
    actions: Vec<&'static str>,
    rows: Vec<Row>,
    older: Option<String>,
    is_further: bool,
    is_filtered: bool,
}

/// An entry in the table.
struct Row {
    at: String,
    action: String,
    /// The account whose trail it is in; `None` for nobody's.
    account: Option<Person>,
    /// Who did it, where that is somebody else.
    actor: Option<Person>,
    ip: String,
    device: String,
    details: String,
}

/// An account, by its identifier alone: it may be gone.
struct Person {
    id: String,
    tail: String,
}

impl Person {
    fn of(id: Uuid) -> Self {
        let id = id.to_string();
        // the beginning is the time when it was made: the end tells accounts apart
        let tail = id.rsplit('-').next().unwrap_or_default().to_owned();
        Self { id, tail }
    }
}

async fn show(Entered(visit): Entered) -> Answered {
    let asked = visit.query.clone();
    let (status, shown, found) = match query::read::<TrailQuery>(&wanted(&asked)) {
        Ok(wanted) => (StatusCode::OK, filled(&asked), audit::list_all(&visit.ctx, &wanted.filter, wanted.page).await?),
        Err(error @ Error::Invalid(_)) => {
            // nobody else is told what may be asked for here
            visit.ctx.require(Permission::ReadAccounts)?;
            let (status, shown) = refused(&visit, &Form::read(&listing::only(&asked, &FILTERS)), &error)?;
            (status, shown, Page { rows: Vec::new(), next: None })
        }
        Err(error) => return Err(error.into()),
    };
    let t = AdminTexts::of(visit.ctx.client().language);
    let trail = TrailPage {
        frame: visit.frame(Section::Administration)?,
        t,
        shown,
        actions: Action::ALL.iter().map(|action| action.as_str()).collect(),
        older: listing::older(&visit, "admin/audit", &FILTERS, found.next),
        is_further: listing::is_further(&asked),
        is_filtered: !listing::only(&asked, &FILTERS).is_empty(),
        rows: found.rows.into_iter().map(|entry| row(&visit, entry)).collect(),
    };
    page(status, &trail)
}

fn filled(asked: &str) -> Shown {
    Shown::filled(FILTERS.map(|name| (name, value_of(asked, name))))
}

/// The query that the API would be sent: a field for a day gives whole days, in UTC.
fn wanted(asked: &str) -> String {
    let mut pairs = Serializer::new(String::new());
    for name in FILTERS.into_iter().chain(["cursor"]) {
        let value = value_of(asked, name);
        let value = value.trim();
        match (name, value.len()) {
            (_, 0) => {}
            ("since", 10) => drop(pairs.append_pair(name, &format!("{value}T00:00:00Z"))),
            ("until", 10) => drop(pairs.append_pair(name, &format!("{value}T23:59:59.999Z"))),
            _ => drop(pairs.append_pair(name, value)),
        }
    }
    pairs.finish()
}

fn row(visit: &Visit, entry: Entry) -> Row {
    let details: Map<String, Value> = serde_json::from_str(&entry.details).unwrap_or_default();
    let words = details.iter().map(|(name, value)| match value {
        Value::String(text) => format!("{name}: {text}"),
        other => format!("{name}: {other}"),
    });
    let device = if entry.user_agent.is_empty() {
        String::new()
    } else {
        device(visit.ctx.client().language, &entry.user_agent)
    };
    Row {
        at: stamp::moment(entry.created_at),
        account: Some(entry.chain).filter(|chain| !chain.is_nil()).map(Person::of),
        actor: entry.actor_id.filter(|actor| *actor != entry.chain).map(Person::of),
        details: words.collect::<Vec<_>>().join(", "),
        device,
        action: entry.action,
        ip: entry.ip,
    }
}
