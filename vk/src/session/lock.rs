//! One `vk` at a time may spend the refresh token: a second one waits, then uses what the first brought.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;

use rustix::fs::{FlockOperation, flock};

use crate::{failure::Failure, output::files, system, texts::Text};

/// Held until dropped.
pub struct Lock(#[expect(dead_code, reason = "the lock lives as long as the file is open")] File);

impl Lock {
    /// Waits until no other `vk` of this user changes the sign-in.
    pub fn take() -> Result<Self, Failure> {
        let path = system::config_folder()?.join("session.lock");
        let failed = |error: std::io::Error| Failure::of_io(Text::CanNotWrite, path.display(), &error);
        if let Some(folder) = path.parent() {
            files::make_folder(folder)?;
        }
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path).map_err(failed)?;
        flock(&file, FlockOperation::LockExclusive).map_err(|error| failed(error.into()))?;
        Ok(Self(file))
    }
}
