//! `/admin/audit`: all trails, with filters, in the words in which people read their own.

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::{Router, http::StatusCode, routing::get};
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use crate::{
    core::{
        app::App,
        error::{Error, Result},
        language::Language,
        texts::console::{AdminTexts, AuditTexts, group_name, sentence_of},
    },
    models::{
        audit::{Action, ActionGroup, Entry},
        page::Page,
        permission::Permission,
    },
    routes::{
        console::{
            form::{Form, Shown},
            frame::{Frame, Section, page},
            listing::{self, Pager},
            refusal::Answered,
            sign_in::refused,
            trail::{Happening, Told, in_order},
            visit::{Entered, Visit},
        },
        html::value_of,
    },
    schemas::{admin::TrailQuery, query},
    services::{audit, names},
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
    words: &'static AuditTexts,
    shown: Shown,
    /// The addresses of the accounts that the filters name by their identifiers; empty where they name none.
    hints: [String; 2],
    /// The acts by their groups: the word in the address, and the sentence.
    actions: Vec<(&'static str, Vec<(&'static str, &'static str)>)>,
    rows: Vec<Row>,
    pager: Pager,
    is_filtered: bool,
    unfiltered: String,
}

/// An entry in the table.
struct Row {
    event: Happening,
    /// The account whose trail it is in; `None` for nobody's.
    account: Option<Person>,
    /// Who did it, where that is somebody else.
    actor: Option<Person>,
}

/// An account: by its address, or by its identifier where it is gone.
struct Person {
    id: String,
    address: Option<String>,
    tail: String,
}

impl Person {
    fn of(id: Uuid, addresses: &HashMap<Uuid, String>) -> Self {
        let address = addresses.get(&id).cloned();
        let id = id.to_string();
        // the beginning is the time when it was made: the end tells accounts apart
        let tail = id.rsplit('-').next().unwrap_or_default().to_owned();
        Self { id, address, tail }
    }
}

async fn show(Entered(visit): Entered) -> Answered {
    let asked = visit.query.clone();
    let (status, shown, found) = match find(&visit, &asked).await {
        Ok(found) => (StatusCode::OK, filled(&asked), found),
        Err(error @ Error::Invalid(_)) => {
            // nobody else is told what may be asked for here
            visit.ctx.require(Permission::ReadAccounts)?;
            let (status, shown) = refused(&visit, &Form::read(&listing::only(&asked, &FILTERS)), &error)?;
            (status, shown, Page { rows: Vec::new(), next: None })
        }
        Err(error) => return Err(error.into()),
    };
    let language = visit.ctx.client().language;
    let kept = listing::only(&asked, &FILTERS);
    let wanted = ["user_id", "actor_id"].map(|name| Uuid::try_parse(value_of(&asked, name).trim()).ok());
    let addresses = names::of_accounts(&visit.ctx, named_in(&found.rows, wanted)).await?;
    let hint = |id: Option<Uuid>| id.and_then(|id| addresses.get(&id).cloned()).unwrap_or_default();
    let trail = TrailPage {
        frame: visit.frame(Section::Administration)?,
        t: AdminTexts::of(language),
        words: AuditTexts::of(language),
        shown,
        hints: wanted.map(hint),
        actions: actions(language),
        pager: Pager::of(&visit, "admin/audit", &kept, found.next),
        is_filtered: !kept.is_empty(),
        unfiltered: visit.to("admin/audit"),
        rows: found.rows.into_iter().map(|entry| row(entry, &addresses, language)).collect(),
    };
    page(status, &trail)
}

async fn find(visit: &Visit, asked: &str) -> Result<Page<Entry>> {
    let wanted: TrailQuery = query::read(&wanted(asked))?;
    in_order(wanted.filter.since, wanted.filter.until)?;
    audit::list_all(&visit.ctx, wanted.filter, wanted.page).await
}

/// The accounts that entries and filters name.
fn named_in(entries: &[Entry], filters: [Option<Uuid>; 2]) -> BTreeSet<Uuid> {
    let in_entries = entries.iter().flat_map(|entry| [Some(entry.chain), entry.actor_id]);
    in_entries.chain(filters).flatten().filter(|id| !id.is_nil()).collect()
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

fn row(entry: Entry, addresses: &HashMap<Uuid, String>, language: Language) -> Row {
    let word = Told { name: AuditTexts::of(language).word.to_owned(), text: entry.action.clone(), is_code: true };
    let of = |id: Uuid| Person::of(id, addresses);
    let mut row = Row {
        account: Some(entry.chain).filter(|chain| !chain.is_nil()).map(of),
        actor: entry.actor_id.filter(|actor| *actor != entry.chain).map(of),
        // what others call their keys is their own business
        event: Happening::of(entry, &HashMap::new(), language),
    };
    if row.actor.is_some() {
        // it stands beside the account who that was
        row.event.by.clear();
    }
    row.event.details.insert(0, word);
    row
}

/// Every act, by the acts that belong together.
fn actions(language: Language) -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    let of = |group: ActionGroup| {
        let acts = Action::ALL.iter().filter(|action| action.group() == group);
        acts.map(|action| (action.as_str(), sentence_of(*action, language))).collect()
    };
    ActionGroup::ALL.iter().map(|group| (group_name(*group, language), of(*group))).collect()
}
