//! The chart of uses by day.

use chrono::{Datelike as _, NaiveDate};

use crate::core::language::Language;

texts! {
    /// A chart of uses by day.
    ChartTexts {
        good: "Good checks" | "Contrôles réussis",
        bad: "Refused checks" | "Contrôles refusés",
        seen: "Reveals" | "Affichages",
        day: "Day" | "Jour",
        as_table: "Show as a table" | "Afficher en tableau",
        in_utc: "Days end at midnight UTC." | "Les jours se terminent à minuit UTC.",
        between: "to" | "au",
    }
}

const ENGLISH: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const FRENCH: [&str; 12] =
    ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];

/// A day without its year: `28 Nov`, `28 nov.`.
#[must_use]
pub fn short_day(language: Language, day: NaiveDate) -> String {
    let names = match language {
        Language::English => &ENGLISH,
        Language::French => &FRENCH,
    };
    let month = usize::try_from(day.month0()).ok().and_then(|month| names.get(month)).unwrap_or(&"");
    format!("{} {month}", day.day())
}
