//! Bars by day, drawn on the server: good checks, refused ones and reveals, one on the other. A page keeps a `Chart` in its
//! struct and writes `{{ chart|safe }}`; the same numbers stand in a table below, for whoever does not see the drawing.

use askama::Template;
use chrono::NaiveDate;

use crate::{
    core::{
        language::Language,
        texts::console::{ChartTexts, grouped, short_day},
    },
    models::usage::UsageDay,
};

/// The drawing's own units: a day is so wide, the highest bar so high.
const DAY: f64 = 10.0;
const GAP: f64 = 2.0;
const HEIGHT: f64 = 100.0;
/// A use that is there is seen, however many others there are.
const LEAST: f64 = 1.5;

/// The uses of one day.
#[derive(Clone, Copy, Debug)]
pub(super) struct DayUses {
    pub(super) day: NaiveDate,
    /// Good checks, those of a former value too.
    pub(super) verifications: i64,
    pub(super) refusals: i64,
    pub(super) reveals: i64,
}

impl From<UsageDay> for DayUses {
    fn from(day: UsageDay) -> Self {
        let counts = day.counts;
        let verifications = counts.verifications + counts.former_verifications;
        Self { day: day.day, verifications, refusals: counts.refusals, reveals: counts.reveals }
    }
}

/// A chart, ready to be written into a page.
#[derive(Template)]
#[template(path = "console/partials/chart.html")]
pub(super) struct Chart {
    t: &'static ChartTexts,
    bars: Vec<Bar>,
    width: f64,
    /// What the drawing says, in a sentence.
    summary: String,
    highest: String,
    first: String,
    last: String,
    /// What is said in place of a drawing of nothing.
    empty: Option<&'static str>,
}

struct Bar {
    x: f64,
    width: f64,
    /// What one reads when one points at the day.
    title: String,
    parts: Vec<Part>,
    day: String,
    numbers: [String; 3],
}

struct Part {
    class: &'static str,
    y: f64,
    height: f64,
}

impl Chart {
    /// The chart of these days, oldest first; `empty` is said where nothing was used on any of them.
    pub(super) fn of(language: Language, days: impl IntoIterator<Item = DayUses>, empty: &'static str) -> Self {
        let t = ChartTexts::of(language);
        let days: Vec<_> = days.into_iter().collect();
        let highest = days.iter().map(|day| day.verifications + day.refusals + day.reveals).max().unwrap_or(0);
        let all = |count: fn(&DayUses) -> i64| grouped(language, days.iter().map(count).sum());
        let text_of = |day: Option<&DayUses>| day.map(|day| short_day(language, day.day)).unwrap_or_default();
        let (first, last) = (text_of(days.first()), text_of(days.last()));
        let summary = format!(
            "{first} {} {last} – {}: {}, {}: {}, {}: {}",
            t.between,
            t.good,
            all(|day| day.verifications),
            t.bad,
            all(|day| day.refusals),
            t.seen,
            all(|day| day.reveals)
        );
        let mut x = -DAY;
        let bars: Vec<_> = days
            .iter()
            .map(|day| {
                x += DAY;
                Bar::of(language, t, day, x, highest)
            })
            .collect();
        let highest_text = grouped(language, highest);
        let empty = (highest == 0).then_some(empty);
        Self { t, bars, width: x + DAY, summary, highest: highest_text, first, last, empty }
    }
}

impl Bar {
    fn of(language: Language, t: &ChartTexts, uses: &DayUses, x: f64, highest: i64) -> Self {
        let counts = [("good", uses.verifications), ("bad", uses.refusals), ("seen", uses.reveals)];
        let mut y = HEIGHT;
        let mut parts = Vec::new();
        for (class, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            let height = share(count, highest).max(LEAST);
            y = (y - height).max(0.0);
            parts.push(Part { class, y, height });
        }
        let numbers = [uses.verifications, uses.refusals, uses.reveals].map(|count| grouped(language, count));
        let [good, bad, seen] = &numbers;
        let day = short_day(language, uses.day);
        let title = format!("{day} – {}: {good}, {}: {bad}, {}: {seen}", t.good, t.bad, t.seen);
        Self { x: x + GAP / 2.0, width: DAY - GAP, title, parts, day, numbers }
    }
}

/// A count as a height.
#[expect(clippy::cast_precision_loss, reason = "a drawing needs no more than a few digits")]
fn share(count: i64, highest: i64) -> f64 {
    count as f64 / highest.max(1) as f64 * HEIGHT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u32, verifications: i64, refusals: i64) -> DayUses {
        let day = NaiveDate::from_ymd_opt(2026, 2, number).expect("a day");
        DayUses { day, verifications, refusals, reveals: 0 }
    }

    #[test]
    fn the_highest_day_fills_the_height_and_one_use_is_seen() {
        let chart = Chart::of(Language::English, [day(1, 900, 100), day(2, 1, 0), day(3, 0, 0)], "Nothing.");

        assert_eq!(chart.bars[0].parts.len(), 2);
        assert!(chart.bars[0].parts[1].y.abs() < 0.001);
        assert!((chart.bars[1].parts[0].height - LEAST).abs() < 0.001);
        assert!(chart.bars[2].parts.is_empty());
        assert_eq!(chart.summary, "1 Feb to 3 Feb – Good checks: 901, Refused checks: 100, Reveals: 0");
        let html = chart.render().expect("html");
        assert!(html.contains("role=\"img\"") && html.contains("<td data-label=\"Good checks\">900</td>"), "{html}");
    }

    #[test]
    fn days_without_a_use_are_a_sentence() {
        let html = Chart::of(Language::French, [day(1, 0, 0)], "Rien encore.").render().expect("html");
        assert!(html.contains("Rien encore.") && !html.contains("<svg"), "{html}");
    }
}
