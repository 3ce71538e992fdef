//! The system's keyring (freedesktop.org's Secret Service), through its own command `secret-tool`.
//!
//! A library for D-Bus would make `vk` larger and slower at every start for what is asked once. Secrets go through
//! pipes, never through arguments. Without `secret-tool`, without a session bus, or with `VK_KEYRING=off` there is none.

use std::{
    io::{Read as _, Write as _},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    failure::{Failure, Kind},
    system,
    texts::Text,
};

/// Somebody may have to unlock the keyring.
const PATIENCE: Duration = Duration::from_mins(1);

/// Whether a keyring may be asked at all.
pub fn is_there() -> bool {
    let has_bus = system::is_set("DBUS_SESSION_BUS_ADDRESS")
        || system::variable("XDG_RUNTIME_DIR").is_some_and(|folder| std::path::Path::new(&folder).join("bus").exists());
    has_bus && !is_off()
}

/// Whether nobody may ask it.
pub fn is_off() -> bool {
    system::variable("VK_KEYRING").is_some_and(|word| word == "off")
}

/// Keeps a secret and looks whether it is really there.
pub fn takes(entry: &str, secret: &str) -> bool {
    store(entry, secret).is_ok() && matches!(look_up(entry), Ok(Some(kept)) if kept == secret)
}

/// Keeps a secret.
pub fn store(entry: &str, secret: &str) -> Result<(), Failure> {
    let label = format!("--label=vk: {entry}");
    match ask(&["store", &label, "service", "vk", "entry", entry], secret) {
        Some((true, _)) => Ok(()),
        _ => Err(Failure::new(Kind::Other, Text::KeyringSilent)),
    }
}

/// A secret; `None` where there is none.
pub fn look_up(entry: &str) -> Result<Option<String>, Failure> {
    match ask(&["lookup", "service", "vk", "entry", entry], "") {
        Some((true, secret)) if !secret.is_empty() => Ok(Some(secret)),
        // it says nothing and fails where it has nothing
        Some(_) => Ok(None),
        None if is_off() => Err(Failure::new(Kind::Access, Text::KeyringOff)),
        None => Err(Failure::new(Kind::Access, Text::KeyringSilent)),
    }
}

/// Forgets a secret.
pub fn clear(entry: &str) {
    ask(&["clear", "service", "vk", "entry", entry], "");
}

/// Whether it succeeded, and what it printed; `None` where it did not run or did not end.
fn ask(arguments: &[&str], input: &str) -> Option<(bool, String)> {
    if is_off() {
        return None;
    }
    let mut command = Command::new("secret-tool");
    command.args(arguments).env_remove("VK_TOKEN").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    child.stdin.take()?.write_all(input.as_bytes()).ok()?;
    let mut output = child.stdout.take()?;
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        output.read_to_string(&mut text).map(|_| text)
    });
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().ok()? {
            return Some((status.success(), reading.join().ok()?.ok()?));
        }
        if began.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        system::pause(Duration::from_millis(2));
    }
}
