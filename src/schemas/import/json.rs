//! JSON files: this vault's own export, a plain object, and what Infisical, Doppler, HashiCorp Vault and OpenBao write.
//!
//! Nothing is passed over in silence: what stands beside a form's own members is an entry with a fault.

use serde_json::Map;

use super::{
    entry::{self, Draft},
    node::{self, Node, Object, TWICE, member},
};
use crate::{
    core::{
        error::{Error, Result},
        texts::{
            faults::{Fault, FaultKind},
            import_lines::LineFault,
        },
    },
    models::import::{Entry, ImportFile, ImportFormat},
};

/// What Doppler adds to every file: where it comes from, no secrets.
const OF_DOPPLER: [&str; 3] = ["DOPPLER_PROJECT", "DOPPLER_ENVIRONMENT", "DOPPLER_CONFIG"];

/// What this vault's export says of a key; the last four are told and not taken.
const OF_OURS: [&str; 14] = [
    "name",
    "value",
    "environment",
    "provider",
    "provider_config",
    "tags",
    "note",
    "expires_at",
    "scopes",
    "enabled",
    "id",
    "kind",
    "version",
    "created_at",
];

const IMPORTED: FaultKind = FaultKind::Conflict(
    "These secrets come from another folder or environment. Export that one, and import it by itself.",
    "Ces secrets viennent d’un autre dossier ou environnement. Exportez celui-là, et importez-le à part.",
);

const HIDDEN: FaultKind = FaultKind::Conflict(
    "Infisical hid this value. Export it again as somebody who may read it.",
    "Infisical a masqué cette valeur. Exportez-la avec un compte qui peut la lire.",
);

/// Reads a file and finds out whose it is. `has_environment`: the request names one, and the file's own do not count.
///
/// # Errors
/// `malformed_json`, also where it is cut off or too deep; `Invalid` where it is of no form that we know.
pub(super) fn read(text: &str, has_environment: bool) -> Result<ImportFile> {
    let recognised = match node::parse(text)? {
        Node::List(items) => listed(items, of_infisical, has_environment).map(|all| (ImportFormat::Infisical, all)),
        Node::Object(object) if object.text("format").as_deref() == Some("vault-api") => {
            keep_to_version(&object)?;
            ours(object, has_environment).map(|all| (ImportFormat::Vault, all))
        }
        Node::Object(object) => recognise(object, has_environment),
        _ => None,
    };
    let (format, entries) = recognised.ok_or_else(unknown)?;
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

fn keep_to_version(object: &Object) -> Result<()> {
    match object.find("version") {
        None => Ok(()),
        Some(Node::Number(version)) if version == "1" => Ok(()),
        Some(_) => Err(Error::fault(Fault::new(
            "version",
            FaultKind::Conflict(
                "This vault reads version 1 of its exports. Update it, or export again from a vault of its version.",
                "Ce coffre lit la version 1 de ses exports. Mettez-le à jour, ou refaites l’export depuis un coffre de sa version.",
            ),
        ))),
    }
}

fn ours(mut object: Object, has_environment: bool) -> Option<Vec<Entry>> {
    let Some(Node::List(items)) = object.take("keys") else { return None };
    // the form was told by its first `format`; another one is no part of it
    object.take("format");
    let mut entries = listed(items, |object| Some(of_ours(object)), has_environment)?;
    tell_foreign(&mut entries, object, |name, node| {
        matches!((name, node), ("version", Node::Number(version)) if version == "1")
            || matches!((name, node), ("exported_at", Node::Text(_)))
    });
    Some(entries)
}

fn recognise(mut object: Object, has_environment: bool) -> Option<(ImportFormat, Vec<Entry>)> {
    match object.take("secrets") {
        Some(Node::List(items)) => {
            let mut entries = listed(items, of_infisical, has_environment)?;
            tell_foreign(&mut entries, object, |name, node| name == "imports" && !node.has_secrets());
            return Some((ImportFormat::Infisical, entries));
        }
        Some(Node::Object(secrets)) if secrets.is_of_doppler() => {
            let mut entries = entries_of(secrets, of_doppler);
            tell_foreign(&mut entries, object, |name, node| matches!((name, node), ("success", Node::Bool(_))));
            return Some((ImportFormat::Doppler, entries));
        }
        Some(other) => object.0.push(("secrets".into(), other)),
        None => {}
    }
    if object.is_of_vault() {
        return of_vault(object).map(|entries| (ImportFormat::HashiCorp, entries));
    }
    if object.is_of_doppler() {
        return Some((ImportFormat::Doppler, entries_of(object, of_doppler)));
    }
    let is_of_doppler = OF_DOPPLER.iter().all(|name| object.text(name).is_some());
    let format = if is_of_doppler { ImportFormat::Doppler } else { ImportFormat::Json };
    if is_of_doppler {
        for name in OF_DOPPLER {
            object.take(name);
        }
    }
    Some((format, entries_of(object, plain)))
}

/// A secret of HashiCorp Vault, in its envelope.
fn of_vault(mut object: Object) -> Option<Vec<Entry>> {
    let is_second = object.is_of_second_engine();
    let Some(Node::Object(mut data)) = object.take("data") else { return None };
    // the second engine has the values one level deeper, beside their metadata
    let mut entries = match (is_second, data.take("data")) {
        (true, Some(Node::Object(inner))) => {
            let mut entries = entries_of(inner, plain);
            data.take("metadata");
            tell_foreign(&mut entries, data, |_, _| false);
            entries
        }
        (_, Some(other)) => {
            data.0.push(("data".into(), other));
            entries_of(data, plain)
        }
        (_, None) => entries_of(data, plain),
    };
    tell_foreign(&mut entries, object, |name, node| {
        matches!(
            (name, node),
            ("request_id" | "lease_id" | "mount_type", Node::Text(_))
                | ("lease_duration", Node::Number(_))
                | ("renewable", Node::Bool(_))
                | ("warnings" | "wrap_info" | "auth", Node::Null)
                | ("warnings", Node::List(_))
        )
    });
    Some(entries)
}

/// Adds an entry with a fault for each member that is none of a form's own.
fn tell_foreign(entries: &mut Vec<Entry>, rest: Object, is_known: impl Fn(&str, &Node) -> bool) {
    for (name, node) in rest.0 {
        if !is_known(&name, &node) {
            let is_imported = name == "imports" && node.has_secrets();
            let fault = if is_imported { LineFault::Field(IMPORTED) } else { LineFault::Foreign };
            entries.push(entry::faulty(entries.len() + 1, name, fault));
        }
    }
}

/// The entries of a list of objects; `None` where one is no object of that kind.
fn listed(
    items: Vec<Node>,
    read: fn(Object) -> Option<Result<Draft, LineFault>>,
    has_environment: bool,
) -> Option<Vec<Entry>> {
    let mut entries = Vec::with_capacity(items.len());
    for (at, item) in items.into_iter().enumerate() {
        let Node::Object(mut object) = item else { return None };
        if has_environment {
            object.0.retain(|(name, _)| name != "environment");
        }
        let name = ["name", "key", "secretKey"].into_iter().find_map(|field| object.text(field)).unwrap_or_default();
        entries.push(entry_of(at + 1, name, read(object)?));
    }
    Some(entries)
}

fn entries_of(object: Object, read: fn(String, Node) -> Result<Draft, LineFault>) -> Vec<Entry> {
    let each = |(at, (name, node)): (usize, (String, Node))| entry_of(at + 1, name.clone(), read(name, node));
    object.0.into_iter().enumerate().map(each).collect()
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
    object.refuse_repeated()?;
    let value = object.take("computed").or_else(|| object.take("raw")).unwrap_or(Node::Null);
    Ok(Draft { name, value: value.value()?, note: object.optional_text("note")?, ..Draft::default() })
}

/// `{"key", "value", "comment"}` from its command line, `{"secretKey", "secretValue", …}` from its API.
fn of_infisical(mut object: Object) -> Option<Result<Draft, LineFault>> {
    let name = object.text("key").or_else(|| object.text("secretKey"))?;
    let repeated = object.refuse_repeated();
    let value = object.take("value").or_else(|| object.take("secretValue"))?;
    let read = || {
        repeated?;
        if object.has("secretValue") {
            return Err(member("secretValue", TWICE));
        }
        if matches!(object.find("secretValueHidden"), Some(Node::Bool(true))) {
            return Err(member("secretValue", HIDDEN));
        }
        let note = object.optional_text("comment")?;
        Ok(Draft {
            name,
            value: value.value()?,
            environment: object.optional_text("environment")?,
            tags: object.texts("tags", &["slug", "name"])?,
            note: if note.is_some() { note } else { object.optional_text("secretComment")? },
            ..Draft::default()
        })
    };
    Some(read())
}

/// This vault's own export.
fn of_ours(mut object: Object) -> Result<Draft, LineFault> {
    object.refuse_repeated()?;
    if let Some((name, _)) = object.0.iter().find(|(name, _)| !OF_OURS.contains(&name.as_str())) {
        return Err(member(name, FaultKind::Unknown));
    }
    let provider_config = match object.take("provider_config") {
        None | Some(Node::Null) => Map::new(),
        Some(Node::Object(settings)) => settings.texts_by_name("provider_config")?,
        Some(_) => return Err(member("provider_config", FaultKind::WrongType("object"))),
    };
    let is_disabled = match object.find("enabled") {
        None => false,
        Some(Node::Bool(is_enabled)) => !is_enabled,
        Some(_) => return Err(member("enabled", FaultKind::WrongType("boolean"))),
    };
    Ok(Draft {
        name: object.optional_text("name")?.ok_or_else(|| member("name", FaultKind::Required))?,
        value: object.optional_text("value")?,
        environment: object.optional_text("environment")?,
        provider: object.optional_text("provider")?,
        provider_config,
        tags: object.texts("tags", &[])?,
        note: object.optional_text("note")?,
        expires_at: object.optional_text("expires_at")?,
        scopes: object.texts("scopes", &[])?,
        is_disabled,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::texts::problems::Code;

    /// A name, and its value or what is wrong with it.
    type Found = (String, std::result::Result<String, &'static str>);

    fn found(text: &str) -> (&'static str, Vec<Found>) {
        let file = read(text, false).unwrap_or_else(|error| panic!("{text}: {error}"));
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
            assert!(
                read(text, false).is_err_and(|error| error.is(Code::MalformedJson)),
                "{}",
                text.get(..20).unwrap_or(text)
            );
        }
        for text in ["1", "\"x\"", "null", "[1]", "[{\"a\":1}]", r#"{"format":"vault-api"}"#] {
            assert!(read(text, false).is_err_and(|error| matches!(error, Error::Invalid(_))), "{text}");
        }
    }

    /// The names of a file's entries with the code of what is wrong with them; the others are sound.
    fn faults(text: &str) -> Vec<(String, &'static str)> {
        found(text).1.into_iter().filter_map(|(name, value)| value.err().map(|code| (name, code))).collect()
    }

    #[test]
    fn numbers_are_taken_as_they_are_written() {
        let (_, entries) = found(
            r#"{"A":1.10,"a \" 7":[9,"8"],"B":12345678901234567890123,"C":1e3,"D":-0,"E":-1.50E+2,"\\":0,"F":18446744073709551616}"#,
        );

        let values: Vec<_> = entries.into_iter().filter_map(|(_, value)| value.ok()).collect();
        assert_eq!(values, ["1.10", "12345678901234567890123", "1e3", "-0", "-1.50E+2", "0", "18446744073709551616"]);
    }

    #[test]
    fn what_a_form_does_not_know_is_a_line_that_names_it() {
        for (text, name, code) in [
            (r#"{"secrets":[],"DB":"x"}"#, "DB", "unknown_field"),
            (r#"{"secrets":[{"secretKey":"A","secretValue":"b"}],"OTHER":"x"}"#, "OTHER", "unknown_field"),
            (r#"{"secrets":[],"imports":[{"secrets":[{"secretKey":"A","secretValue":"b"}]}]}"#, "imports", "conflict"),
            (r#"{"secrets":[],"imports":"x"}"#, "imports", "conflict"),
            (r#"{"secrets":[],"secrets":[]}"#, "secrets", "unknown_field"),
            (r#"{"secrets":{"A":{"raw":"b"}},"success":"a secret"}"#, "success", "unknown_field"),
            (r#"{"data":{"A":"b"},"request_id":"a","DB_PASS":"x"}"#, "DB_PASS", "unknown_field"),
            (r#"{"data":{"data":{"A":"b"},"metadata":{},"C":"d"}}"#, "C", "unknown_field"),
            (r#"{"format":"vault-api","keys":[],"A":"b"}"#, "A", "unknown_field"),
            (r#"{"format":"vault-api","keys":[],"keys":[]}"#, "keys", "unknown_field"),
            (r#"[{"key":"A","value":"b","environment":"My Env!"}]"#, "A", "invalid_format"),
            (r#"[{"key":"A","value":"b","value":"c"}]"#, "A", "conflict"),
            (r#"[{"key":"A","value":"b","secretValue":"c"}]"#, "A", "conflict"),
            (r#"[{"key":"A","value":"b","comment":5}]"#, "A", "wrong_type"),
            (r#"[{"key":"A","value":"b","tags":"x"}]"#, "A", "wrong_type"),
            (r#"[{"secretKey":"A","secretValue":"<hidden>","secretValueHidden":true}]"#, "A", "conflict"),
            (r#"{"A":{"computed":"b","computed":"c"}}"#, "A", "conflict"),
        ] {
            assert_eq!(faults(text), [(name.to_owned(), code)], "{text}");
        }
        // what is no form of others is a plain object with all its names
        assert_eq!(found(r#"{"data":"1","request_id":"2"}"#).1.len(), 2);
        assert_eq!(found(r#"{"DOPPLER_PROJECT":"1","A":"2"}"#).1.len(), 2);
    }

    #[test]
    fn the_real_files_of_others_have_no_fault() {
        for text in [
            r#"{"secrets":[{"id":"1","_id":"1","workspace":"w","environment":"dev","version":1,"type":"shared","secretKey":"A","secretValue":"b","secretComment":"","secretReminderNote":null,"skipMultilineEncoding":false,"secretPath":"/","secretValueHidden":false,"secretMetadata":[],"tags":[{"id":"1","slug":"x","color":null,"name":"x"}],"createdAt":"x"}],"imports":[{"secretPath":"/x","environment":"dev","secrets":[]}]}"#,
            r#"[{"key":"A","workspace":"","value":"b","type":"shared","_id":"1","secretPath":"/","tags":null,"comment":"","Etag":""}]"#,
            r#"{"secrets":{"A":{"raw":"b","computed":"b","note":"","rawVisibility":"masked","computedVisibility":"masked","rawValueType":{"type":"string"}}},"success":true}"#,
            r#"{"request_id":"r","lease_id":"","lease_duration":0,"renewable":false,"data":{"data":{"A":"b"},"metadata":{"created_time":"t","custom_metadata":null,"deletion_time":"","destroyed":false,"version":1}},"warnings":null,"wrap_info":null,"auth":null,"mount_type":"kv"}"#,
        ] {
            assert_eq!(found(text).1, [("A".into(), Ok("b".into()))], "{text}");
        }
    }

    #[test]
    fn wrong_types_and_repeated_members_of_our_own_form_are_told() {
        for (members, code) in [
            (r#""value":"b","value":"c""#, "conflict"),
            (r#""value":5"#, "wrong_type"),
            (r#""value":"b","environment":5"#, "wrong_type"),
            (r#""value":"b","expires_at":1700000000"#, "wrong_type"),
            (r#""value":"b","expires_at":"1969-12-31T23:59:59Z""#, "invalid_format"),
            (r#""value":"b","expires_at":"0001-01-01T00:00:00Z""#, "invalid_format"),
            (r#""value":"b","enabled":"false""#, "wrong_type"),
            (r#""value":"b","enabled":null"#, "wrong_type"),
            (r#""value":"b","tags":"x""#, "wrong_type"),
            (r#""value":"b","provider_config":[]"#, "wrong_type"),
            (r#""value":"b","provider_config":{"a":1}"#, "wrong_type"),
            (r#""value":"b","provider_config":{"a":"1","a":"2"}"#, "conflict"),
            (r#""value":"b","notes":"x""#, "unknown_field"),
        ] {
            let text = format!(r#"{{"format":"vault-api","version":1,"keys":[{{"name":"A",{members}}}]}}"#);
            assert_eq!(faults(&text), [("A".to_owned(), code)], "{text}");
        }
        assert_eq!(faults(r#"{"format":"vault-api","keys":[{"value":"b"}]}"#), [(String::new(), "required")]);
        for version in ["99", "\"1\"", "null", "1.0"] {
            let text = format!(r#"{{"format":"vault-api","version":{version},"keys":[]}}"#);
            assert!(read(&text, false).is_err_and(|error| matches!(error, Error::Invalid(_))), "{version}");
        }
    }

    #[test]
    fn environments_of_the_file_do_not_count_where_the_request_names_one() {
        let file = read(r#"[{"key":"A","value":"b","environment":"My Env!"}]"#, true).expect("read");

        assert!(file.entries.iter().all(|entry| entry.content.is_ok()));
    }
}
