//! The list: searched as one types, narrowed in the address, by pages.

use askama::Template;
use axum::{
    Router,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    routing::get,
};

use super::{
    asked::{Asked, CHOSEN, UNDO, read_ids},
    rows::{Group, group},
};
use crate::{
    core::{
        app::App,
        texts::console::{KeysListTexts, PlanFor, keys_list, named_provider},
    },
    models::{ids::ApiKeyId, page::write_cursor},
    routes::{
        console::{
            form::Shown,
            frame::{Frame, Section, page, partial},
            refusal::Answered,
            room::Room,
            visit::{Entered, Visit, current_page},
        },
        html::value_of,
    },
    services::api_keys,
};

/// What htmx shows in the address bar: without what is empty. A filter is a step that leads back; each letter of a search
/// is none.
const PUSH_URL: HeaderName = HeaderName::from_static("hx-push-url");
const REPLACE_URL: HeaderName = HeaderName::from_static("hx-replace-url");

/// The page.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/keys", get(show))
}

#[derive(Template)]
#[template(path = "console/pages/keys_list.html")]
struct ListPage {
    frame: Frame,
    t: &'static KeysListTexts,
    asked: Asked,
    environments: Vec<String>,
    /// Identifier and name.
    providers: Vec<(String, String)>,
    list: List,
    shown: Shown,
    faults: Vec<String>,
    undo: Vec<ApiKeyId>,
    is_empty: bool,
    /// How much room the plan has, for whoever has nothing yet.
    room: Option<Room>,
    /// Whether the plan allows no more keys.
    is_full: bool,
}

/// The list alone, for htmx.
#[derive(Template)]
#[template(path = "console/partials/keys_list.html")]
struct ListPart {
    frame: Frame,
    t: &'static KeysListTexts,
    asked: Asked,
    list: List,
    shown: Shown,
}

/// A page of the list.
struct List {
    groups: Vec<Group>,
    count: String,
    is_revoked: bool,
    has_reinstatable: bool,
    /// The address of the next page.
    older: String,
    /// The address of the first page, on others.
    newest: String,
}

async fn show(headers: HeaderMap, Entered(visit): Entered) -> Answered {
    let asked = Asked::read(&visit.query);
    if visit.is_partial {
        return write_part(&visit, &headers, asked).await;
    }
    let chosen = read_ids(&value_of(&visit.query, CHOSEN));
    let ticked = Shown::filled(chosen.iter().map(|id| ("id", id.to_string())));
    write(&visit, StatusCode::OK, asked, ticked).await
}

async fn write_part(visit: &Visit, headers: &HeaderMap, asked: Asked) -> Answered {
    let list = list(visit, &asked).await?;
    let (frame, t) = (visit.frame(Section::Keys)?, KeysListTexts::of(visit.ctx.client().language));
    let address = visit.to(&asked.address());
    let is_typed = headers.get("hx-source").is_some_and(|source| source.as_bytes().starts_with(b"input"));
    let is_there = current_page(headers).is_some_and(|current| current == address);
    let way = if is_typed || is_there { REPLACE_URL } else { PUSH_URL };
    let mut response = partial(&ListPart { frame, t, asked, list, shown: Shown::default() })?;
    if let Ok(address) = HeaderValue::from_str(&address) {
        response.headers_mut().insert(way, address);
    }
    // the same address is a whole page for a reload
    response.headers_mut().append(header::VARY, HeaderValue::from_static("hx-request"));
    Ok(response)
}

/// The whole page; what was ticked and typed stands in `shown`.
pub(super) async fn write(visit: &Visit, status: StatusCode, asked: Asked, shown: Shown) -> Answered {
    let list = list(visit, &asked).await?;
    let facets = api_keys::facets(&visit.ctx).await?;
    let is_empty = list.groups.is_empty() && !asked.is_narrowed() && asked.cursor.is_empty();
    let room = if is_empty { Some(Room::read(visit, PlanFor::File).await?) } else { None };
    let (mut environments, mut providers) = (facets.environments, facets.providers);
    for (all, chosen) in [(&mut environments, &asked.environment), (&mut providers, &asked.provider)] {
        if !chosen.is_empty() && !all.contains(chosen) {
            all.push(chosen.clone());
        }
    }
    let language = visit.ctx.client().language;
    let named = |id: String| {
        let name = named_provider(&id, language);
        (id, name)
    };
    let providers = providers.into_iter().map(named).collect();
    let frame = visit.frame(Section::Keys)?;
    let frame = if visit.is_answer { frame.gone_for(&asked.address()) } else { frame };
    let is_full = status == StatusCode::PAYMENT_REQUIRED;
    let t = KeysListTexts::of(language);
    let undo = read_ids(&value_of(&visit.query, UNDO));
    let faults = shown.others(&[]).into_iter().map(str::to_owned).collect();
    let written =
        ListPage { frame, t, asked, environments, providers, list, shown, faults, undo, is_empty, room, is_full };
    let mut response = page(status, &written)?;
    response.headers_mut().append(header::VARY, HeaderValue::from_static("hx-request"));
    Ok(response)
}

async fn list(visit: &Visit, asked: &Asked) -> Result<List, crate::core::error::Error> {
    let query = asked.query()?;
    let found = api_keys::list(&visit.ctx, &query.filter, query.page).await?;
    let (language, now) = (visit.ctx.client().language, visit.ctx.now());
    let at = |cursor: String| Asked { cursor, ..asked.clone() }.address();
    Ok(List {
        count: keys_list::shown(language, found.rows.len(), found.next.is_some()),
        is_revoked: query.filter.revoked,
        has_reinstatable: found.rows.iter().any(|key| key.is_reinstatable(now)),
        older: found.next.map(|next| at(write_cursor(next))).unwrap_or_default(),
        newest: if asked.cursor.is_empty() { String::new() } else { at(String::new()) },
        groups: group(found.rows, asked, now, language),
    })
}
