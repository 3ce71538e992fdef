//! The one sign-in that is kept: `session.json`, mode 0600, replaced in one step.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::keyring;
use crate::{
    failure::{Failure, Kind},
    output::files,
    system,
    texts::Text,
};

/// The keyring's entry.
const ENTRY: &str = "session";

/// What is kept of a sign-in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Profile {
    /// The server's address.
    pub url: String,
    /// Whose it is: `account:…` or `token:…`.
    pub identity: String,
    /// Whether plain HTTP to another machine was allowed at the sign-in.
    #[serde(default)]
    pub allows_plain: bool,
    /// Where the credentials are.
    pub place: Place,
    /// The credentials, where `place` is `file`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kept: Option<Credentials>,
}

/// Where credentials are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// The system's keyring.
    Keyring,
    /// A file of mode 0600.
    File,
}

/// What opens the vault.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Credentials {
    /// A program's token.
    Token {
        /// `vkt_…`
        token: String,
    },
    /// A person's sign-in.
    Session {
        /// For requests.
        access_token: String,
        /// For the next access token; works once.
        refresh_token: String,
        /// When the access token ends, in seconds since 1970.
        expires_at: i64,
    },
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Token { .. } => "Token(***)",
            Self::Session { .. } => "Session(***)",
        })
    }
}

impl Credentials {
    /// What stands after `Bearer`.
    pub fn bearer(&self) -> &str {
        match self {
            Self::Token { token } => token,
            Self::Session { access_token, .. } => access_token,
        }
    }
}

impl Profile {
    /// A profile without its credentials: `keep` adds them.
    pub fn new(url: &str, identity: String, allows_plain: bool) -> Self {
        Self { url: url.into(), identity, allows_plain, place: Place::File, kept: None }
    }

    /// The profile, if somebody signed in.
    pub fn load() -> Result<Option<Self>, Failure> {
        let path = file()?;
        let Some(bytes) = files::read_own(&path)? else { return Ok(None) };
        let profile = serde_json::from_slice(&bytes);
        profile.map(Some).map_err(|_| Failure::new(Kind::Access, Text::BrokenProfile).with(path.display()))
    }

    /// Its credentials, wherever they are.
    pub fn credentials(&self) -> Result<Credentials, Failure> {
        let lost = || Failure::new(Kind::Access, Text::KeyringForgot);
        match self.place {
            Place::File => self.kept.clone().ok_or_else(lost),
            Place::Keyring => {
                let text = keyring::look_up(ENTRY)?.ok_or_else(lost)?;
                serde_json::from_str(&text).map_err(|_| lost())
            }
        }
    }

    /// Keeps it with these credentials: in the keyring where one answers, else in the file.
    pub fn keep_first(mut self, credentials: &Credentials) -> Result<Self, Failure> {
        self.place =
            if keyring::is_there() && keyring::takes(ENTRY, &json(credentials)) { Place::Keyring } else { Place::File };
        self.keep(credentials)
    }

    /// Keeps it with these credentials, where it was kept before.
    pub fn keep(mut self, credentials: &Credentials) -> Result<Self, Failure> {
        match self.place {
            Place::Keyring => {
                keyring::store(ENTRY, &json(credentials))?;
                self.kept = None;
            }
            Place::File => self.kept = Some(credentials.clone()),
        }
        files::replace(&file()?, json(&self).as_bytes())?;
        Ok(self)
    }

    /// Forgets it.
    pub fn forget(&self) -> Result<(), Failure> {
        if self.place == Place::Keyring {
            keyring::clear(ENTRY);
        }
        files::remove(&file()?)
    }
}

/// Where the profile is.
pub fn file() -> Result<PathBuf, Failure> {
    Ok(system::config_folder()?.join("session.json"))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
