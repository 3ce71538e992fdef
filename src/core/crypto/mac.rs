//! HMAC-SHA-256 over several parts, each with its length before it, so that no two lists of parts agree.

use aws_lc_rs::hmac;

use crate::core::secret::SecretKey;

/// A key that signs and looks up, never encrypts.
#[derive(Clone)]
pub struct MacKey(hmac::Key);

impl MacKey {
    /// The key made of these bytes.
    #[must_use]
    pub fn new(bytes: &SecretKey) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes.expose()))
    }

    /// A key for one use, made of a secret of any length that has other uses.
    #[must_use]
    pub fn derived(secret: &[u8], purpose: &[u8]) -> Self {
        Self(hmac::Key::new(
            hmac::HMAC_SHA256,
            hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), purpose).as_ref(),
        ))
    }

    /// The 32-byte code of these parts.
    #[must_use]
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(part);
        }
        let mut out = [0_u8; 32];
        out.copy_from_slice(context.sign().as_ref());
        out
    }

    /// Whether `code` is the code of these parts, in constant time.
    #[must_use]
    pub fn verify(&self, parts: &[&[u8]], code: &[u8]) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(&self.sign(parts), code).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::secret::Secret;

    #[test]
    fn parts_can_not_be_shifted_against_each_other() {
        let key = MacKey::new(&Secret::new([7; 32]));

        assert_ne!(key.sign(&[b"ab", b"c"]), key.sign(&[b"a", b"bc"]));
        assert!(key.verify(&[b"ab", b"c"], &key.sign(&[b"ab", b"c"])));
        assert!(!key.verify(&[b"ab", b"c"], &key.sign(&[b"abc"])));
    }
}
