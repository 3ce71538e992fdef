//! WebKit in GTK's smallest browser, through WebKitWebDriver, on a screen of its own that nobody sees.

use std::{
    io::{BufRead as _, BufReader},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use serde_json::{Value, json};

use super::{PATIENCE, pause};

/// What is asked of the driver: a window without its bars.
pub(super) fn capabilities() -> Value {
    json!({
        "browserName": "MiniBrowser",
        "webkitgtk:browserOptions": { "binary": mini_browser(), "args": ["--automation"] },
    })
}

/// Debian keeps it beside the library, in a folder named after the machine and the version.
fn mini_browser() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let below = folders.flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten());
    below
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("webkit2gtk-4"))
        .map(|entry| entry.path().join("MiniBrowser"))
        .find(|path| path.exists())
        .unwrap_or_else(|| {
            panic!("WebKit is not installed; ./scripts/install-test-tools installs it (webkit2gtk-driver)")
        })
}

/// Starts a screen of this size, and the driver with it; what was started, the driver first, and the driver's port.
pub(super) fn start(home: &Path, (width, height): (u32, u32)) -> (Vec<Child>, u16) {
    let mut screen = Command::new("Xvfb")
        .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", &format!("{width}x{height}x24")])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("Xvfb does not run ({error}); ./scripts/install-test-tools installs it (xvfb)"));
    let mut display = String::new();
    BufReader::new(screen.stdout.take().expect("stdout")).read_line(&mut display).expect("the number of the screen");

    let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
    let driver = Command::new("WebKitWebDriver")
        .arg(format!("--port={port}"))
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env("DISPLAY", format!(":{}", display.trim()))
        // it draws without a graphics card, and without a sandbox where root may not have one: the pages are ours
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        .env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("WebKitWebDriver does not run ({error}); ./scripts/install-test-tools installs it (webkit2gtk-driver)")
        });
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed() < PATIENCE, "WebKitWebDriver does not listen on port {port}");
        pause(std::time::Duration::from_millis(20));
    }
    (vec![driver, screen], port)
}
