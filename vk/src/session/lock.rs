//! One `vk` at a time may spend the refresh token: a second one waits, then uses what the first brought.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;

use rustix::fs::{FlockOperation, OFlags, flock};

use crate::{
    failure::{Failure, Kind},
    output::files,
    system,
    texts::Text,
};

/// Held until dropped.
pub struct Lock(#[expect(dead_code, reason = "the lock lives as long as the file is open")] File);

impl Lock {
    /// Waits until no other `vk` of this user changes the sign-in.
    pub fn take() -> Result<Self, Failure> {
        let path = system::config_folder()?.join("session.lock");
        let failed = |error: std::io::Error| Failure::of_io(Text::CanNotWrite, path.display(), &error);
        if let Some(folder) = path.parent() {
            files::make_own_folder(folder)?;
        }
        // a link is not followed, and a pipe is not waited for
        let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default();
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true).mode(0o600).custom_flags(flags);
        let file = options.open(&path).map_err(failed)?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Err(Failure::new(Kind::Other, Text::LockIsNoFile).with(path.display()));
        }
        flock(&file, FlockOperation::LockExclusive).map_err(|error| failed(error.into()))?;
        Ok(Self(file))
    }
}
