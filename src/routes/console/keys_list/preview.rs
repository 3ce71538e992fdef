//! What would become of each line of an import, with a tick for each that can be stored: by its place in the file, since the
//! text itself stands in the form once.

use std::collections::BTreeSet;

use askama::Template;
use axum::http::StatusCode;

use super::ticks::{self, Rest, Standing};
use crate::{
    core::{
        language::Language,
        texts::console::{ImportTexts, keys_list},
    },
    models::import::{Line, Outcome, Report},
    routes::console::{
        form::{Form, Shown},
        frame::{Frame, Section, secret_page},
        refusal::Answered,
        visit::Visit,
    },
};

/// The most lines that a page shows: a browser is slow beyond that, and nobody reads so far.
pub(super) const MOST_SHOWN: usize = 500;

/// Why the preview is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// Somebody looks.
    Asked,
    /// A line is at fault, and none was to be left out.
    Faulty,
    /// More new keys are ticked than there is room for.
    NoRoom,
    /// No line is ticked.
    NothingTicked,
    /// The ticks were set for another text.
    TextChanged,
}

#[derive(Template)]
#[template(path = "console/pages/keys_preview.html")]
#[expect(clippy::struct_excessive_bools, reason = "what the page shows or leaves out, each by itself")]
struct PreviewPage {
    frame: Frame,
    t: &'static ImportTexts,
    shown: Shown,
    counts: String,
    /// For which text the ticks are.
    mark: String,
    /// Whether something can be stored.
    has_button: bool,
    /// How much room the plan has for what is new; empty where it sets no limit.
    room: String,
    /// That there is not enough of it.
    shortage: String,
    has_invalid: bool,
    skips_invalid: bool,
    is_all_same: bool,
    /// Why nothing was stored; empty where nobody has asked for it.
    refused: String,
    rows: Vec<Row>,
    has_more: bool,
    /// How many new keys the plan has room for, where it has not for all.
    room_left: Option<i64>,
    /// The tick for what is not shown: what it sends, for how many lines, and what stands beside it.
    rest: Option<(Rest, String)>,
    is_rest_ticked: bool,
}

/// A line of the preview.
struct Row {
    /// What its tick sends; `None` where it can not be stored.
    tick: Option<usize>,
    is_ticked: bool,
    is_over: bool,
    is_new: bool,
    line: usize,
    name: String,
    environment: Option<String>,
    badge: &'static str,
    word: &'static str,
    remarks: Vec<(bool, String)>,
}

pub(super) fn write(
    visit: &Visit,
    form: &Form,
    report: &Report,
    chosen: Option<&BTreeSet<usize>>,
    why: Why,
) -> Answered {
    let language = visit.ctx.client().language;
    let t = ImportTexts::of(language);
    let standing = Standing::of(report, chosen);
    let count = |wanted: &Outcome| report.count(|outcome| outcome == wanted);
    let (new, changed, same) = (count(&Outcome::New), count(&Outcome::Changed), count(&Outcome::Same));
    let invalid = report.count(|outcome| matches!(outcome, Outcome::Invalid(_)));
    let told = report.room.filter(|_| new > 0).map(|room| keys_list::room_left(language, signed(new), room));
    let is_short = !standing.over.is_empty();
    let (room, shortage) = if is_short { (None, told) } else { (told, None) };
    let (places, rest) = shown_places(report);
    let preview = PreviewPage {
        frame: visit.frame(Section::Keys)?.gone_for("keys/import"),
        t,
        shown: Shown::filled(["text", "environment", "format"].map(|name| (name, form.value(name).to_owned()))),
        counts: keys_list::import_counts(
            language,
            [new - standing.over.len(), changed, standing.over.len(), same, invalid],
        ),
        mark: ticks::mark(visit.ctx.app(), form)?,
        has_button: changed > 0 || (new > 0 && report.room != Some(0)),
        room: room.unwrap_or_default(),
        shortage: shortage.unwrap_or_default(),
        has_invalid: invalid > 0,
        skips_invalid: why != Why::Faulty,
        is_all_same: same > 0 && new + changed + invalid == 0,
        refused: refusal(language, t, why, (standing.new_ticked, report.room)),
        has_more: places.len() < report.lines.len(),
        room_left: report.room.filter(|_| is_short),
        rows: places
            .into_iter()
            .filter_map(|at| Some(row(t, language, at, report.lines.get(at)?, &standing, report.room)))
            .collect(),
        rest: rest.map(|rest| {
            let label = keys_list::lines_unshown(language, rest.count);
            (rest, label)
        }),
        is_rest_ticked: chosen.is_none() || form.has("rest"),
    };
    let status = match why {
        Why::Asked => StatusCode::OK,
        Why::NoRoom => StatusCode::PAYMENT_REQUIRED,
        Why::Faulty | Why::NothingTicked | Why::TextChanged => StatusCode::UNPROCESSABLE_ENTITY,
    };
    secret_page(status, &preview)
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn refusal(language: Language, t: &ImportTexts, why: Why, (ticked, room): (usize, Option<i64>)) -> String {
    match (why, room) {
        (Why::Asked, _) => String::new(),
        (Why::Faulty, _) => format!("{} {}", t.not_stored, t.all_or_nothing),
        (Why::NothingTicked, _) => t.nothing_ticked.to_owned(),
        (Why::TextChanged, _) => t.text_changed.to_owned(),
        (Why::NoRoom, Some(room)) if signed(ticked) > room => {
            keys_list::ticked_too_many(language, signed(ticked), room)
        }
        // room came back meanwhile
        (Why::NoRoom, _) => t.not_stored.to_owned(),
    }
}

/// The places of the lines that are shown, faulty ones before the others where there are too many, and what stands for the
/// others.
fn shown_places(report: &Report) -> (Vec<usize>, Option<Rest>) {
    let mut places: Vec<usize> = (0..report.lines.len()).collect();
    if places.len() <= MOST_SHOWN {
        return (places, None);
    }
    let is_sound = |at: &usize| report.lines.get(*at).is_some_and(|line| !matches!(line.outcome, Outcome::Invalid(_)));
    places.sort_by_key(is_sound);
    places.truncate(MOST_SHOWN);
    let from = places.iter().copied().filter(is_sound).max().map_or(0, |last| last + 1);
    (places, Rest::from(report, from))
}

fn row(
    t: &'static ImportTexts,
    language: Language,
    at: usize,
    line: &Line,
    standing: &Standing,
    room: Option<i64>,
) -> Row {
    let is_over = standing.over.contains(&at);
    let (badge, word) = match &line.outcome {
        Outcome::New if is_over => ("warn", t.no_room),
        Outcome::New => ("ok", t.new),
        Outcome::Changed => ("accent", t.changed),
        Outcome::Same | Outcome::LeftOut(_) => ("", t.same),
        Outcome::Invalid(_) => ("danger", t.invalid),
    };
    let can_be = match &line.outcome {
        Outcome::New => room != Some(0),
        outcome => *outcome == Outcome::Changed,
    };
    let fault = match &line.outcome {
        Outcome::Invalid(fault) => Some((false, fault.message(language))),
        _ => None,
    };
    let warnings = line.warnings.iter().map(|warning| (true, warning.message.clone()));
    Row {
        tick: can_be.then_some(at),
        is_ticked: standing.ticked.contains(&at),
        is_over,
        is_new: line.outcome == Outcome::New,
        line: line.line,
        name: line.name.clone(),
        environment: line.environment.clone(),
        badge,
        word,
        remarks: fault.into_iter().chain(warnings).collect(),
    }
}
