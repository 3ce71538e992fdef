//! What became of an import of which something was left out: each such line by its name, with the reason. No value is
//! shown. The page is the answer to the form; a reload and the way back lead to the keys.

use askama::Template;
use axum::http::StatusCode;

use super::preview::MOST_SHOWN;
use crate::{
    core::{
        language::Language,
        texts::console::{ImportTexts, RoomTexts, keys_list, left_out},
    },
    models::import::{Line, Outcome, Report, Spared},
    routes::console::{
        frame::{Frame, Section, page},
        refusal::Answered,
        visit::Visit,
    },
};

#[derive(Template)]
#[template(path = "console/pages/keys_imported.html")]
struct ImportedPage {
    frame: Frame,
    t: &'static ImportTexts,
    title: String,
    lede: String,
    rows: Vec<Row>,
    /// That there are more; empty where all are named.
    more: String,
    /// The way to the plans, where one of the lines had no room; else empty.
    plans: &'static str,
}

/// A line that was not stored.
struct Row {
    line: usize,
    name: String,
    environment: Option<String>,
    why: String,
    is_fault: bool,
}

pub(super) fn write(visit: &Visit, report: &Report, stored: usize) -> Answered {
    let language = visit.ctx.client().language;
    let t = ImportTexts::of(language);
    let lacks_room = report.lines.iter().any(|line| matches!(line.outcome, Outcome::LeftOut(Spared::NoRoom)));
    let mut rows: Vec<Row> = report.lines.iter().filter_map(|line| row(t, language, line)).collect();
    let count = rows.len();
    rows.truncate(MOST_SHOWN);
    let imported = ImportedPage {
        frame: visit.frame(Section::Keys)?.gone_for("keys"),
        t,
        title: keys_list::imported(language, stored),
        lede: left_out(language, i64::try_from(count).unwrap_or(i64::MAX)),
        more: if count > rows.len() { keys_list::left_out_more(language, count - rows.len()) } else { String::new() },
        rows,
        plans: if lacks_room { RoomTexts::of(language).plans } else { "" },
    };
    page(StatusCode::OK, &imported)
}

fn row(t: &ImportTexts, language: Language, line: &Line) -> Option<Row> {
    let why = match &line.outcome {
        Outcome::New | Outcome::Changed => return None,
        Outcome::Same => t.imported_same.to_owned(),
        Outcome::Invalid(fault) => fault.message(language),
        Outcome::LeftOut(Spared::NoRoom) => t.imported_no_room.to_owned(),
        Outcome::LeftOut(Spared::Unchosen | Spared::Beyond) => t.imported_unticked.to_owned(),
    };
    let is_fault = matches!(line.outcome, Outcome::Invalid(_));
    Some(Row { line: line.line, name: line.name.clone(), environment: line.environment.clone(), why, is_fault })
}
