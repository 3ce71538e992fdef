//! Checking a value against the generated keys of an account: from memory where the database was asked a moment ago, and
//! without a write. The order of judgement is in `models::key_check`.

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use ipnet::IpNet;

use super::fingerprint;
use crate::{
    core::{
        context::Context,
        database::Reader,
        error::Result,
        key_cache::{Fingerprint, Known},
        limits::Key,
    },
    models::{
        api_key::{self, ApiKey, KeyKind},
        ids::UserId,
        key_check::{CheckCode, FoundKey, Use as Wanted, Verdict},
        permission::Permission,
    },
    repositories::{
        api_keys, audit_trail,
        key_checks::{self, Found},
        key_versions::{self, Former},
        users,
    },
    services::usage::{self, Use},
};

/// Checks a value against the member's own generated keys.
///
/// # Errors
/// `Unauthenticated`; `Unavailable` where the database must be asked and is away.
pub async fn verify(ctx: &Context, value: &str, wanted: Wanted<'_>) -> Result<Verdict> {
    ctx.require(Permission::VerifyKeys)?;
    check_in(ctx, ctx.account()?, value, wanted).await
}

/// Checks a value against the generated keys of an account: whoever shows a key and names its vault may ask.
///
/// # Errors
/// `Unavailable` where the database must be asked and is away.
pub async fn check_in(ctx: &Context, account: UserId, value: &str, wanted: Wanted<'_>) -> Result<Verdict> {
    let nothing = |code| Verdict { code, found: None, retry_after: None };
    if !api_key::is_well_formed(value) {
        return Ok(nothing(CheckCode::Malformed));
    }
    let fingerprint = fingerprint(ctx, account, value)?;
    let Some(found) = look_up(ctx, account, fingerprint).await? else { return Ok(nothing(CheckCode::NotFound)) };
    let mut retry_after = None;
    // now, and not when the request began: its body may have taken its time
    let mut code = found.refusal(wanted, ctx.app().clock.now()).unwrap_or(CheckCode::Valid);
    // last: what something else refuses does not count
    if code == CheckCode::Valid
        && let Some(wait) = spend(ctx, &found.key).await
    {
        code = CheckCode::RateLimited;
        retry_after = Some(wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
    }
    let use_ = match code {
        CheckCode::Valid if found.is_former() => Use::VerifiedFormer,
        CheckCode::Valid => Use::Verified,
        _ => Use::Refused,
    };
    usage::note(ctx, found.key.id, account, found.version, use_);
    Ok(Verdict { code, found: Some(found), retry_after })
}

/// Counts one use against the key's own limit; how long to wait where it is one too many.
async fn spend(ctx: &Context, key: &ApiKey) -> Option<Duration> {
    let limit = key.rate_limit?;
    let window = Duration::from_secs(limit.window_seconds.into());
    let row = Key { limit: "key", subject: key.id.0.into_bytes() };
    ctx.app().limits.spend_window(row, limit.limit, window).await
}

/// From memory, or from the database; what asks the database is apart, so that the usual way stays small.
async fn look_up(ctx: &Context, account: UserId, value: Fingerprint) -> Result<Option<Arc<FoundKey>>> {
    let cache = &ctx.app().key_checks;
    let mut known = cache.get(account, &value);
    if let Known::Before = known {
        Box::pin(ask_for_end(ctx, account)).await?;
        known = cache.get(account, &value);
    }
    if let Known::Now(found) = known {
        return Ok(found);
    }
    let began = (cache.mark(account, &value), Instant::now());
    let (found, seq) = Box::pin(find(ctx, account, &value)).await?;
    let found = found.map(Arc::new);
    cache.keep(began, value, found.clone(), seq);
    Ok(found)
}

/// Asks where the account's audit chain ends, where nobody did a moment ago.
async fn ask_for_end(ctx: &Context, account: UserId) -> Result<()> {
    let cache = &ctx.app().key_checks;
    let _turn = cache.turn(account).await;
    if cache.end(account).is_none() {
        let asked_at = Instant::now();
        let head = audit_trail::find_head(&mut ctx.db().read().await?, account.0).await?;
        cache.keep_end(account, head.map_or(0, |head| head.seq), asked_at);
    }
    Ok(())
}

/// The key that has the value; else the one that had it before, else a revoked one that had it last. Then where the
/// account's audit chain ended, if all that can change the answer moves it: not so the end of a grace.
async fn find(ctx: &Context, account: UserId, value: &Fingerprint) -> Result<(Option<FoundKey>, Option<i64>)> {
    let mut reader = ctx.db().read().await?;
    if let Some(found) = key_checks::find_by_value(&mut reader, account, value).await? {
        let seq = found.key.grace_ends_at.is_none().then_some(found.seq);
        return Ok((Some(found_key(ctx, found, None)), seq));
    }
    if let Some((found, former)) = find_former(&mut reader, account, value, ctx.now()).await? {
        return Ok((Some(found_key(ctx, found, former)), None));
    }
    let revoked = key_checks::find_revoked_by_value(&mut reader, account, value).await?;
    Ok((revoked.map(|found| found_key(ctx, found, None)), None))
}

fn found_key(ctx: &Context, found: Found, former: Option<Former>) -> FoundKey {
    let Found { key, account_is_enabled, .. } = found;
    FoundKey {
        version: former.as_ref().map_or(key.version, |former| former.version),
        former_until: former.map(|former| former.grace_ends_at),
        account_is_enabled,
        networks: key.allowed_ips.iter().filter_map(|text| network(text)).collect(),
        rendered: OnceLock::new(),
        key: key.at(ctx.now()),
    }
}

/// The generated key that had the value before.
async fn find_former(
    reader: &mut Reader,
    account: UserId,
    value: &Fingerprint,
    now: DateTime<Utc>,
) -> Result<Option<(Found, Option<Former>)>> {
    let Some(former) = key_versions::find_by_value(&mut *reader, account, value).await? else { return Ok(None) };
    // it may have been restored since we asked for current values
    if former.grace_ends_at <= now
        && let Some(found) = key_checks::find_by_value(&mut *reader, account, value).await?
    {
        return Ok(Some((found, None)));
    }
    let key = api_keys::find(&mut *reader, account, former.key).await?.filter(|key| key.kind == KeyKind::Generated);
    let Some(key) = key else { return Ok(None) };
    let owner = users::find(reader, account).await?;
    let account_is_enabled = owner.is_some_and(|owner| owner.is_enabled());
    Ok(Some((Found { key, account_is_enabled, seq: 0 }, Some(former))))
}

/// An allowed address or network as it is kept.
fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}
