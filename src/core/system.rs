//! What we ask of the operating system: private files, no core dumps, low-priority threads.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use rustix::process::{DumpableBehavior, Resource, Rlimit};

/// Makes an empty file that its owner alone may read, with its folder; leaves a file that is there as it is.
///
/// # Errors
/// What the file system says.
pub fn create_private_file(path: &Path) -> io::Result<()> {
    create_private_folder_of(path)?;
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Writes a new private file so that it is there whole or not at all; `false` where there is one already.
///
/// # Errors
/// What the file system says.
pub fn write_private_file(path: &Path, content: &[u8]) -> io::Result<bool> {
    create_private_folder_of(path)?;
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let _ = fs::remove_file(&temporary);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    // unlike a rename, a link refuses to replace what another process made meanwhile
    let linked = fs::hard_link(&temporary, path);
    fs::remove_file(&temporary)?;
    match linked {
        Ok(()) => {
            if let Some(folder) = path.parent() {
                fs::File::open(folder)?.sync_all()?;
            }
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes a file that the owner alone may read, whole, in the place of a former one.
///
/// # Errors
/// What the file system says; the former file stands then.
pub fn replace_private_file(path: &Path, content: &[u8]) -> io::Result<()> {
    create_private_folder_of(path)?;
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let _ = fs::remove_file(&temporary);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}

/// Whether others than the owner may read or write this file.
///
/// # Errors
/// What the file system says.
pub fn is_open_to_others(path: &Path) -> io::Result<bool> {
    Ok(fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}

/// Makes a folder that its owner alone may enter.
///
/// # Errors
/// What the file system says.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn create_private_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => create_private_folder(folder),
        _ => Ok(()),
    }
}

/// Keeps the keys in our memory out of core dumps and from other processes of the same user.
pub fn protect_memory() {
    let nothing = Rlimit { current: Some(0), maximum: Some(0) };
    if rustix::process::setrlimit(Resource::Core, nothing).is_err() {
        tracing::debug!("core dumps could not be switched off");
    }
    if rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable).is_err() {
        tracing::debug!("the process stays open to debuggers");
    }
}

/// Raises the number of files and sockets that we may have open to what the system allows.
pub fn raise_file_limit() {
    let limit = rustix::process::getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if rustix::process::setrlimit(Resource::Nofile, raised).is_err() {
        tracing::debug!("the number of open files stays at the soft limit");
    }
}

/// Lets the calling thread give way to all others: for work that may wait.
pub fn lower_thread_priority() {
    // on Linux the priority of "process 0" is that of the calling thread alone
    if rustix::process::setpriority_process(None, 10).is_err() {
        tracing::debug!("the priority of a hashing thread could not be lowered");
    }
}

/// How many threads the machine runs at once.
#[must_use]
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// How many files and sockets this process may have open.
#[must_use]
pub fn most_open_files() -> u64 {
    rustix::process::getrlimit(Resource::Nofile).current.unwrap_or(65_536)
}
