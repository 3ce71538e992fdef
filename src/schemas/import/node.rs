//! A JSON value as it is written: objects keep their order and their repeated names, numbers their digits.

use std::{collections::HashSet, fmt};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::core::{
    error::Result,
    texts::{faults::FaultKind, import_lines::LineFault, problems::Code},
};

/// A member's name is shown so far and no further.
const MOST_SHOWN: usize = 100;

/// A member that there may be one of.
pub(super) const TWICE: FaultKind =
    FaultKind::Conflict("This stands here twice. Keep one of them.", "Cet élément figure ici deux fois. Gardez-en un.");

/// A JSON value.
pub(super) enum Node {
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(Object),
}

/// An object's members, in their order.
pub(super) struct Object(pub(super) Vec<(String, Node)>);

/// A fault in one member of an entry.
pub(super) fn member(name: &str, kind: FaultKind) -> LineFault {
    LineFault::Member(if name.chars().count() > MOST_SHOWN { "…".into() } else { name.into() }, kind)
}

/// Reads a text.
///
/// # Errors
/// `malformed_json`, also where it is cut off or too deep.
pub(super) fn parse(text: &str) -> Result<Node> {
    // serde_json goes 128 levels deep and no further
    let mut node: Node = serde_json::from_str(text).map_err(|_| Code::MalformedJson)?;
    node.restore(&mut Numbers(text));
    Ok(node)
}

impl Node {
    /// A value's text: numbers and truth values as they are written. `None` where there is none.
    pub(super) fn value(self) -> Result<Option<String>, LineFault> {
        match self {
            Self::Null => Ok(None),
            Self::Bool(value) => Ok(Some(value.to_string())),
            Self::Number(text) | Self::Text(text) => Ok(Some(text)),
            Self::List(_) | Self::Object(_) => Err(LineFault::Field(FaultKind::WrongType("string"))),
        }
    }

    /// Whether there may be secrets in what Infisical lists as imports: in all but an empty list, and a list of
    /// folders whose own lists are empty.
    pub(super) fn has_secrets(&self) -> bool {
        let is_empty = |node: &Self| match node {
            Self::Object(import) => {
                let is_none = |(name, node): &(String, Self)| {
                    name != "secrets" || matches!(node, Self::List(secrets) if secrets.is_empty())
                };
                import.has("secrets") && import.0.iter().all(is_none)
            }
            _ => false,
        };
        match self {
            Self::Null => false,
            Self::List(imports) => !imports.iter().all(is_empty),
            _ => true,
        }
    }

    /// Puts the numbers in as they are written; serde knows what they are worth, and no more.
    fn restore(&mut self, numbers: &mut Numbers<'_>) {
        match self {
            Self::Number(text) => numbers.next().unwrap_or_default().clone_into(text),
            Self::List(items) => items.iter_mut().for_each(|item| item.restore(numbers)),
            Self::Object(object) => object.0.iter_mut().for_each(|(_, node)| node.restore(numbers)),
            Self::Null | Self::Bool(_) | Self::Text(_) => {}
        }
    }
}

/// The numbers in a text that is JSON, in their order.
struct Numbers<'a>(&'a str);

impl<'a> Iterator for Numbers<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            let begin = self.0.find(|letter: char| letter == '"' || letter == '-' || letter.is_ascii_digit())?;
            let rest = self.0.get(begin..)?;
            if let Some(inside) = rest.strip_prefix('"') {
                self.0 = after_string(inside)?;
                continue;
            }
            let is_part = |letter: char| letter.is_ascii_digit() || matches!(letter, '-' | '+' | '.' | 'e' | 'E');
            let (number, rest) = rest.split_at_checked(rest.find(|letter| !is_part(letter)).unwrap_or(rest.len()))?;
            self.0 = rest;
            return Some(number);
        }
    }
}

/// What comes after the string whose inside `text` begins with.
fn after_string(text: &str) -> Option<&str> {
    let mut is_escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return text.get(at + 1..),
            _ => {}
        }
    }
    None
}

impl Object {
    pub(super) fn find(&self, name: &str) -> Option<&Node> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, node)| node)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Node> {
        let at = self.0.iter().position(|(own, _)| own == name)?;
        Some(self.0.remove(at).1)
    }

    /// Refuses a name that comes twice.
    pub(super) fn refuse_repeated(&self) -> Result<(), LineFault> {
        let mut names = HashSet::new();
        match self.0.iter().find(|(name, _)| !names.insert(name)) {
            Some((name, _)) => Err(member(name, TWICE)),
            None => Ok(()),
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        if let Some(Node::Text(text)) = self.find(name) { Some(text.clone()) } else { None }
    }

    /// A text that may be left out or `null`.
    pub(super) fn optional_text(&self, name: &str) -> Result<Option<String>, LineFault> {
        match self.find(name) {
            None | Some(Node::Null) => Ok(None),
            Some(Node::Text(text)) => Ok(Some(text.clone())),
            Some(_) => Err(member(name, FaultKind::WrongType("string"))),
        }
    }

    /// A list of texts, or of objects that have one of these fields; empty where it was left out.
    pub(super) fn texts(&self, name: &str, fields: &[&str]) -> Result<Vec<String>, LineFault> {
        let items = match self.find(name) {
            None | Some(Node::Null) => return Ok(Vec::new()),
            Some(Node::List(items)) => items,
            Some(_) => return Err(member(name, FaultKind::WrongType("array"))),
        };
        let of = |item: &Node| match item {
            Node::Text(text) => Some(text.clone()),
            Node::Object(object) => fields.iter().find_map(|field| object.text(field)),
            _ => None,
        };
        items.iter().map(|item| of(item).ok_or_else(|| member(name, FaultKind::WrongType("string")))).collect()
    }

    /// Texts by name, each once; `field` is what they are called.
    pub(super) fn texts_by_name(self, field: &str) -> Result<Map<String, Value>, LineFault> {
        self.refuse_repeated()?;
        let text = |(name, node)| match node {
            Node::Text(text) => Ok((name, Value::String(text))),
            _ => Err(member(field, FaultKind::WrongType("string"))),
        };
        self.0.into_iter().map(text).collect()
    }

    /// Whether every member is a secret as Doppler's API writes them.
    pub(super) fn is_of_doppler(&self) -> bool {
        let is = |node: &Node| matches!(node, Node::Object(object) if object.has("computed") || object.has("raw"));
        !self.0.is_empty() && self.0.iter().all(|(_, node)| is(node))
    }

    /// Whether this is the envelope in which Vault answers.
    pub(super) fn is_of_vault(&self) -> bool {
        matches!(self.find("data"), Some(Node::Object(_)))
            && (self.has("lease_id") || self.has("request_id") || self.is_of_second_engine())
    }

    /// Whether `data` holds values and their metadata, as the second key-value engine of Vault writes them.
    pub(super) fn is_of_second_engine(&self) -> bool {
        let is_object = |data: &Self, name| matches!(data.find(name), Some(Node::Object(_)));
        matches!(self.find("data"), Some(Node::Object(data)) if is_object(data, "data") && is_object(data, "metadata"))
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<Node, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Node::Object(Object(object)))
    }
}
