//! What an import asks and answers.

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    core::language::Language,
    models::import::{ImportFormat, MOST_ENTRIES, Manner, Outcome, Report, Wanted},
    schemas::{
        keys::WarningView,
        query::{FromQuery, Query},
        rules,
    },
};

/// What becomes of a file.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportReport)]
pub struct ReportView {
    /// Whether it was only looked at.
    pub dry_run: bool,
    /// What the file turned out to be.
    pub format: ImportFormat,
    /// How many lines become keys.
    pub new: usize,
    /// How many give a key another value, as its next version.
    pub changed: usize,
    /// How many are in the vault already.
    pub same: usize,
    /// How many can not be stored.
    pub invalid: usize,
    /// How many would become keys, but are more than `most_new`; left out where none is.
    #[serde(skip_serializing_if = "is_none")]
    pub left_out: usize,
    /// Whether it is stored now.
    pub stored: bool,
    /// How many new keys the plan had room for; `null` where it sets no limit.
    pub room: Option<i64>,
    /// What becomes of each line.
    pub lines: Vec<LineView>,
}

/// What becomes of one line.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportLine)]
pub struct LineView {
    /// Where it stands; in JSON, which has no lines, the how manyth entry it is.
    pub line: usize,
    /// Its name; empty where none could be told.
    #[schema(example = "STRIPE_KEY")]
    pub name: String,
    /// Where it is used.
    pub environment: Option<String>,
    /// `new`, `changed`, `same` or `invalid`; with `most_new` also `left_out`.
    #[schema(example = "new")]
    pub status: &'static str,
    /// Why it is invalid, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// Why it is invalid and what to do, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What looks like a mistake in a new or changed key; left out where nothing does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<WarningView>,
}

impl ReportView {
    /// The report in a language.
    #[must_use]
    pub fn of(report: &Report, language: Language) -> Self {
        let lines = report.lines.iter().map(|line| {
            let (status, fault) = match &line.outcome {
                Outcome::New => ("new", None),
                Outcome::Changed => ("changed", None),
                Outcome::Same => ("same", None),
                Outcome::Invalid(fault) => ("invalid", Some(fault)),
                Outcome::LeftOut(_) => ("left_out", None),
            };
            LineView {
                line: line.line,
                name: line.name.clone(),
                environment: line.environment.clone(),
                status,
                code: fault.map(crate::core::texts::import_lines::LineFault::code),
                message: fault.map(|fault| fault.message(language)),
                warnings: line.warnings.iter().cloned().map(WarningView::from).collect(),
            }
        });
        Self {
            dry_run: report.is_dry_run,
            format: report.format,
            new: report.count(|outcome| *outcome == Outcome::New),
            changed: report.count(|outcome| *outcome == Outcome::Changed),
            same: report.count(|outcome| *outcome == Outcome::Same),
            invalid: report.count(|outcome| matches!(outcome, Outcome::Invalid(_))),
            left_out: report.count(|outcome| matches!(outcome, Outcome::LeftOut(_))),
            stored: report.is_stored,
            room: report.room,
            lines: lines.collect(),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's form")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

/// How to import.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query in the OpenAPI document; `ImportQuery` is what is read")]
pub struct ImportParams {
    /// Only look: the answer tells what would become of each line.
    #[param(default = false)]
    dry_run: Option<bool>,
    /// Store the other lines where some are invalid; without it nothing is stored then.
    #[param(default = false)]
    skip_invalid: Option<bool>,
    /// Store the first so many new keys alone, in the file's order, and leave the other new ones out.
    #[param(minimum = 1, maximum = 10_000)]
    most_new: Option<usize>,
    /// The environment of all keys, whatever the file says; without it the file's own, or none.
    #[param(max_length = 32)]
    environment: Option<String>,
    /// The form of the file; left out, it is recognised.
    format: Option<ImportFormat>,
}

/// How to import, as read.
pub struct ImportQuery {
    /// Whether to only look, to store all or nothing, or to leave out what is invalid.
    pub manner: Manner,
    /// Which of the lines that can be stored are.
    pub wanted: Wanted,
    /// The environment of all keys.
    pub environment: Option<String>,
    /// The form of the file.
    pub format: Option<ImportFormat>,
}

impl FromQuery for ImportQuery {
    fn read(query: &mut Query) -> Option<Self> {
        let is_dry_run = query.boolean("dry_run", false);
        let skips_invalid = query.boolean("skip_invalid", false);
        let most_new = query.number("most_new", 1, i64::try_from(MOST_ENTRIES).unwrap_or(i64::MAX));
        let environment = query.text("environment", rules::ENVIRONMENT);
        let format = query
            .choice("format", || ImportFormat::ALL.iter().map(|format| format.as_str()).collect::<Vec<_>>().join(", "));
        let manner = match (is_dry_run?, skips_invalid?) {
            (true, _) => Manner::Look,
            (false, true) => Manner::SkipInvalid,
            (false, false) => Manner::Whole,
        };
        let most_new = most_new?.and_then(|most| usize::try_from(most).ok());
        let wanted = most_new.map_or(Wanted::All, Wanted::FirstNew);
        Some(Self { manner, wanted, environment: environment?, format: format? })
    }
}
