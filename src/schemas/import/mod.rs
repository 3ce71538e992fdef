//! Files that are imported: told apart, read, checked. What becomes of their entries is the service's question.
//!
//! `dotenv` reads lines of `NAME=value`, `json` the JSON of this vault and of others (from the values of `node`), `csv` 1Password's; `entry` checks
//! what they found against the rules for keys; `report` writes the answer.

mod csv;
pub mod dotenv;
mod entry;
mod json;
mod node;
mod report;

pub use report::{ImportParams, ImportQuery, LineView, ReportView};

use crate::{
    core::{
        error::{Error, Result},
        texts::{
            faults::{Fault, FaultKind},
            problems::Code,
        },
    },
    models::import::{ImportFile, ImportFormat, MOST_ENTRIES},
};

/// What a request says of its body's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `text/plain`: lines of `NAME=value`, or any other form.
    Text,
    /// `application/json`.
    Json,
    /// `text/csv`.
    Csv,
}

/// Reads a file. `wanted` is the form that the request names, `environment` the one that counts for all entries.
///
/// # Errors
/// `malformed_json`; `malformed_request` where it is no UTF-8; `Invalid` where it is of no known form or too long.
pub fn read(bytes: &[u8], kind: Kind, wanted: Option<ImportFormat>, environment: Option<&str>) -> Result<ImportFile> {
    let text = std::str::from_utf8(bytes).map_err(|_| Code::MalformedRequest)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut file = match form_of(text, kind, wanted) {
        ImportFormat::Env => ImportFile { format: ImportFormat::Env, entries: dotenv::read(text) },
        ImportFormat::OnePassword => ImportFile { format: ImportFormat::OnePassword, entries: csv::read(text)? },
        _ => json::read(text, environment.is_some())?,
    };
    if wanted.is_some_and(|wanted| !fits(wanted, file.format)) {
        return Err(Error::fault(Fault::new(
            "format",
            FaultKind::Conflict(
                "The file has another form. Leave this out to have it recognised.",
                "Le fichier a une autre forme. Laissez ce paramètre de côté pour qu’elle soit reconnue.",
            ),
        )));
    }
    if file.entries.len() > MOST_ENTRIES {
        return Err(Error::fault(Fault::new("", FaultKind::TooMany(MOST_ENTRIES, "keys at once", "clés à la fois"))));
    }
    if let Some(environment) = environment {
        for entry in &mut file.entries {
            entry.environment = Some(environment.to_owned());
        }
    }
    Ok(file)
}

/// How to read a file: as the request names it, else as the content plainly is. A program that knows a file by its ending
/// alone says `text/plain` of many things. What is plainly nothing is what its type says.
fn form_of(text: &str, kind: Kind, wanted: Option<ImportFormat>) -> ImportFormat {
    match (wanted, kind) {
        (Some(ImportFormat::Env), _) => ImportFormat::Env,
        (Some(ImportFormat::OnePassword), _) => ImportFormat::OnePassword,
        (Some(_), _) | (None, Kind::Json) => ImportFormat::Json,
        // no line of `NAME=value` begins so, nor a row that names columns
        (None, Kind::Text | Kind::Csv) if text.trim_start().starts_with(['{', '[']) => ImportFormat::Json,
        (None, Kind::Text) if csv::is_meant(text) => ImportFormat::OnePassword,
        (None, Kind::Csv) if !csv::is_meant(text) && dotenv::is_meant(text) => ImportFormat::Env,
        (None, Kind::Text) => ImportFormat::Env,
        (None, Kind::Csv) => ImportFormat::OnePassword,
    }
}

/// Whether a file of the form `found` is what was named: a plain object is Doppler's form too.
fn fits(wanted: ImportFormat, found: ImportFormat) -> bool {
    let plain = [ImportFormat::Json, ImportFormat::Doppler];
    wanted == found || (plain.contains(&wanted) && plain.contains(&found))
}
