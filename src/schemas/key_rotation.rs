//! Rotating keys on the wire: the bodies, and the versions.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    fields::{Body, Fields, Given},
    rules,
};
use crate::{
    core::{secret::SecretText, texts::faults::FaultKind},
    models::{
        key_requests::Rotation,
        key_version::{KeyVersion, LONGEST_GRACE},
    },
};

/// A new value for a key.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the OpenAPI document; `Rotation` is what is read")]
#[schema(as = RotateKey)]
pub struct RotateBody {
    /// The new value of a stored key; a generated key gets one from the vault.
    #[schema(min_length = 1, max_length = 32_768)]
    value: Option<String>,
    /// How long the former value still counts: 86,400 for generated keys where nothing is said, 0 for stored ones.
    /// Zero ends every earlier grace too.
    #[schema(minimum = 0, maximum = 2_592_000)]
    grace_seconds: Option<i64>,
}

impl Body for Rotation {
    fn read(fields: &mut Fields) -> Option<Self> {
        let value = fields.optional_text("value", rules::VALUE);
        let grace_seconds = grace(fields);
        Some(Self { value: value?.map(SecretText::new), grace_seconds: grace_seconds? })
    }
}

/// An earlier value becomes the newest again.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the OpenAPI document; `Restoration` is what is read")]
#[schema(as = RestoreKey)]
pub struct RestoreBody {
    /// How long the value that is current now still counts: as for a rotation.
    #[schema(minimum = 0, maximum = 2_592_000)]
    grace_seconds: Option<i64>,
}

/// What a restoration says.
#[derive(Default)]
pub struct Restoration {
    /// How long the value that is current now still counts, in seconds.
    pub grace_seconds: Option<i64>,
}

impl Body for Restoration {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { grace_seconds: grace(fields)? })
    }
}

/// `grace_seconds`; `None` inside where it was left out.
fn grace(fields: &mut Fields) -> Option<Option<i64>> {
    const NAME: &str = "grace_seconds";
    match fields.take(NAME) {
        Given::Absent | Given::Null | Given::Fault => Some(None),
        Given::Value(Value::Number(number)) => {
            match number.as_i64().filter(|number| (0..=LONGEST_GRACE).contains(number)) {
                Some(number) => Some(Some(number)),
                None => fields.fault(NAME, FaultKind::OutOfRange(0, LONGEST_GRACE)),
            }
        }
        Given::Value(_) => fields.fault(NAME, FaultKind::WrongType("number")),
    }
}

/// A version of a key's value, masked.
#[derive(Serialize, ToSchema)]
#[schema(as = KeyVersion)]
pub struct KeyVersionView {
    /// Its number, counted from 1.
    pub version: i64,
    /// What stands before the random part; empty where the format does not tell.
    pub prefix: String,
    /// The last four characters; empty where the value is shorter than 16.
    pub last4: String,
    /// When it became the current one.
    pub created_at: DateTime<Utc>,
    /// Until when it still counts, or counted; `null` for the current one.
    pub grace_ends_at: Option<DateTime<Utc>>,
    /// Whether it is the current one.
    pub is_current: bool,
}

impl From<KeyVersion> for KeyVersionView {
    fn from(version: KeyVersion) -> Self {
        Self {
            version: version.version,
            prefix: version.prefix,
            last4: version.last4,
            created_at: version.created_at,
            is_current: version.grace_ends_at.is_none(),
            grace_ends_at: version.grace_ends_at,
        }
    }
}
