//! The command line of the server: one file for each command.
//!
//! Logs go to stderr, results to stdout. Exit codes: 0 done, 1 not done, 78 (`EX_CONFIG`) a mistake in the configuration.

/// Writes a line to stdout; a reader that is gone is no error of ours.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}

/// Writes a line to stderr, likewise.
macro_rules! complain {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}

mod admin;
mod arguments;
mod audit;
mod billing;
mod check;
mod mail;
mod migrate;
mod serve;
mod setup;
mod simulation;

use std::{path::Path, process::ExitCode};

use clap::Parser as _;

use crate::core::configuration::{self, Configuration, variables};
use arguments::{Arguments, Command};

/// A mistake in the configuration (sysexits.h).
const EX_CONFIG: u8 = 78;

/// How a command ends.
enum End {
    Done,
    NotDone(String),
    BadConfiguration(Vec<String>),
}

/// Runs the command that the program's arguments name.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let command = arguments.command.unwrap_or_default();
    let end = match &command {
        Command::GenerateKey => setup::generate_key(),
        Command::Openapi => {
            say!("{}", crate::routes::openapi::document());
            End::Done
        }
        _ => with_configuration(command),
    };
    match end {
        End::Done => ExitCode::SUCCESS,
        End::NotDone(sentence) => {
            complain!("vault-api: {sentence}");
            ExitCode::FAILURE
        }
        End::BadConfiguration(faults) => {
            for fault in faults {
                complain!("vault-api: {fault}");
            }
            ExitCode::from(EX_CONFIG)
        }
    }
}

fn with_configuration(command: Command) -> End {
    let configuration = match configure() {
        Ok(configuration) => configuration,
        // `check` answers with 1 whatever is wrong
        Err(faults) if matches!(command, Command::Check) => return End::NotDone(faults.join("\nvault-api: ")),
        Err(faults) => return End::BadConfiguration(faults),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return End::NotDone(format!("the runtime can not start: {error}")),
    };
    runtime.block_on(async {
        match command {
            Command::Serve(options) => serve::run(configuration, options).await,
            Command::Migrate => migrate::run(configuration).await,
            Command::Check => check::run(configuration).await,
            Command::Admin { act } => admin::run(configuration, act).await,
            Command::Mail { act } => mail::run(configuration, act).await,
            Command::Audit { act } => audit::run(configuration, act).await,
            Command::Billing { act } => billing::run(configuration, act).await,
            Command::GenerateKey | Command::Openapi => End::Done,
        }
    })
}

/// Gathers and reads the configuration, starts the log, and says what looks like a mistake.
fn configure() -> Result<Configuration, Vec<String>> {
    let words = |faults: Vec<configuration::ConfigFault>| faults.iter().map(ToString::to_string).collect::<Vec<_>>();
    let environment = configuration::gather(Path::new(".env")).map_err(words)?;
    let configuration = configuration::read(&environment).map_err(words)?;
    crate::core::telemetry::start_logging(configuration.log_format, &configuration.log_filter);
    for warning in variables::warnings(environment.keys().map(String::as_str)) {
        tracing::warn!("{warning}");
    }
    for made in configuration.made.iter().filter(|made| made.is_new) {
        tracing::info!(
            file = made.file,
            "a secret was generated; keep this file: without it the database can not be read"
        );
    }
    Ok(configuration)
}
