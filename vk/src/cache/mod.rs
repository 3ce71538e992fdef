//! Values of the last successful run, encrypted, for when there is no network.
//!
//! 1. A file holds what one identity got from one server for one environment; it opens as nothing else.
//! 2. What is older than `--max-age` at its use is deleted, and so is all of an identity that was refused or signed out.
//! 3. The key lies in the keyring, or in a file of mode 0600: then the encryption protects copies of the cache folder
//!    (backups, synchronised folders) and nothing against whoever reads as this user.

mod sealed;

use std::{fs, path::PathBuf};

use aws_lc_rs::digest;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    failure::{Failure, Kind},
    output::files,
    session::{self, Session},
    system,
    texts::Text,
};

/// The values that one identity may have here.
pub struct Cache<'a> {
    session: &'a Session,
    folder: PathBuf,
}

/// What is kept.
#[derive(Serialize, Deserialize)]
struct Content {
    /// In seconds since 1970.
    saved_at: i64,
    /// The answer of the server.
    keys: Value,
}

/// Values that were kept.
#[derive(Debug)]
pub struct Kept {
    /// The answer of the server.
    pub keys: Value,
    /// How old it is, in minutes.
    pub age_minutes: i64,
}

impl<'a> Cache<'a> {
    /// The cache of this sign-in.
    pub fn of(session: &'a Session) -> Result<Self, Failure> {
        let name = hashed(&[session.address.text(), &session.identity]);
        Ok(Self { session, folder: system::cache_folder()?.join(name) })
    }

    /// Keeps an answer.
    pub fn keep(&self, environment: Option<&str>, keys: &Value) -> Result<(), Failure> {
        let content = Content { saved_at: system::now().timestamp(), keys: keys.clone() };
        let plain = zeroize::Zeroizing::new(serde_json::to_vec(&content).unwrap_or_default());
        let key = session::cache_key(self.session.place)?;
        let sealed = sealed::seal(&key, &self.binding(environment), &plain)?;
        files::replace(&self.file(environment), &sealed)
    }

    /// What was kept, if it is young enough; too old, it is deleted.
    pub fn look_up(&self, environment: Option<&str>, most_seconds: u64) -> Result<Kept, Failure> {
        let path = self.file(environment);
        let sealed = files::read_own(&path)?.ok_or_else(|| Failure::new(Kind::NotFound, Text::NothingKept))?;
        let key = session::cache_key(self.session.place)?;
        let content = sealed::open(&key, &self.binding(environment), &sealed)
            .and_then(|plain| serde_json::from_slice::<Content>(&plain).ok());
        let Some(content) = content else {
            files::remove(&path)?;
            return Err(Failure::new(Kind::NotFound, Text::BrokenCache));
        };
        let age = system::now().timestamp().saturating_sub(content.saved_at);
        // a clock that was set back makes nothing young again
        let is_young = age >= -300 && u64::try_from(age.max(0)).is_ok_and(|age| age <= most_seconds);
        if !is_young {
            files::remove(&path)?;
            return Err(Failure::new(Kind::NotFound, Text::CacheTooOld));
        }
        Ok(Kept { keys: content.keys, age_minutes: TimeDelta::seconds(age).num_minutes().max(0) })
    }

    /// Deletes all that this identity has here; whether there was anything.
    pub fn forget(&self) -> bool {
        fs::remove_dir_all(&self.folder).is_ok()
    }

    fn file(&self, environment: Option<&str>) -> PathBuf {
        self.folder.join(hashed(&[environment.unwrap_or_default()])).with_extension("sealed")
    }

    fn binding(&self, environment: Option<&str>) -> Vec<u8> {
        let parts = [self.session.address.text(), &self.session.identity, environment.unwrap_or_default()];
        [b"vk cache 1\n".to_vec(), unambiguous(&parts)].concat()
    }
}

/// Deletes everything that is kept on this machine.
pub fn clear() -> Result<bool, Failure> {
    let folder = system::cache_folder()?;
    match fs::remove_dir_all(&folder) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Failure::of_io(Text::CanNotWrite, folder.display(), &error)),
    }
}

fn hashed(parts: &[&str]) -> String {
    let digest = digest::digest(&digest::SHA256, &unambiguous(parts));
    session::hex(digest.as_ref().get(..16).unwrap_or_default())
}

/// Parts with their lengths, so that no two lists are the same bytes.
fn unambiguous(parts: &[&str]) -> Vec<u8> {
    parts.iter().flat_map(|part| [&(part.len() as u64).to_be_bytes()[..], part.as_bytes()].concat()).collect()
}
