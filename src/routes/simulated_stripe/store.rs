//! Keeps what the stand-in knows in one file, so that a restart loses no subscription.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::state::State;
use crate::core::system;

/// The file, or none: what is in memory is lost at the end then.
#[derive(Debug)]
pub(super) struct Store(pub(super) Option<PathBuf>);

impl Store {
    /// What is kept; nothing where there is no file yet.
    ///
    /// # Errors
    /// A sentence for the operator where there is a file that can not be read.
    pub(super) fn load(&self) -> Result<State, String> {
        let Some(path) = &self.0 else { return Ok(State::default()) };
        let unreadable = |error: &dyn std::fmt::Display| {
            format!("{} can not be read ({error}); move it away to begin the simulation anew", path.display())
        };
        match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| unreadable(&error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(State::default()),
            Err(error) => Err(unreadable(&error)),
        }
    }

    /// Writes all of it: to a file beside, which then takes the place of the former.
    pub(super) fn save(&self, state: &State) -> io::Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        system::replace_private_file(path, &serde_json::to_vec(state)?)
    }
}

/// Where the stand-in keeps what it knows.
#[must_use]
pub fn file_in(data_dir: &Path) -> PathBuf {
    data_dir.join("simulated-stripe.json")
}
