//! The ticks of an import's preview: which lines a person chose, by their places in the file, and for which text. What is
//! not shown has one tick for all of it.

use std::{collections::BTreeSet, ops::Range};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    core::{
        app::App,
        error::{Error, Result},
        texts::problems::Code,
    },
    models::import::{MOST_ENTRIES, Outcome, Report},
    routes::console::form::Form,
};

/// The field of a line, with its place.
const LINE: &str = "line";
/// The field of the lines that are not shown: their places in ranges `from-to`, the end left out, divided by commas.
const REST: &str = "rest";
/// The field that tells for which text the ticks were set.
const OF: &str = "of";

/// What the places of lines depend on: ticks for another text would store what nobody chose.
pub(super) fn mark(app: &App, form: &Form) -> Result<String> {
    let parts = ["text", "environment", "format"].map(|name| form.value(name).trim().as_bytes());
    let code = app.keyring()?.token().sign(&[b"console-import", parts[0], parts[1], parts[2]]);
    Ok(URL_SAFE_NO_PAD.encode(code))
}

/// Whether the ticks were set for the text of this form.
pub(super) fn are_of(app: &App, form: &Form) -> Result<bool> {
    Ok(mark(app, form)? == form.value(OF))
}

/// The places that are ticked.
///
/// # Errors
/// `malformed_request` where one is no number.
pub(super) fn ticked(form: &Form) -> Result<BTreeSet<usize>> {
    let malformed = || Error::from(Code::MalformedRequest);
    let place = |word: &str| word.parse().ok().filter(|place| *place <= MOST_ENTRIES).ok_or_else(malformed);
    let mut places: BTreeSet<usize> = form.values(LINE).map(place).collect::<Result<_>>()?;
    if form.has(REST) {
        let mut end = 0;
        for range in form.value(REST).split(',') {
            let (from, to) = range.split_once('-').ok_or_else(malformed)?;
            let range = place(from)?..place(to)?;
            // one after the other: no more of them than there are places
            if range.start < end || range.is_empty() {
                return Err(malformed());
            }
            end = range.end;
            places.extend(range);
        }
    }
    Ok(places)
}

/// What a preview says of the lines that could be stored.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// Those that are ticked.
    pub(super) ticked: BTreeSet<usize>,
    /// Those that the plan has no room for beside the others.
    pub(super) over: BTreeSet<usize>,
    /// How many new keys are ticked.
    pub(super) new_ticked: usize,
}

impl Standing {
    /// What a person ticked; where nobody has yet, all that there is room for, in the file's order.
    pub(super) fn of(report: &Report, chosen: Option<&BTreeSet<usize>>) -> Self {
        let room = report.room.map_or(usize::MAX, |room| usize::try_from(room).unwrap_or(0));
        let places = |is: fn(&Outcome) -> bool| {
            report.lines.iter().enumerate().filter(move |(_, line)| is(&line.outcome)).map(|(at, _)| at)
        };
        let new = || places(|outcome| *outcome == Outcome::New);
        let is_chosen = |at: &usize| chosen.is_some_and(|chosen| chosen.contains(at));
        // those that are ticked have their room before those that are not
        let (mut in_turn, others): (Vec<usize>, Vec<usize>) = new().partition(is_chosen);
        let new_ticked = if chosen.is_some() { in_turn.len() } else { others.len().min(room) };
        in_turn.extend(others);
        let over: BTreeSet<usize> = in_turn.into_iter().skip(room).collect();
        let ticked = new().filter(|at| if chosen.is_some() { is_chosen(at) } else { !over.contains(at) });
        let changed = places(|outcome| *outcome == Outcome::Changed).filter(|at| chosen.is_none() || is_chosen(at));
        Self { ticked: ticked.chain(changed).collect(), over, new_ticked }
    }
}

/// The one tick for the lines from a place on that are not shown.
pub(super) struct Rest {
    /// What the tick sends.
    pub(super) value: String,
    /// How many of them can be stored.
    pub(super) count: usize,
}

impl Rest {
    /// `None` where nothing of them can be stored. Lines that the plan has no room for are left out, not what follows them.
    pub(super) fn from(report: &Report, from: usize) -> Option<Self> {
        let first = Standing::of(report, None);
        let count = first.ticked.range(from..).count();
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for at in first.ticked.range(from..).copied() {
            match ranges.last_mut() {
                Some(last) if first.over.range(last.end..at).next().is_none() => last.end = at + 1,
                _ => ranges.push(at..at + 1),
            }
        }
        let value: Vec<_> = ranges.iter().map(|range| format!("{}-{}", range.start, range.end)).collect();
        (count > 0).then(|| Self { value: value.join(","), count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::import::{ImportFormat, Line};

    fn report(room: Option<i64>, outcomes: &[Outcome]) -> Report {
        let line = |outcome: &Outcome| Line {
            line: 1,
            name: String::new(),
            environment: None,
            outcome: outcome.clone(),
            warnings: Vec::new(),
        };
        Report {
            is_dry_run: true,
            format: ImportFormat::Env,
            is_stored: false,
            room,
            lines: outcomes.iter().map(line).collect(),
        }
    }

    #[test]
    fn all_that_there_is_room_for_is_ticked_at_first() {
        let of = |room| {
            Standing::of(
                &report(room, &[Outcome::New, Outcome::Changed, Outcome::New, Outcome::Same, Outcome::New]),
                None,
            )
        };

        let short = of(Some(1));
        assert_eq!((short.ticked, short.over, short.new_ticked), ([0, 1].into(), [2, 4].into(), 1));
        let wide = of(None);
        assert_eq!((wide.ticked, wide.over, wide.new_ticked), ([0, 1, 2, 4].into(), [].into(), 3));
    }

    #[test]
    fn what_is_ticked_has_its_room_before_what_is_not() {
        let of = |chosen: &[usize]| {
            let chosen = chosen.iter().copied().collect();
            Standing::of(&report(Some(2), &[Outcome::New, Outcome::New, Outcome::New, Outcome::New]), Some(&chosen))
        };

        assert_eq!(of(&[3]).over, [1, 2].into());
        assert_eq!(of(&[1, 2, 3]).over, [0, 3].into());
        assert_eq!(of(&[1, 2, 3]).new_ticked, 3);
    }

    #[test]
    fn the_rest_leaves_out_what_there_is_no_room_for_and_nothing_else() {
        let all = [Outcome::New, Outcome::New, Outcome::New, Outcome::New];

        let rest = Rest::from(&report(Some(3), &all), 1).expect("a rest");
        assert_eq!((rest.value.as_str(), rest.count), ("1-3", 2));
        let changed_behind = [
            Outcome::New,
            Outcome::New,
            Outcome::Same,
            Outcome::New,
            Outcome::Changed,
            Outcome::Same,
            Outcome::Changed,
        ];
        let rest = Rest::from(&report(Some(2), &changed_behind), 1).expect("a rest");
        assert_eq!((rest.value.as_str(), rest.count), ("1-2,4-7", 3));
        assert!(Rest::from(&report(Some(1), &all), 1).is_none());
        assert!(Rest::from(&report(None, &[Outcome::Same]), 1).is_none());
    }

    #[test]
    fn ticks_are_places() {
        assert_eq!(ticked(&Form::read("line=3&line=0&rest=5-7,9-10")).ok(), Some([0, 3, 5, 6, 9].into()));
        for nonsense in
            ["line=x", "line=-1", "line=99999", "rest=1", "rest=1-99999", "rest=5-7,6-8", "rest=5-5", "rest=5-7,"]
        {
            assert!(ticked(&Form::read(nonsense)).is_err(), "{nonsense}");
        }
    }
}
