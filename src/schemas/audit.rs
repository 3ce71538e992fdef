//! The audit trail on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::models::audit::Entry;

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
