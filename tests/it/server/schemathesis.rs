//! Schemathesis against the running server: whatever it makes up, the answers keep to the OpenAPI document.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{Engine, Member, Server, Vault, environment, register, run_to_the_end};

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance";
/// They end the session that the run works with.
const ENDING: &str = "^(log_out|delete_me|change_password|delete_session)$";

fn program() -> PathBuf {
    let of_the_project = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-venv/bin/schemathesis");
    match environment("SCHEMATHESIS") {
        Some(path) => path.into(),
        None if of_the_project.exists() => of_the_project,
        None => panic!("schemathesis is not installed; run ./scripts/test, or set SCHEMATHESIS to its path"),
    }
}

/// What counts as a refusal: what it expects by itself, and a body that is too large before anybody looks into it.
const CONFIGURATION: &str = r#"
[checks]
negative_data_rejection.expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "410", "412", "413", "415", "422", "428", "429", "5xx"]
"#;

/// Runs it with a fixed seed; panics with its report where it found something.
fn examine(server: &Server, member: &Member, checks: &str, options: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("schemathesis.toml"), CONFIGURATION).expect("a file");
    let mut command = Command::new(program());
    command.current_dir(folder.path()).arg("run").arg(format!("http://{}/openapi.json", server.address));
    command.args([
        "--checks",
        checks,
        "--seed",
        "20260722",
        "--generation-database",
        "none",
        "--no-color",
        "--warnings",
        "off",
    ]);
    command.args([
        "-H",
        &format!("Authorization: Bearer {}", member.token),
        "--request-timeout",
        "10",
        "--continue-on-failure",
        "--no-shrink",
    ]);
    command.args(options);

    let done = run_to_the_end(&mut command, "");

    println!("{}", done.output);
    assert!(done.status.success(), "schemathesis found something:\n{}\n{}\n{}", done.output, done.errors, server.log());
    assert!(!server.log().contains("internal error") && !server.log().contains("panicked"), "{}", server.log());
}

on_each_database! {
    fn no_made_up_request_gets_an_answer_that_the_document_does_not_know(vault: Vault) {
        // with the Stripe that is played inside, so that billing is there; and no limit of keys
        let vault = vault.with("FREE_PLAN_MAX_KEYS", "1000000");
        let server = vault.start_with(&["--stripe=simulated"]);
        let alice = register(&server, "alice");
        alice.store(&server, "known", "a value that lists can show");

        let budget = if vault.engine == Engine::Sqlite { "50" } else { "25" };
        examine(&server, &alice, CHECKS, &["--exclude-operation-id-regex", ENDING, "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "30", "--max-time", budget]);
        alice.call(&server, "GET", "/api/auth/me", None).expect(200);
    }
}

#[test]
fn what_the_document_forbids_is_refused() {
    let vault = Vault::new(Engine::Sqlite);
    let server = vault.start();
    let alice = register(&server, "alice");
    alice.store(&server, "known", "a value that lists can show");

    // not the phase "coverage": it takes the lack of an optional field for a violation
    examine(
        &server,
        &alice,
        "negative_data_rejection",
        &[
            "--exclude-operation-id-regex",
            ENDING,
            "--phases",
            "fuzzing,stateful",
            "--max-examples",
            "20",
            "--max-time",
            "20",
        ],
    );
}

#[test]
fn the_operations_that_end_a_session_keep_to_the_document_too() {
    let vault = Vault::new(Engine::Sqlite);
    let server = vault.start();
    let alice = register(&server, "alice");

    examine(
        &server,
        &alice,
        CHECKS,
        &[
            "--include-operation-id-regex",
            ENDING,
            "--phases",
            "examples,coverage,fuzzing",
            "--max-examples",
            "10",
            "--max-time",
            "15",
        ],
    );
}
