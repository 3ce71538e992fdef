//! The part of a form that asks for the provider: recognised by the value's form, or chosen, with the settings that the
//! catalogue knows of it.

use super::super::form::Form;
use crate::{
    core::{
        language::Language,
        texts::console::{NewKeyTexts, provider_name},
    },
    models::provider::{self, Provider},
};

/// How the settings are named in a form.
pub(in crate::routes::console) const SETTING: &str = "provider_config.";

/// What is asked of the provider.
pub(super) struct Asked {
    pub(super) options: Vec<Choice>,
    /// What the form of the value tells; empty where nobody has asked.
    pub(super) sentence: String,
    /// The heading of the settings; empty where there are none.
    pub(super) heading: String,
    pub(super) settings: Vec<Setting>,
    /// Whether the page begins here: it was asked for as a whole.
    pub(super) is_led_to: bool,
}

pub(super) struct Choice {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) is_chosen: bool,
}

pub(super) struct Setting {
    /// The name of its field in the form.
    pub(super) field: String,
    pub(super) label: &'static str,
    pub(super) is_secret: bool,
}

impl Asked {
    /// Whether it was looked at already.
    pub(super) fn is_answered(&self) -> bool {
        !self.sentence.is_empty() || !self.heading.is_empty() || self.options.iter().any(|one| one.is_chosen)
    }

    /// The part for a form as it was typed.
    pub(super) fn of(language: Language, form: &Form) -> Self {
        let t = NewKeyTexts::of(language);
        let (chosen, value) = (form.value("provider"), form.value("value").trim());
        let recognised = provider::recognise(value);
        let provider = provider::find(chosen).or(recognised);
        let sentence = match recognised {
            _ if !chosen.is_empty() || value.is_empty() => String::new(),
            Some(found) => t.recognised.replace("{provider}", provider_name(found, language)),
            None => t.unrecognised.to_owned(),
        };
        let option =
            |one: &Provider| Choice { id: one.id, name: provider_name(one, language), is_chosen: one.id == chosen };
        let options = provider::all().iter().map(option);
        let settings: Vec<_> = provider.map(settings_of).unwrap_or_default();
        let heading = match provider {
            Some(provider) if !settings.is_empty() => {
                t.settings.replace("{provider}", provider_name(provider, language))
            }
            _ => String::new(),
        };
        Self { options: options.collect(), sentence, heading, settings, is_led_to: false }
    }
}

fn settings_of(provider: &'static Provider) -> Vec<Setting> {
    let fields = provider.fields.iter();
    fields
        .map(|field| Setting { field: format!("{SETTING}{}", field.name), label: field.name, is_secret: field.secret })
        .collect()
}
