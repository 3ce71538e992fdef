//! The audit trail on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::query::{FromQuery, Query};
use crate::models::{
    audit::{Action, ActionGroup, Entry, OwnFilter, OwnVerification},
    ids::ApiKeyId,
    page::PageRequest,
};

/// An entry of the trail.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct EntryView {
    /// Its identifier.
    pub id: Uuid,
    /// Its place in the account's chain, from 1, without gaps.
    pub seq: i64,
    /// What was done.
    #[schema(example = "key.revealed")]
    pub action: String,
    /// Who did it, where somebody had signed in.
    pub actor_id: Option<Uuid>,
    /// To what: `account`, `session` or `key`.
    #[schema(example = "key")]
    pub object_type: String,
    /// To which one.
    pub object_id: Option<Uuid>,
    /// From which address.
    #[schema(example = "203.0.113.7")]
    pub ip: Option<String>,
    /// By which program.
    #[schema(example = "curl/8.5.0")]
    pub user_agent: Option<String>,
    /// The request's identifier.
    pub request_id: String,
    /// What else is worth knowing; never a secret.
    pub details: Map<String, Value>,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl From<Entry> for EntryView {
    fn from(entry: Entry) -> Self {
        let filled = |text: String| (!text.is_empty()).then_some(text);
        Self {
            id: entry.id,
            seq: entry.seq,
            action: entry.action,
            actor_id: entry.actor_id,
            object_type: entry.object_type,
            object_id: entry.object_id,
            ip: filled(entry.ip),
            user_agent: filled(entry.user_agent),
            request_id: entry.request_id,
            details: serde_json::from_str(&entry.details).unwrap_or_default(),
            created_at: entry.created_at,
        }
    }
}

/// Which entries of one's own trail.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query in the OpenAPI document; `OwnTrailQuery` is what is read")]
pub struct OwnTrailParams {
    /// How many rows.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// What was done to one key.
    key_id: Option<Uuid>,
    /// One kind of act.
    action: Option<Action>,
    /// Acts that belong together.
    group: Option<ActionGroup>,
    /// From this moment on.
    since: Option<DateTime<Utc>>,
    /// Before this moment.
    until: Option<DateTime<Utc>>,
}

/// Which entries of one's own trail, as read.
pub struct OwnTrailQuery {
    /// Which page.
    pub page: PageRequest,
    /// Which entries.
    pub filter: OwnFilter,
}

impl FromQuery for OwnTrailQuery {
    fn read(query: &mut Query) -> Option<Self> {
        let page = query.page();
        let action = query.choice("action", || words(Action::ALL.iter().map(|action| action.as_str())));
        let group = query.choice("group", || words(ActionGroup::ALL.iter().map(|group| group.as_str())));
        let since = query.time("since");
        let until = query.time("until");
        let key = query.id("key_id");
        let key = key?.map(ApiKeyId);
        let filter = OwnFilter { key, action: action?, group: group?, since: since?, until: until? };
        Some(Self { page: page?, filter })
    }
}

fn words(all: impl Iterator<Item = &'static str>) -> String {
    all.collect::<Vec<_>>().join(", ")
}

/// What a check of one's own trail found.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditVerification)]
pub struct OwnVerificationView {
    /// How many entries are as they were written, from the first on.
    pub entries: u64,
    /// Whether nothing was changed, removed or moved.
    pub intact: bool,
    /// The place (`seq`) of the first entry that is not as it was written.
    pub first_bad: Option<i64>,
}

impl From<OwnVerification> for OwnVerificationView {
    fn from(found: OwnVerification) -> Self {
        Self { entries: found.entries, intact: found.first_bad.is_none(), first_bad: found.first_bad }
    }
}
