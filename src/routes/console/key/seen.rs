//! What was done to a key, by whom and from where, in words: a part of its page, which htmx asks for anew once the value was
//! shown or copied.

use askama::Template;
use axum::http::StatusCode;
use uuid::Uuid;

use super::{
    super::{
        frame::{Frame, Section, page},
        refusal::{Answered, see_other},
        stamp::Moment,
        trail::short_program,
        visit::{Entered, Visit},
    },
    place,
};
use crate::{
    core::{error::Result, texts::console::KeyTexts},
    models::{
        audit::{Action, Entry, OwnFilter},
        ids::ApiKeyId,
        page::{PageRequest, write_cursor},
    },
    routes::{extractors::Id, html::value_of},
    services::{api_keys, audit},
};

/// How many acts the page shows.
const MOST: i64 = 15;
const PERIODS: [i64; 3] = [7, 30, 90];
const USUAL_PERIOD: i64 = 30;

/// The part alone.
#[derive(Template)]
#[template(path = "console/partials/key_seen.html")]
struct SeenPart {
    frame: Frame,
    t: &'static KeyTexts,
    seen: Seen,
}

/// What was done to a key.
pub(super) struct Seen {
    pub(super) key: ApiKeyId,
    /// How many days of use the page shows.
    pub(super) days: i64,
    pub(super) acts: Vec<Act>,
    /// Where the older acts are; empty where there are none.
    pub(super) older: String,
}

/// An act.
pub(super) struct Act {
    pub(super) what: String,
    pub(super) who: &'static str,
    pub(super) when: Moment,
    /// The address; empty where there is none.
    pub(super) address: String,
    /// The program, in short.
    pub(super) program: String,
}

/// How many days of use a page shows.
pub(super) fn days_of(query: &str) -> i64 {
    let asked = value_of(query, "days").parse().unwrap_or(USUAL_PERIOD);
    if PERIODS.contains(&asked) { asked } else { USUAL_PERIOD }
}

pub(super) async fn show(Id(id): Id<ApiKeyId>, Entered(visit): Entered) -> Answered {
    api_keys::read(&visit.ctx, id).await?;
    if !visit.is_partial {
        return Ok(see_other(&visit.to(&place(id))));
    }
    let seen = Seen::read(&visit, id, days_of(&visit.query), None).await?;
    let t = KeyTexts::of(visit.ctx.client().language);
    page(StatusCode::OK, &SeenPart { frame: visit.frame(Section::Keys)?, t, seen })
}

impl Seen {
    /// What was done to a key, before the act `before` where there is one.
    ///
    /// # Errors
    /// As the trail can not be read.
    pub(super) async fn read(visit: &Visit, key: ApiKeyId, days: i64, before: Option<Uuid>) -> Result<Self> {
        let of_key = OwnFilter { key: Some(key), ..OwnFilter::default() };
        let found = audit::list_own(&visit.ctx, &of_key, PageRequest { limit: MOST, before }).await?;
        let t = KeyTexts::of(visit.ctx.client().language);
        let older = found.next.map(|next| format!("?days={days}&before={}#seen", write_cursor(next)));
        Ok(Self {
            key,
            days,
            acts: found.rows.into_iter().map(|entry| Act::of(visit, t, entry)).collect(),
            older: older.unwrap_or_default(),
        })
    }
}

impl Act {
    /// The act that an entry tells of.
    fn of(visit: &Visit, t: &'static KeyTexts, entry: Entry) -> Self {
        let is_own = entry.actor_id.is_some_and(|actor| visit.ctx.account().is_ok_and(|own| own.0 == actor));
        let who = match entry.actor_id {
            None => t.vault,
            Some(_) if is_own && entry.program().is_some() => t.program,
            Some(_) if is_own => t.you,
            Some(_) => t.staff,
        };
        let what = Action::try_from(entry.action.clone()).ok().and_then(|action| word(t, action));
        Self {
            what: what.map_or(entry.action, str::to_owned),
            who,
            when: entry.created_at.into(),
            address: entry.ip,
            program: short_program(&entry.user_agent),
        }
    }
}

fn word(t: &KeyTexts, action: Action) -> Option<&'static str> {
    Some(match action {
        Action::KeyCreated => t.act_created,
        Action::KeyUpdated => t.act_updated,
        Action::KeyRevealed => t.act_revealed,
        Action::KeyRevealFailed => t.act_reveal_failed,
        Action::KeyRevoked => t.act_revoked,
        Action::KeyReinstated => t.act_reinstated,
        Action::KeyRotated => t.act_rotated,
        Action::KeyRestored => t.act_restored,
        Action::KeyGraceEnded => t.act_grace_ended,
        _ => return None,
    })
}
