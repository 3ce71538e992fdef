//! Files for their owner alone: made with mode 0600, replaced in one step, never seen half-written.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use crate::{
    failure::{Failure, Kind},
    system,
    texts::Text,
};

/// A file's content; `None` where there is no such file. One that others may read is refused.
pub fn read_own(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    let failed = |error: io::Error| Failure::of_io(Text::CanNotRead, path.display(), &error);
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
        Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => {
            return Err(Failure::new(Kind::Access, Text::OthersMayRead).with(path.display()));
        }
        Ok(_) => {}
    }
    fs::read(path).map(Some).map_err(failed)
}

/// Puts a file in the place of the one that may be there, in one step.
pub fn replace(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::of_io(Text::CanNotWrite, path.display(), &error);
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{:016x}", u64::from_ne_bytes(system::random()?)));
    let written = create(&beside).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&beside, path)).map_err(|error| {
        let _ = fs::remove_file(&beside);
        failed(error)
    })
}

/// A new file that did not exist.
pub fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// A folder for its owner alone; one that is there is made so.
pub fn make_folder(path: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::of_io(Text::CanNotWrite, path.display(), &error);
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)
}

/// A folder that its owner alone may write: what others could put there would be believed.
pub fn make_own_folder(path: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::of_io(Text::CanNotWrite, path.display(), &error);
    make_folder(path)?;
    if fs::metadata(path).map_err(failed)?.permissions().mode() & 0o022 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(failed)?;
    }
    Ok(())
}

/// Removes a file; that it is not there is as good.
pub fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::of_io(Text::CanNotWrite, path.display(), &error))
        }
        _ => Ok(()),
    }
}
