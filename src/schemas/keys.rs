//! Keys on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    fields::{Body, Fields, Given},
    key_limits,
    query::{FromQuery, Query},
    rules::{self, Text},
};
use crate::{
    core::{secret::SecretText, texts::faults::FaultKind},
    models::{
        api_key::{ApiKey, KeyKind, KeyLimit, MOST_TAGS},
        key_requests::{Change, Changed, Changes, Created, Filter, NewKey, Revealed},
        page::PageRequest,
        provider::{self, Provider},
        warning::{Warning, WarningCode},
    },
};

const MOST_SCOPES: usize = 50;
/// In the filters by time: a year.
const MOST_DAYS: i64 = 365;
const MOST_SETTINGS: usize = 20;
/// In all settings of a key together.
const MOST_SETTINGS_CHARACTERS: usize = 8192;

/// A key, masked.
#[derive(Serialize, ToSchema)]
#[schema(as = Key)]
pub struct KeyView {
    /// Its identifier.
    pub id: Uuid,
    /// Its name.
    #[schema(example = "OpenAI, billing bot")]
    pub name: String,
    /// Who made the value: the user (`stored`) or the vault (`generated`).
    pub kind: KeyKind,
    /// The provider's identifier in `GET /api/providers`.
    #[schema(example = "openai")]
    pub provider: String,
    /// The provider's settings; secret ones are masked.
    pub provider_config: Map<String, Value>,
    /// Where it is used.
    #[schema(example = "production")]
    pub environment: Option<String>,
    /// The user's own words for it.
    pub tags: Vec<String>,
    /// The user's own text.
    pub note: Option<String>,
    /// What stands before the random part; empty where the format does not tell.
    #[schema(example = "sk-proj-")]
    pub prefix: String,
    /// The last four characters; empty where the value is shorter than 16.
    #[schema(example = "f9Qz")]
    pub last4: String,
    /// Counted from 1, up by one with each new value.
    pub version: i64,
    /// Whether it may be used.
    pub enabled: bool,
    /// Whether it was revoked.
    pub revoked: bool,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// From when on it is worth nothing.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
    /// What a generated key may be used for.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Until when a former value still verifies; `null` where none does.
    pub grace_ends_at: Option<DateTime<Utc>>,
    /// From where a generated key may be used: addresses and networks; empty for everywhere.
    pub allowed_ips: Vec<String>,
    /// How often a generated key may be used.
    pub rate_limit: Option<KeyLimitView>,
}

/// How often a generated key may be used: so often in any window of so many seconds.
#[derive(Serialize, ToSchema)]
#[schema(as = KeyLimit)]
pub struct KeyLimitView {
    /// How often.
    #[schema(minimum = 1, maximum = 1_000_000, example = 100)]
    pub limit: u32,
    /// In how many seconds.
    #[schema(minimum = 1, maximum = 86_400, example = 60)]
    pub window_seconds: u32,
}

impl From<KeyLimit> for KeyLimitView {
    fn from(limit: KeyLimit) -> Self {
        Self { limit: limit.limit, window_seconds: limit.window_seconds }
    }
}

impl From<ApiKey> for KeyView {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id.0,
            name: key.name,
            kind: key.kind,
            provider: key.provider,
            provider_config: key.provider_config,
            environment: key.environment,
            tags: key.tags,
            note: key.note,
            prefix: key.prefix,
            last4: key.last4,
            version: key.version,
            enabled: key.enabled,
            revoked: key.revoked,
            revoked_at: key.revoked_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            scopes: key.scopes,
            created_at: key.created_at,
            updated_at: key.updated_at,
            grace_ends_at: key.grace_ends_at,
            allowed_ips: key.allowed_ips,
            rate_limit: key.rate_limit.map(KeyLimitView::from),
        }
    }
}

/// A key that was just made, with its value in clear.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedKey)]
pub struct CreatedView<'a> {
    /// The key.
    #[serde(flatten)]
    pub key: KeyView,
    /// The value in clear.
    #[schema(example = "vk_live_…")]
    pub api_key: &'a str,
    /// What looks like a mistake; left out where nothing does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<WarningView>,
}

impl<'a> From<&'a Created> for CreatedView<'a> {
    fn from(created: &'a Created) -> Self {
        let warnings = created.warnings.iter().cloned().map(WarningView::from).collect();
        Self { key: created.key.clone().into(), api_key: created.value.expose(), warnings }
    }
}

/// A key that was just changed.
#[derive(Serialize, ToSchema)]
#[schema(as = ChangedKey)]
pub struct ChangedView {
    /// The key.
    #[serde(flatten)]
    pub key: KeyView,
    /// What looks like a mistake; left out where nothing does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<WarningView>,
}

impl From<Changed> for ChangedView {
    fn from(changed: Changed) -> Self {
        Self { key: changed.key.into(), warnings: changed.warnings.into_iter().map(WarningView::from).collect() }
    }
}

/// What looks like a mistake: the key is stored all the same.
#[derive(Serialize, ToSchema)]
#[schema(as = KeyWarning)]
pub struct WarningView {
    /// What it is.
    pub code: WarningCode,
    /// What it means and what to do, in the reader's language.
    pub message: String,
}

impl From<Warning> for WarningView {
    fn from(warning: Warning) -> Self {
        Self { code: warning.code, message: warning.message }
    }
}

/// A key's value in clear.
#[derive(Serialize, ToSchema)]
#[schema(as = RevealedKey)]
pub struct RevealedView {
    /// The value.
    pub api_key: String,
    /// The provider's settings, the secret ones in clear.
    pub provider_config: Map<String, Value>,
}

impl From<Revealed> for RevealedView {
    fn from(revealed: Revealed) -> Self {
        Self { api_key: revealed.value.expose().clone(), provider_config: revealed.provider_config }
    }
}

/// A new key.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the OpenAPI document; `NewKey` is what is read")]
#[schema(as = CreateKey)]
pub struct CreateBody {
    /// Its name, unique among the active keys of its environment.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = "^[^\\x00-\\x1f\\x7f]*[^\\s\\x00-\\x1f\\x7f][^\\x00-\\x1f\\x7f]*$",
        example = "OpenAI, billing bot"
    )]
    name: String,
    /// Its value; left out, the vault makes one (`vk_live_…`, or `vk_test_…` in `test` and `development`).
    #[schema(min_length = 1, max_length = 32_768)]
    value: Option<String>,
    /// A provider's identifier; left out, the value's shape tells.
    #[schema(example = "openai")]
    provider: Option<String>,
    /// The provider's settings, texts by name; those the catalogue does not call public are encrypted.
    provider_config: Option<Map<String, Value>>,
    /// Where it is used.
    #[schema(max_length = 32, pattern = "^[A-Za-z0-9_-]+$", example = "production")]
    environment: Option<String>,
    /// The user's own words for it, 20 at most.
    #[schema(max_items = 20)]
    tags: Option<Vec<String>>,
    /// The user's own text.
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// From when on it is worth nothing; in the future.
    expires_at: Option<DateTime<Utc>>,
    /// What a generated key may be used for, 50 at most.
    #[schema(max_items = 50)]
    scopes: Option<Vec<String>>,
    /// From where a generated key may be used: addresses and networks (CIDR), 50 at most; left out, from everywhere.
    #[schema(max_items = 50, example = json!(["203.0.113.0/24"]))]
    allowed_ips: Option<Vec<String>>,
    /// How often a generated key may be used; left out, as often as one likes.
    rate_limit: Option<KeyLimitView>,
}

impl Body for NewKey {
    fn read(fields: &mut Fields) -> Option<Self> {
        let name = fields.required_text("name", rules::KEY_NAME);
        let value = fields.optional_text("value", rules::VALUE);
        let provider = provider(fields);
        let provider_config = settings(fields);
        let environment = fields.optional_text("environment", rules::ENVIRONMENT);
        let tags = fields.texts("tags", MOST_TAGS, rules::TAG);
        let note = fields.optional_text("note", rules::NOTE);
        let expires_at = match fields.future("expires_at") {
            Given::Value(time) => Some(Some(time)),
            Given::Absent | Given::Null => Some(None),
            Given::Fault => None,
        };
        let scopes = fields.texts("scopes", MOST_SCOPES, rules::SCOPE);
        let allowed_ips = key_limits::allowed_ips(fields);
        let rate_limit = change(key_limits::rate_limit(fields));
        Some(Self {
            name: name?,
            value: value?.map(SecretText::new),
            provider: provider?,
            provider_config: provider_config?.unwrap_or_default(),
            environment: environment?,
            tags: tags?.unwrap_or_default(),
            note: note?.filter(|note| !note.is_empty()),
            expires_at: expires_at?,
            scopes: scopes?.unwrap_or_default(),
            allowed_ips: allowed_ips?.unwrap_or_default(),
            rate_limit: rate_limit?.set(),
        })
    }
}

/// Changes to a key; what is left out stays as it is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the OpenAPI document; `Changes` is what is read")]
#[schema(as = UpdateKey)]
pub struct UpdateBody {
    /// Its name.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 100,
        pattern = "^[^\\x00-\\x1f\\x7f]*[^\\s\\x00-\\x1f\\x7f][^\\x00-\\x1f\\x7f]*$"
    )]
    name: Option<String>,
    /// A provider's identifier.
    #[schema(example = "openai")]
    provider: Option<String>,
    /// The provider's settings, all of them; a mask that comes back unchanged keeps the secret it masks.
    provider_config: Option<Map<String, Value>>,
    /// Where it is used; `null` empties it.
    #[schema(max_length = 32, pattern = "^[A-Za-z0-9_-]+$")]
    environment: Option<String>,
    /// The user's own words, all of them.
    #[schema(max_items = 20)]
    tags: Option<Vec<String>>,
    /// The user's own text; `null` empties it.
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// From when on it is worth nothing; `null` empties it.
    expires_at: Option<DateTime<Utc>>,
    /// What a generated key may be used for, all of it.
    #[schema(max_items = 50)]
    scopes: Option<Vec<String>>,
    /// Whether it may be used.
    #[schema(nullable = false)]
    enabled: Option<bool>,
    /// From where a generated key may be used, all of it; empty for everywhere.
    #[schema(max_items = 50)]
    allowed_ips: Option<Vec<String>>,
    /// How often a generated key may be used; `null` for as often as one likes.
    rate_limit: Option<KeyLimitView>,
}

impl Body for Changes {
    fn read(fields: &mut Fields) -> Option<Self> {
        let name = match fields.text("name", rules::KEY_NAME) {
            Given::Value(name) => Some(Some(name)),
            Given::Absent => Some(None),
            Given::Null => fields.fault("name", FaultKind::Required),
            Given::Fault => None,
        };
        let provider = provider(fields);
        let provider_config = settings(fields);
        let environment = change(fields.text("environment", rules::ENVIRONMENT));
        let tags = fields.texts("tags", MOST_TAGS, rules::TAG);
        let note = change(fields.text("note", rules::NOTE));
        let expires_at = change(fields.future("expires_at"));
        let scopes = fields.texts("scopes", MOST_SCOPES, rules::SCOPE);
        let enabled = fields.boolean("enabled");
        let allowed_ips = key_limits::allowed_ips(fields);
        let rate_limit = change(key_limits::rate_limit(fields));
        Some(Self {
            name: name?,
            provider: provider?,
            provider_config: provider_config?,
            environment: environment?,
            tags: tags?,
            note: note?,
            expires_at: expires_at?,
            scopes: scopes?,
            enabled: enabled?,
            allowed_ips: allowed_ips?,
            rate_limit: rate_limit?,
        })
    }
}

fn change<T>(given: Given<T>) -> Option<Change<T>> {
    match given {
        Given::Absent => Some(Change::Keep),
        Given::Null => Some(Change::Clear),
        Given::Value(value) => Some(Change::Set(value)),
        Given::Fault => None,
    }
}

fn provider(fields: &mut Fields) -> Option<Option<&'static Provider>> {
    let Some(id) = fields.optional_text("provider", rules::PROVIDER)? else { return Some(None) };
    if let Some(provider) = provider::find(&id) {
        Some(Some(provider))
    } else {
        let known = provider::all().iter().map(|provider| provider.id).collect::<Vec<_>>().join(", ");
        fields.fault("provider", FaultKind::InvalidChoice(known.into()))
    }
}

/// `provider_config`: texts by name, few and short.
fn settings(fields: &mut Fields) -> Option<Option<Map<String, Value>>> {
    const FIELD: &str = "provider_config";
    const NAME: FaultKind = FaultKind::InvalidFormat(
        "names of up to 64 letters, digits and _ . -",
        "des noms d’au plus 64 lettres, chiffres et _ . -",
    );
    let Some(given) = fields.object(FIELD)? else { return Some(None) };
    if given.len() > MOST_SETTINGS {
        return fields.fault(FIELD, FaultKind::TooMany(MOST_SETTINGS, "settings", "réglages"));
    }
    let is_name = |name: &str| {
        (1..=64).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
    };
    let mut is_sound = true;
    for (name, value) in &given {
        let kind = match value {
            _ if !is_name(name) => Some((FIELD.to_owned(), NAME)),
            Value::String(text) if text.contains('\0') => {
                Some((format!("{FIELD}.{name}"), FaultKind::InvalidCharacters))
            }
            Value::String(text) if text.chars().count() > MOST_SETTINGS_CHARACTERS => {
                Some((format!("{FIELD}.{name}"), FaultKind::TooLong(MOST_SETTINGS_CHARACTERS)))
            }
            Value::String(_) => None,
            _ => Some((format!("{FIELD}.{name}"), FaultKind::WrongType("string"))),
        };
        if let Some((field, kind)) = kind {
            is_sound = false;
            let _: Option<()> = fields.fault(field, kind);
        }
    }
    // a page of a list shows the settings of a hundred keys
    let total: usize = given.values().filter_map(Value::as_str).map(|text| text.chars().count()).sum();
    if is_sound && total > MOST_SETTINGS_CHARACTERS {
        return fields.fault(FIELD, FaultKind::TooLong(MOST_SETTINGS_CHARACTERS));
    }
    is_sound.then_some(Some(given))
}

const REVOKED_NEVER_EXPIRES: FaultKind = FaultKind::Conflict(
    "Revoked keys no longer expire: leave out revoked, or expiring_within_days and expired.",
    "Une clé révoquée n’expire plus : retirez revoked, ou expiring_within_days et expired.",
);

/// Which keys.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query in the OpenAPI document; `KeyQuery` is what is read")]
pub struct KeyParams {
    /// How many rows.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// A part of name, tag, note, provider, prefix or last four; without case.
    #[param(max_length = 100)]
    q: Option<String>,
    /// One provider.
    provider: Option<String>,
    /// One environment.
    environment: Option<String>,
    /// One tag, exactly.
    tag: Option<String>,
    /// Revoked keys in place of active ones.
    #[param(default = false)]
    revoked: Option<bool>,
    /// Active keys that expire within so many days, from now on.
    #[param(minimum = 1, maximum = 365)]
    expiring_within_days: Option<i64>,
    /// Active keys that have expired; with `expiring_within_days` also those that will.
    #[param(default = false)]
    expired: Option<bool>,
    /// Keys that were neither verified nor revealed for so many days, nor made within them.
    #[param(minimum = 1, maximum = 365)]
    unused_for_days: Option<i64>,
}

/// Which keys, as read.
pub struct KeyQuery {
    /// Which page.
    pub page: PageRequest,
    /// Which keys.
    pub filter: Filter,
}

impl FromQuery for KeyQuery {
    fn read(query: &mut Query) -> Option<Self> {
        let page = query.page();
        let search = query.text("q", Text::line(1, 100));
        let provider = query.text("provider", rules::PROVIDER);
        let environment = query.text("environment", rules::ENVIRONMENT);
        let tag = query.text("tag", rules::TAG);
        let revoked = query.boolean("revoked", false);
        let expiring_within_days = query.number("expiring_within_days", 1, MOST_DAYS);
        let expired = query.boolean("expired", false);
        let unused_for_days = query.number("unused_for_days", 1, MOST_DAYS);
        let filter = Filter {
            revoked: revoked?,
            search: search?,
            provider: provider?,
            environment: environment?,
            tag: tag?,
            expiring_within_days: expiring_within_days?,
            expired: expired?,
            unused_for_days: unused_for_days?,
        };
        if filter.revoked && (filter.expired || filter.expiring_within_days.is_some()) {
            return query.fault("revoked", REVOKED_NEVER_EXPIRES);
        }
        Some(Self { page: page?, filter })
    }
}
