//! New values for old keys: rotating, restoring an earlier value, ending the grace. The states and invariants are in
//! `models::key_version`.

use chrono::TimeDelta;

use super::{VALUE, fingerprint, refuse_value_in_grace, warnings};
use crate::{
    core::{
        context::Context,
        crypto::account::{Place, sealed_with},
        database::Writer,
        error::{Error, Result},
        secret::SecretText,
        texts::{
            faults::{Fault, FaultKind},
            problems::Code,
        },
    },
    models::{
        api_key::{self, ApiKey, KeyKind},
        audit::Action,
        audit_details::Detail,
        expected::Expected,
        ids::ApiKeyId,
        key_requests::{Created, Rotation},
        key_version::{LONGEST_GRACE, MOST_FORMER, MOST_IN_GRACE, USUAL_GRACE},
        permission::Permission,
        provider,
    },
    repositories::{api_keys, key_versions},
    services::{
        account_keys,
        audit::{self, Event},
    },
};

const VAULT_MAKES_IT: FaultKind = FaultKind::Conflict(
    "The vault makes the values of generated keys. Leave this out.",
    "Le coffre crée lui-même la valeur des clés générées. Retirez ce champ.",
);

/// Gives one of the member's keys a new value: the vault's own for a generated key, the one that is sent for a stored one.
/// The former value counts until its grace ends; a grace of zero ends every earlier grace too.
///
/// # Errors
/// `not_found`; `key_revoked`; `precondition_failed`; `validation_failed`; `duplicate_value`.
pub async fn rotate(ctx: &Context, id: ApiKeyId, rotation: Rotation, expected: &Expected) -> Result<Created> {
    ctx.require(Permission::WriteKeys)?;
    let mut tx = ctx.write_for(Some(ctx.account()?)).await?;
    let key = lock(ctx, &mut tx, id, expected).await?;
    let value = match (key.kind, rotation.value) {
        (KeyKind::Generated, None) => api_key::generate_value(key.environment.as_deref())?,
        (KeyKind::Stored, Some(value)) => value,
        (KeyKind::Generated, Some(_)) => return Err(Error::fault(Fault::new("value", VAULT_MAKES_IT))),
        (KeyKind::Stored, None) => return Err(Error::fault(Fault::new("value", FaultKind::Required))),
    };
    let former = key.version;
    let grace = grace_of(&key, rotation.grace_seconds);
    let key = replace(ctx, &mut tx, key, &value, grace).await?;
    let event = Event::on_key(Action::KeyRotated, key.user_id, id);
    audit::record(
        &mut tx,
        ctx,
        event.with(Detail::From, former).with(Detail::Version, key.version).with(Detail::GraceSeconds, grace),
    )
    .await?;
    tx.commit().await?;
    ctx.app().key_checks.forget_account(key.user_id);
    let provider = provider::find(&key.provider).unwrap_or_else(provider::custom);
    let warnings = warnings::of(ctx, provider, value.expose(), key.environment.as_deref(), &key.provider_config);
    Ok(Created { key, value, warnings })
}

/// Makes the value of version `n` the newest version of one of the member's keys, under a new number. The value that is
/// current already stays as it is.
///
/// # Errors
/// `not_found` where there is no such version or it is not kept any more; `key_revoked`; `precondition_failed`;
/// `duplicate_value` where another key has the value by now, or this one already.
pub async fn restore(
    ctx: &Context,
    id: ApiKeyId,
    version: i64,
    grace_seconds: Option<i64>,
    expected: &Expected,
) -> Result<ApiKey> {
    ctx.require(Permission::WriteKeys)?;
    let mut tx = ctx.write_for(Some(ctx.account()?)).await?;
    let key = lock(ctx, &mut tx, id, expected).await?;
    if version == key.version {
        tx.commit().await?;
        return Ok(key.at(ctx.now()));
    }
    let value = open_former(ctx, &mut tx, &key, version).await?;
    let former = key.version;
    let grace = grace_of(&key, grace_seconds);
    let replaced = replace(ctx, &mut tx, key, &value, grace).await;
    let key = replaced.map_err(|error| match error {
        Error::OwnValue { .. } => Error::OwnValue { restoring: true },
        error => error,
    })?;
    let event = Event::on_key(Action::KeyRestored, key.user_id, id).with(Detail::Restored, version);
    audit::record(
        &mut tx,
        ctx,
        event.with(Detail::From, former).with(Detail::Version, key.version).with(Detail::GraceSeconds, grace),
    )
    .await?;
    tx.commit().await?;
    ctx.app().key_checks.forget_account(key.user_id);
    Ok(key)
}

/// Ends the grace of all former values of one of the member's keys at once. Where there is none, nothing changes.
///
/// # Errors
/// `not_found`; `key_revoked`; `precondition_failed`.
pub async fn end_grace(ctx: &Context, id: ApiKeyId, expected: &Expected) -> Result<ApiKey> {
    ctx.require(Permission::WriteKeys)?;
    let mut tx = ctx.write_for(Some(ctx.account()?)).await?;
    let mut key = lock(ctx, &mut tx, id, expected).await?;
    let ended = key_versions::end_grace(&mut tx, key.user_id, id, ctx.now()).await?;
    if ended > 0 {
        key.grace_ends_at = None;
        key.revision += 1;
        key.updated_at = ctx.now();
        api_keys::clear_grace(&mut tx, &key).await?;
        let event = Event::on_key(Action::KeyGraceEnded, key.user_id, id).with(Detail::Versions, ended);
        audit::record(&mut tx, ctx, event).await?;
    }
    tx.commit().await?;
    ctx.app().key_checks.forget_account(key.user_id);
    Ok(key.at(ctx.now()))
}

/// The active key, with all other changes of it waiting until the transaction ends.
async fn lock(ctx: &Context, tx: &mut Writer, id: ApiKeyId, expected: &Expected) -> Result<ApiKey> {
    let account = ctx.account()?;
    if !api_keys::lock(tx, account, id).await? {
        return Err(Code::NotFound.into());
    }
    let key = api_keys::find(tx, account, id).await?.ok_or(Code::NotFound)?;
    if !expected.is_met_by(&key.etag()) {
        return Err(Code::PreconditionFailed.into());
    }
    if key.revoked {
        return Err(Code::KeyRevoked.into());
    }
    Ok(key)
}

/// How long a former value of this key counts, in seconds: as asked, else as usual. What nobody checks with the vault needs
/// no grace.
#[must_use]
pub fn grace_of(key: &ApiKey, asked: Option<i64>) -> i64 {
    asked.unwrap_or(if key.kind == KeyKind::Generated { USUAL_GRACE } else { 0 })
}

/// Makes `value` the next version of a locked key.
pub(super) async fn replace(
    ctx: &Context,
    tx: &mut Writer,
    mut key: ApiKey,
    value: &SecretText,
    grace: i64,
) -> Result<ApiKey> {
    let (account, now) = (key.user_id, ctx.now());
    let fingerprint = fingerprint(ctx, account, value.expose())?;
    if api_keys::has_value(&mut *tx, account, key.id, &fingerprint).await? {
        return Err(Error::OwnValue { restoring: false });
    }
    key_versions::insert_current(tx, account, key.id, now + TimeDelta::seconds(grace)).await?;
    if grace == 0 {
        key_versions::end_grace(tx, account, key.id, now).await?;
    }
    key_versions::end_grace_of_value(tx, account, key.id, &fingerprint, now).await?;
    let no_grace_lasts_longer = now + TimeDelta::seconds(LONGEST_GRACE * 2);
    key_versions::delete_until(tx, account, key.id, key.version - MOST_IN_GRACE, no_grace_lasts_longer).await?;
    key.grace_ends_at = key_versions::find_last_grace(&mut *tx, account, key.id).await?;
    key.version += 1;
    key.revision += 1;
    key.rotated_at = Some(now);
    key.updated_at = now;
    key.last4 = api_key::last4(value.expose());
    if key.kind == KeyKind::Stored {
        let provider = provider::find(&key.provider).unwrap_or_else(provider::custom);
        provider::prefix_of(provider, value.expose()).clone_into(&mut key.prefix);
    } else {
        value.expose().get(..8).unwrap_or_default().clone_into(&mut key.prefix);
    }
    let data_key = account_keys::open(&mut *tx, ctx, account, account_keys::CURRENT).await?;
    let place = Place { record: key.id.0, field: VALUE, version: key.version };
    let sealed = data_key.seal(place, value.expose().as_bytes())?;
    api_keys::set_value(tx, &key, &fingerprint, &sealed).await?;
    refuse_value_in_grace(ctx, tx, &key, &fingerprint).await?;
    key_versions::delete_until(tx, account, key.id, key.version - 1 - MOST_FORMER, now).await?;
    Ok(key.at(now))
}

/// The value of a former version, in clear, for staying inside.
async fn open_former(ctx: &Context, tx: &mut Writer, key: &ApiKey, version: i64) -> Result<SecretText> {
    let former = key_versions::find(&mut *tx, key.user_id, key.id, version).await?.ok_or(Code::NotFound)?;
    let sealed_with = sealed_with(&former.sealed)
        .ok_or_else(|| Error::internal(format!("key {} is not sealed in a known format", key.id)))?;
    let data_key = account_keys::open(tx, ctx, key.user_id, sealed_with).await?;
    let place = Place { record: key.id.0, field: VALUE, version };
    let plain = data_key.open(place, &former.sealed).map_err(Error::internal)?;
    Ok(SecretText::from(std::str::from_utf8(&plain).map_err(Error::internal)?))
}
