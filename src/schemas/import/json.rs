//! JSON files: this vault's own export, a plain object, and what Infisical, Doppler, HashiCorp Vault and OpenBao write.
//!
//! Objects keep their order and their repeated names, so that a name that comes twice is a fault and not a lost value.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::entry::{self, Draft};
use crate::{
    core::{
        error::{Error, Result},
        texts::{
            faults::{Fault, FaultKind},
            import_lines::LineFault,
            problems::Code,
        },
    },
    models::import::{Entry, ImportFile, ImportFormat},
    schemas::rules,
};

/// What Doppler adds to every file: where it comes from, no secrets.
const OF_DOPPLER: [&str; 3] = ["DOPPLER_PROJECT", "DOPPLER_ENVIRONMENT", "DOPPLER_CONFIG"];

/// Reads a file and finds out whose it is.
///
/// # Errors
/// `malformed_json`, also where it is cut off or too deep; `Invalid` where it is of no form that we know.
pub(super) fn read(text: &str) -> Result<ImportFile> {
    // serde_json goes 128 levels deep and no further
    let node: Node = serde_json::from_str(text).map_err(|_| Code::MalformedJson)?;
    let (format, entries) = recognise(node).ok_or_else(unknown)?;
    Ok(ImportFile { format, entries })
}

fn unknown() -> Error {
    Error::fault(Fault::new(
        "",
        FaultKind::Conflict(
            "This is none of the forms that can be imported. Send an object of names and values, or an export of this vault, Infisical, Doppler or Vault.",
            "Ce n’est aucune des formes qui peuvent être importées. Envoyez un objet de noms et de valeurs, ou un export de ce coffre, d’Infisical, de Doppler ou de Vault.",
        ),
    ))
}

fn recognise(node: Node) -> Option<(ImportFormat, Vec<Entry>)> {
    match node {
        Node::List(items) => Some((ImportFormat::Infisical, listed(items, of_infisical)?)),
        Node::Object(object) => recognise_object(object),
        _ => None,
    }
}

fn recognise_object(mut object: Object) -> Option<(ImportFormat, Vec<Entry>)> {
    if object.text("format").as_deref() == Some("vault-api") {
        return match object.take("keys") {
            Some(Node::List(items)) => Some((ImportFormat::Vault, listed(items, of_ours)?)),
            _ => None,
        };
    }
    match object.take("secrets") {
        Some(Node::List(items)) => return Some((ImportFormat::Infisical, listed(items, of_infisical)?)),
        Some(Node::Object(secrets)) if secrets.is_of_doppler() => {
            return Some((ImportFormat::Doppler, secrets.entries(of_doppler)));
        }
        Some(other) => object.0.push(("secrets".into(), other)),
        None => {}
    }
    if object.has("data") && (object.has("lease_id") || object.has("request_id") || object.is_of_second_engine()) {
        let Some(Node::Object(mut data)) = object.take("data") else { return None };
        // the second engine has the values one level deeper, beside their metadata
        let data = match (data.has("metadata"), data.take("data")) {
            (true, Some(Node::Object(inner))) => inner,
            (_, Some(other)) => {
                data.0.push(("data".into(), other));
                data
            }
            (_, None) => data,
        };
        return Some((ImportFormat::HashiCorp, data.entries(plain)));
    }
    if object.is_of_doppler() {
        return Some((ImportFormat::Doppler, object.entries(of_doppler)));
    }
    let format = if object.has("DOPPLER_PROJECT") { ImportFormat::Doppler } else { ImportFormat::Json };
    if format == ImportFormat::Doppler {
        object.0.retain(|(name, _)| !OF_DOPPLER.contains(&name.as_str()));
    }
    Some((format, object.entries(plain)))
}

/// The entries of a list of objects; `None` where one is no object of that kind.
fn listed(items: Vec<Node>, read: fn(Object) -> Option<Result<Draft, LineFault>>) -> Option<Vec<Entry>> {
    let mut entries = Vec::with_capacity(items.len());
    for (at, item) in items.into_iter().enumerate() {
        let Node::Object(object) = item else { return None };
        let name = ["name", "key", "secretKey"].into_iter().find_map(|field| object.text(field)).unwrap_or_default();
        entries.push(entry_of(at + 1, name, read(object)?));
    }
    Some(entries)
}

fn entry_of(line: usize, name: String, draft: Result<Draft, LineFault>) -> Entry {
    match draft {
        Ok(draft) => entry::check(line, draft),
        Err(fault) => entry::faulty(line, name, fault),
    }
}

fn plain(name: String, node: Node) -> Result<Draft, LineFault> {
    Ok(Draft { name, value: node.value()?, ..Draft::default() })
}

/// `{"raw", "computed", "note"}`: as computed, with references to others put in, or as it was written.
fn of_doppler(name: String, node: Node) -> Result<Draft, LineFault> {
    let Node::Object(mut object) = node else { return plain(name, node) };
    let value = object.take("computed").or_else(|| object.take("raw")).unwrap_or(Node::Null);
    Ok(Draft { name, value: value.value()?, note: object.text("note"), ..Draft::default() })
}

/// `{"key", "value", "comment"}` from its command line, `{"secretKey", "secretValue", …}` from its API.
fn of_infisical(mut object: Object) -> Option<Result<Draft, LineFault>> {
    let name = object.text("key").or_else(|| object.text("secretKey"))?;
    let value = object.take("value").or_else(|| object.take("secretValue"))?;
    let note = object.text("comment").or_else(|| object.text("secretComment"));
    // its environments have words of their own; those that are none of ours are left out
    let environment = object.text("environment").and_then(|text| rules::ENVIRONMENT.check(text).ok());
    let tags = object.texts("tags", &["slug", "name"]).unwrap_or_default();
    Some(value.value().map(|value| Draft { name, value, environment, tags, note, ..Draft::default() }))
}

/// This vault's own export. Fields that an import does not need are passed over.
fn of_ours(mut object: Object) -> Option<Result<Draft, LineFault>> {
    let name = object.text("name")?;
    let value = object.take("value")?;
    let wrong = |kind| LineFault::Field(FaultKind::WrongType(kind));
    let read = || {
        let settings = match object.take("provider_config") {
            None | Some(Node::Null) => Map::new(),
            Some(Node::Object(settings)) => settings.texts_by_name().ok_or(wrong("string"))?,
            Some(_) => return Err(wrong("object")),
        };
        Ok(Draft {
            value: value.value()?,
            environment: object.text("environment"),
            provider: object.text("provider"),
            provider_config: settings,
            tags: object.texts("tags", &[]).ok_or(wrong("array"))?,
            note: object.text("note"),
            expires_at: object.text("expires_at"),
            scopes: object.texts("scopes", &[]).ok_or(wrong("array"))?,
            is_disabled: matches!(object.take("enabled"), Some(Node::Bool(false))),
            name: name.clone(),
        })
    };
    Some(read())
}

/// A JSON value.
enum Node {
    Null,
    Bool(bool),
    /// As serde writes it.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(Object),
}

/// An object's members, in their order.
struct Object(Vec<(String, Node)>);

impl Node {
    /// A value's text: numbers and truth values as they are written. `None` where there is none.
    fn value(self) -> Result<Option<String>, LineFault> {
        match self {
            Self::Null => Ok(None),
            Self::Bool(value) => Ok(Some(value.to_string())),
            Self::Number(text) | Self::Text(text) => Ok(Some(text)),
            Self::List(_) | Self::Object(_) => Err(LineFault::Field(FaultKind::WrongType("string"))),
        }
    }
}

impl Object {
    fn find(&self, name: &str) -> Option<&Node> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, node)| node)
    }

    fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn take(&mut self, name: &str) -> Option<Node> {
        let at = self.0.iter().position(|(own, _)| own == name)?;
        Some(self.0.remove(at).1)
    }

    fn text(&self, name: &str) -> Option<String> {
        if let Some(Node::Text(text)) = self.find(name) { Some(text.clone()) } else { None }
    }

    /// A list of texts, or of objects that have one of these fields; empty where it was left out.
    fn texts(&self, name: &str, fields: &[&str]) -> Option<Vec<String>> {
        let items = match self.find(name) {
            None | Some(Node::Null) => return Some(Vec::new()),
            Some(Node::List(items)) => items,
            Some(_) => return None,
        };
        let of = |item: &Node| match item {
            Node::Text(text) => Some(text.clone()),
            Node::Object(object) => fields.iter().find_map(|field| object.text(field)),
            _ => None,
        };
        items.iter().map(of).collect()
    }

    /// Texts by name; `None` where one is no text.
    fn texts_by_name(self) -> Option<Map<String, Value>> {
        let text = |(name, node)| if let Node::Text(text) = node { Some((name, Value::String(text))) } else { None };
        self.0.into_iter().map(text).collect()
    }

    /// Whether every member is a secret as Doppler's API writes them.
    fn is_of_doppler(&self) -> bool {
        let is = |node: &Node| matches!(node, Node::Object(object) if object.has("computed") || object.has("raw"));
        !self.0.is_empty() && self.0.iter().all(|(_, node)| is(node))
    }

    /// Whether `data` holds values and their metadata, as the second key-value engine of Vault writes them.
    fn is_of_second_engine(&self) -> bool {
        matches!(self.find("data"), Some(Node::Object(data)) if data.has("data") && data.has("metadata"))
    }

    fn entries(self, read: fn(String, Node) -> Result<Draft, LineFault>) -> Vec<Entry> {
        let each = |(at, (name, node)): (usize, (String, Node))| entry_of(at + 1, name.clone(), read(name, node));
        self.0.into_iter().enumerate().map(each).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A name, and its value or what is wrong with it.
    type Found = (String, std::result::Result<String, &'static str>);

    fn found(text: &str) -> (&'static str, Vec<Found>) {
        let file = read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let told = |entry: Entry| {
            (entry.name, entry.content.map(|content| content.value.expose().clone()).map_err(|fault| fault.code()))
        };
        (file.format.as_str(), file.entries.into_iter().map(told).collect())
    }

    #[test]
    fn each_form_is_recognised_by_itself() {
        for (text, format) in [
            (r#"{"A":"b"}"#, "json"),
            (
                r#"{"format":"vault-api","version":1,"keys":[{"name":"A","value":"b","id":"x","enabled":true}]}"#,
                "vault-api",
            ),
            (r#"[{"key":"A","value":"b","type":"shared","_id":"1","tags":[],"comment":""}]"#, "infisical"),
            (
                r#"{"secrets":[{"secretKey":"A","secretValue":"b","environment":"dev","tags":[{"slug":"x"}]}],"imports":[]}"#,
                "infisical",
            ),
            (r#"{"A":{"computed":"b","raw":"${C}","note":"n"}}"#, "doppler"),
            (r#"{"secrets":{"A":{"raw":"b"}},"success":true}"#, "doppler"),
            (r#"{"A":"b","DOPPLER_CONFIG":"dev","DOPPLER_ENVIRONMENT":"dev","DOPPLER_PROJECT":"p"}"#, "doppler"),
            (
                r#"{"request_id":"x","lease_id":"","lease_duration":2764800,"renewable":false,"data":{"A":"b"}}"#,
                "vault",
            ),
            (r#"{"request_id":"x","data":{"data":{"A":"b"},"metadata":{"version":3}}}"#, "vault"),
            (r#"{"data":{"data":{"A":"b"},"metadata":{"version":3}}}"#, "vault"),
        ] {
            assert_eq!(found(text), (format, vec![("A".into(), Ok("b".into()))]), "{text}");
        }
    }

    #[test]
    fn a_plain_object_may_have_names_that_other_forms_use() {
        let (format, entries) = found(r#"{"data":"1","secrets":"2","format":"3","keys":"4"}"#);

        assert_eq!(format, "json");
        assert_eq!(entries.len(), 4);
    }

    #[test]
    fn order_and_repeated_names_are_kept_and_values_of_other_types_told() {
        let (_, entries) = found(r#"{"Z":"1","A":2,"Z":true,"N":null,"O":{"x":1},"L":["x"],"F":1.5}"#);

        let expected = [
            ("Z", Ok("1")),
            ("A", Ok("2")),
            ("Z", Ok("true")),
            ("N", Err("empty_value")),
            ("O", Err("wrong_type")),
            ("L", Err("wrong_type")),
            ("F", Ok("1.5")),
        ];
        assert_eq!(entries, expected.map(|(name, value)| (name.to_owned(), value.map(str::to_owned))));
    }

    #[test]
    fn what_is_cut_off_too_deep_or_of_no_form_is_refused() {
        for text in [
            "",
            "{",
            r#"{"A":"b"#,
            r#"{"A":"b"} x"#,
            "NaN",
            &"[".repeat(100_000),
            &format!("{}{}", "{\"a\":".repeat(500), "}".repeat(500)),
        ] {
            assert!(read(text).is_err_and(|error| error.is(Code::MalformedJson)), "{}", text.get(..20).unwrap_or(text));
        }
        for text in ["1", "\"x\"", "null", "[1]", "[{\"a\":1}]", r#"{"format":"vault-api"}"#] {
            assert!(read(text).is_err_and(|error| matches!(error, Error::Invalid(_))), "{text}");
        }
    }
}
