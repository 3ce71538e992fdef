//! How keys are used: counted in memory by `note`, written down by `flush`, read back by `read`.
//!
//! A job calls `flush` every 20 seconds and, once the last request is answered, at the end: what a crash loses is what
//! was counted since. Where the database says neither yes nor no to a commit, the counts are written once more: they may
//! then be too high, never too low.

use chrono::{NaiveDate, TimeDelta};

use crate::{
    core::{context::Context, error::Result, texts::problems::Code, usage_tally::Noted},
    models::{
        api_key::ApiKey,
        ids::{ApiKeyId, UserId},
        permission::Permission,
        usage::{AccountUsage, Counted, Counts, Usage, UsageDay},
        user::Plan,
    },
    repositories::{api_keys, key_usage, users},
};

pub use crate::models::usage::Use;

/// How long the counts of a day are kept.
pub const KEPT_FOR: TimeDelta = TimeDelta::days(400);

/// Keys whose time ends within that want to be looked at, and those that nobody has used for so long.
const EXPIRES_SOON: TimeDelta = TimeDelta::days(30);
const UNUSED_FOR_LONG: TimeDelta = TimeDelta::days(90);
/// Refusals of so many days, and of so many keys, are told.
const DAYS_OF_REFUSALS: i64 = 7;
const MOST_REFUSED: i64 = 5;

/// Rows of one transaction: others that write wait no longer than for these.
const MOST_AT_ONCE: usize = 200;

/// Counts one use of a key, by the value of `version` (0 where no value was named). Costs no write: a job writes the
/// counts down within half a minute, and when the server stops.
pub fn note(ctx: &Context, key: ApiKeyId, account: UserId, version: i64, use_: Use) {
    ctx.app().usage.count(use_);
    if !ctx.app().usage.note(Noted { account, key, version, use_, at: ctx.now() }) {
        metrics::counter!("vault_key_uses_dropped_total").increment(1);
    }
}

/// Writes down what was counted; tells how many rows.
///
/// # Errors
/// As the database fails; what was not written stays counted and is written the next time.
pub async fn flush(ctx: &Context) -> Result<usize> {
    let tally = &ctx.app().usage;
    let _turn = tally.turn.lock().await;
    let rows = tally.copy();
    for some in rows.chunks(MOST_AT_ONCE) {
        write_down(ctx, some).await?;
    }
    Ok(rows.len())
}

async fn write_down(ctx: &Context, rows: &[Counted]) -> Result<()> {
    let tally = &ctx.app().usage;
    let mut tx = ctx.db().write().await?;
    let mut held = None;
    for row in rows {
        let is_there = match held {
            Some((account, is_there)) if account == row.account => is_there,
            // the account before its keys, as whoever deletes it does; without the account there is nothing to count
            _ => users::lock(&mut tx, row.account).await?,
        };
        held = Some((row.account, is_there));
        if !is_there {
            continue;
        }
        key_usage::add(&mut tx, row).await?;
        if let Some(at) = row.last_used_at {
            api_keys::set_last_used(&mut tx, row.account, row.key, at).await?;
        }
    }
    let _no_reader = tally.commit.write().await;
    tx.commit().await?;
    tally.written(rows);
    Ok(())
}

/// How one of the member's keys was used on the last `days` days, today included; what is not written down yet too, as
/// far as this server counted it.
///
/// # Errors
/// `not_found` where it is not there or not the member's.
pub async fn read(ctx: &Context, id: ApiKeyId, days: i64) -> Result<Usage> {
    ctx.require(Permission::ReadKeys)?;
    let account = ctx.account()?;
    let today = ctx.now().date_naive();
    let since = today.checked_sub_signed(TimeDelta::days(days - 1)).unwrap_or(today);
    let tally = &ctx.app().usage;
    let mut reader = ctx.db().read().await?;
    api_keys::find(&mut reader, account, id).await?.ok_or(Code::NotFound)?;
    // a connection first, then the lock: as `write_down` does
    let no_commit = tally.commit.read().await;
    let written = key_usage::list_days(&mut reader, id, since).await?;
    let former = key_usage::find_former_last_used(&mut reader, id).await?;
    let pending = tally.of_key(id);
    drop(no_commit);
    let of_former = pending.iter().filter(|row| row.counts.former_verifications > 0);
    let former_last_used_at = of_former.filter_map(|row| row.last_used_at).max().max(former);
    Ok(Usage { days: every_day(since, today, &written, &pending), former_last_used_at })
}

/// How all of the member's keys were used on the last `days` days, today included, revoked ones too; and how many there
/// are, with those that want to be looked at.
///
/// # Errors
/// `Unauthenticated` without a sign-in.
pub async fn read_all(ctx: &Context, days: i64) -> Result<AccountUsage> {
    ctx.require(Permission::ReadKeys)?;
    let account = ctx.account()?;
    let today = ctx.now().date_naive();
    let back = |days: i64| today.checked_sub_signed(TimeDelta::days(days - 1)).unwrap_or(today);
    let since = back(days);
    let tally = &ctx.app().usage;
    let mut reader = ctx.db().read().await?;
    let moments = (ctx.now(), ctx.now() + EXPIRES_SOON, ctx.now() - UNUSED_FOR_LONG);
    let keys = api_keys::count_by_need(&mut reader, account, moments).await?;
    let refused = key_usage::list_refused(&mut reader, account, back(DAYS_OF_REFUSALS), MOST_REFUSED).await?;
    // a connection first, then the lock: as `write_down` does
    let no_commit = tally.commit.read().await;
    let written = key_usage::list_days_of_account(&mut reader, account, since).await?;
    let pending = tally.of_account(account);
    drop(no_commit);
    let most_keys = if ctx.user()?.plan == Plan::Free { ctx.app().config.free_plan_max_keys } else { None };
    Ok(AccountUsage { days: every_day(since, today, &written, &pending), keys, most_keys, refused })
}

/// Every day from `since` to `today`, those without a use too.
fn every_day(since: NaiveDate, today: NaiveDate, written: &[UsageDay], pending: &[Counted]) -> Vec<UsageDay> {
    since
        .iter_days()
        .take_while(|day| *day <= today)
        .map(|day| {
            let mut counts = Counts::default();
            written.iter().filter(|row| row.day == day).for_each(|row| counts.add(row.counts));
            pending.iter().filter(|row| row.day == day).for_each(|row| counts.add(row.counts));
            UsageDay { day, counts }
        })
        .collect()
}

/// The key with its last use, also where that is not written down yet.
#[must_use]
pub fn with_last_use(ctx: &Context, key: ApiKey) -> ApiKey {
    ApiKey { last_used_at: key.last_used_at.max(ctx.app().usage.last_used(key.id)), ..key }
}
