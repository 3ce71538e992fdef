//! The use of keys on the wire.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::query::{FromQuery, Query};
use crate::models::usage::{Usage, UsageDay};

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
