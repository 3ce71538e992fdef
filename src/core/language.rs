//! The languages we speak, and which one a person asks for.

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
    /// The language's tag, as in `lang="fr"`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// The language with this tag or a regional form of it (`fr-CA`).
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().trim();
        if primary.eq_ignore_ascii_case("fr") {
            Some(Self::French)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Self::English)
        } else {
            None
        }
    }

    /// The one of our languages that an `Accept-Language` header prefers (RFC 9110, section 12.5.4).
    #[must_use]
    pub fn negotiate(header: &str) -> Self {
        let mut best = (Self::English, 0.0_f32);
        for item in header.split(',').take(32) {
            let mut parts = item.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let quality = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1.0, |text| text.trim().parse().unwrap_or(0.0));
            if let Some(language) = Self::from_tag(tag)
                && quality > best.1
            {
                best = (language, quality);
            }
        }
        best.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_language_wins_and_english_is_the_default() {
        assert_eq!(Language::negotiate("fr"), Language::French);
        assert_eq!(Language::negotiate("fr-CA,fr;q=0.8,en;q=0.7"), Language::French);
        assert_eq!(Language::negotiate("de, fr;q=0.4, en;q=0.9"), Language::English);
        assert_eq!(Language::negotiate("fr;q=0"), Language::English);
        assert_eq!(Language::negotiate("*;;;=,,"), Language::English);
        assert_eq!(Language::negotiate(""), Language::English);
    }
}
