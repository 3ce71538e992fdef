//! What providers are called: by their own names, all but the one that stands for every other.

use crate::{
    core::language::Language,
    models::provider::{self, Provider},
};

/// A provider's name.
#[must_use]
pub fn provider_name(provider: &Provider, language: Language) -> &'static str {
    match language {
        Language::French if provider.id == provider::custom().id => "Autre",
        _ => provider.name,
    }
}

/// The name of the provider with this identifier; the identifier where the catalogue does not know it.
#[must_use]
pub fn named_provider(id: &str, language: Language) -> String {
    provider::find(id).map_or(id, |provider| provider_name(provider, language)).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_keeps_its_name_but_the_one_that_is_none() {
        assert_eq!(named_provider("custom", Language::English), "Custom");
        assert_eq!(named_provider("custom", Language::French), "Autre");
        assert_eq!(named_provider("stripe", Language::French), "Stripe");
        assert_eq!(named_provider("of-tomorrow", Language::French), "of-tomorrow");
    }
}
