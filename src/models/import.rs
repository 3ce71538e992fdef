//! An import: the entries of a file, what becomes of each, and the report.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{provider::Provider, user::words, warning::Warning};
use crate::core::{secret::SecretText, texts::import_lines::LineFault};

/// The most entries of one import.
pub const MOST_ENTRIES: usize = 10_000;

words! {
    /// What a file turned out to be.
    ImportFormat {
        /// Lines of `NAME=value`.
        Env = "env",
        /// This vault's own export.
        Vault = "vault-api",
        /// A plain JSON object of names and values.
        Json = "json",
        /// Infisical's.
        Infisical = "infisical",
        /// Doppler's.
        Doppler = "doppler",
        /// A secret of HashiCorp Vault or OpenBao, from its key-value engine of either version.
        HashiCorp = "vault",
        /// 1Password's CSV.
        OnePassword = "1password",
    }
}

/// A file that was read.
pub struct ImportFile {
    /// What it turned out to be.
    pub format: ImportFormat,
    /// What stands in it, in its order.
    pub entries: Vec<Entry>,
}

/// One entry of a file.
pub struct Entry {
    /// Where it stands: the line; in JSON, which has none, the how manyth it is.
    pub line: usize,
    /// Its name; empty where it has none that could be told.
    pub name: String,
    /// Where it is used.
    pub environment: Option<String>,
    /// What it says, or what is wrong with it.
    pub content: Result<Content, LineFault>,
}

/// What an entry says beside its name.
pub struct Content {
    /// The value.
    pub value: SecretText,
    /// The provider, where the file names one that we know.
    pub provider: Option<&'static Provider>,
    /// The provider's settings.
    pub provider_config: Map<String, Value>,
    /// The user's own words for it.
    pub tags: Vec<String>,
    /// The user's own text.
    pub note: Option<String>,
    /// From when on it is worth nothing.
    pub expires_at: Option<DateTime<Utc>>,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// Whether it may be used.
    pub enabled: bool,
}

impl Content {
    /// A value and nothing else.
    #[must_use]
    pub fn of(value: SecretText) -> Self {
        Self {
            value,
            provider: None,
            provider_config: Map::new(),
            tags: Vec::new(),
            note: None,
            expires_at: None,
            scopes: Vec::new(),
            enabled: true,
        }
    }
}

/// How to import a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Only tell what would become of it.
    Look,
    /// Store all of it, or nothing.
    Whole,
    /// Store what is sound, and leave the invalid lines out.
    SkipInvalid,
}

/// What becomes of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It becomes a key.
    New,
    /// The key of this name gets another value, as its next version.
    Changed,
    /// The key of this name has this value already: nothing happens.
    Same,
    /// It can not be stored.
    Invalid(LineFault),
    /// It could be stored, and is not.
    LeftOut(Spared),
}

/// Why a line that could be stored is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spared {
    /// It would become a key, but no more new ones were asked for.
    Beyond,
    /// Others were chosen.
    Unchosen,
    /// The same, and the plan has no room for it beside those before it.
    NoRoom,
}

/// Which of the lines that can be stored are.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// All of them.
    All,
    /// Of the new keys so many, in the file's order.
    FirstNew(usize),
    /// Those at these places, counted from nought.
    Only(BTreeSet<usize>),
}

impl Wanted {
    /// What becomes of the line at this place, which is the how manyth new one, where the plan has room for so many.
    #[must_use]
    pub fn decide(&self, outcome: Outcome, at: usize, nth_new: usize, room: Option<i64>) -> Outcome {
        match (self, &outcome) {
            (Self::FirstNew(most), Outcome::New) if nth_new > *most => Outcome::LeftOut(Spared::Beyond),
            (Self::Only(places), Outcome::New) if !places.contains(&at) => {
                let is_beyond = room.is_some_and(|room| i64::try_from(nth_new).unwrap_or(i64::MAX) > room);
                Outcome::LeftOut(if is_beyond { Spared::NoRoom } else { Spared::Unchosen })
            }
            (Self::Only(places), Outcome::Changed) if !places.contains(&at) => Outcome::LeftOut(Spared::Unchosen),
            _ => outcome,
        }
    }
}

/// What becomes of one line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Where it stands.
    pub line: usize,
    /// Its name.
    pub name: String,
    /// Where it is used.
    pub environment: Option<String>,
    /// What becomes of it.
    pub outcome: Outcome,
    /// What looks like a mistake in what becomes of it.
    pub warnings: Vec<Warning>,
}

/// What becomes of a whole file.
#[derive(Clone, Debug)]
pub struct Report {
    /// Whether it was only looked at.
    pub is_dry_run: bool,
    /// What the file turned out to be.
    pub format: ImportFormat,
    /// Whether it is stored now.
    pub is_stored: bool,
    /// How many new keys the plan had room for; `None` where it sets no limit.
    pub room: Option<i64>,
    /// What becomes of each line.
    pub lines: Vec<Line>,
}

impl Report {
    /// How many lines have an outcome of this kind.
    #[must_use]
    pub fn count(&self, is: impl Fn(&Outcome) -> bool) -> usize {
        self.lines.iter().filter(|line| is(&line.outcome)).count()
    }

    /// Where the lines that are stored leave room, nothing is left out for want of it.
    pub fn tell_room(&mut self) {
        let new = i64::try_from(self.count(|outcome| *outcome == Outcome::New)).unwrap_or(i64::MAX);
        if self.room.is_none_or(|room| new >= room) {
            return;
        }
        for line in &mut self.lines {
            if line.outcome == Outcome::LeftOut(Spared::NoRoom) {
                line.outcome = Outcome::LeftOut(Spared::Unchosen);
            }
        }
    }

    /// Whether its invalid lines keep the file from being stored in this manner: one of them, or where they may be
    /// left out, that there is nothing else.
    #[must_use]
    pub fn is_refused(&self, manner: Manner) -> bool {
        let invalid = self.count(|outcome| matches!(outcome, Outcome::Invalid(_)));
        invalid > 0 && (manner != Manner::SkipInvalid || invalid == self.lines.len())
    }
}
