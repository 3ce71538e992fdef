//! Times for people, and what people write for them.

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};

use super::Screen;
use crate::{
    failure::{Failure, Kind},
    system,
    texts::Text,
};

/// A moment of the server, as `2026-12-01`, with how far it is.
pub fn day(screen: &Screen, moment: Option<&str>) -> String {
    let Some(moment) = moment.and_then(parsed) else { return String::new() };
    format!("{} ({})", moment.format("%Y-%m-%d"), distance(screen, moment - system::now()))
}

/// A moment of the server, to the minute, in UTC.
pub fn minute(moment: Option<&str>) -> String {
    moment.and_then(parsed).map(|moment| moment.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
}

/// A moment of the server.
pub fn parsed(moment: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(moment).ok().map(|moment| moment.to_utc())
}

/// How far away: "in 3 days", "2 hours ago".
fn distance(screen: &Screen, away: TimeDelta) -> String {
    let Some((count, unit)) = rounded(away.num_seconds().abs()) else { return screen.say(Text::Now, &[]) };
    let unit = screen.say(unit, &[&count.to_string()]);
    screen.say(if away < TimeDelta::zero() { Text::Ago } else { Text::Ahead }, &[&unit])
}

/// So many of the unit that says most; nothing for less than half a minute.
fn rounded(seconds: i64) -> Option<(i64, Text)> {
    let of = |unit: i64| (seconds + unit / 2) / unit;
    let (count, one, many) = match of(60) {
        0 => return None,
        1..60 => (of(60), Text::Minute, Text::Minutes),
        60..2880 => (of(3600), Text::Hour, Text::Hours),
        _ => (of(86_400), Text::Day, Text::Days),
    };
    Some((count, if count < 2 { one } else { many }))
}

/// The moment that a person means: `90d`, `12h`, `2027-01-31` (its end, in UTC), or RFC 3339.
pub fn moment(text: &str) -> Result<String, Failure> {
    let wrong = || Failure::new(Kind::Usage, Text::NoMoment).with(text);
    let moment = if let Ok(seconds) = seconds(text) {
        let span = i64::try_from(seconds).ok().and_then(TimeDelta::try_seconds).ok_or_else(wrong)?;
        system::now().checked_add_signed(span).ok_or_else(wrong)?
    } else if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        day.and_hms_opt(23, 59, 59).ok_or_else(wrong)?.and_utc()
    } else {
        parsed(text).ok_or_else(wrong)?
    };
    Ok(moment.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// A span in seconds: `30`, `30s`, `5m`, `12h`, `90d`, `2w`.
pub fn seconds(text: &str) -> Result<u64, Failure> {
    let wrong = || Failure::new(Kind::Usage, Text::NoSpan).with(text);
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = text.get(digits.len()..).unwrap_or_default();
    let factor = match unit {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" | "j" => 86_400,
        "w" => 604_800,
        _ => return Err(wrong()),
    };
    let count: u64 = digits.parse().map_err(|_| wrong())?;
    count.checked_mul(factor).filter(|seconds| *seconds < 10_000_000_000).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_a_number_and_a_unit() {
        for (text, expected) in
            [("30", 30), ("30s", 30), ("5m", 300), ("24h", 86_400), ("90d", 7_776_000), ("2w", 1_209_600)]
        {
            assert_eq!(seconds(text).ok(), Some(expected), "{text}");
        }
        for text in ["", "h", "-1h", "1.5h", "1y", "99999999999999999999", "9999999999d", "１h"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_distance_is_rounded_to_what_says_most() {
        for (seconds, expected) in [
            (29, None),
            (31, Some((1, Text::Minute))),
            (3599, Some((1, Text::Hour))),
            (86_399, Some((24, Text::Hours))),
            (12 * 86_400 - 40, Some((12, Text::Days))),
        ] {
            assert_eq!(rounded(seconds), expected, "{seconds}");
        }
    }

    #[test]
    fn a_day_ends_when_it_ends() {
        assert_eq!(moment("2027-01-31").ok().as_deref(), Some("2027-01-31T23:59:59.000Z"));
        assert_eq!(moment("2027-01-31T10:00:00+01:00").ok().as_deref(), Some("2027-01-31T09:00:00.000Z"));
        assert!(moment("tomorrow").is_err());
        assert!(moment("2027-02-30").is_err());
    }
}
