//! A provider's settings: the secret ones are encrypted together and shown masked, the others are kept in clear.
//!
//! What the catalogue does not call public counts as secret, and so does a key with all rights wherever it stands. A masked value that comes back unchanged stands for
//! the secret it masks, so that a program may read the settings, change one and write them back.

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{PROVIDER_CONFIG, UNVERSIONED, warnings::has_all_rights};
use crate::{
    core::{
        crypto::account::{AccountKey, Place},
        error::{Error, Result},
    },
    models::{api_key::mask, ids::ApiKeyId, provider::Provider},
};

/// Settings, divided.
pub(super) struct Divided {
    /// What is shown: public values, and masks in place of the secret ones.
    pub(super) shown: Map<String, Value>,
    /// The secret values, encrypted; `None` where there are none.
    pub(super) sealed: Option<Vec<u8>>,
}

/// Divides settings that came in. `known` are the secrets that masks may stand for.
pub(super) fn divide(
    given: &Map<String, Value>,
    provider: &Provider,
    known: &Map<String, Value>,
    key: &AccountKey,
    id: ApiKeyId,
) -> Result<Divided> {
    let mut shown = Map::new();
    let mut secrets = Map::new();
    for (name, value) in given {
        let text = value.as_str().unwrap_or_default();
        let kept = known.get(name).and_then(Value::as_str).filter(|secret| mask(secret) == text);
        // a key with all rights stays secret also where a public one is expected
        if kept.is_none() && !provider.is_secret_field(name) && !has_all_rights(text) {
            shown.insert(name.clone(), value.clone());
            continue;
        }
        let secret = kept.unwrap_or(text);
        shown.insert(name.clone(), Value::String(mask(secret)));
        secrets.insert(name.clone(), Value::String(secret.into()));
    }
    let sealed = if secrets.is_empty() {
        None
    } else {
        let plain = Zeroizing::new(serde_json::to_vec(&secrets).map_err(Error::internal)?);
        Some(key.seal(place(id), &plain)?)
    };
    Ok(Divided { shown, sealed })
}

/// The secret settings in clear.
pub(super) fn open(sealed: Option<&[u8]>, key: &AccountKey, id: ApiKeyId) -> Result<Map<String, Value>> {
    let Some(sealed) = sealed else { return Ok(Map::new()) };
    let plain = key.open(place(id), sealed).map_err(Error::internal)?;
    serde_json::from_slice(&plain).map_err(Error::internal)
}

fn place(id: ApiKeyId) -> Place<'static> {
    Place { record: id.0, field: PROVIDER_CONFIG, version: UNVERSIONED }
}
