//! What the command line understands. A value is never an argument: everybody on the machine could read it.
//!
//! The first line of each comment is the English help; `french` says the same in French, and a test compares.

#![expect(clippy::doc_markdown, reason = "the comments are the help, as it is printed")]

mod french;
mod keys;
mod mistakes;
mod programs;

use std::ffi::OsString;

use clap::{ArgAction, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub use self::{
    keys::*,
    mistakes::{Mistake, unknown},
    programs::*,
};
use crate::texts::Language;

/// The keys of your vault, for you and for programs.
#[derive(Parser)]
#[command(
    name = "vk",
    version,
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    after_help = "Variables: VK_URL, VK_TOKEN, NO_COLOR. Exit codes: vk help exit-codes."
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub everywhere: Everywhere,
    /// Print the version
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
}

#[derive(Args)]
pub struct Everywhere {
    /// Print JSON, failures too
    #[arg(long, global = true, display_order = 900)]
    pub json: bool,
    /// Speak this language: en or fr
    #[arg(long, global = true, display_order = 901, value_name = "LANG")]
    pub lang: Option<String>,
    /// Print help
    #[arg(short, long, global = true, action = ArgAction::Help, display_order = 902)]
    help: Option<bool>,
}

#[derive(Subcommand)]
pub enum Command {
    /// Sign in, with the browser or with a token
    Login(LoginOptions),
    /// Sign out and delete what is kept on this machine
    Logout,
    /// Show who is signed in, and where
    #[command(alias = "whoami")]
    Status,
    /// List keys, masked
    #[command(alias = "list")]
    Ls(ListOptions),
    /// Show a key, masked; with --reveal its value alone
    Get(GetOptions),
    /// Store a value, from the terminal without echo or from standard input
    Set(SetOptions),
    /// Have the vault make a key, and print it
    Generate(GenerateOptions),
    /// Give a key a new value
    Rotate(RotateOptions),
    /// List the versions of a key, masked
    Versions(NamedKey),
    /// Make an earlier version the newest
    Restore(RestoreOptions),
    /// Revoke a key, for good
    Revoke(RevokeOptions),
    /// Check a generated key, from standard input or a prompt
    Verify(VerifyOptions),
    /// Show how often a key was used, day by day
    Usage(UsageOptions),
    /// Start a program with keys in its environment
    Run(RunOptions),
    /// Store the keys of a file: .env, JSON or CSV
    Import(ImportOptions),
    /// Print all values, as .env or JSON
    Export(ExportOptions),
    /// Tokens that open the vault to programs
    Tokens {
        #[command(subcommand)]
        act: TokenAct,
    },
    /// Show what was done in the account
    Audit(AuditOptions),
    /// Print the completions of a shell
    Completions {
        /// bash, zsh or fish
        #[arg(hide_possible_values = true)]
        shell: Shell,
    },
    /// The values that are kept for when there is no network
    Cache {
        #[command(subcommand)]
        act: CacheAct,
    },
    /// Explain a command, or exit-codes
    Help {
        /// A command, or exit-codes
        topic: Vec<String>,
    },
}

#[derive(Args)]
pub struct LoginOptions {
    /// The server's address; else VK_URL, the one before, or http://127.0.0.1:8000
    #[arg(long)]
    pub url: Option<String>,
    /// Take a token from standard input or from a prompt, never from here
    #[arg(long, num_args = 0..=1, default_missing_value = "-", value_name = "-")]
    pub token: Option<String>,
    /// Do not open the browser
    #[arg(long)]
    pub no_browser: bool,
    /// Allow plain HTTP to another machine: who listens reads the values
    #[arg(long)]
    pub insecure_http: bool,
}

#[derive(Subcommand)]
pub enum CacheAct {
    /// Delete all of it
    Clear,
}

/// A shell that completions are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// The definition with its texts in this language.
pub fn definition(language: Language) -> clap::Command {
    let english = Arguments::command();
    if language == Language::French { french::translated(english) } else { english }
}

/// Reads the arguments.
pub fn parse(words: Vec<OsString>, language: Language) -> Result<Arguments, Mistake> {
    let matches = definition(language).try_get_matches_from(words).map_err(Mistake)?;
    Arguments::from_arg_matches(&matches).map_err(Mistake)
}

/// The language that `--lang` asks for, before anything else is read.
pub fn asked_language(words: &[OsString]) -> Option<String> {
    let mut words = words.iter().map_while(|word| word.to_str().filter(|word| *word != "--"));
    while let Some(word) = words.next() {
        if word == "--lang" {
            return words.next().map(String::from);
        }
        if let Some(language) = word.strip_prefix("--lang=") {
            return Some(language.to_owned());
        }
    }
    None
}
