//! Refresh tokens: `vrt_` and, in base64url, a session's identifier, how often it was refreshed, and a keyed hash of both.
//!
//! Nothing of a token is stored, and none can be made without the keyring. Since the same place in a session's life
//! always has the same token, an answer that was lost can be given again without opening a second line of descent.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::mac::MacKey;
use crate::core::secret::SecretText;

const PREFIX: &str = "vrt_";
const ID: usize = 16;
const COUNT: usize = 8;
const MAC: usize = 32;
const BYTES: usize = ID + COUNT + MAC;

/// What a sound token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// The session.
    pub session: Uuid,
    /// How often the session had been refreshed when the token was made.
    pub count: i64,
}

impl RefreshToken {
    /// The token's text: 79 characters.
    #[must_use]
    pub fn write(self, key: &MacKey) -> SecretText {
        let count = self.count.to_be_bytes();
        let mac = key.sign(&[b"refresh", self.session.as_bytes(), &count]);
        let bytes = [self.session.as_bytes().as_slice(), &count, &mac].concat();
        SecretText::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// What the text says, if it is a token that we made.
    #[must_use]
    pub fn read(key: &MacKey, text: &str) -> Option<Self> {
        let encoded = text.strip_prefix(PREFIX).filter(|encoded| encoded.len() < 2 * BYTES)?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).ok().filter(|bytes| bytes.len() == BYTES)?;
        let (id, rest) = bytes.split_first_chunk::<ID>()?;
        let (count, mac) = rest.split_first_chunk::<COUNT>()?;
        key.verify(&[b"refresh", id, count], mac)
            .then(|| Self { session: Uuid::from_bytes(*id), count: i64::from_be_bytes(*count) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::secret::Secret;

    #[test]
    fn a_token_says_what_was_written_and_no_changed_one_is_believed() {
        let key = MacKey::new(&Secret::new([7; 32]));
        let token = RefreshToken { session: Uuid::from_u128(5), count: 3 };
        let text = token.write(&key).expose().clone();

        assert_eq!(RefreshToken::read(&key, &text), Some(token));
        assert_eq!(text.len(), 79);
        for at in PREFIX.len()..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(RefreshToken::read(&key, std::str::from_utf8(&changed).expect("ASCII")), None, "{at}");
        }
        assert_eq!(RefreshToken::read(&MacKey::new(&Secret::new([8; 32])), &text), None);
        assert_eq!(RefreshToken::read(&key, ""), None);
        assert_eq!(RefreshToken::read(&key, &text[..text.len() - 1]), None);
    }
}
