//! `vk run`: a program with keys in its environment, and in nothing else: no shell, no file, no argument.
//!
//! `fetch` brings the values, `variables` makes variables of them, `watch` restarts the program when they change.
//! Without `--watch` this process becomes the program, so that signals and its exit code pass by themselves.

mod fetch;
mod variables;
mod watch;

use std::{io, os::unix::process::CommandExt as _, process::Command};

use crate::{
    arguments::RunOptions,
    client::Client,
    failure::{Failure, Kind},
    output::Screen,
    texts::Text,
};

/// Starts the program; returns only if that did not succeed, or with the code of a watched one.
pub fn run(screen: &Screen, options: &RunOptions) -> Result<u8, Failure> {
    let client = Client::open(screen)?;
    if options.watch {
        return watch::run(client, options);
    }
    let keys = fetch::keys(&client, options)?;
    let error = command(screen, options, &keys)?.exec();
    Err(not_started(options, &error))
}

/// The program with its variables.
fn command(screen: &Screen, options: &RunOptions, keys: &serde_json::Value) -> Result<Command, Failure> {
    let (program, arguments) =
        options.command.split_first().ok_or_else(|| Failure::new(Kind::Usage, Text::NoProgram))?;
    let mut command = Command::new(program);
    command.args(arguments);
    if !options.keep_token {
        // the program gets its keys, not what opens the whole vault
        command.env_remove("VK_TOKEN");
    }
    command.envs(variables::of(screen, options, keys)?);
    Ok(command)
}

fn not_started(options: &RunOptions, error: &io::Error) -> Failure {
    let program = options.command.first().map(|program| program.to_string_lossy().into_owned()).unwrap_or_default();
    let (kind, text) = match error.kind() {
        io::ErrorKind::NotFound => (Kind::NoProgram, Text::NoSuchProgram),
        io::ErrorKind::ArgumentListTooLong => (Kind::NotRunnable, Text::TooMuchForProgram),
        _ => (Kind::NotRunnable, Text::CanNotRun),
    };
    Failure::new(kind, text).with(program).with(error)
}
