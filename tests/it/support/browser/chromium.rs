//! Headless Chromium through chromedriver.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

/// What is asked of chromedriver: a browser of its own in this language, with these preferences and options more.
pub(super) fn capabilities(home: &Path, language: &str, preferences: &Value, more: &[String]) -> Value {
    let mut preferences = preferences.clone();
    preferences["intl.accept_languages"] = language.into();
    let mut capabilities = json!({
        "browserName": "chrome",
        "goog:loggingPrefs": { "performance": "ALL", "browser": "ALL" },
        "goog:chromeOptions": {
            "binary": chromium(),
            "prefs": preferences,
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
                format!("--user-data-dir={}", home.join("profile").display()),
                format!("--lang={language}"),
            ],
        },
    });
    let arguments = capabilities["goog:chromeOptions"]["args"].as_array_mut().expect("a list");
    arguments.extend(more.iter().map(|one| json!(one)));
    capabilities
}

fn chromium() -> &'static str {
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .into_iter()
        .find(|path| Path::new(path).exists())
        .unwrap_or_else(|| panic!("chromium is not installed; ./scripts/install-test-tools installs it"))
}

/// Starts chromedriver on a free port. It looks for one on IPv4 and then wants the same on IPv6, which somebody may have
/// taken: it ends then, and is started again.
pub(super) fn start_driver(home: &Path) -> (Child, u16) {
    const TRIES: usize = 5;
    let mut told = String::new();
    for _ in 0..TRIES {
        match try_to_start_driver(home) {
            Ok(started) => return started,
            Err(line) => told = line,
        }
    }
    panic!("chromedriver did not start in {TRIES} tries: {told}");
}

/// The last line that it wrote, where it ended before it was ready.
fn try_to_start_driver(home: &Path) -> Result<(Child, u16), String> {
    let mut command = Command::new("chromedriver");
    command.arg("--port=0").env("HOME", home).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut driver = command.spawn().unwrap_or_else(|error| {
        panic!("chromedriver does not run ({error}); ./scripts/install-test-tools installs it (chromium-driver)")
    });
    let mut output = BufReader::new(driver.stdout.take().expect("stdout"));
    let (mut line, mut last) = (String::new(), String::new());
    while output.read_line(&mut line).is_ok_and(|read| read > 0) {
        if line.contains("started successfully")
            && let Some(port) = line.split("on port ").nth(1)
            && let Ok(port) = port.trim().trim_end_matches('.').parse()
        {
            std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
            return Ok((driver, port));
        }
        last = std::mem::take(&mut line);
    }
    let _ = driver.kill();
    let _ = driver.wait();
    Err(last)
}
