//! A command that was written wrongly: said in the language of the person, and without repeating what may be a secret.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::{
    failure::{Failure, Kind},
    output::{Screen, Style},
    texts::Text,
};

/// What clap has to say: a mistake, or the help or version that was asked for.
#[derive(Debug)]
pub struct Mistake(pub clap::Error);

impl Mistake {
    /// The help or version that was asked for, as clap wrote it.
    pub fn is_help(&self) -> bool {
        matches!(self.0.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion)
    }

    /// Whether no command was given at all.
    pub fn is_empty(&self) -> bool {
        self.0.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    }

    /// The text that clap made.
    pub fn text(&self, screen: &Screen) -> String {
        let rendered = self.0.render();
        let is_coloured = screen.out_is_terminal && !screen.paint(Style::Bold, "").is_empty();
        if is_coloured { rendered.ansi().to_string() } else { rendered.to_string() }
    }

    /// The mistake as a failure.
    pub fn failure(&self) -> Failure {
        let named = |kind| self.0.get(kind).map(shown).unwrap_or_default();
        let argument = named(ContextKind::InvalidArg);
        let failure = match self.0.kind() {
            // what is no option may be a value that was meant to stay secret
            ErrorKind::UnknownArgument if !argument.starts_with('-') => Failure::new(Kind::Usage, Text::ExtraArgument),
            ErrorKind::UnknownArgument => {
                let option = argument.split('=').next().unwrap_or_default();
                unknown(Text::UnknownOption, Text::UnknownOptionUnsaid, option)
            }
            ErrorKind::InvalidSubcommand => {
                let command = named(ContextKind::InvalidSubcommand);
                unknown(Text::UnknownCommand, Text::UnknownCommandUnsaid, &command)
            }
            ErrorKind::MissingSubcommand => Failure::new(Kind::Usage, Text::MissingCommand),
            ErrorKind::MissingRequiredArgument => Failure::new(Kind::Usage, Text::MissingArgument).with(argument),
            ErrorKind::ArgumentConflict => {
                Failure::new(Kind::Usage, Text::NotTogether).with(argument).with(named(ContextKind::PriorArg))
            }
            _ => Failure::new(Kind::Usage, Text::WrongArgument).with(argument),
        };
        let suggested = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg].map(named).concat();
        let failure = if suggested.is_empty() { failure } else { failure.and(Text::DidYouMean).with(suggested) };
        match self.0.get(ContextKind::Usage) {
            Some(ContextValue::StyledStr(usage)) => {
                let usage = usage.to_string();
                failure.and(Text::Usage).with(usage.trim_start_matches("Usage: "))
            }
            _ => failure.and(Text::SeeHelp),
        }
    }
}

/// What is unknown, named only where it looks like a mistyped word and not like a key.
pub fn unknown(named: Text, unnamed: Text, word: &str) -> Failure {
    let is_word = word.len() <= 16 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    if is_word { Failure::new(Kind::Usage, named).with(word) } else { Failure::new(Kind::Usage, unnamed) }
}

fn shown(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        _ => String::new(),
    }
}
