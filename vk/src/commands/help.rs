//! `vk help` and `vk completions`: what `vk` tells about itself.

use clap::builder::StyledStr;
use clap_complete::{generate, shells};

use crate::{
    arguments::{self, Shell},
    failure::Failure,
    output::Screen,
    texts::{Language, Text},
};

/// Explains a command, or the exit codes.
pub fn run(screen: &Screen, topic: &[String]) -> Result<(), Failure> {
    if topic.first().is_some_and(|word| word == "exit-codes") {
        return screen.line(&screen.say(Text::ExitCodes, &[]));
    }
    let mut definition = arguments::definition(screen.language);
    definition.build();
    let help = explained(&mut definition, topic)?;
    screen.print(&if screen.out_is_terminal { help.ansi().to_string() } else { help.to_string() })
}

/// The help of the command that these words lead to.
fn explained(command: &mut clap::Command, words: &[String]) -> Result<StyledStr, Failure> {
    let Some((word, rest)) = words.split_first() else { return Ok(command.render_help()) };
    let next = command.find_subcommand_mut(word);
    let unknown = || arguments::unknown(Text::UnknownCommand, Text::UnknownCommandUnsaid, word).and(Text::SeeHelp);
    explained(next.ok_or_else(unknown)?, rest)
}

/// Prints the completions of a shell.
pub fn completions(screen: &Screen, shell: Shell) -> Result<(), Failure> {
    // descriptions are the same for every user of a machine
    let mut definition = arguments::definition(Language::English);
    let mut script = Vec::new();
    match shell {
        Shell::Bash => generate(shells::Bash, &mut definition, "vk", &mut script),
        Shell::Zsh => generate(shells::Zsh, &mut definition, "vk", &mut script),
        Shell::Fish => generate(shells::Fish, &mut definition, "vk", &mut script),
    }
    screen.print(&String::from_utf8_lossy(&script))
}
