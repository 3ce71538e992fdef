//! Storing a value that the user brings, or generating one.

use serde_json::Map;
use zeroize::Zeroizing;

use super::{
    VALUE, fingerprint, kind,
    memory::{Memory, Repeatable},
    provider_config, refuse_value_in_grace, warnings,
};
use crate::{
    core::{
        context::Context,
        crypto::account::{AccountKey, Place},
        database::{Conn, Writer},
        error::{Error, Result},
        texts::problems::Code,
    },
    models::{
        api_key::{self, ApiKey, KeyKind, SealedParts},
        audit::Action,
        audit_details::{Cause, Detail},
        ids::{ApiKeyId, UserId},
        key_requests::{Created, NewKey, PlanRoom},
        permission::Permission,
        provider,
        user::Plan,
    },
    repositories::{api_keys, users},
    services::{
        account_keys,
        audit::{self, Event},
        step_up,
        usage::{self, Use},
    },
};

/// What came of a request to make a key.
pub enum Outcome {
    /// The answer, as `render` wrote it just now.
    New(Vec<u8>),
    /// The answer that the same request got before.
    Repeated(Vec<u8>),
}

/// Makes a key; `render` writes the answer, which is kept (encrypted) for a repeated request.
///
/// # Errors
/// `PlanLimit`, `duplicate_value`, `duplicate_name`, `idempotency_key_reused`.
pub async fn create(
    ctx: &Context,
    new: NewKey,
    repeatable: Option<Repeatable<'_>>,
    render: impl Fn(&Created) -> Result<Vec<u8>>,
) -> Result<Outcome> {
    ctx.require(Permission::WriteKeys)?;
    let account = ctx.account()?;
    kind::refuse_limits(new.kind(), !new.allowed_ips.is_empty(), new.rate_limit.is_some())?;
    let data_key = account_keys::open_current(ctx, account).await?;
    let memory = repeatable.map(|repeatable| Memory::new(ctx, account, &repeatable)).transpose()?;
    // a statement of its own: the connection is given back before the next one is asked for
    let remembered = match &memory {
        Some(memory) => memory.recall(&mut ctx.db().read().await?, &data_key).await?,
        None => None,
    };
    if let Some(first) = remembered {
        return repeat(ctx, account, FirstAnswer::read(&first)?).await;
    }
    let (created, sealed) = assemble(ctx, account, new, &data_key)?;
    let answer = render(&created)?;
    let mut tx = ctx.write_for(Some(account)).await?;
    if memory.is_some() {
        // in the order of an import, which may have the same name: each would wait for the other
        users::lock(&mut tx, account).await?;
    }
    if let Some(memory) = &memory
        && !memory.keep(ctx, &mut tx, &data_key, &FirstAnswer::written(created.key.id, &answer)).await?
    {
        // the same request was quicker: its answer is ours, as soon as it lasts
        let first = memory.recall(&mut tx, &data_key).await?;
        tx.commit().await?;
        let first = first.ok_or(Error::Busy { retry_after: 1 })?;
        return repeat(ctx, account, FirstAnswer::read(&first)?).await;
    }
    keep_to_plan(ctx, &mut tx, account, 1).await?;
    let fingerprint = fingerprint(ctx, account, created.value.expose())?;
    api_keys::insert(&mut tx, &created.key, &fingerprint, &sealed).await?;
    refuse_value_in_grace(ctx, &mut tx, &created.key, &fingerprint).await?;
    let event = Event::on_key(Action::KeyCreated, account, created.key.id)
        .with(Detail::Kind, created.key.kind.as_str())
        .with(Detail::Provider, created.key.provider.as_str());
    audit::record(&mut tx, ctx, event).await?;
    tx.commit().await?;
    ctx.app().key_checks.forget_value(&fingerprint);
    Ok(Outcome::New(answer))
}

/// Gives the first answer again. It shows the value, so the key must not be revoked, and it is recorded as a reveal.
async fn repeat(ctx: &Context, account: UserId, first: FirstAnswer) -> Result<Outcome> {
    let key = api_keys::find(&mut ctx.db().read().await?, account, first.key).await?.ok_or(Code::NotFound)?;
    if key.revoked {
        return Err(Code::KeyRevoked.into());
    }
    step_up::require_for_reveal(ctx)?;
    audit::record_alone(
        ctx,
        Event::on_key(Action::KeyRevealed, account, key.id).with(Detail::By, Cause::Repeat.as_str()),
    )
    .await?;
    usage::note(ctx, key.id, account, key.version, Use::Revealed);
    Ok(Outcome::Repeated(first.answer))
}

/// A key with its value, and what is kept of both.
pub(super) fn assemble(
    ctx: &Context,
    account: UserId,
    new: NewKey,
    data_key: &AccountKey,
) -> Result<(Created, SealedParts)> {
    let id = ApiKeyId(ctx.new_id());
    let kind = new.kind();
    let value = match new.value {
        Some(value) => value,
        None => api_key::generate_value(new.environment.as_deref())?,
    };
    let provider = new.provider.or_else(|| provider::recognise(value.expose().trim())).unwrap_or_else(provider::custom);
    let prefix = match kind {
        KeyKind::Generated => value.expose().get(..8).unwrap_or_default().to_owned(),
        KeyKind::Stored => provider::prefix_of(provider, value.expose()).to_owned(),
    };
    let environment = new.environment.as_deref();
    let warnings = warnings::of(ctx, provider, value.expose(), environment, &new.provider_config);
    let divided = provider_config::divide(&new.provider_config, provider, &Map::new(), data_key, id)?;
    let key = ApiKey {
        id,
        user_id: account,
        name: new.name,
        kind,
        provider: provider.id.into(),
        provider_config: divided.shown,
        environment: new.environment,
        tags: new.tags,
        note: new.note,
        scopes: new.scopes,
        prefix,
        last4: api_key::last4(value.expose()),
        version: 1,
        revision: 1,
        enabled: true,
        revoked: false,
        revoked_at: None,
        expires_at: new.expires_at,
        last_used_at: None,
        created_at: ctx.now(),
        updated_at: ctx.now(),
        rotated_at: None,
        grace_ends_at: None,
        allowed_ips: new.allowed_ips,
        rate_limit: new.rate_limit,
    };
    let place = Place { record: id.0, field: VALUE, version: key.version };
    let sealed =
        SealedParts { value: data_key.seal(place, value.expose().as_bytes())?, provider_secrets: divided.sealed };
    Ok((Created { key, value, warnings }, sealed))
}

/// Refuses so many keys more where the plan does not allow them, however many requests come at once.
pub(super) async fn keep_to_plan(ctx: &Context, tx: &mut Writer, account: UserId, more: i64) -> Result<()> {
    if more == 0 || ctx.app().config.free_plan_max_keys.is_none() {
        return Ok(());
    }
    users::lock(tx, account).await?;
    match fullness(ctx, tx, account).await? {
        Some((limit, used)) if used + more > limit => Err(Error::PlanLimit { limit, used }),
        _ => Ok(()),
    }
}

/// How many active keys the member's plan allows and how many there are; `None` where it sets no limit.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn room(ctx: &Context) -> Result<Option<PlanRoom>> {
    ctx.require(Permission::ReadKeys)?;
    if ctx.app().config.free_plan_max_keys.is_none() {
        return Ok(None);
    }
    let found = fullness(ctx, &mut ctx.db().read().await?, ctx.account()?).await?;
    Ok(found.map(|(limit, used)| PlanRoom { limit, used }))
}

/// The most active keys that the account's plan allows and how many there are; `None` where it sets no limit.
pub(super) async fn fullness<C>(ctx: &Context, conn: &mut C, account: UserId) -> Result<Option<(i64, i64)>>
where
    for<'c> &'c mut C: Into<Conn<'c>>,
{
    let Some(limit) = ctx.app().config.free_plan_max_keys else { return Ok(None) };
    let user = users::find(&mut *conn, account).await?.ok_or(Code::Unauthenticated)?;
    if user.plan != Plan::Free {
        return Ok(None);
    }
    Ok(Some((limit, api_keys::count_active(conn, account).await?)))
}

/// A kept answer and the key that it shows.
struct FirstAnswer {
    key: ApiKeyId,
    answer: Vec<u8>,
}

impl FirstAnswer {
    /// As it is kept: the key, then the answer.
    fn written(key: ApiKeyId, answer: &[u8]) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([key.0.as_bytes(), answer].concat())
    }

    fn read(kept: &[u8]) -> Result<Self> {
        let (key, answer) = kept.split_at_checked(16).ok_or_else(|| Error::internal("a kept answer lacks its key"))?;
        let key = ApiKeyId(uuid::Uuid::from_slice(key).map_err(Error::internal)?);
        Ok(Self { key, answer: answer.to_vec() })
    }
}
