//! What is asked of the machine: variables, the time, randomness, the folders. Nothing else in `vk` asks for them.

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use crate::{
    failure::{Failure, Kind},
    texts::Text,
};

/// A variable of the environment; `None` where it is unset, empty or no UTF-8.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A variable whose absence and whose faults are different things: set, it holds words.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn words(name: &str) -> Result<Option<String>, Failure> {
    let fault = || Failure::new(Kind::Usage, Text::NoWords).with(name);
    let Some(value) = std::env::var_os(name) else { return Ok(None) };
    value.into_string().ok().filter(|value| !value.trim().is_empty()).map(Some).ok_or_else(fault)
}

/// Whether a variable is set at all.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some()
}

/// The present moment.
#[expect(clippy::disallowed_methods, reason = "this is the one place that asks for the time")]
pub fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

/// Waits; nothing else runs here that could be held up.
#[expect(clippy::disallowed_methods, reason = "a program with one thread may wait")]
pub fn pause(duration: std::time::Duration) {
    std::thread::sleep(duration);
}

/// Random bytes of the operating system.
pub fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Failure::new(Kind::Other, Text::NoRandomness))?;
    Ok(bytes)
}

/// Where the sign-in is kept: `$XDG_CONFIG_HOME/vk`, else `~/.config/vk`.
pub fn config_folder() -> Result<PathBuf, Failure> {
    folder("XDG_CONFIG_HOME", ".config")
}

/// Where the cache is kept: `$XDG_CACHE_HOME/vk`, else `~/.cache/vk`.
pub fn cache_folder() -> Result<PathBuf, Failure> {
    folder("XDG_CACHE_HOME", ".cache")
}

fn folder(name: &str, below_home: &str) -> Result<PathBuf, Failure> {
    // the specification has relative paths ignored
    let named = variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let at_home = || variable("HOME").map(|home| PathBuf::from(home).join(below_home));
    named.or_else(at_home).map(|path| path.join("vk")).ok_or_else(|| Failure::new(Kind::Other, Text::NoHome))
}
