//! AES-256-GCM with a fresh nonce each time, bound to what the content is for.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::{
    failure::{Failure, Kind},
    system,
    texts::Text,
};

/// What a file begins with: the form's name.
const MARK: &[u8] = b"vkc1";

/// Encrypts.
pub fn seal(key: &[u8; 32], binding: &[u8], plain: &[u8]) -> Result<Vec<u8>, Failure> {
    let failed = |_| Failure::new(Kind::Other, Text::CanNotEncrypt);
    let nonce: [u8; NONCE_LEN] = system::random()?;
    let mut sealed = plain.to_vec();
    opener(key)
        .map_err(failed)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(binding), &mut sealed)
        .map_err(failed)?;
    Ok([MARK, &nonce, &sealed].concat())
}

/// Decrypts; `None` for what was not sealed with this key for this binding.
pub fn open(key: &[u8; 32], binding: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.strip_prefix(MARK)?.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut bytes = Zeroizing::new(sealed.to_vec());
    let length = opener(key).ok()?.open_in_place(nonce, Aad::from(binding), &mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes)
}

fn opener(key: &[u8; 32]) -> Result<LessSafeKey, aws_lc_rs::error::Unspecified> {
    Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_with_the_same_key_and_binding_alone() {
        let sealed = seal(&[1; 32], b"here", b"a value").unwrap();

        assert_eq!(open(&[1; 32], b"here", &sealed).unwrap().as_slice(), b"a value");
        assert!(open(&[2; 32], b"here", &sealed).is_none());
        assert!(open(&[1; 32], b"there", &sealed).is_none());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&[1; 32], b"here", &changed).is_none(), "byte {at} may change");
            assert!(open(&[1; 32], b"here", &sealed[..at]).is_none(), "it may end at {at}");
        }
        assert!(!sealed.windows(7).any(|window| window == b"a value"));
    }

    #[test]
    fn the_same_value_never_looks_the_same() {
        assert_ne!(seal(&[1; 32], b"", b"x").unwrap(), seal(&[1; 32], b"", b"x").unwrap());
    }
}
