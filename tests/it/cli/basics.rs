//! `--help`, `--version`, `openapi`, `generate-key`: the commands that need nothing.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::support::{Engine, Vault};

#[test]
fn help_names_every_command_and_where_the_configuration_is_described() {
    let vault = Vault::new(Engine::Sqlite);

    let help = vault.run(&["--help"]).expect(0);

    for word in ["serve", "migrate", "check", "openapi", "generate-key", "admin", "audit", "docs/configuration.md"] {
        assert!(help.output.contains(word), "{word} is missing:\n{}", help.output);
    }
    for (arguments, word) in [
        (&["serve", "--help"][..], "--port"),
        (&["admin", "--help"], "set-role"),
        (&["admin", "create", "--help"], "--password-stdin"),
        (&["audit", "--help"], "verify"),
    ] {
        let help = vault.run(arguments).expect(0);
        assert!(help.output.contains(word), "{arguments:?}: {word} is missing:\n{}", help.output);
    }
    assert!(!vault.data().exists(), "help made files");
}

#[test]
fn the_version_is_that_of_the_package() {
    let version = Vault::new(Engine::Sqlite).run(&["--version"]).expect(0);

    assert_eq!(version.output.trim(), concat!("vault-api ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn an_unknown_command_or_option_is_a_mistake_of_usage() {
    let vault = Vault::new(Engine::Sqlite);
    for arguments in [
        &["sreve"][..],
        &["serve", "--prot", "1"],
        &["serve", "--port", "99999"],
        &["serve", "--host", "nowhere at all"],
        &["admin"],
        &["admin", "create"],
    ] {
        let done = vault.run(arguments).expect(2);
        assert!(done.errors.contains("Usage") || done.errors.contains("error:"), "{arguments:?}: {}", done.errors);
        assert!(done.output.is_empty(), "{arguments:?} printed to stdout");
    }
}

#[test]
fn openapi_prints_a_valid_document_of_version_3_1_and_nothing_else() {
    let vault = Vault::new(Engine::Sqlite);

    let done = vault.run(&["openapi"]).expect(0);

    let document: Value = serde_json::from_str(&done.output).expect("JSON alone on stdout");
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let mut operations = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no operationId"));
            assert!(operations.insert(id.to_owned()), "{id} twice");
            assert!(
                operation["responses"].as_object().is_some_and(|responses| !responses.is_empty()),
                "{method} {path}"
            );
        }
    }
    assert!(done.errors.is_empty(), "{}", done.errors);
    assert!(!vault.data().exists(), "openapi made files");
    let server = vault.start();
    assert_eq!(
        server.call("GET", "/openapi.json", None, None).expect(200).json(),
        document,
        "the server shows another document"
    );
}

#[test]
fn generate_key_prints_32_fresh_bytes_each_time() {
    let vault = Vault::new(Engine::Sqlite);
    let mut keys = BTreeSet::new();
    for _ in 0..5 {
        let key = vault.run(&["generate-key"]).expect(0).output;
        assert_eq!(STANDARD.decode(key.trim_end()).expect("base64").len(), 32);
        assert_eq!(key.lines().count(), 1);
        keys.insert(key);
    }
    assert_eq!(keys.len(), 5);
    assert!(!vault.data().exists(), "generate-key made files");

    let key = keys.first().unwrap().trim_end();
    vault.run_with(&["check"], &[("CRYPTO_MASTER_KEY", key)], "").expect(0);
}
