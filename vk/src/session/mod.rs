//! Who is signed in, and where: the profile on disk, the credentials in the keyring or beside it.
//!
//! `VK_TOKEN` and `VK_URL` win over what is kept, and are never kept. A credential goes to the server it was made
//! for and to no other.

mod keyring;
mod lock;
mod profile;

use std::path::PathBuf;

use aws_lc_rs::digest;
pub use keyring::is_off as keyring_is_off;
pub use lock::Lock;
pub use profile::{Credentials, Place, Profile, file as profile_file};

use crate::{
    client::address::Address,
    failure::{Failure, Kind},
    output::files,
    system,
    texts::Text,
};

/// The keyring's entry for the cache's key.
const CACHE_KEY_ENTRY: &str = "cache-key";

/// The address where nothing else was said: the server's own default.
pub const DEFAULT_URL: &str = "http://127.0.0.1:8000";

/// A sign-in that is in use.
#[derive(Clone, Debug)]
pub struct Session {
    /// The server.
    pub address: Address,
    /// What opens it.
    pub credentials: Credentials,
    /// Whose it is, for the cache: an account's identifier or a token's hash.
    pub identity: String,
    /// Where it is kept; `None` for one of the environment.
    pub place: Option<Place>,
}

impl Session {
    /// The sign-in that counts now.
    pub fn open() -> Result<Self, Failure> {
        let url = system::words("VK_URL")?;
        if let Some(token) = system::words("VK_TOKEN")? {
            return Self::of_environment(&token, url);
        }
        let profile = Profile::load()?.ok_or_else(|| Failure::new(Kind::Access, Text::NotSignedIn))?;
        if let Some(url) = url {
            let asked = Address::parse(&url, profile.allows_plain)?;
            if asked.text() != profile.url {
                return Err(Failure::new(Kind::Access, Text::SignedInElsewhere).with(&profile.url).with(asked.text()));
            }
        }
        Self::of_profile(&profile)
    }

    /// With both variables the sign-in that is kept does not matter, sound or not.
    fn of_environment(token: &str, url: Option<String>) -> Result<Self, Failure> {
        let kept = if url.is_some() { Profile::load().ok().flatten() } else { Profile::load()? };
        let url = url.or_else(|| kept.as_ref().map(|profile| profile.url.clone()));
        let url = url.ok_or_else(|| Failure::new(Kind::Usage, Text::NoUrl))?;
        let allows_plain = system::is_set("VK_INSECURE_HTTP")
            || kept.is_some_and(|profile| profile.allows_plain && profile.url == url);
        let token = checked_token(token)?;
        Ok(Self {
            address: Address::parse(&url, allows_plain)?,
            identity: token_identity(&token),
            credentials: Credentials::Token { token },
            place: None,
        })
    }

    /// The sign-in that is kept, whatever the environment says.
    pub fn of_profile(profile: &Profile) -> Result<Self, Failure> {
        Ok(Self {
            address: Address::parse(&profile.url, profile.allows_plain)?,
            credentials: profile.credentials()?,
            identity: profile.identity.clone(),
            place: Some(profile.place),
        })
    }
}

/// The identity of who holds a token; the token itself can not be told from it.
pub fn token_identity(token: &str) -> String {
    format!("token:{}", hex(digest::digest(&digest::SHA256, token.as_bytes()).as_ref()))
}

/// A token that can stand in a header.
pub fn checked_token(token: &str) -> Result<String, Failure> {
    let token = token.trim();
    if token.is_empty() || token.len() > 8192 || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Failure::new(Kind::Invalid, Text::NoToken));
    }
    Ok(token.to_owned())
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |four: u8| char::from_digit(u32::from(four), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The key under which values are kept on this machine: made at its first use.
pub fn cache_key(place: Option<Place>) -> Result<[u8; 32], Failure> {
    if let Some(key) = kept_cache_key(place)? {
        return Ok(key);
    }
    let _lock = Lock::take()?;
    // another vk may have made it meanwhile
    if let Some(key) = kept_cache_key(place)? {
        return Ok(key);
    }
    let key: [u8; 32] = system::random()?;
    if place == Some(Place::Keyring) {
        keyring::store(CACHE_KEY_ENTRY, &hex(&key))?;
    } else {
        files::replace(&cache_key_file()?, &key)?;
    }
    Ok(key)
}

fn kept_cache_key(place: Option<Place>) -> Result<Option<[u8; 32]>, Failure> {
    if place == Some(Place::Keyring) {
        return Ok(keyring::look_up(CACHE_KEY_ENTRY)?.as_deref().and_then(unhex));
    }
    Ok(files::read_own(&cache_key_file()?)?.and_then(|bytes| bytes.try_into().ok()))
}

/// Forgets the key: what it opened opens no more.
pub fn forget_cache_key(place: Option<Place>) -> Result<(), Failure> {
    if place == Some(Place::Keyring) {
        keyring::clear(CACHE_KEY_ENTRY);
    }
    files::remove(&cache_key_file()?)
}

fn cache_key_file() -> Result<PathBuf, Failure> {
    Ok(system::config_folder()?.join("cache.key"))
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits = text.trim().as_bytes().chunks(2);
    let bytes = digits.map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()));
    bytes.collect::<Option<Vec<u8>>>()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_comes_back_and_rubbish_does_not() {
        assert_eq!(unhex(&hex(&[7; 32])), Some([7; 32]));
        assert_eq!(unhex("zz"), None);
        assert_eq!(unhex("00"), None);
    }

    #[test]
    fn a_token_with_a_line_in_it_is_no_token() {
        assert_eq!(checked_token(" vkt_abc\n").ok().as_deref(), Some("vkt_abc"));
        assert!(checked_token("a\nb").is_err());
        assert!(checked_token("a b").is_err());
        assert!(checked_token(" ").is_err());
    }
}
