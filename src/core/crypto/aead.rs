//! AES-256-GCM with a random 96-bit nonce from the operating system (NIST SP 800-38D, section 8.2.2).
//!
//! What is sealed: `format (1) || key version (4, big-endian) || nonce (12) || ciphertext || tag (16)`.
//! The additional data bind it to its place, so that a copy elsewhere does not open.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::core::{
    error::{Error, Result},
    random,
    secret::SecretKey,
};

const FORMAT: u8 = 1;
const HEADER: usize = 1 + 4;

/// A key ready to seal and to open.
pub struct SealingKey {
    key: LessSafeKey,
    version: u32,
}

/// What was sealed does not open: another key, another place, or changed bytes.
#[derive(Debug, thiserror::Error)]
#[error("the sealed value does not open here: another key, another place, or changed bytes")]
pub struct DoesNotOpen;

impl SealingKey {
    /// The key made of these bytes, known under `version`.
    ///
    /// # Errors
    /// `Internal` where the library refuses the key, which it does not for 32 bytes.
    pub fn new(bytes: &SecretKey, version: u32) -> Result<Self> {
        let key = UnboundKey::new(&AES_256_GCM, bytes.expose()).map_err(Error::internal)?;
        Ok(Self { key: LessSafeKey::new(key), version })
    }

    /// Seals `plain`, bound to `place`.
    ///
    /// # Errors
    /// `Internal` where there is no randomness.
    pub fn seal(&self, place: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = random::bytes()?;
        let mut buffer = Zeroizing::new(Vec::with_capacity(plain.len() + AES_256_GCM.tag_len()));
        buffer.extend_from_slice(plain);
        let header = self.header();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(bind(&header, place)),
                &mut *buffer,
            )
            .map_err(Error::internal)?;
        let mut sealed = Vec::with_capacity(HEADER + NONCE_LEN + buffer.len());
        sealed.extend_from_slice(&header);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&buffer);
        Ok(sealed)
    }

    /// Opens what was sealed with this key at this place. The plain bytes are wiped when dropped.
    ///
    /// # Errors
    /// `DoesNotOpen`, and nothing of the content.
    pub fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
        let (header, rest) = sealed.split_at_checked(HEADER).ok_or(DoesNotOpen)?;
        let (nonce, body) = rest.split_at_checked(NONCE_LEN).ok_or(DoesNotOpen)?;
        if header != self.header() {
            return Err(DoesNotOpen);
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| DoesNotOpen)?;
        let mut buffer = Zeroizing::new(body.to_vec());
        let length =
            self.key.open_in_place(nonce, Aad::from(bind(header, place)), &mut buffer).map_err(|_| DoesNotOpen)?.len();
        buffer.truncate(length);
        Ok(buffer)
    }

    fn header(&self) -> [u8; HEADER] {
        let [a, b, c, d] = self.version.to_be_bytes();
        [FORMAT, a, b, c, d]
    }
}

/// The version of the key that sealed this.
#[must_use]
pub fn key_version(sealed: &[u8]) -> Option<u32> {
    match sealed {
        [FORMAT, a, b, c, d, ..] => Some(u32::from_be_bytes([*a, *b, *c, *d])),
        _ => None,
    }
}

fn bind(header: &[u8], place: &[u8]) -> Vec<u8> {
    [header, place].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::secret::Secret;

    fn key(byte: u8, version: u32) -> SealingKey {
        SealingKey::new(&Secret::new([byte; 32]), version).expect("a key")
    }

    #[test]
    fn what_is_sealed_opens_at_its_place_alone() {
        let sealed = key(1, 3).seal(b"here", b"a secret").expect("sealed");

        assert_eq!(key(1, 3).open(b"here", &sealed).expect("opens").as_slice(), b"a secret");
        assert!(key(1, 3).open(b"there", &sealed).is_err());
        assert!(key(2, 3).open(b"here", &sealed).is_err());
        assert!(key(1, 4).open(b"here", &sealed).is_err());
        assert_eq!(key_version(&sealed), Some(3));
    }

    #[test]
    fn one_changed_bit_anywhere_is_seen() {
        let sealed = key(1, 1).seal(b"here", b"a secret").expect("sealed");

        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(key(1, 1).open(b"here", &changed).is_err(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(key(1, 1).open(b"here", &sealed[..length]).is_err(), "length {length}");
        }
    }

    #[test]
    fn a_nonce_never_comes_twice() {
        let key = key(1, 1);
        let nonces: std::collections::HashSet<_> = (0..20_000)
            .map(|_| key.seal(b"here", b"same").expect("sealed")[HEADER..HEADER + NONCE_LEN].to_vec())
            .collect();

        assert_eq!(nonces.len(), 20_000);
    }
}
