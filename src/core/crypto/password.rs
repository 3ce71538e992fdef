//! Password hashes: `bcrypt(base64(HMAC-SHA-384(pepper, NFC(password))))`, so that nothing is lost after
//! 72 bytes or at a NUL, and a stolen database alone lets nobody guess.
//!
//! A hash of ours is `v1$` and then bcrypt's own text. Hashes that passlib wrote (`$2a$`, `$2b$`, `$2y$`,
//! `$argon2id$`) verify too and ask to be renewed. Slow by design: only `core::hashing` calls this.

use argon2::{Argon2, PasswordVerifier as _, password_hash::phc::PasswordHash};
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::core::{
    error::{Error, Result},
    secret::{SecretKey, SecretText},
};

/// The most characters of a new password.
pub const MOST_CHARACTERS: usize = 128;

const OURS: &str = "v1$";
/// The most that a stored argon2id hash may ask for: 256 MiB and 16 passes.
const ARGON2_MEMORY_KIB: u32 = 256 * 1024;
const ARGON2_PASSES: u32 = 16;

/// The key that is mixed into every password.
#[derive(Clone)]
pub struct Pepper(hmac::Key);

/// What a check of a password found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Wrong, or the stored text is no hash that we know.
    Wrong,
    /// Right.
    Right,
    /// Right, but the hash is of an older kind or cost: hash anew.
    RightButOld,
}

impl Pepper {
    /// The pepper made of these bytes.
    #[must_use]
    pub fn new(bytes: &SecretKey) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA384, bytes.expose()))
    }

    /// 64 characters that stand for all of the password, whatever its length and bytes.
    fn prehash(&self, password: &SecretText) -> Zeroizing<String> {
        let normal: Zeroizing<String> = Zeroizing::new(password.expose().nfc().collect());
        Zeroizing::new(STANDARD.encode(hmac::sign(&self.0, normal.as_bytes())))
    }

    /// Hashes a new password with bcrypt at this cost.
    ///
    /// # Errors
    /// `Internal` where there is no randomness.
    pub fn hash(&self, password: &SecretText, cost: u32) -> Result<String> {
        let hash = bcrypt::non_truncating_hash(self.prehash(password).as_bytes(), cost).map_err(Error::internal)?;
        Ok(format!("{OURS}{hash}"))
    }

    /// Checks a password against a stored hash.
    #[must_use]
    pub fn verify(&self, password: &SecretText, stored: &str, cost: u32) -> Verdict {
        if let Some(hash) = stored.strip_prefix(OURS) {
            return match bcrypt::verify(self.prehash(password).as_bytes(), hash) {
                Ok(true) if cost_of(hash) == Some(cost) => Verdict::Right,
                Ok(true) => Verdict::RightButOld,
                _ => Verdict::Wrong,
            };
        }
        // an old bcrypt hash knows 72 bytes: of a longer password the rest was never checked, and must not become binding
        let may_renew = stored.starts_with("$argon2id$") || password.expose().len() <= 72;
        let is_right = if stored.starts_with("$argon2id$") {
            verify_argon2id(password, stored)
        } else if ["$2a$", "$2b$", "$2y$"].iter().any(|kind| stored.starts_with(kind)) {
            // as passlib did it: the password as it came, cut after 72 bytes
            bcrypt::verify(password.expose().as_bytes(), stored).unwrap_or(false)
        } else {
            false
        };
        match (is_right, may_renew) {
            (false, _) => Verdict::Wrong,
            (true, true) => Verdict::RightButOld,
            (true, false) => Verdict::Right,
        }
    }
}

/// Whether a stored hash is of our own kind and of this cost.
#[must_use]
pub fn is_current(stored: &str, cost: u32) -> bool {
    stored.strip_prefix(OURS).and_then(cost_of) == Some(cost)
}

fn cost_of(bcrypt_text: &str) -> Option<u32> {
    bcrypt_text.split('$').nth(2)?.parse().ok()
}

fn verify_argon2id(password: &SecretText, stored: &str) -> bool {
    let Ok(hash) = PasswordHash::new(stored) else { return false };
    let Ok(params) = argon2::Params::try_from(&hash) else { return false };
    // a row that asks for all the memory of the machine is not a password
    if params.m_cost() > ARGON2_MEMORY_KIB || params.t_cost() > ARGON2_PASSES {
        return false;
    }
    Argon2::default().verify_password(password.expose().as_bytes(), &hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::secret::Secret;

    fn pepper(byte: u8) -> Pepper {
        Pepper::new(&Secret::new([byte; 32]))
    }

    fn secret(text: &str) -> SecretText {
        SecretText::from(text)
    }

    #[test]
    fn all_of_the_password_counts() {
        let long = "p".repeat(72);
        let hash = pepper(1).hash(&secret(&format!("{long}A")), 4).expect("hash");

        assert_eq!(pepper(1).verify(&secret(&format!("{long}A")), &hash, 4), Verdict::Right);
        assert_eq!(pepper(1).verify(&secret(&format!("{long}B")), &hash, 4), Verdict::Wrong);
        assert_eq!(pepper(1).verify(&secret(&long), &hash, 4), Verdict::Wrong);
        assert_eq!(pepper(2).verify(&secret(&format!("{long}A")), &hash, 4), Verdict::Wrong);
    }

    #[test]
    fn nothing_is_lost_at_a_nul() {
        let hash = pepper(1).hash(&secret("abc\0defghijkl"), 4).expect("hash");

        assert_eq!(pepper(1).verify(&secret("abc\0defghijkl"), &hash, 4), Verdict::Right);
        assert_eq!(pepper(1).verify(&secret("abc\0xyz"), &hash, 4), Verdict::Wrong);
        assert_eq!(pepper(1).verify(&secret("abc"), &hash, 4), Verdict::Wrong);
    }

    #[test]
    fn composed_and_decomposed_letters_are_the_same_password() {
        let hash = pepper(1).hash(&secret("caf\u{e9} au lait"), 4).expect("hash");

        assert_eq!(pepper(1).verify(&secret("cafe\u{301} au lait"), &hash, 4), Verdict::Right);
        assert_eq!(pepper(1).verify(&secret("Caf\u{e9} au lait"), &hash, 4), Verdict::Wrong);
        assert_eq!(pepper(1).verify(&secret("caf\u{e9} au lait "), &hash, 4), Verdict::Wrong);
    }

    #[test]
    fn a_raised_cost_asks_for_a_new_hash() {
        let hash = pepper(1).hash(&secret("some password"), 4).expect("hash");

        assert_eq!(pepper(1).verify(&secret("some password"), &hash, 5), Verdict::RightButOld);
    }

    /// Written by passlib 1.7.4 for "correct horse battery".
    #[test]
    fn hashes_of_the_old_service_verify_and_ask_to_be_renewed() {
        for hash in PASSLIB {
            assert_eq!(pepper(1).verify(&secret("correct horse battery"), hash, 12), Verdict::RightButOld, "{hash}");
            assert_eq!(pepper(1).verify(&secret("correct horse batterz"), hash, 12), Verdict::Wrong, "{hash}");
        }
    }

    #[test]
    fn a_text_that_is_no_hash_fits_no_password() {
        for text in [
            "",
            "v1$",
            "v1$nonsense",
            "$2b$",
            "$2b$99$x",
            "$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
            "plain",
        ] {
            assert_eq!(pepper(1).verify(&secret(""), text, 4), Verdict::Wrong, "{text}");
            assert_eq!(pepper(1).verify(&secret("plain"), text, 4), Verdict::Wrong, "{text}");
        }
    }

    const PASSLIB: &[&str] = &[
        "$2a$04$qjtwIEp3I/pRI/9TU9K0k.VYvI50.Xm5sqE1GwHjh7L1blpWTiiEa",
        "$2b$04$n/pPYjX4ME4nW1JSoCT3JeYWDQkiE1kF2oSFZ2ixtZQEoUmDxicee",
        "$2y$04$wDoJu078ZNcs08Z8qh92L.rrCUdnQ5Yoz7a2pZbE1deTkd/Sntci.",
        "$argon2id$v=19$m=1024,t=2,p=2$Rej9H4PQWgsBQKgVgpByLg$9d6C5G3dOGf3jtZx11breEe/BB8q3sM8HxBkpb58WbU",
    ];
}
