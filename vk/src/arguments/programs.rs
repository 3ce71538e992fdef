//! The options of what concerns many keys or other programs: run, import, export, tokens, audit.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::Place;

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct RunOptions {
    #[command(flatten)]
    pub place: Place,
    /// These keys alone, by name, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub only: Vec<String>,
    /// What stands before each variable's name
    #[arg(long, default_value = "", hide_default_value = true)]
    pub prefix: String,
    /// A variable that is set already stays as it is
    #[arg(long)]
    pub keep_existing: bool,
    /// Let the program see VK_TOKEN too
    #[arg(long)]
    pub keep_token: bool,
    /// Restart the program when a value changes
    #[arg(long, conflicts_with = "offline")]
    pub watch: bool,
    /// With --watch, look so often, in seconds
    #[arg(long, default_value_t = 10, hide_default_value = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub every: u64,
    /// Use the values of the last run, without the network
    #[arg(long)]
    pub offline: bool,
    /// The oldest values that may stand in for an absent server; 24h if not given
    #[arg(long, default_value = "24h", hide_default_value = true, value_name = "SPAN")]
    pub max_age: String,
    /// Keep nothing on this machine, and use nothing kept
    #[arg(long, conflicts_with = "offline")]
    pub no_cache: bool,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

#[derive(Args)]
pub struct ImportOptions {
    /// The file, or - for standard input
    pub file: PathBuf,
    #[command(flatten)]
    pub place: Place,
    /// Show what would happen, store nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Store the other lines where some are at fault
    #[arg(long)]
    pub skip_invalid: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

#[derive(Args)]
pub struct ExportOptions {
    /// env or json; env if not given
    #[arg(long, value_enum, default_value_t = Format::Env, hide_default_value = true, hide_possible_values = true)]
    pub format: Format,
    #[command(flatten)]
    pub place: Place,
    /// Write to a new file that you alone may read
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the file where there is one
    #[arg(long, requires = "output")]
    pub force: bool,
}

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Env,
    Json,
}

impl Format {
    /// The word the server knows.
    pub fn word(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Json => "json",
        }
    }
}

#[derive(Subcommand)]
pub enum TokenAct {
    /// List them
    #[command(alias = "list")]
    Ls,
    /// Make one, and print it once
    Create(TokenOptions),
    /// Revoke one, for good
    Revoke {
        /// Its name or identifier
        token: String,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
}

#[derive(Args)]
pub struct TokenOptions {
    /// Its name
    pub name: String,
    /// What it may do: keys:read, keys:reveal, keys:write, keys:verify; several times
    #[arg(long = "scope", required = true, value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// When it expires: 90d, 12h, 2027-01-31
    #[arg(long, value_name = "WHEN")]
    pub expires: Option<String>,
    /// An address or network it may be used from; may be given several times
    #[arg(long = "allow-ip", value_name = "IP")]
    pub allowed_ips: Vec<String>,
}

#[derive(Args)]
pub struct AuditOptions {
    /// At most so many entries
    #[arg(long, default_value_t = 50, hide_default_value = true)]
    pub limit: usize,
}
