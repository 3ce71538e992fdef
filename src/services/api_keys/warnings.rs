//! Warnings about a key that is stored or changed: what looks like a mistake and may be none.

use serde_json::{Map, Value};

use crate::{
    core::{claims, context::Context, texts::warnings::message},
    models::{
        api_key::ApiKey,
        provider::{self, Provider},
        warning::{self, Warning, WarningCode},
    },
};

/// What is worth a word. `value` may be its shown beginning alone, where nothing but the environment changes.
#[must_use]
pub fn of(
    ctx: &Context,
    provider: &Provider,
    value: &str,
    environment: Option<&str>,
    settings: &Map<String, Value>,
) -> Vec<Warning> {
    let value = value.trim();
    let texts = || settings.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?.trim())));
    let misplaced = warning::misplaced(value, environment);
    let as_anon = texts().any(|(name, text)| warning::expects_public_key(provider, name) && has_all_rights(text));
    let has_expired = is_over(ctx, value) || texts().any(|(_, text)| is_over(ctx, text));
    let language = ctx.client().language;
    misplaced
        .into_iter()
        .chain(as_anon.then_some(WarningCode::ServiceRoleKeyAsAnon))
        .chain(has_expired.then_some(WarningCode::ExpiredToken))
        .map(|code| Warning { code, message: message(code, language).into() })
        .collect()
}

/// The same of a key whose value stays: its shown beginning tells enough. `settings` as they were given.
pub(super) fn of_changed(ctx: &Context, key: &ApiKey, settings: Option<&Map<String, Value>>) -> Vec<Warning> {
    let provider = provider::find(&key.provider).unwrap_or_else(provider::custom);
    of(ctx, provider, &key.prefix, key.environment.as_deref(), settings.unwrap_or(&key.provider_config))
}

/// Whether a text is a Supabase key that no browser may see, wherever it stands.
pub(super) fn has_all_rights(text: &str) -> bool {
    text.starts_with("sb_secret_")
        || claims::read(text).is_some_and(|claims| claims.role.as_deref() == Some("service_role"))
}

#[expect(clippy::cast_precision_loss, reason = "seconds of this age are exact")]
fn is_over(ctx: &Context, text: &str) -> bool {
    claims::read(text).and_then(|claims| claims.exp).is_some_and(|exp| exp <= ctx.now().timestamp() as f64)
}
