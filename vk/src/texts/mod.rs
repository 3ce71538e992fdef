//! Every text that a person reads, in English and in French: the compiler sees to it that neither is missing.
//!
//! `{0}`, `{1}`… are blanks. The help of the arguments is English in `arguments` and French in `arguments/french`.

mod catalogue;

pub use catalogue::Text;

/// A language of the texts that people read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English: the default.
    #[default]
    English,
    /// French.
    French,
}

impl Language {
    /// The language's tag, as in `Accept-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// The language of a locale: `fr_CA.UTF-8`, `fr`; English for all we do not speak.
    pub fn of_locale(locale: &str) -> Self {
        let primary = locale.split(['_', '-', '.', '@']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("fr") { Self::French } else { Self::English }
    }
}

impl Text {
    /// The text with its blanks filled.
    pub fn fill(self, language: Language, arguments: &[&str]) -> String {
        let (mut filled, mut rest) = (String::new(), self.say(language));
        // in one pass: what fills a blank may itself hold braces
        while let Some(at) = rest.find('{') {
            let (before, after) = rest.split_at(at);
            filled.push_str(before);
            let blank = after.get(1..2).and_then(|digit| digit.parse::<usize>().ok());
            if let (Some(number), Some("}")) = (blank, after.get(2..3)) {
                filled.push_str(arguments.get(number).copied().unwrap_or_default());
                rest = after.get(3..).unwrap_or_default();
            } else {
                filled.push('{');
                rest = after.get(1..).unwrap_or_default();
            }
        }
        filled.push_str(rest);
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blanks(text: &str) -> Vec<&str> {
        let mut found: Vec<_> = text.match_indices('{').filter_map(|(at, _)| text.get(at..at + 3)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn both_languages_have_the_same_blanks() {
        for text in Text::ALL {
            let (english, french) = (text.say(Language::English), text.say(Language::French));
            assert_eq!(blanks(english), blanks(french), "{english}");
            assert!(!english.is_empty() && !french.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn what_fills_a_blank_is_not_filled_again() {
        let filled = Text::CanNotWriteOutput.fill(Language::English, &["{0}{1}"]);

        assert!(filled.contains("{0}{1}"), "{filled}");
    }

    #[test]
    fn a_locale_tells_the_language() {
        for (locale, language) in [
            ("fr_FR.UTF-8", Language::French),
            ("fr", Language::French),
            ("FR_CA", Language::French),
            ("en_GB.UTF-8", Language::English),
            ("frr_DE", Language::English),
            ("C", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::of_locale(locale), language, "{locale}");
        }
    }
}
