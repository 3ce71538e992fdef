//! Moments in pages: in UTC here, in the person's own time and way of writing where the script runs.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::core::language::Language;

/// A moment: for a program, and for a person without a script. Displayed, it is HTML.
pub(super) struct Moment {
    pub(super) machine: String,
    pub(super) plain: String,
}

impl From<DateTime<Utc>> for Moment {
    fn from(at: DateTime<Utc>) -> Self {
        let machine = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        Self { machine, plain: at.format("%Y-%m-%d %H:%M UTC").to_string() }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<time datetime=\"{}\">{}</time>", self.machine, self.plain)
    }
}

/// A moment, as HTML.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    Moment::from(at).to_string()
}

/// A day, as HTML.
pub(super) fn day(at: DateTime<Utc>) -> String {
    let machine = Moment::from(at).machine;
    format!("<time datetime=\"{machine}\" data-form=\"day\">{}</time>", at.format("%Y-%m-%d"))
}

/// How a person writes dates, as a tag for the script: by the region that the browser prefers (`Accept-Language`), since
/// English has the month first in the United States and the day elsewhere.
pub(super) fn dates(language: Language, preferred: &str) -> String {
    let first = preferred.split([',', ';']).next().unwrap_or_default().trim();
    match (language, first.split_once('-')) {
        (Language::French, _) => "fr".to_owned(),
        (Language::English, Some((english, region))) if english.eq_ignore_ascii_case("en") && is_region(region) => {
            format!("en-{}", region.to_ascii_uppercase())
        }
        (Language::English, _) if first.is_empty() || Language::from_tag(first) == Some(Language::English) => {
            "en-US".to_owned()
        }
        // somebody of another language who reads English here
        (Language::English, _) => "en-GB".to_owned(),
    }
}

fn is_region(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_dates_are_those_of_the_browsers_region() {
        for (preferred, dates) in [
            ("en-GB,en-US;q=0.9,en;q=0.8", "en-GB"),
            ("en-US,en;q=0.5", "en-US"),
            ("en-au", "en-AU"),
            ("en;q=0.9", "en-US"),
            ("", "en-US"),
            ("en-\"><b>", "en-US"),
            ("fr-FR,fr;q=0.9,en-US;q=0.8", "en-GB"),
        ] {
            assert_eq!(dates, super::dates(Language::English, preferred), "{preferred}");
            assert_eq!(super::dates(Language::French, preferred), "fr");
        }
    }
}
