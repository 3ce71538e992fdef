//! One file for each command: it asks the server and shows what it answers.

mod audit;
mod export;
mod generate;
mod get;
mod help;
mod import;
mod list;
mod login;
mod logout;
mod rotate;
mod run;
mod set;
mod status;
mod tokens;
mod usage;
mod verify;
mod versions;

use crate::{
    arguments::{CacheAct, Command},
    cache,
    failure::Failure,
    output::Screen,
    texts::Text,
};

/// Does what a command says; the exit code.
pub fn run(screen: &Screen, command: &Command) -> Result<u8, Failure> {
    match command {
        Command::Verify(options) => return verify::run(screen, options),
        Command::Run(options) => return run::run(screen, options),
        Command::Login(options) => login::run(screen, options),
        Command::Logout => logout::run(screen),
        Command::Status => status::run(screen),
        Command::Ls(options) => list::run(screen, options),
        Command::Get(options) => get::run(screen, options),
        Command::Set(options) => set::run(screen, options),
        Command::Generate(options) => generate::run(screen, options),
        Command::Rotate(options) => rotate::run(screen, options),
        Command::Versions(key) => versions::list(screen, key),
        Command::Restore(options) => versions::restore(screen, options),
        Command::Revoke(options) => rotate::revoke(screen, options),
        Command::Usage(options) => usage::run(screen, options),
        Command::Import(options) => import::run(screen, options),
        Command::Export(options) => export::run(screen, options),
        Command::Tokens { act } => tokens::run(screen, act),
        Command::Audit(options) => audit::run(screen, options),
        Command::Completions { shell } => help::completions(screen, *shell),
        Command::Cache { act: CacheAct::Clear } => clear_cache(screen),
        Command::Help { topic } => help::run(screen, topic),
    }
    .map(|()| 0)
}

fn clear_cache(screen: &Screen) -> Result<(), Failure> {
    let text = if cache::clear()? { Text::CacheCleared } else { Text::CacheEmpty };
    screen.note(text, &[]);
    Ok(())
}
