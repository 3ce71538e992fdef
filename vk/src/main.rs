//! `vk`, the command line of Vault API: it speaks the HTTP API and nothing else.
//!
//! `arguments` says what is understood, `commands` does it, `client` asks the server, `session` and `cache` are what is
//! kept on this machine, `output` is what is shown, `texts` how it is said. `failure` lists the exit codes.

mod arguments;
mod cache;
mod client;
mod commands;
mod failure;
mod json;
mod output;
mod session;
mod system;
mod texts;

use std::{ffi::OsString, process::ExitCode};

use crate::{
    failure::{Failure, Kind},
    output::Screen,
    texts::{Language, Text},
};

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let asked = arguments::asked_language(&words);
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(system::variable);
    let language = Language::of_locale(asked.as_deref().or(locale.as_deref()).unwrap_or_default());
    let is_json = words.iter().take_while(|word| *word != "--").any(|word| word == "--json");
    let screen = Screen::new(language, is_json);
    let done = match arguments::parse(words, language) {
        Ok(_) if asked.as_deref().is_some_and(|word| !matches!(word, "en" | "fr")) => {
            Err(Failure::new(Kind::Usage, Text::UnknownLanguage))
        }
        Ok(arguments) => commands::run(&screen, &arguments.command),
        Err(mistake) if mistake.is_help() => screen.print(&mistake.text(&screen)).map(|()| 0),
        Err(mistake) if mistake.is_empty() => {
            screen.aside(mistake.text(&screen).trim_end());
            Ok(Kind::Usage.code())
        }
        Err(mistake) => Err(mistake.failure()),
    };
    ExitCode::from(done.unwrap_or_else(|failure| {
        failure.tell(&screen);
        failure.kind.code()
    }))
}
