//! Reads a query string parameter by parameter, with every fault at once.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, SubsecRound as _, Timelike as _, Utc};
use uuid::Uuid;

use super::rules::Text;
use crate::{
    core::{
        error::{Error, Result},
        texts::faults::{Fault, FaultKind},
    },
    models::{
        account::AccountName,
        page::{self, PageRequest},
    },
};

/// A query that can be read.
pub trait FromQuery: Sized {
    /// Reads the parameters; `None` after a fault, which `query` keeps.
    fn read(query: &mut Query) -> Option<Self>;
}

/// A query string that is being read.
pub struct Query {
    left: BTreeMap<String, String>,
    faults: Vec<Fault>,
}

/// Reads a whole query string.
///
/// # Errors
/// `Invalid` with every fault.
pub fn read<T: FromQuery>(text: &str) -> Result<T> {
    let mut query = Query { left: BTreeMap::new(), faults: Vec::new() };
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()).take(100) {
        let name = name.into_owned();
        if query.left.insert(name.clone(), value.into_owned()).is_some() {
            query.faults.push(Fault::new(
                name,
                FaultKind::Conflict("Give this parameter once.", "Donnez ce paramètre une seule fois."),
            ));
        }
    }
    let read = T::read(&mut query);
    query.faults.extend(
        query.left.keys().map(|name| Fault::new(name.chars().take(64).collect::<String>(), FaultKind::Unknown)),
    );
    match read {
        Some(read) if query.faults.is_empty() => Ok(read),
        _ => Err(Error::Invalid(query.faults)),
    }
}

impl Query {
    /// Notes a fault.
    pub fn fault<T>(&mut self, name: &str, kind: FaultKind) -> Option<T> {
        self.faults.push(Fault::new(name, kind));
        None
    }

    /// A text; `None` inside where it was left out or empty.
    pub fn text(&mut self, name: &str, rule: Text) -> Option<Option<String>> {
        match self.left.remove(name).filter(|text| !text.is_empty()) {
            None => Some(None),
            Some(text) => match rule.check(text) {
                Ok(text) => Some(Some(text)),
                Err(kind) => self.fault(name, kind),
            },
        }
    }

    /// A text; `None` inside where it was left out. An empty one is a fault.
    pub fn given_text(&mut self, name: &str, rule: Text) -> Option<Option<String>> {
        match self.left.remove(name).map(|text| rule.check(text)) {
            None => Some(None),
            Some(Ok(text)) => Some(Some(text)),
            Some(Err(kind)) => self.fault(name, kind),
        }
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, name: &str, default: bool) -> Option<bool> {
        match self.left.remove(name).as_deref() {
            None | Some("") => Some(default),
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(_) => self.fault(name, FaultKind::InvalidChoice("true, false".into())),
        }
    }

    /// A word of a closed list.
    pub fn choice<T: TryFrom<String>>(&mut self, name: &str, all: impl FnOnce() -> String) -> Option<Option<T>> {
        match self.left.remove(name).filter(|text| !text.is_empty()) {
            None => Some(None),
            Some(word) => match T::try_from(word) {
                Ok(choice) => Some(Some(choice)),
                Err(_) => self.fault(name, FaultKind::InvalidChoice(all().into())),
            },
        }
    }

    /// A whole number from `least` to `most`.
    pub fn number(&mut self, name: &str, least: i64, most: i64) -> Option<Option<i64>> {
        match self.left.remove(name).filter(|text| !text.is_empty()) {
            None => Some(None),
            Some(text) => match text.parse::<i64>() {
                Ok(number) if (least..=most).contains(&number) => Some(Some(number)),
                _ => self.fault(name, FaultKind::OutOfRange(least, most)),
            },
        }
    }

    /// An identifier.
    pub fn id(&mut self, name: &str) -> Option<Option<Uuid>> {
        match self.left.remove(name).filter(|text| !text.is_empty()) {
            None => Some(None),
            Some(text) => match Uuid::try_parse(&text) {
                Ok(id) => Some(Some(id)),
                Err(_) => self.fault(
                    name,
                    FaultKind::InvalidFormat(
                        "an identifier, as 0190b5c2-7d3e-7a41-9c55-1f2e3d4c5b6a",
                        "un identifiant, comme 0190b5c2-7d3e-7a41-9c55-1f2e3d4c5b6a",
                    ),
                ),
            },
        }
    }

    /// An account: its identifier or its address.
    pub fn account(&mut self, name: &str) -> Option<Option<AccountName>> {
        match self.left.remove(name).filter(|text| !text.is_empty()) {
            None => Some(None),
            Some(text) => match AccountName::parse(&text) {
                Some(account) => Some(Some(account)),
                None => self.fault(
                    name,
                    FaultKind::InvalidFormat(
                        "the address of an account, as alice@example.com, or its identifier",
                        "l’adresse d’un compte, comme alice@example.com, ou son identifiant",
                    ),
                ),
            },
        }
    }

    /// A moment, in RFC 3339.
    pub fn time(&mut self, name: &str) -> Option<Option<DateTime<Utc>>> {
        match self.left.remove(name).filter(|text| !text.is_empty()) {
            None => Some(None),
            Some(text) => match DateTime::parse_from_rfc3339(&text) {
                // the years that both databases order as texts and as times
                Ok(time) if (1970..=9999).contains(&time.to_utc().year()) && time.nanosecond() < 1_000_000_000 => {
                    Some(Some(time.to_utc().trunc_subsecs(3)))
                }
                _ => self.fault(
                    name,
                    FaultKind::InvalidFormat(
                        "a time in RFC 3339, as 2027-01-31T12:00:00Z",
                        "une date et une heure au format RFC 3339, comme 2027-01-31T12:00:00Z",
                    ),
                ),
            },
        }
    }

    /// `limit` and `cursor`.
    pub fn page(&mut self) -> Option<PageRequest> {
        let limit = match self.left.remove("limit") {
            None => Some(page::USUAL_ROWS),
            Some(text) => match text.parse::<i64>() {
                Ok(limit) if (1..=page::MOST_ROWS).contains(&limit) => Some(limit),
                _ => self.fault("limit", FaultKind::OutOfRange(1, page::MOST_ROWS)),
            },
        };
        let before: Option<Option<Uuid>> = match self.left.remove("cursor").filter(|text| !text.is_empty()) {
            None => Some(None),
            Some(text) => match page::read_cursor(&text) {
                Some(id) => Some(Some(id)),
                None => self.fault(
                    "cursor",
                    FaultKind::InvalidFormat(
                        "the next_cursor of the page before, unchanged",
                        "le next_cursor de la page précédente, tel quel",
                    ),
                ),
            },
        };
        Some(PageRequest { limit: limit?, before: before? })
    }
}
