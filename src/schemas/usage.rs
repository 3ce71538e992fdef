//! The use of keys on the wire.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::query::{FromQuery, Query};
use crate::models::usage::{AccountUsage, KeyFigures, RefusedKey, Usage, UsageDay};

const USUAL_DAYS: i64 = 30;
const MOST_DAYS: i64 = 90;

/// How a key was used.
#[derive(Serialize, ToSchema)]
#[schema(as = KeyUsage)]
pub struct UsageView {
    /// Every day that was asked for, oldest first, the last one today; days without a use too.
    pub data: Vec<UsageDayView>,
    /// When a value from before a rotation was last used.
    pub former_last_used_at: Option<DateTime<Utc>>,
}

/// How a key was used on one day.
#[derive(Serialize, ToSchema)]
#[schema(as = KeyUsageDay)]
pub struct UsageDayView {
    /// The day, in UTC.
    pub date: NaiveDate,
    /// Checks of the current value that were good.
    pub verifications: i64,
    /// Checks of a former value that were still good: programs that have not changed to the new one.
    pub former_verifications: i64,
    /// Checks that were not good.
    pub refusals: i64,
    /// How often the value was shown.
    pub reveals: i64,
}

impl From<Usage> for UsageView {
    fn from(usage: Usage) -> Self {
        let data = usage.days.into_iter().map(UsageDayView::from).collect();
        Self { data, former_last_used_at: usage.former_last_used_at }
    }
}

impl From<UsageDay> for UsageDayView {
    fn from(day: UsageDay) -> Self {
        Self {
            date: day.day,
            verifications: day.counts.verifications,
            former_verifications: day.counts.former_verifications,
            refusals: day.counts.refusals,
            reveals: day.counts.reveals,
        }
    }
}

/// How all keys of an account were used, and how many there are.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountUsage)]
pub struct AccountUsageView {
    /// Every day that was asked for, oldest first, the last one today; days without a use too. Revoked keys are included.
    pub data: Vec<UsageDayView>,
    /// How many active keys there are.
    pub keys: KeyFiguresView,
    /// The active keys with the most refusals of the last seven days, five at most.
    pub refused: Vec<RefusedKeyView>,
}

/// How many active keys there are.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountKeyFigures)]
pub struct KeyFiguresView {
    /// All that are not revoked.
    pub active: i64,
    /// How many the plan allows; `null` for any number.
    pub limit: Option<i64>,
    /// Those that the vault made.
    pub generated: i64,
    /// Those whose values were brought.
    pub stored: i64,
    /// Those whose time is over.
    pub expired: i64,
    /// Those whose time ends within 30 days.
    pub expiring: i64,
    /// Those that nobody has used for 90 days.
    pub unused: i64,
}

/// A key with checks that were not good.
#[derive(Serialize, ToSchema)]
#[schema(as = RefusedKey)]
pub struct RefusedKeyView {
    /// The key's identifier.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Where it is used: several keys may have one name in different environments.
    pub environment: Option<String>,
    /// How many.
    pub refusals: i64,
}

impl From<AccountUsage> for AccountUsageView {
    fn from(usage: AccountUsage) -> Self {
        let KeyFigures { active, generated, expired, expiring, unused } = usage.keys;
        let keys = KeyFiguresView {
            active,
            limit: usage.most_keys,
            generated,
            stored: active - generated,
            expired,
            expiring,
            unused,
        };
        let refused = usage.refused.into_iter();
        Self {
            data: usage.days.into_iter().map(UsageDayView::from).collect(),
            keys,
            refused: refused
                .map(|RefusedKey { id, name, environment, refusals }| RefusedKeyView {
                    id: id.0,
                    name,
                    environment,
                    refusals,
                })
                .collect(),
        }
    }
}

/// Which days.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query in the OpenAPI document; `UsageQuery` is what is read")]
pub struct UsageParams {
    /// How many days back, today included.
    #[param(minimum = 1, maximum = 90, default = 30)]
    days: Option<i64>,
}

/// Which days, as read.
pub struct UsageQuery {
    /// How many.
    pub days: i64,
}

impl FromQuery for UsageQuery {
    fn read(query: &mut Query) -> Option<Self> {
        Some(Self { days: query.number("days", 1, MOST_DAYS)?.unwrap_or(USUAL_DAYS) })
    }
}
