//! The documentation as a browser shows it, in Chromium.

use std::process::Command;

use crate::support::{Engine, Vault, run_to_the_end};

/// The page's final DOM and what the browser logged.
fn browse(address: &str) -> (String, String) {
    let folder = tempfile::Builder::new().prefix("vault-browser-").tempdir().expect("a folder");
    let program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .into_iter()
        .find(|path| std::path::Path::new(path).exists())
        .unwrap_or_else(|| panic!("chromium is not installed; ./scripts/install-test-tools installs it"));
    let mut command = Command::new(program);
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
    ]);
    command.args([
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--enable-logging=stderr",
        "--v=0",
    ]);
    command.arg(format!("--user-data-dir={}", folder.path().display()));
    command.args(["--virtual-time-budget=10000", "--dump-dom", address]).env("HOME", folder.path());
    let done = run_to_the_end(&mut command, "");
    assert!(done.status.success(), "chromium: {}", done.errors);
    (done.output, done.errors)
}

fn is_clean(log: &str) {
    for word in ["Content Security Policy", "Refused to", "Uncaught", "Failed to load resource", "ERR_"] {
        let line = log.lines().find(|line| line.contains("CONSOLE") && line.contains(word));
        assert_eq!(line, None, "the browser complains");
    }
}

#[test]
fn the_documentation_shows_every_operation_in_a_browser() {
    let vault = Vault::new(Engine::Sqlite);
    let server = vault.start();
    let document = server.call("GET", "/openapi.json", None, None).expect(200).json();

    let (dom, log) = browse(&format!("http://{}/docs", server.address));

    is_clean(&log);
    let shown = dom.replace('\u{200b}', "").replace("<wbr>", "");
    for (path, operations) in document["paths"].as_object().expect("paths") {
        assert!(shown.contains(&format!("data-path=\"{path}\"")) || shown.contains(path), "{path} is not shown");
        for operation in operations.as_object().expect("operations").values() {
            let summary = operation["summary"].as_str().expect("a summary");
            assert!(shown.contains(summary), "“{summary}” is not shown");
        }
    }
    assert!(shown.contains("/api/keys/{id}/decrypt"));
}
