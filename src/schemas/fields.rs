//! Reads a JSON object field by field: every fault is found at once, and what nobody asked for is refused.

use chrono::{DateTime, SubsecRound as _, Utc};
use serde_json::{Map, Value};

use super::rules::{self, Text};
use crate::core::{
    error::{Error, Result},
    secret::SecretText,
    texts::faults::{Fault, FaultKind},
};

/// The most faults that an answer lists.
const MOST_FAULTS: usize = 50;

/// A body that can be read from a JSON object.
pub trait Body: Sized {
    /// Reads the fields; `None` after a fault, which `fields` keeps.
    fn read(fields: &mut Fields) -> Option<Self>;
}

/// A JSON object that is being read.
pub struct Fields {
    left: Map<String, Value>,
    faults: Vec<Fault>,
    circumstances: Circumstances,
}

/// What the rules depend on beside the body.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// The moment of the request.
    pub now: DateTime<Utc>,
    /// The least length of a new password, in characters.
    pub password_min_length: usize,
}

/// Whether a field was left out, emptied, or given.
pub enum Given<T> {
    /// It was not there.
    Absent,
    /// It was `null`.
    Null,
    /// It was there.
    Value(T),
    /// It was there and is at fault.
    Fault,
}

/// Reads a whole body.
///
/// # Errors
/// `Invalid` with every fault.
pub fn read<T: Body>(body: Value, circumstances: Circumstances) -> Result<T> {
    let Value::Object(left) = body else {
        return Err(Error::fault(Fault::new("", FaultKind::WrongType("object"))));
    };
    let mut fields = Fields { left, faults: Vec::new(), circumstances };
    let body = T::read(&mut fields);
    let Fields { left, mut faults, .. } = fields;
    faults.extend(left.keys().map(|name| Fault::new(name.chars().take(64).collect::<String>(), FaultKind::Unknown)));
    faults.truncate(MOST_FAULTS);
    match body {
        Some(body) if faults.is_empty() => Ok(body),
        _ => Err(Error::Invalid(faults)),
    }
}

impl Fields {
    /// Notes a fault.
    pub fn fault<T>(&mut self, field: impl Into<String>, kind: FaultKind) -> Option<T> {
        self.faults.push(Fault::new(field, kind));
        None
    }

    /// The field's raw value; the field counts as read.
    pub fn take(&mut self, name: &str) -> Given<Value> {
        match self.left.remove(name) {
            None => Given::Absent,
            Some(Value::Null) => Given::Null,
            Some(value) => Given::Value(value),
        }
    }

    /// A text that may be left out, emptied or given.
    pub fn text(&mut self, name: &str, rule: Text) -> Given<String> {
        match self.take(name) {
            Given::Value(Value::String(text)) => match rule.check(text) {
                Ok(text) => Given::Value(text),
                Err(kind) => {
                    self.faults.push(Fault::new(name, kind));
                    Given::Fault
                }
            },
            Given::Value(_) => {
                self.faults.push(Fault::new(name, FaultKind::WrongType("string")));
                Given::Fault
            }
            Given::Null => Given::Null,
            Given::Absent | Given::Fault => Given::Absent,
        }
    }

    /// A text that must be there.
    pub fn required_text(&mut self, name: &str, rule: Text) -> Option<String> {
        match self.text(name, rule) {
            Given::Value(text) => Some(text),
            Given::Fault => None,
            Given::Absent | Given::Null => self.fault(name, FaultKind::Required),
        }
    }

    /// A text that may be left out; `None` after a fault.
    pub fn optional_text(&mut self, name: &str, rule: Text) -> Option<Option<String>> {
        match self.text(name, rule) {
            Given::Value(text) => Some(Some(text)),
            Given::Absent | Given::Null => Some(None),
            Given::Fault => None,
        }
    }

    /// A secret text that must be there.
    pub fn required_secret(&mut self, name: &str, rule: Text) -> Option<SecretText> {
        self.required_text(name, rule).map(SecretText::new)
    }

    /// A new password, as far as its length tells; how hard it is to guess is the service's question.
    pub fn new_password(&mut self, name: &str) -> Option<SecretText> {
        self.required_secret(name, rules::new_password(self.circumstances.password_min_length))
    }

    /// A list of texts, without repetitions; `None` inside where it was left out.
    pub fn texts(&mut self, name: &str, most: usize, rule: Text) -> Option<Option<Vec<String>>> {
        let items = match self.take(name) {
            Given::Absent | Given::Null | Given::Fault => return Some(None),
            Given::Value(Value::Array(items)) => items,
            Given::Value(_) => return self.fault(name, FaultKind::WrongType("array")),
        };
        if items.len() > most {
            return self.fault(name, FaultKind::TooMany(most, "items", "éléments"));
        }
        let before = self.faults.len();
        let mut texts: Vec<String> = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let checked = match item {
                Value::String(text) => rule.check(text),
                _ => Err(FaultKind::WrongType("string")),
            };
            match checked {
                Ok(text) if texts.contains(&text) => {}
                Ok(text) => texts.push(text),
                Err(kind) => self.faults.push(Fault::new(format!("{name}[{index}]"), kind)),
            }
        }
        (self.faults.len() == before).then_some(Some(texts))
    }

    /// `true` or `false`; `None` inside where it was left out.
    pub fn boolean(&mut self, name: &str) -> Option<Option<bool>> {
        match self.take(name) {
            Given::Absent | Given::Fault => Some(None),
            Given::Value(Value::Bool(value)) => Some(Some(value)),
            Given::Value(_) | Given::Null => self.fault(name, FaultKind::WrongType("boolean")),
        }
    }

    /// A moment in the future, in RFC 3339, that may be left out or emptied.
    pub fn future(&mut self, name: &str) -> Given<DateTime<Utc>> {
        const FORM: FaultKind = FaultKind::InvalidFormat(
            "a time in RFC 3339, as 2027-01-31T12:00:00Z",
            "une date et une heure au format RFC 3339, comme 2027-01-31T12:00:00Z",
        );
        let text = match self.text(name, Text::line(1, 64)) {
            Given::Value(text) => text,
            Given::Absent => return Given::Absent,
            Given::Null => return Given::Null,
            Given::Fault => return Given::Fault,
        };
        let kind = match DateTime::parse_from_rfc3339(&text) {
            // a leap second is a time that not every database can keep
            Ok(time) if time.timestamp_subsec_millis() >= 1000 => FORM,
            Ok(time) if time.to_utc() <= self.circumstances.now => FaultKind::InThePast,
            Ok(time) if time.to_utc().format("%Y").to_string().len() == 4 => {
                return Given::Value(time.to_utc().trunc_subsecs(3));
            }
            _ => FORM,
        };
        self.faults.push(Fault::new(name, kind));
        Given::Fault
    }

    /// An object that may be left out; `None` after a fault.
    pub fn object(&mut self, name: &str) -> Option<Option<Map<String, Value>>> {
        match self.take(name) {
            Given::Absent | Given::Null | Given::Fault => Some(None),
            Given::Value(Value::Object(object)) => Some(Some(object)),
            Given::Value(_) => self.fault(name, FaultKind::WrongType("object")),
        }
    }
}
